"""Spans as other commands give them: the JSON of a search, lines of JSON, or media fragments."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kinolex.errors import UsageError
from kinolex.export.words import one_line
from kinolex.moments import Moment

__all__ = ["Wanted", "read_wanted", "reason", "wanted_of"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A span of a video that is named by id and path, with what a search said of it."""

    video: str
    path: str
    start: float
    end: float
    title: str = ""
    note: str = ""
    score: float | None = None


def read_wanted(text: str) -> list[str | Wanted]:
    r"""Spans in the order in which they stand.

    Parameters
    ----------
    text : str
        What ``kinolex search --json`` prints (its moments, best first), a list of such moments, one
        JSON value a line, or one media fragment a line.

    Raises
    ------
    UsageError
        If a line is no span.

    Examples
    --------
    >>> read_wanted("a.mp4#t=1,2\n\nb.mp4\n")
    ['a.mp4#t=1,2', 'b.mp4']
    >>> read_wanted('{"moments": [{"video": {"id": "ab", "path": "/a"}, "start": 1, "end": 2}]}')
    [Wanted(video='ab', path='/a', start=1.0, end=2.0, title='', note='', score=None)]
    """
    text = text.lstrip("\ufeff").strip()
    if text[:1] in ("{", "["):
        try:
            return list(_spans(json.loads(text)))
        except ValueError:
            pass  # more than one value: one a line
    found: list[str | Wanted] = []
    for number, line in enumerate(text.splitlines(), 1):
        try:
            found += _line(line.strip())
        except (ValueError, KeyError, TypeError) as error:
            raise UsageError(
                f"Line {number} is no span: {one_line(line)[:60]}.",
                hint="Give what `kinolex search --json` or `kinolex search --uris` prints.",
            ) from error
    return found


def _line(line: str) -> Iterator[str | Wanted]:
    if line[:1] in ("{", "[", '"'):
        yield from _spans(json.loads(line))
    elif line:
        yield line


def _spans(value: Any) -> Iterator[str | Wanted]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _spans(item)
    elif isinstance(value, dict) and isinstance(value.get("moments"), list):
        yield from _spans(value["moments"])
    elif isinstance(value, dict):
        yield _wanted(value)
    else:
        raise UsageError(f"{value!r} is no span.", hint="Give what `kinolex search --json` prints.")


def _wanted(moment: Mapping[str, Any]) -> Wanted:
    """A moment of a search, as JSON."""
    try:
        video = moment["video"]
        start, end = float(moment["start"]), float(moment["end"])
        if not (math.isfinite(start) and math.isfinite(end)):
            raise ValueError("a time that is no number")
        score = moment.get("score")
        return Wanted(
            str(video.get("id", "")),
            str(video.get("path", "")),
            start,
            end,
            title=str(video.get("title", "")),
            note=reason(moment.get("evidence") or ()),
            score=None if score is None else float(score),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UsageError(
            "The JSON holds something that is no moment.",
            hint="Give what `kinolex search --json` prints.",
        ) from error


def wanted_of(moment: Moment) -> Wanted:
    """A moment that a search gave."""
    return _wanted(moment.to_dict() | {"start": moment.start, "end": moment.end})


def reason(evidence: Sequence[Mapping[str, Any]]) -> str:
    """Why a moment was found, in a few words.

    Examples
    --------
    >>> reason([{"channel": "speech", "score": 0.81, "text": "a red ball"}])
    'speech 81%: a red ball'
    """
    parts = []
    for one in evidence:
        words = one_line(str(one.get("text", "")))
        share = f"{one['channel']} {float(one['score']):.0%}"
        parts.append(f"{share}: {words}" if words else share)
    return "; ".join(parts)
