"""What a cut is asked for and what it gives: plain dataclasses that cross the process boundary."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kinolex.media.types import MediaInfo
from kinolex.moments import Span

__all__ = ["Cut", "CutPlan", "Piece"]


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a file: the wanted span, and how many seconds of handles may go around it."""

    info: MediaInfo
    span: Span
    pad: float = 0.0

    @property
    def padded(self) -> Span:
        """The span with its handles, inside the file."""
        end = min(self.span.end + self.pad, max(self.info.duration, self.span.start + 1e-3))
        return Span(max(0.0, self.span.start - self.pad), end)


@dataclass(frozen=True, slots=True)
class CutPlan:
    """One new file.

    ``pieces`` follow one another. ``container`` is FFmpeg's name of the format. ``copy``: packets
    may be copied where that is exact enough; only for a single piece. ``reel``: pictures of one
    size and rate (those of the first piece with pictures), and exactly one sound track.
    """

    to: str
    pieces: tuple[Piece, ...]
    container: Literal["mp4", "mov", "matroska"] = "mp4"
    copy: bool = True
    reel: bool = False
    threads: int = 0


@dataclass(frozen=True, slots=True)
class Cut:
    """Progress (``way`` is empty), and at last how the file was made.

    ``done``: seconds written. ``way``: packets were copied, or everything was coded anew.
    ``before`` and ``after``: seconds that the file shows more than the wanted span. ``why``: why
    packets were not copied, a clause.
    """

    done: float
    way: Literal["", "copy", "code"] = ""
    before: float = 0.0
    after: float = 0.0
    why: str = ""
