"""What is exported, how, and what came out: `Clip`, `Options`, `Exported`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kinolex.errors import StoppedError, UsageError
from kinolex.library.records import Passage, VideoRecord
from kinolex.moments import Span, Video

__all__ = ["Clip", "Exported", "Options"]

LEAST = 1e-3
"""Seconds: what is shorter is no span of a video."""


@dataclass(frozen=True, slots=True)
class Clip:
    """One span of a video that is to be exported.

    Parameters
    ----------
    video : Video
        Where it is from.
    span : Span
        Seconds in the video, end exclusive.
    name : str
        Label that an editor shows.
    note : str
        A remark, such as why it matched.
    score : float, optional
        Chance that it answers a question.
    record : VideoRecord, optional
        Time base, streams and tags of the file, where known.
    passages : tuple of Passage
        Words inside the span (times count from the video's start).
    shots : tuple of Span
        Shots of the video that the span touches.

    Examples
    --------
    >>> clip = Clip(Video("ab" * 16, "/v/walk.mp4", "A walk", 60.0), Span(10, 15))
    >>> clip.label, clip.padded(12.0)
    ('A walk', Span(start=0.0, end=27.0))
    """

    video: Video
    span: Span
    name: str = ""
    note: str = ""
    score: float | None = None
    record: VideoRecord | None = None
    passages: tuple[Passage, ...] = ()
    shots: tuple[Span, ...] = ()

    @property
    def label(self) -> str:
        """The name, else the video's title, else its id."""
        return self.name or self.video.title or self.video.id

    def padded(self, pad: float) -> Span:
        """The span with handles of ``pad`` seconds on both sides, inside the video.

        Raises
        ------
        UsageError
            If the span begins behind the video's end.
        """
        start, end = max(0.0, self.span.start - pad), self.span.end + pad
        if self.video.duration > 0:
            end = min(end, self.video.duration)
        if end - start < LEAST or self.span.start >= end:
            raise UsageError(
                f"The span starts at {self.span.start:.3f} s, but {self.label} "
                f"is only {self.video.duration:.3f} s long."
            )
        return Span(start, end)


@dataclass(frozen=True, slots=True)
class Options:
    """How to export.

    Parameters
    ----------
    pad : float
        Seconds of handles on both sides of every span, clamped to the video.
    title : str
        Of the timeline, list or page.
    exact : bool
        Always code films anew, for accuracy to the frame.
    drop_frame : bool, optional
        Timecode at 29.97 and 59.94 frames a second; None: as the material says, else non-drop.
    sources : tuple of str
        Which passages the formats of words take; none: speech and subtitles, else all.
    base_url : str
        What the ids of a IIIF manifest begin with.
    stop : callable, optional
        Asked while a film is made whether to give up.
    """

    pad: float = 0.0
    title: str = "kinolex"
    exact: bool = False
    drop_frame: bool | None = None
    sources: tuple[str, ...] = ()
    base_url: str = ""
    stop: Callable[[], bool] | None = field(default=None, compare=False)

    def go_on(self) -> None:
        """Nothing, while the file is still wanted.

        Raises
        ------
        StoppedError
            If ``stop`` says so.
        """
        if self.stop is not None and self.stop():
            raise StoppedError("The export was withdrawn.")


@dataclass(frozen=True, slots=True)
class Exported:
    """A file that was written, and one-sentence remarks on it."""

    path: Path
    media_type: str
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON: the file's name, without its folder."""
        return {
            "file": self.path.name,
            "bytes": self.path.stat().st_size,
            "media_type": self.media_type,
            "notes": list(self.notes),
        }
