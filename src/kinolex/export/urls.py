"""``file:`` URIs of paths of any system, whatever system this is.

Source: RFC 8089 (and its appendices E.2 for drive letters and E.3 for UNC names).
"""

from __future__ import annotations

import re
from pathlib import PurePath
from urllib.parse import quote

__all__ = ["file_url", "is_windows"]

_DRIVE = re.compile(r"[A-Za-z]:[\\/]")


def is_windows(path: str) -> bool:
    r"""Whether a path is one of Windows: with a drive letter, or a UNC name.

    Examples
    --------
    >>> is_windows(r"C:\v\a.mp4"), is_windows(r"\\server\share\a.mp4"), is_windows("/v/a.mp4")
    (True, True, False)
    """
    return bool(_DRIVE.match(path)) or path.startswith("\\\\")


def file_url(path: str | PurePath) -> str:
    r"""The ``file:`` URI of an absolute path, percent-encoded.

    Names that are no text (lone surrogates) become the bytes that they stand for.

    Parameters
    ----------
    path : str or PurePath
        POSIX, Windows with a drive letter, or UNC (also in their ``\\?\`` form).

    Examples
    --------
    >>> file_url("/v/a b#1.mp4")
    'file:///v/a%20b%231.mp4'
    >>> file_url(r"C:\My films\Kühe.mp4")
    'file:///C:/My%20films/K%C3%BChe.mp4'
    >>> file_url(r"\\nas\films\a.mp4")
    'file://nas/films/a.mp4'
    """
    name = str(path)
    if not is_windows(name):
        return "file://" + _quoted(name if name.startswith("/") else f"/{name}")
    name = name.replace("\\", "/")
    if name.startswith("//?/"):
        name = "//" + name[8:] if name[4:8].upper() == "UNC/" else name[4:]
    if name.startswith("//"):
        return "file:" + _quoted(name)
    return f"file:///{name[:2]}{_quoted(name[2:])}"


def _quoted(name: str) -> str:
    # On POSIX a lone surrogate stands for one byte; Windows also has others.
    try:
        raw = name.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raw = name.encode("utf-8", "replace")
    return quote(raw, safe="/")
