"""The frames of a span: which belong to it, and when each is shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from kinolex.media.cutting.plan import Piece
from kinolex.media.reading import Decoded, open_frames

if TYPE_CHECKING:
    from av import VideoFrame

__all__ = ["Film", "Shown"]

NEAR = 0.75
"""Frames by which a span may miss a frame's boundary and still mean it."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture and when it is to be seen: seconds from the start of the cut."""

    start: Fraction
    end: Fraction
    frame: VideoFrame


@dataclass
class Film:
    """The pictures of one piece, in order.

    A frame belongs to a span when the span's borders, moved to the nearest borders of frames, hold
    it; so that a span that was rounded to milliseconds gives the frames that were meant. A picture
    that is shown for long (a slide at a variable rate) is cut to its part.

    Attributes
    ----------
    base, length : Fraction
        Seconds of the file that count as 0, known with the first picture; and seconds of the cut,
        known at the end.
    """

    piece: Piece
    threads: int = 0
    base: Fraction = field(default=Fraction(0), init=False)
    length: Fraction = field(default=Fraction(0), init=False)

    def __post_init__(self) -> None:
        span = self.piece.padded
        self.start, self.end = Fraction(span.start), Fraction(span.end)
        video = self.piece.info.video
        self.nominal = 1 / Fraction((video.fps if video else 0) or 25).limit_denominator(1001)
        self.base, self.length = self.start, self.end - self.start

    def __iter__(self) -> Iterator[Shown]:
        held: tuple[Fraction, Decoded] | None = None
        begun = False
        for at, decoded, until in self._timed():
            half = min(self.nominal, until - at) / 2
            if until - self.start <= half:
                continue
            if at > self.end - half:
                held = held or (at, decoded)
                break
            if not begun:
                self._begin(at)
                begun = True
            self._finish(until)
            yield self._shown(at, until, decoded)
        if not begun and held is not None:  # shorter than half a frame
            self._begin(held[0])
            self.length = self.nominal
            yield Shown(Fraction(0), self.nominal, held[1].frame)

    def _timed(self) -> Iterator[tuple[Fraction, Decoded, Fraction]]:
        """Frames from the span's start on with the times from and until which they are shown."""
        info = self.piece.info
        assert info.video is not None
        unit = info.video.time_base
        held: Decoded | None = None
        with open_frames(Path(info.path), info, threads=self.threads) as reader:
            if self.start > 0:
                reader.skip_to(float(self.start))
            for decoded in reader:
                if held is not None:
                    yield held.ticks * unit, held, decoded.ticks * unit
                held = decoded
                if decoded.ticks * unit >= self.end + self.nominal:
                    return
        if held is not None:
            at = held.ticks * unit
            yield at, held, max(at + self.nominal, Fraction(info.duration))

    def _begin(self, at: Fraction) -> None:
        self.base = at if abs(at - self.start) <= NEAR * self.nominal else self.start
        self.length = self.end - self.base

    def _finish(self, until: Fraction) -> None:
        """The cut ends with the frame whose end is near the span's, else where the span does."""
        near = abs(until - self.end) <= NEAR * self.nominal
        self.length = (until if near else self.end) - self.base

    def _shown(self, at: Fraction, until: Fraction, decoded: Decoded) -> Shown:
        start = max(at - self.base, Fraction(0))
        return Shown(start, max(min(until - self.base, self.length), start), decoded.frame)
