"""From the JSON of a server to dataclasses: the reverse of their ``to_dict``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from kinolex.client.records import Collection, Correction, Item, Passage, Saved, Tag
from kinolex.errors import KinolexError
from kinolex.moments import (
    Answer,
    Evidence,
    Filters,
    Moment,
    Part,
    Query,
    Searched,
    Span,
    Video,
)

__all__ = [
    "answer_of",
    "collection_of",
    "correction_of",
    "moment_of",
    "passage_of",
    "query_of",
    "saved_of",
    "tag_of",
    "video_of",
]

Told = Mapping[str, Any]
Whole = Callable[[Told], Video]
"""Makes the video of a moment, of which the moment itself tells id, path and title only."""


def video_of(told: Told) -> Video:
    """A video.

    Examples
    --------
    >>> video = Video("ab", "/a.mp4", "a", 2.0, paths=("/a.mp4",))
    >>> video_of(video.to_dict()) == video
    True
    """
    recorded = told.get("recorded")
    return Video(
        id=told["id"],
        path=told["path"],
        title=told["title"],
        duration=float(told.get("duration", 0.0)),
        paths=tuple(told.get("paths", ())),
        width=int(told.get("width", 0)),
        height=int(told.get("height", 0)),
        fps=float(told.get("fps", 0.0)),
        recorded=dt.datetime.fromisoformat(recorded) if recorded else None,
        language=told.get("language", ""),
        missing=bool(told.get("missing", False)),
        metadata=dict(told.get("metadata", {})),
    )


def evidence_of(told: Told) -> Evidence:
    """Why one channel says that a moment answers."""
    box = told.get("box")
    return Evidence(
        channel=told["channel"],
        score=float(told["score"]),
        time=float(told["time"]),
        text=told.get("text", ""),
        marks=tuple((int(a), int(b)) for a, b in told.get("marks", ())),
        source=told.get("source", ""),
        box=(float(box[0]), float(box[1]), float(box[2]), float(box[3])) if box else None,
    )


def moment_of(told: Told, whole: Whole = video_of) -> Moment:
    """A moment."""
    return Moment(
        video=whole(told["video"]),
        span=Span(float(told["start"]), float(told["end"])),
        score=float(told["score"]),
        rank=int(told["rank"]),
        evidence=tuple(evidence_of(one) for one in told["evidence"]),
    )


def query_of(told: Told) -> Query:
    """A question as it was understood.

    Examples
    --------
    >>> query = Query("a -b", "a", excluded=("b",), parts=(Part("words", "a"),))
    >>> query_of(query.to_dict()) == query
    True
    """
    return Query(
        raw=told["raw"],
        words=told["words"],
        phrases=tuple(told["phrases"]),
        excluded=tuple(told["excluded"]),
        parts=tuple(Part(p["kind"], p["value"], float(p["weight"])) for p in told["parts"]),
        channels=tuple(told["channels"]),
        filters=filters_of(told["filters"]),
        limit=int(told["limit"]),
        group=told["group"],
        notes=tuple(told["notes"]),
    )


def filters_of(told: Told) -> Filters:
    """Filters, of which only what is set was told."""

    def day(name: str) -> dt.date | None:
        return dt.date.fromisoformat(told[name]) if told.get(name) else None

    return Filters(
        videos=tuple(told.get("videos", ())),
        folder=told.get("folder", ""),
        after=day("after"),
        before=day("before"),
        min_length=told.get("min_length"),
        max_length=told.get("max_length"),
        language=told.get("language", ""),
        tags=tuple(told.get("tags", ())),
    )


def answer_of(told: Told, whole: Whole = video_of) -> Answer:
    """What a search gave.

    Raises
    ------
    KinolexError
        If it is no answer, or one of a server that is newer than this client understands.
    """
    try:
        searched = told["searched"]
        return Answer(
            query=query_of(told["query"]),
            moments=tuple(moment_of(one, whole) for one in told["moments"]),
            weak=tuple(moment_of(one, whole) for one in told["weak"]),
            searched=Searched(**{name: searched[name] for name in _SEARCHED}),
            timing=dict(told["timing"]),
            generation=int(told["generation"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise KinolexError(
            f"The server gave no answer that can be read ({type(error).__name__}: {error}).",
            hint="Use the same version of kinolex here and there.",
        ) from error


_SEARCHED = ("videos", "duration", "channels", "unavailable", "pending", "failed")


def passage_of(told: Told, video: str = "") -> Passage:
    """Words with their span, of a video by its id."""
    box = told.get("box")
    return Passage(
        id=int(told["id"]),
        span=Span(float(told["start"]), float(told["end"])),
        text=told["text"],
        source=told["source"],
        language=told.get("language", ""),
        confidence=float(told.get("confidence", 1.0)),
        video=video,
        box=(float(box[0]), float(box[1]), float(box[2]), float(box[3])) if box else None,
        words=tuple((float(a), float(b), text) for a, b, text in told.get("words", ())),
    )


def saved_of(told: Told) -> Saved:
    """A saved search."""
    return Saved(
        told["id"],
        told["name"],
        dict(told["question"]),
        told["created"],
        told.get("owner", ""),
        told.get("unseen"),
    )


def collection_of(told: Told) -> Collection:
    """A collection with its items."""
    items = tuple(Item(**{k: one[k] for k in _ITEM if k in one}) for one in told["items"])
    return Collection(
        told["id"],
        told["name"],
        items,
        told["created"],
        told["changed"],
        told.get("owner", ""),
    )


_ITEM = ("id", "video", "start", "end", "note", "added", "title")


def tag_of(told: Told) -> Tag:
    """A tag."""
    return Tag(
        told["id"],
        told["name"],
        told["video"],
        told.get("start"),
        told.get("end"),
        told["added"],
        told.get("owner", ""),
    )


def correction_of(told: Told) -> Correction:
    """A correction, without the id of its passage."""
    return Correction(**{name: told[name] for name in _CORRECTION})


_CORRECTION = ("id", "video", "source", "start", "end", "old", "new", "at", "owner")
