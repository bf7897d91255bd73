"""Answers of the tools: small, typed, and the same over every transport."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

__all__ = [
    "Chapter",
    "Exported",
    "Found",
    "Hit",
    "Line",
    "Opened",
    "Picture",
    "Searched",
    "Stills",
    "Transcript",
    "Why",
]


class Why(BaseModel):
    """One reason why a moment was found."""

    channel: str = Field(description="picture, speech, screen or title.")
    score: float = Field(description="Chance from 0 to 1 that this channel shows what was asked.")
    time: float = Field(description="Best time, seconds.")
    text: str = Field(default="", description="The words that matched; empty for pictures.")


class Hit(BaseModel):
    """A moment: a span of a video that answers the question."""

    id: str = Field(description="Id of the moment; usable in `like`.")
    video: str = Field(description="Id of the video.")
    title: str
    start: float = Field(description="Seconds.")
    end: float = Field(description="Seconds, exclusive.")
    score: float = Field(description="From 0 to 1; best first.")
    evidence: list[Why]
    link: str | None = Field(default=None, description="Page for people, at this span.")


class Searched(BaseModel):
    """What the answer rests on, so that "nothing found" can be judged."""

    videos: int = Field(description="Videos that the filters let through.")
    pending: int = Field(description="Videos whose indexing is not finished.")
    failed: int = Field(description="Files that could not be indexed.")
    channels: dict[str, int] = Field(description="Channels that were searched: videos in each.")
    unavailable: dict[str, str] = Field(
        default={}, description="Channels that could not be searched, and why."
    )


class Found(BaseModel):
    """Moments, best first; or the honest nothing."""

    nothing_found: bool = Field(
        description="True: nothing in this library answers well enough. Say so; `weak` are no hits."
    )
    moments: list[Hit]
    weak: list[Hit] = Field(description="Below the line: at most three, only if nothing was found.")
    searched: Searched
    notes: list[str] = Field(default=[], description="How the question was understood.")


class Chapter(BaseModel):
    """A chapter that the file itself brings."""

    start: float
    end: float
    title: str


class Opened(BaseModel):
    """What is known of a video."""

    id: str
    title: str
    file: str = Field(description="Name of its folder in the library, and the file below it.")
    duration: float = Field(description="Seconds.")
    width: int
    height: int
    fps: float
    recorded: str | None = Field(default=None, description="When it was made, where known.")
    language: str = ""
    missing: bool = Field(description="True: the file cannot be reached now; the words still can.")
    channels: dict[str, str] = Field(description="Channels and how far they are indexed.")
    words: dict[str, int] = Field(description="Number of passages by source (speech, screen ...).")
    chapters: list[Chapter]
    shots: int = Field(description="Number of shots.")
    stills: int = Field(description="Number of kept pictures.")
    link: str | None = Field(default=None, description="Page for people.")


class Line(BaseModel):
    """One passage."""

    start: float
    end: float
    source: str
    text: str


class Transcript(BaseModel):
    """Words of a span, in order of time."""

    video: str
    title: str
    start: float
    end: float
    lines: list[Line]
    cut: bool = Field(description="True: there is more; ask again with `cursor` set to `next`.")
    next: str | None = Field(default=None, description="Cursor of the next part.")
    other: dict[str, int] = Field(
        default={}, description="Passages of this span by sources that were not asked for."
    )


class Picture(BaseModel):
    """Where one kept picture is to be had."""

    time: float = Field(description="Seconds.")
    uri: str = Field(description="MCP resource: read it to see the picture (JPEG).")
    link: str | None = Field(default=None, description="Address of the picture for people.")


class Stills(BaseModel):
    """Pictures of a span: times and addresses, no bytes."""

    video: str
    title: str
    stills: list[Picture]
    note: str = ""


class Exported(BaseModel):
    """A file that was made, or is being made."""

    id: str
    format: str
    state: Literal["done", "running"]
    name: str | None = Field(default=None, description="Name of the file.")
    size: int | None = Field(default=None, description="Length of the file in bytes.")
    media_type: str | None = None
    notes: list[str] = []
    uri: str = Field(description="MCP resource: read it to get the file once it is done.")
    link: str | None = Field(default=None, description="Where people can download it.")
