"""Videos and folders as a person names them from the current folder.

The library knows roots, not where the person stands; tables print relative paths.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Sequence
from os import PathLike
from pathlib import Path

from kinolex.errors import NotFoundError, UsageError
from kinolex.library.records import Root
from kinolex.library.store import Store

__all__ = ["folder_here", "here", "real_folder", "roots_here", "span_here"]


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


def roots_here(known: Sequence[Root], named: Collection[str | PathLike[str]]) -> frozenset[str]:
    """Ids of roots that are named by id or by folder.

    Raises
    ------
    NotFoundError
        If one is not known.
    UsageError
        If one name is given instead of several.
    """
    if isinstance(named, (str, PathLike)):
        raise UsageError("roots= takes several roots.", hint=f"For one give [{str(named)!r}].")
    ids = {root.id for root in known}
    folders = {root.path: root.id for root in known}
    found = set()
    for name in named:
        one = str(name) if str(name) in ids else folders.get(real_folder(name)) if str(name) else ""
        if not one:
            raise NotFoundError(
                f"There is no root {str(name)!r} in the library.",
                hint="Give the id, or the whole folder, of one that was added.",
            )
        found.add(one)
    return frozenset(found)
