"""Writing what comes from a server to a file of this machine: whole, or not at all."""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
from collections.abc import Iterable
from os import PathLike
from pathlib import Path

from kinolex.errors import UsageError

__all__ = ["plain_name", "saved_to"]


def plain_name(name: str) -> str:
    """A name that a server gave as that of a file here: never a path, never hidden.

    Examples
    --------
    >>> plain_name("../../etc/passwd"), plain_name("a:b.mp4"), plain_name(".."), plain_name(".x")
    ('passwd', 'a_b.mp4', 'file', '_x')
    """
    last = re.split(r"[/\\]", name)[-1]
    plain = re.sub(r'[<>:"|?*\x00-\x1f\x7f]', "_", last).strip(" ")[:200].rstrip(" .")
    return f"_{plain[1:]}" if plain.startswith(".") else plain or "file"


def saved_to(to: str | PathLike[str], name: str, pieces: Iterable[bytes]) -> Path:
    """Write a file.

    Parameters
    ----------
    to : path-like
        The file, which is replaced; or a folder ("": the current one), in which it is called
        ``name``.
    name : str
        As the server says.
    pieces : iterable of bytes
        Its content.

    Raises
    ------
    UsageError
        If it cannot be written, or the name is taken in the folder.
    """
    place = Path(to).expanduser()
    if not str(to) or place.is_dir():
        place = place / plain_name(name)
        if place.exists():
            raise UsageError(f"There is a {place} already.", hint="Name the file to be written.")
    new = None
    try:
        handle, new = tempfile.mkstemp(prefix=".kinolex-", dir=place.parent)
        with os.fdopen(handle, "wb") as file:
            for piece in pieces:
                file.write(piece)
        os.chmod(new, 0o666 & ~_mask())
        os.replace(new, place)
    except OSError as error:
        raise UsageError(
            f"{place} cannot be written: {error.strerror or error}.", hint="Choose another place."
        ) from error
    finally:
        if new is not None:
            with contextlib.suppress(OSError):
                os.unlink(new)
    return place


def _mask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
