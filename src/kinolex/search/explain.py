"""Why: evidence of a moment, with the words that matched marked in what was said or shown."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from kinolex.library.records import Passage
from kinolex.moments import Evidence, Span
from kinolex.search.fuse import Candidate
from kinolex.search.pictures import Seen
from kinolex.search.worded import Said
from kinolex.search.words import LIGHT_WORDS, marks, phrase_marks, stem, tokens

__all__ = ["evidence", "matched_time"]


def evidence(
    grounds: Sequence[Candidate], moment: Span, asked: Collection[str], phrases: Sequence[str]
) -> tuple[Evidence, ...]:
    """Evidence of each ground, in the order given; its time lies in the moment.

    Only a ground that does not touch the moment (another moment of the video, where one a video is
    asked for) keeps its own time.

    Parameters
    ----------
    grounds : sequence of Candidate
        Of one moment, best first.
    moment : Span
        The moment's own.
    asked : collection of str
        Stems of the question (`kinolex.search.words.informative`).
    phrases : sequence of str
        Its exact phrases.
    """
    light = {stem(word) for word in LIGHT_WORDS}
    telling = {word for word in asked if word not in light} or set(asked)
    return tuple(_one(ground, moment, telling, phrases) for ground in grounds)


def _one(
    candidate: Candidate, moment: Span, asked: Collection[str], phrases: Sequence[str]
) -> Evidence:
    ground = candidate.ground
    there = _common(candidate.span, moment) or candidate.span
    if isinstance(ground, Seen):
        time = ground.time if there.contains(ground.time) else there.start
        return Evidence(candidate.channel, candidate.chance, time, source="frame")
    if not isinstance(ground, Said):
        return Evidence(candidate.channel, candidate.chance, there.start)
    passages = tuple(p for p in ground.passages if p.span.overlap(there)) or ground.passages
    text = " ".join(p.text for p in passages)
    ranges = [*marks(text, asked)]
    for phrase in phrases:
        ranges += phrase_marks(text, phrase)
    return Evidence(
        channel=candidate.channel,
        score=candidate.chance,
        time=_time(passages, there, asked),
        text=text,
        marks=_joined(ranges),
        source=passages[0].source,
        box=_box(passages),
    )


def _common(one: Span, other: Span) -> Span | None:
    start, end = max(one.start, other.start), min(one.end, other.end)
    return Span(start, end) if start < end else None


def _joined(ranges: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    out: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        else:
            out.append((start, end))
    return tuple(out)


def _time(passages: Sequence[Passage], there: Span, asked: Collection[str]) -> float:
    """When the first asked word is said, else when the first passage begins; never outside."""
    times = [matched_time(p, asked) for p in passages]
    known = [t for t in times if t is not None and there.contains(t)]
    begun = max(there.start, min(p.span.start for p in passages))
    return known[0] if known else begun if there.contains(begun) else there.start


def matched_time(passage: Passage, asked: Collection[str]) -> float | None:
    """Start of the first word of a passage that was asked for, where its words have times."""
    for start, _, text in passage.words:
        if any(stem(token.text) in asked for token in tokens(text, singles=True)):
            return start
    return None


def _box(passages: Sequence[Passage]) -> tuple[float, float, float, float] | None:
    """The box around the boxes of all passages that have one."""
    boxes = [p.box for p in passages if p.box]
    if not boxes:
        return None
    left, top = min(b[0] for b in boxes), min(b[1] for b in boxes)
    right = max(b[0] + b[2] for b in boxes)
    bottom = max(b[1] + b[3] for b in boxes)
    return left, top, right - left, bottom - top
