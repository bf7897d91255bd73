"""Data sets: one small file each in `catalogue`, found by name, read into the same `records`.

A data set is a loader with a decorator, or only what is known of it (`described`). Another package
names the module of its data sets as an entry point ``kinolex.datasets``.

Examples
--------
>>> find("msvd").title
'MSVD (Microsoft Video Description)'
"""

from __future__ import annotations

import dataclasses
import functools
import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Required, TypedDict, Unpack

from kinolex.datasets import records
from kinolex.datasets.folder import File, Folder
from kinolex.datasets.records import SCHEMA, Record
from kinolex.errors import UsageError
from kinolex.registries import load_all, nearest

__all__ = ["Dataset", "Reader", "Split", "dataset", "datasets", "described", "find"]

Reader = Callable[[Folder, str], Iterator[Record]]
"""Reads the records of a split from a folder; they need not name their split."""

Role = Literal["train", "val", "test", "classes", "other"]

_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_known: dict[str, Dataset] = {}


@dataclass(frozen=True, slots=True)
class Split:
    """One part of a data set.

    Parameters
    ----------
    name : str
        As people call it.
    role : str
        ``train``, ``val``, ``test``, ``classes`` (names only) or ``other``. Splits of one role
        may share videos; those of two roles should not.
    videos, records : int, optional
        Published sizes, where they are known.
    note : str
        What to know about it.
    checked : bool
        Whether we held the sizes against a file or a source; else they are what papers report.
    """

    name: str
    role: Role
    videos: int | None = None
    records: int | None = None
    note: str = ""
    checked: bool = True

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return dataclasses.asdict(self)


class Facts(TypedDict, total=False):
    """What `dataset` and `described` are told; see `Dataset`."""

    title: Required[str]
    task: Required[str]
    citation: Required[str]
    splits: Required[tuple[Split, ...]]
    licence: str | None
    homepage: str | None
    revision: str | None
    files: tuple[File, ...]
    defects: tuple[str, ...]
    unverified: str
    source_of: Callable[[str], str] | None


@dataclass(frozen=True, slots=True)
class Dataset:
    """A data set: what is known of it, and how it is read.

    Parameters
    ----------
    name : str
        Short, small letters and hyphens.
    title : str
        In full.
    task : str
        What it is used for.
    citation : str
        Authors, title, place and year.
    splits : tuple of Split
        Its parts.
    licence : str, optional
        As the source of the annotations states it; None: it states none, or is not known.
    homepage : str, optional
        Where to get it.
    revision : str, optional
        Public repository and commit that the published sizes and hashes were taken from.
    files : tuple of File
        Annotation files.
    defects : tuple of str
        What is known to be wrong with it, a sentence each.
    unverified : str
        What of the form of its files was not seen in a file or in code that reads one; a sentence.
    source_of : callable, optional
        Names the longer video that a video was cut from.
    reader : callable, optional
        None where the data set is only described.
    """

    name: str
    title: str
    task: str
    citation: str
    splits: tuple[Split, ...]
    licence: str | None = None
    homepage: str | None = None
    revision: str | None = None
    files: tuple[File, ...] = ()
    defects: tuple[str, ...] = ()
    unverified: str = ""
    source_of: Callable[[str], str] | None = None
    reader: Reader | None = None

    @property
    def about(self) -> str:
        """What its loader gives: the docstring of it."""
        return (inspect.getdoc(self.reader) or "") if self.reader else ""

    def split(self, name: str) -> Split:
        """One of its splits.

        Raises
        ------
        UsageError
            If there is none of that name.
        """
        names = [one.name for one in self.splits]
        if name in names:
            return self.splits[names.index(name)]
        raise UsageError(
            f"{self.title} has no split {name!r}.{nearest(name, names)}",
            hint=f"Choose from {', '.join(names)}.",
        )

    def missing(self, folder: Path | str, split: str) -> tuple[str, ...]:
        """Files that a split needs and that are not in a folder; empty: it can be read."""
        place = Folder(Path(folder), self.files)
        if self._own(place.path, split):
            return ()
        needed = self._needed(split)
        if not self.reader or not needed:
            return (f"{self.name}.{split}.jsonl",)
        return tuple(one.name for one in needed if not place.place(one))

    def _needed(self, split: str) -> list[File]:
        return [one for one in self.files if split in one.splits and not one.optional]

    def load(self, folder: Path | str, split: str) -> Iterator[Record]:
        """Records of a split, one after the other.

        Where ``NAME.SPLIT.jsonl`` (or ``.jsonl.gz``) lies in the folder, its records are taken;
        so a data set that is only described can be used too.

        Raises
        ------
        UsageError
            If there is no such folder or split, if a file that is needed is not there, or if one
            is not in the form of this data set.
        """
        self.split(split)
        place = Path(folder)
        if not place.is_dir():
            raise UsageError(f"There is no folder {place}.")
        own = self._own(place, split)
        if own:
            return records.read(own)
        self._demand(place, split)
        return self._read(Folder(place, self.files), split)

    def _own(self, folder: Path, split: str) -> Path | None:
        names = (f"{self.name}.{split}.jsonl{end}" for end in ("", ".gz"))
        return next((folder / name for name in names if (folder / name).is_file()), None)

    def _demand(self, folder: Path, split: str) -> None:
        missing = self.missing(folder, split)
        if not missing:
            return
        needed = [one.name for one in self._needed(split)]
        if self.reader and needed:
            message = f"The split {split} of {self.title} needs {', '.join(missing)} in {folder}."
        else:
            given = f" from {', '.join(needed)}" if needed else ""
            message = (
                f"The split {split} of {self.title} has no loader: write its records{given} to"
                f" {folder / missing[0]} (schema {SCHEMA})."
            )
        raise UsageError(message, hint=f"It comes from {self.homepage}." if self.homepage else "")

    def _read(self, folder: Folder, split: str) -> Iterator[Record]:
        assert self.reader is not None
        number = 0
        try:
            for record in self.reader(folder, split):
                number += 1
                yield dataclasses.replace(record, split=split)
        except (KeyError, ValueError, TypeError, IndexError, AttributeError) as error:
            what = f"{error} is missing" if isinstance(error, KeyError) else str(error)
            names = ", ".join(
                str(folder.path / one.name if one.many else folder.place(one))
                for one in self._needed(split)
            )
            raise UsageError(
                f"{names}: not in the form of {self.title} after {number} records: {what}."
            ) from error

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "name": self.name,
            "title": self.title,
            "task": self.task,
            "licence": self.licence,
            "citation": self.citation,
            "homepage": self.homepage,
            "revision": self.revision,
            "loader": self.reader is not None,
            "splits": [one.to_dict() for one in self.splits],
            "files": [one.to_dict() for one in self.files],
            "defects": list(self.defects),
            "unverified": self.unverified,
        }


def dataset(name: str, **facts: Unpack[Facts]) -> Callable[[Reader], Reader]:
    """Make a loader a data set; the facts are those of `Dataset`.

    Raises
    ------
    ValueError
        If the name is no name, or is taken.

    Examples
    --------
    >>> one = Split("test", "test", videos=1)
    >>> @dataset("toy", title="Toy", task="play", citation="None.", splits=(one,))
    ... def read(folder, split):
    ...     yield records.VideoRecord(id="a", video="a")
    >>> find("toy").split("test").videos
    1
    >>> del _known["toy"]
    """

    def add(reader: Reader) -> Reader:
        _add(Dataset(name, reader=reader, **facts))
        return reader

    return add


def described(name: str, **facts: Unpack[Facts]) -> Dataset:
    """Add a data set of which only the facts are known; it has no loader of its own."""
    return _add(Dataset(name, **facts))


def _add(one: Dataset) -> Dataset:
    if not _NAME.fullmatch(one.name):
        raise ValueError(f"a data set is called like charades-sta, not {one.name!r}")
    before = _known.get(one.name)
    if before is not None and (before.title, before.citation) != (one.title, one.citation):
        raise ValueError(f"there are two data sets {one.name}")
    names = [split.name for split in one.splits]
    if len(set(names)) < len(names) or not all(set(f.splits) <= set(names) for f in one.files):
        raise ValueError(f"the splits of {one.name} and of its files do not fit")
    _known[one.name] = one
    return one


def datasets() -> Mapping[str, Dataset]:
    """Every data set by name, in order."""
    _load()
    return dict(sorted(_known.items()))


@functools.cache
def _load() -> None:
    load_all("kinolex.datasets.catalogue", "kinolex.datasets", "data sets")


def find(name: str) -> Dataset:
    """The data set of a name.

    Raises
    ------
    UsageError
        If there is none, with the nearest name.
    """
    known = datasets()
    if name.lower() in known:
        return known[name.lower()]
    raise UsageError(
        f"There is no data set {name!r}.{nearest(name.lower(), known)}",
        hint="See `kinolex datasets list`.",
    )
