"""Arguments of the tools: their schemas are published, and what does not fit is refused."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

__all__ = [
    "ExportArguments",
    "OpenArguments",
    "SearchArguments",
    "StillsArguments",
    "TranscriptArguments",
    "Wanted",
]

Channel = Literal["picture", "speech", "screen", "title"]
Source = Literal["speech", "subtitle", "caption", "note", "screen", "title"]
Seconds = Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]
Video = Annotated[
    str,
    Field(
        min_length=1,
        max_length=1000,
        description="Id of a video as an answer gave it, or its whole name or title; no path.",
    ),
]
Day = Annotated[
    str, Field(max_length=40, description="A day, month or year: 2024-05-01, 2024-05, 2024.")
]


class _Arguments(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SearchArguments(_Arguments):
    """A question to the whole library, or to a part of it."""

    text: str = Field(
        default="",
        max_length=2000,
        description='Words for what is seen, said, shown or named. "Quotes" demand the exact '
        "words, -word excludes, @name means a thing that this library was taught.",
    )
    like: list[Annotated[str, Field(min_length=1, max_length=1100)]] = Field(
        default=[],
        max_length=8,
        description="Find what looks like these: ids of moments, or VIDEO#t=START,END in seconds.",
    )
    channels: list[Channel] = Field(
        default=[],
        max_length=4,
        description="Where to look, everywhere when empty: picture (what is seen), speech (what "
        "is said), screen (text in the picture), title (names, chapters, metadata).",
    )
    video: list[Video] = Field(
        default=[], max_length=100, description="Only in these videos, by id or name."
    )
    folder: str = Field(
        default="", max_length=1000, description="Only below the folder of this name; no path."
    )
    after: Day = ""
    before: Day = ""
    limit: int = Field(default=8, ge=1, le=20, description="At most so many moments.")


class OpenArguments(_Arguments):
    """One video."""

    video: Video


class TranscriptArguments(_Arguments):
    """Words of a video, or of a span of it."""

    video: Video
    start: Seconds | None = Field(default=None, description="Seconds; the beginning when absent.")
    end: Seconds | None = Field(default=None, description="Seconds; the end when absent.")
    sources: list[Source] = Field(
        default=[],
        max_length=6,
        description="Which words. When empty: what is said (speech, subtitle, caption, note), "
        "or the text on the screen where nothing is said.",
    )
    cursor: str | None = Field(
        default=None,
        max_length=2000,
        description="`next` of the answer before, with the same other arguments.",
    )


class StillsArguments(_Arguments):
    """Times at which to look at a span."""

    video: Video
    start: Seconds
    end: Seconds
    count: int = Field(default=4, ge=1, le=8, description="At most so many, evenly spread.")


class Wanted(_Arguments):
    """A span to be exported; the whole video without ``start`` and ``end``."""

    video: Video
    start: Seconds | None = None
    end: Seconds | None = None


class ExportArguments(_Arguments):
    """Spans, in order, and the format."""

    format: str = Field(
        min_length=1,
        max_length=50,
        description="For editors: edl, fcpxml, otio. Words: srt, vtt, transcript. Tables: csv, "
        "json. Chapters: chapters-vtt, chapters-ffmetadata, chapters-youtube. iiif.",
    )
    spans: list[Wanted] = Field(min_length=1, max_length=200)
    title: str = Field(default="", max_length=200, description="Of the timeline or list.")
