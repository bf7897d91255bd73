"""What a server tells beside moments: the fields are those of the library's own records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kinolex.moments import Span

__all__ = ["Collection", "Folder", "Item", "JobEvent", "Passage", "Root", "Saved", "Tag"]


@dataclass(frozen=True, slots=True)
class Passage:
    """Words with a span and a source.

    ``words`` holds (start, end, text) of single words where known; ``box`` is left, top, width,
    height as fractions of the picture.
    """

    id: int
    span: Span
    text: str
    source: str
    language: str = ""
    box: tuple[float, float, float, float] | None = None
    words: tuple[tuple[float, float, str], ...] = ()


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
class Saved:
    """A saved search.

    ``unseen``: its moments in videos that nobody has looked at; None where it cannot be asked any
    more.
    """

    id: str
    name: str
    question: Mapping[str, Any] = field(hash=False)
    created: str
    owner: str = ""
    unseen: int | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One span of a collection, in seconds of its video (by id)."""

    id: str
    video: str
    start: float
    end: float
    note: str = ""
    added: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Collection:
    """A list of spans by name."""

    id: str
    name: str
    items: tuple[Item, ...]
    created: str
    changed: str
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Tag:
    """A word on a video (``start`` and ``end`` None) or on a span of it."""

    id: str
    name: str
    video: str
    start: float | None
    end: float | None
    added: str
    owner: str = ""


@dataclass(frozen=True, slots=True)
class JobEvent:
    """One event of an index run.

    ``kind``: ``state``, ``start``, ``step``, ``failure``, ``notice`` ...; ``told``: everything
    that the server says of it (``stage``, ``done``, ``total``, ``overall``, ``eta`` in seconds).
    """

    number: int
    kind: str
    told: Mapping[str, Any] = field(hash=False)
