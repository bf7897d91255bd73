"""The nouns: spans, moments, evidence, questions and answers, as frozen dataclasses.

Start reading at `Span`; `Answer` is what every search gives, in Python, JSON, HTTP and MCP alike.
Times at this edge are seconds (float) from the start of the video, which is always 0.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

__all__ = [
    "CHANNELS",
    "SEARCH_SCHEMA",
    "STEPS",
    "Answer",
    "Evidence",
    "Filters",
    "Moment",
    "Part",
    "Passage",
    "Query",
    "Searched",
    "Span",
    "Video",
]

CHANNELS: tuple[str, ...] = ("picture", "speech", "screen", "title")
"""The ways to be found, in the order in which people read them."""

SOURCE_CHANNEL: Mapping[str, str] = {
    "speech": "speech",
    "subtitle": "speech",
    "caption": "speech",
    "note": "title",
    "screen": "screen",
    "title": "title",
}
"""Which channel a passage of each source is found through."""

SEARCH_SCHEMA = "kinolex.search/1"
"""Name and version of the JSON that `Answer.to_dict` gives (docs/search-json.md)."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Half-open time span ``[start, end)`` in seconds, ``0 <= start < end``, both finite.

    Examples
    --------
    >>> Span(1.0, 3.0).iou(Span(2.0, 4.0))
    0.3333333333333333
    >>> Span(3.0, 3.0)
    Traceback (most recent call last):
    ...
    ValueError: a span needs 0 <= start < end, not [3.0, 3.0)
    """

    start: float
    end: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.start) and math.isfinite(self.end)) or not (
            0 <= self.start < self.end
        ):
            raise ValueError(f"a span needs 0 <= start < end, not [{self.start}, {self.end})")

    @property
    def duration(self) -> float:
        """Length in seconds, always above 0."""
        return self.end - self.start

    @property
    def middle(self) -> float:
        """The time half way."""
        return (self.start + self.end) / 2

    def contains(self, time: float) -> bool:
        """Whether ``time`` (seconds) lies inside; the end does not."""
        return self.start <= time < self.end

    def overlap(self, other: Span) -> float:
        """Seconds that both spans share; 0 when they only touch."""
        return max(0.0, min(self.end, other.end) - max(self.start, other.start))

    def iou(self, other: Span) -> float:
        """Intersection over union of the two, in [0, 1]."""
        shared = self.overlap(other)
        return shared / (self.duration + other.duration - shared)

    def hull(self, other: Span) -> Span:
        """The smallest span that holds both."""
        return Span(min(self.start, other.start), max(self.end, other.end))

    def within(self, duration: float) -> Span:
        """The part inside a video of ``duration`` seconds.

        Raises
        ------
        ValueError
            If nothing of it lies inside.
        """
        return Span(min(self.start, duration), min(self.end, duration))


@dataclass(frozen=True, slots=True)
class Video:
    """One media file known by its content.

    ``id`` comes from size and bytes, so it survives moving and renaming; ``path`` is one of its
    present places (or the last known one), ``paths`` all of them; ``recorded`` is the best guess
    of when it was made.
    """

    id: str
    path: str
    title: str
    duration: float
    paths: tuple[str, ...] = ()
    width: int = 0
    height: int = 0
    fps: float = 0.0
    recorded: dt.datetime | None = None
    language: str = ""
    missing: bool = False
    metadata: Mapping[str, str] = field(default_factory=dict, hash=False)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "id": self.id,
            "path": self.path,
            "title": self.title,
            "duration": round(self.duration, 6),
            "paths": list(self.paths),
            "width": self.width,
            "height": self.height,
            "fps": round(self.fps, 6),
            "recorded": self.recorded.isoformat() if self.recorded else None,
            "language": self.language,
            "missing": self.missing,
        }


@dataclass(frozen=True, slots=True)
class Passage:
    """Words with a span and a source (``speech``, ``subtitle``, ``screen``, ``title``, ...).

    ``words`` holds (start, end, text) of single words where known; ``box`` is left, top, width,
    height as fractions. ``id`` is given by the library (0 before).
    """

    span: Span
    text: str
    source: str
    language: str = ""
    confidence: float = 1.0
    box: tuple[float, float, float, float] | None = None
    words: tuple[tuple[float, float, str], ...] = ()
    video: str = ""
    id: int = 0


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why one channel says that a moment answers.

    Parameters
    ----------
    channel : str
        One of `CHANNELS`.
    score : float
        Calibrated chance in [0, 1] that this channel shows what was asked.
    time : float
        Best time in seconds.
    text : str
        The words that matched (empty for pictures), as said or shown.
    marks : tuple of (int, int)
        Half-open character ranges of ``text`` that matched words of the question.
    source : str
        Source of the passage: ``speech``, ``subtitle``, ``screen``, ``title``; ``frame`` for a
        picture.
    box : tuple of float, optional
        Left, top, width, height of screen text, as fractions of the picture.
    """

    channel: str
    score: float
    time: float
    text: str = ""
    marks: tuple[tuple[int, int], ...] = ()
    source: str = ""
    box: tuple[float, float, float, float] | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "channel": self.channel,
            "score": round(self.score, 4),
            "time": round(self.time, 3),
            "text": self.text,
            "marks": [list(mark) for mark in self.marks],
            "source": self.source,
            "box": [round(v, 4) for v in self.box] if self.box else None,
        }


@dataclass(frozen=True, slots=True)
class Moment:
    """A span that answers a question, with its score, rank (from 1) and evidence."""

    video: Video
    span: Span
    score: float
    rank: int
    evidence: tuple[Evidence, ...]

    @property
    def start(self) -> float:
        """Start in seconds."""
        return self.span.start

    @property
    def end(self) -> float:
        """End in seconds."""
        return self.span.end

    @property
    def channels(self) -> tuple[str, ...]:
        """The channels that support it, best first."""
        return tuple(dict.fromkeys(e.channel for e in self.evidence))

    @property
    def uri(self) -> str:
        """W3C media fragment, ``path#t=start,end`` (Media Fragments URI 1.0)."""
        return f"{self.video.path}#t={_trim(self.start)},{_trim(self.end)}"

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON (`SEARCH_SCHEMA`)."""
        return {
            "rank": self.rank,
            "score": round(self.score, 4),
            "video": {"id": self.video.id, "path": self.video.path, "title": self.video.title},
            "start": round(self.start, 3),
            "end": round(self.end, 3),
            "uri": self.uri,
            "channels": list(self.channels),
            "evidence": [e.to_dict() for e in self.evidence],
        }


def _trim(seconds: float) -> str:
    return f"{seconds:.3f}".rstrip("0").rstrip(".")


@dataclass(frozen=True, slots=True)
class Filters:
    """What a question is limited to; every filter is exact.

    ``videos``: ids, paths or parts of names (any may match); ``folder``: a folder, its
    descendants included; ``after`` and ``before``: days of recording, both inclusive;
    ``min_length`` and ``max_length``: of the video, seconds; ``language``: ISO 639-1 code;
    ``tags``: all of them must be on the video (one on a span of it counts for the whole video).
    """

    videos: tuple[str, ...] = ()
    folder: str = ""
    after: dt.date | None = None
    before: dt.date | None = None
    min_length: float | None = None
    max_length: float | None = None
    language: str = ""
    tags: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self != Filters()

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; only what is set."""
        given = {
            "videos": list(self.videos),
            "folder": self.folder,
            "after": self.after.isoformat() if self.after else "",
            "before": self.before.isoformat() if self.before else "",
            "min_length": self.min_length,
            "max_length": self.max_length,
            "language": self.language,
            "tags": list(self.tags),
        }
        return {k: v for k, v in given.items() if v not in ("", None, [])}


@dataclass(frozen=True, slots=True)
class Part:
    """One summand of a question: words, a picture file, a span of an indexed video, a concept.

    ``value`` is the text, the picture's path, a media fragment (``VIDEO#t=10,15``), or the name of
    what `kinolex teach` was taught, without its ``@``. A negative ``weight`` moves away from the
    part.
    """

    kind: Literal["words", "image", "span", "concept"]
    value: str
    weight: float = 1.0

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {"kind": self.kind, "value": self.value, "weight": self.weight}


@dataclass(frozen=True, slots=True)
class Query:
    """A question as understood: parsed, frozen, echoed back with every answer."""

    raw: str = ""
    words: str = ""
    phrases: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    channels: tuple[str, ...] = CHANNELS
    filters: Filters = field(default_factory=Filters)
    limit: int = 10
    group: Literal["moment", "video"] = "moment"
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "raw": self.raw,
            "words": self.words,
            "phrases": list(self.phrases),
            "excluded": list(self.excluded),
            "parts": [p.to_dict() for p in self.parts],
            "channels": list(self.channels),
            "filters": self.filters.to_dict(),
            "limit": self.limit,
            "group": self.group,
            "notes": list(self.notes),
        }


@dataclass(frozen=True, slots=True)
class Searched:
    """What an answer rests on: so that "nothing found" can be believed.

    ``channels`` maps each channel that was searched to the number of videos it covers;
    ``unavailable`` maps each channel that could not be searched to the reason, one sentence;
    ``videos`` counts those that the filters let through; ``pending`` and ``failed`` count videos
    whose indexing is not finished or was not possible.
    """

    videos: int = 0
    duration: float = 0.0
    channels: Mapping[str, int] = field(default_factory=dict, hash=False)
    unavailable: Mapping[str, str] = field(default_factory=dict, hash=False)
    pending: int = 0
    failed: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "videos": self.videos,
            "duration": round(self.duration, 3),
            "channels": dict(self.channels),
            "unavailable": dict(self.unavailable),
            "pending": self.pending,
            "failed": self.failed,
        }


STEPS = ("parse", "encode", "candidates", "calibrate", "spans", "fuse", "explain", "total")
"""Keys of `Answer.timing`, milliseconds each."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a search gives: moments best first, or the honest "nothing found".

    When ``nothing_found`` is true ``moments`` is empty and ``weak`` holds at most three of the
    best below the line. ``timing`` maps each step to milliseconds.
    """

    query: Query
    moments: tuple[Moment, ...] = ()
    weak: tuple[Moment, ...] = ()
    searched: Searched = field(default_factory=Searched)
    timing: Mapping[str, float] = field(
        default_factory=lambda: dict.fromkeys(STEPS, 0.0), hash=False
    )
    generation: int = 0

    @property
    def nothing_found(self) -> bool:
        """Whether no moment is above its line."""
        return not self.moments

    def __iter__(self) -> Any:
        return iter(self.moments)

    def __len__(self) -> int:
        return len(self.moments)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON, in the schema `SEARCH_SCHEMA`."""
        return {
            "schema": SEARCH_SCHEMA,
            "query": self.query.to_dict(),
            "nothing_found": self.nothing_found,
            "moments": [m.to_dict() for m in self.moments],
            "weak": [m.to_dict() for m in self.weak],
            "searched": self.searched.to_dict(),
            "timing": {k: round(v, 3) for k, v in self.timing.items()},
            "generation": self.generation,
        }


def ranked(moments: Sequence[Moment]) -> tuple[Moment, ...]:
    """Give ranks 1, 2, ... in the order of the sequence."""
    return tuple(
        Moment(m.video, m.span, m.score, rank, m.evidence) for rank, m in enumerate(moments, 1)
    )
