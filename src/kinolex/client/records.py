"""What a server tells beside moments: the library's own records, and what only a server knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kinolex.library import kept_records
from kinolex.library.kept_records import Collection, Correction, Tag
from kinolex.moments import Passage

__all__ = [
    "Collection",
    "Correction",
    "Folder",
    "Item",
    "JobEvent",
    "Passage",
    "Root",
    "Saved",
    "Tag",
]


@dataclass(frozen=True, slots=True)
class Root:
    """A folder of the library. ``path`` as whoever asks may see it; ``present``: mounted now."""

    id: str
    name: str
    path: str
    present: bool


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of the server that can be added."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Saved(kept_records.Saved):
    """A saved search.

    ``unseen``: its moments in videos that nobody has looked at; None where it cannot be asked any
    more.
    """

    unseen: int | None = None


@dataclass(frozen=True, slots=True)
class Item(kept_records.Item):
    """One span of a collection, with the title of its video."""

    title: str = ""


@dataclass(frozen=True, slots=True)
class JobEvent:
    """One event of an index run.

    ``kind``: ``state``, ``start``, ``step``, ``failure``, ``notice`` ...; ``told``: everything
    that the server says of it (``stage``, ``done``, ``total``, ``overall``, ``eta`` in seconds).
    """

    number: int
    kind: str
    told: Mapping[str, Any] = field(hash=False)
