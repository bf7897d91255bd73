"""Videos and folders as a person names them from the current folder.

The library knows roots, not where the person stands; tables print relative paths.
"""

from __future__ import annotations

import os
import re
from os import PathLike
from pathlib import Path

from kinolex.library.store import Store

__all__ = ["folder_here", "here", "real_folder", "span_here"]


def real_folder(path: str | PathLike[str]) -> Path:
    """The path of a folder as roots name it: absolute, links resolved."""
    folder = Path(path).expanduser().absolute()
    return folder.resolve() if folder.is_dir() else folder


def here(store: Store | None, what: str) -> str:
    """A video's path as seen from the current folder made absolute; other names as they are."""
    if store is None or not what or os.path.isabs(what):
        return what
    path = os.path.abspath(os.path.expanduser(what))
    return path if store.find_videos(path) else what


def folder_here(name: str) -> str:
    """A folder that exists is meant as such, wherever the person stands; else a part of a path."""
    return str(real_folder(name)) if name and Path(name).expanduser().is_dir() else name


def span_here(store: Store | None, like: str) -> str:
    """As `here`, for a span with its weight: ``VIDEO#t=10,15@0.5``."""
    found = re.fullmatch(r"(?s)(.+?)(#(?:[^#]*&)?t=[^#]*|@[+-]?[\d.]+)", like)
    return here(store, found[1]) + found[2] if found else here(store, like)
