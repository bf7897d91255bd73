"""From keyword arguments to the body of a question, as ``POST /v1/search`` takes it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from os import PathLike
from typing import Any

from kinolex.errors import UsageError
from kinolex.moments import Moment, Span, Video

__all__ = ["Spans", "day", "id_of", "question", "several", "span_body", "spans_body"]

One = str | Moment | Video | tuple[str, float, float]
Spans = One | Sequence[One]
"""``VIDEO#t=START,END`` (a bare VIDEO is all of it), a moment, a video, (id, start, end), or
several of them."""

_FRAGMENT = re.compile(r"(?s)(.+)#t=([0-9]+(?:\.[0-9]+)?)?(?:,([0-9]+(?:\.[0-9]+)?))?")


def several(value: Any) -> list[Any]:
    """What was given once or several times."""
    if value is None or (isinstance(value, str) and not value):
        return []
    if isinstance(value, (str, bytes, PathLike, Moment, Video, Span)):
        return [value]
    return list(value)


def id_of(video: str | Video | Moment) -> str:
    """The id of a video."""
    if isinstance(video, Moment):
        return video.video.id
    return video.id if isinstance(video, Video) else str(video)


def day(value: dt.date | str | None) -> str:
    """A day as text."""
    return "" if value is None else value.isoformat() if isinstance(value, dt.date) else value


def span_body(one: One) -> dict[str, Any]:
    """A span of a video as the server takes it.

    Examples
    --------
    >>> span_body("ab12#t=1,2.5"), span_body(("ab12", 1, 2)), span_body("ab12")
    ({'video': 'ab12', 'start': 1.0, 'end': 2.5}, {'video': 'ab12', 'start': 1, 'end': 2}, {'video': 'ab12'})
    """  # noqa: E501
    if isinstance(one, Moment):
        return {"video": one.video.id, "start": one.start, "end": one.end}
    if isinstance(one, tuple):
        return {"video": one[0], "start": one[1], "end": one[2]}
    if isinstance(one, Video):
        return {"video": one.id}
    found = _FRAGMENT.fullmatch(one)
    if found is None:
        if "#t=" in one:
            raise UsageError(f"{one!r} is no span.", hint="Write VIDEO#t=START,END in seconds.")
        return {"video": one}
    body: dict[str, Any] = {"video": found[1], "start": float(found[2] or 0.0)}
    return body | ({"end": float(found[3])} if found[3] else {})


def spans_body(spans: Spans) -> list[dict[str, Any]]:
    """One span or several as the server takes them."""
    if isinstance(spans, tuple) and len(spans) == 3 and isinstance(spans[1], (int, float)):
        return [span_body(spans)]
    return [span_body(one) for one in several(spans)]


def question(
    text: str,
    *,
    pictures: Sequence[str] = (),
    like: str | Moment | Sequence[str | Moment] | None = None,
    channels: Sequence[str] | str | None = None,
    video: str | Video | Sequence[str | Video] | None = None,
    folder: str | PathLike[str] = "",
    after: dt.date | str | None = None,
    before: dt.date | str | None = None,
    min_length: float | None = None,
    max_length: float | None = None,
    language: str = "",
    tag: str | Sequence[str] | None = None,
    group: str = "moment",
    sort: str = "score",
) -> dict[str, Any]:
    """The body of a question; ``pictures`` are ids of uploaded ones."""
    alike = [span_body(one) if isinstance(one, Moment) else str(one) for one in several(like)]
    return {
        "text": text,
        "image": list(pictures) or None,
        "span": alike or None,
        "channels": several(channels) or None,
        "filters": {
            "videos": [id_of(one) for one in several(video)],
            "folder": str(folder),
            "after": day(after),
            "before": day(before),
            "min_length": min_length,
            "max_length": max_length,
            "language": language,
            "tags": several(tag),
        },
        "group_by": group,
        "sort": sort,
    }
