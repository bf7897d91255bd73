"""State of one answer while it is found: the clock, and what is going on beside."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypedDict

import numpy as np
import numpy.typing as npt

from kinolex.encoders.protocols import PictureEncoder
from kinolex.errors import StoppedError
from kinolex.library.records import Passage
from kinolex.moments import STEPS, Query
from kinolex.search import passages as said
from kinolex.search import pictures as seen
from kinolex.search.judging import Judged

__all__ = ["Frames", "Look", "Reading", "Run", "Scanning", "Stop", "wanted"]

_MOST_WANTED = 1000

Stop = Callable[[], bool]


def wanted(query: Query) -> int:
    """Moments that the channels should bring at least, in bounds."""
    return min(query.limit, _MOST_WANTED)


class Look(TypedDict):
    """Where passages are looked for, and how many."""

    sources: Sequence[str]
    videos: Collection[str] | None
    most: int


class Run:
    """State of one answer: the clock, what was found, and what could not be searched."""

    def __init__(self, query: Query, stop: Stop | None = None) -> None:
        self.query = query
        self.stop = stop
        self.videos: list[str] | None = None
        self.off: dict[str, str] = {}
        self.notes: list[str] = []
        self.timing: dict[str, float] = dict.fromkeys(STEPS, 0.0)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Add the time of the block to a step; not begun when nobody waits any more."""
        if self.stop is not None and self.stop():
            raise StoppedError("The question was withdrawn.")
        started = time.perf_counter()
        try:
            yield
        finally:
            self.timing[name] += 1000 * (time.perf_counter() - started)

    @property
    def text(self) -> str:
        """The words that are wanted; those with a negative weight are moved away from."""
        wanted = (p.value for p in self.query.parts if p.kind == "words" and p.weight > 0)
        return next(wanted, "")


@dataclass(frozen=True, slots=True)
class Frames:
    """The picture channel: its encoder (None where none was asked for), space and frames."""

    encoder: PictureEncoder | None
    space: str
    table: seen.FrameTable


@dataclass(frozen=True, slots=True)
class Scanning:
    """A look through the frames that is going on."""

    asked: seen.PictureQuestion
    table: seen.FrameTable
    result: Future[seen.Scan] | Future[list[Judged]]
    """Frames that are near; or, where a matcher is asked, stretches that it has judged."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A look for the meaning of the words that is going on, beside what holds the words."""

    asked: said.Question
    table: said.WordTable | None
    look: Look
    written: list[Passage]
    result: Future[npt.NDArray[np.int64]]
