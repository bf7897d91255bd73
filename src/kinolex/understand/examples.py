"""Example pictures of classes: a folder with one subfolder a class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from os import PathLike
from pathlib import Path

import numpy as np
import numpy.typing as npt

from kinolex.encoders.protocols import PictureEncoder
from kinolex.errors import NotFoundError, UsageError
from kinolex.search.pictures import picture_of
from kinolex.understand.classes import MOST, Class, name_key, named

__all__ = ["SUFFIXES", "Folder", "encoded", "examples_in", "in_order"]

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")
"""Files that are examples; whatever else lies in the folders is left alone."""

_TOGETHER = 4
"""Pictures that are held in memory at once; a photograph is tens of megabytes."""

Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Folder:
    """The pictures of one class."""

    name: str
    pictures: tuple[Path, ...]


def examples_in(folder: str | PathLike[str]) -> list[Folder]:
    """Subfolders, by name, with the pictures directly in them.

    Raises
    ------
    NotFoundError
        If there is no such folder.
    UsageError
        If it is a file, has no subfolders, one class twice, or one without pictures.
    """
    place = Path(folder).expanduser()
    if place.is_file():
        raise UsageError(
            f"{place} is a file, not a folder of examples.", hint="A file goes to --classes."
        )
    if not place.is_dir():
        raise NotFoundError(
            f"There is no folder {place}.", hint="It holds one subfolder of pictures a class."
        )
    inside = sorted(p for p in place.iterdir() if p.is_dir() and not p.name.startswith("."))
    found = [Folder(p.name, _pictures(p)) for p in inside]
    if not found:
        raise UsageError(
            f"{place} has no subfolders.",
            hint="Make one for each class, with a few pictures in it.",
        )
    if len(found) > MOST:
        raise UsageError(f"{place} has {len(found):,} subfolders; at most {MOST:,} are possible.")
    for one, other in pairwise(sorted(found, key=lambda f: name_key(f.name))):
        if name_key(one.name) == name_key(other.name):
            raise UsageError(
                f"{place} has the class {one.name} twice, also as {other.name}.",
                hint="Put the pictures of both into one subfolder.",
            )
    for one in found:
        if not one.pictures:
            raise UsageError(
                f"There is no picture in {place / one.name}.",
                hint="Examples are pictures (jpg, png, webp), not videos.",
            )
    return found


def _pictures(folder: Path) -> tuple[Path, ...]:
    return tuple(
        sorted(
            p
            for p in folder.iterdir()
            if p.suffix.lower() in SUFFIXES and not p.name.startswith(".") and p.is_file()
        )
    )


def in_order(folders: Sequence[Folder], classes: Sequence[Class]) -> list[Folder]:
    """The folders in the order of the classes, which must be the same ones.

    Raises
    ------
    UsageError
        Saying which are only here or there.
    """
    places = named(classes)
    known = {name_key(one.name): one for one in folders}
    without = [one.name for one in classes if name_key(one.name) not in known]
    strange = [one.name for one in folders if name_key(one.name) not in places]
    if without or strange:
        lacks = f"no examples of {_several(without)}" if without else ""
        more = f"examples of {_several(strange)}, which is no class" if strange else ""
        raise UsageError(
            f"Classes and examples do not agree: {' and '.join(p for p in (lacks, more) if p)}.",
            hint="Name the same in both, or give the examples alone.",
        )
    return [known[name_key(one.name)] for one in classes]


def _several(names: Sequence[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")


def encoded(folder: Folder, encoder: PictureEncoder) -> Vectors:
    """Unit vectors of a class's pictures, (n, d) float32.

    Raises
    ------
    QueryError
        If a file cannot be read as a picture.
    """
    rows = []
    for first in range(0, len(folder.pictures), _TOGETHER):
        few = folder.pictures[first : first + _TOGETHER]
        rows.append(encoder.encode_pictures([picture_of(str(path)) for path in few]))
    return np.concatenate(rows)
