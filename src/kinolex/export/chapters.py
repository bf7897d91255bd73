"""What the chapter formats share: clips of one video as chapters with its own times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kinolex.export.request import Clip, Options
from kinolex.export.words import one_line

__all__ = ["Chapter", "chapters"]


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter: milliseconds from the video's start, and a title on one line."""

    start: int
    end: int
    title: str


def chapters(clips: Sequence[Clip], options: Options) -> list[Chapter]:
    """Chapters in order of time.

    Examples
    --------
    >>> from kinolex.moments import Span, Video
    >>> video = Video("ab" * 16, "/a.mp4", "a", 60.0)
    >>> chapters([Clip(video, Span(9, 20), "Two"), Clip(video, Span(0, 9), "One")], Options())
    [Chapter(start=0, end=9000, title='One'), Chapter(start=9000, end=20000, title='Two')]
    """
    found = []
    for clip in clips:
        span = clip.padded(options.pad)
        start = round(span.start * 1000)
        found.append(Chapter(start, max(start + 1, round(span.end * 1000)), one_line(clip.label)))
    return sorted(found, key=lambda c: (c.start, c.end))
