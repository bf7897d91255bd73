"""Why: evidence of a moment, with the words that matched marked in what was said or shown."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from kinolex.library.records import Passage
from kinolex.moments import Evidence
from kinolex.search.fuse import Candidate
from kinolex.search.pictures import Seen
from kinolex.search.worded import Said
from kinolex.search.words import LIGHT_WORDS, marks, phrase_marks, stem, tokens

__all__ = ["evidence", "matched_time"]


def evidence(
    grounds: Sequence[Candidate], asked: Collection[str], phrases: Sequence[str]
) -> tuple[Evidence, ...]:
    """Evidence of each ground, in the order given.

    Parameters
    ----------
    grounds : sequence of Candidate
        Of one moment, best first.
    asked : collection of str
        Stems of the question (`kinolex.search.words.informative`).
    phrases : sequence of str
        Its exact phrases.
    """
    light = {stem(word) for word in LIGHT_WORDS}
    telling = {word for word in asked if word not in light} or set(asked)
    return tuple(_one(ground, telling, phrases) for ground in grounds)


def _one(candidate: Candidate, asked: Collection[str], phrases: Sequence[str]) -> Evidence:
    ground = candidate.ground
    if isinstance(ground, Seen):
        return Evidence(candidate.channel, candidate.chance, ground.time, source="frame")
    if not isinstance(ground, Said):
        return Evidence(candidate.channel, candidate.chance, candidate.span.start)
    passages = ground.passages
    text = " ".join(p.text for p in passages)
    ranges = [*marks(text, asked)]
    for phrase in phrases:
        ranges += phrase_marks(text, phrase)
    return Evidence(
        channel=candidate.channel,
        score=candidate.chance,
        time=_time(candidate, asked),
        text=text,
        marks=_joined(ranges),
        source=passages[0].source,
        box=_box(passages),
    )


def _joined(ranges: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    out: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        else:
            out.append((start, end))
    return tuple(out)


def _time(candidate: Candidate, asked: Collection[str]) -> float:
    """When the first asked word is said, else where the moment starts; never outside of it."""
    times = [matched_time(p, asked) for p in candidate.ground.passages]
    known = [t for t in times if t is not None and candidate.span.contains(t)]
    return known[0] if known else candidate.span.start


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
