"""From judged passages to spans: join neighbours, narrow phrases to their words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kinolex.library.records import Passage
from kinolex.moments import SOURCE_CHANNEL, Span
from kinolex.search.calibrate import LINE
from kinolex.search.fuse import Candidate
from kinolex.search.passages import Scored
from kinolex.search.words import contains_phrase, tokens

__all__ = ["Said", "candidates", "phrase_span"]

JOIN_GAP = 1.0
"""Seconds between two answers of one channel that become one."""

LONGEST_JOINED = 60.0
SHORTEST_PHRASE = 1.0
"""Seconds around the words of a phrase that one can listen to."""


@dataclass(frozen=True, slots=True)
class Said:
    """Ground of a word channel's candidate: passages in order of time."""

    passages: tuple[Passage, ...]


def candidates(
    scored: Sequence[Scored], phrases: Sequence[str], duration: Callable[[str], float]
) -> list[Candidate]:
    """Candidates with spans from judged passages.

    Parameters
    ----------
    scored : sequence of Scored
    phrases : sequence of str
        Exact phrases of the question: a passage that holds one and knows the times of its words
        is narrowed to them.
    duration : callable
        Length of a video by id, seconds; a title over (nearly) all of it speaks of the whole.
    """
    found: dict[tuple[str, str], list[Candidate]] = defaultdict(list)
    for one in scored:
        ordered = tuple(sorted(one.passages, key=lambda p: (p.span, p.id)))
        first = ordered[0]
        channel = SOURCE_CHANNEL.get(first.source, "title")
        span = _span(ordered, phrases)
        whole = channel == "title" and span.duration >= 0.95 * duration(first.video)
        candidate = Candidate(first.video, channel, span, one.chance, whole, Said(ordered))
        found[first.video, channel].append(candidate)
    return [c for several in found.values() for c in _joined(several)]


def _span(passages: Sequence[Passage], phrases: Sequence[str]) -> Span:
    spans = [p.span for p in passages]
    for passage in passages:
        for phrase in phrases:
            narrow = phrase_span(passage, phrase)
            if narrow and len(passages) == 1 and len(phrases) == 1:
                return narrow
    return Span(min(s.start for s in spans), max(s.end for s in spans))


def phrase_span(passage: Passage, phrase: str) -> Span | None:
    """Where a phrase is said, by the times of its words; None where they are not known.

    At least `SHORTEST_PHRASE` long where the passage is.

    Examples
    --------
    >>> words = ((0.0, 1.0, "the"), (1.0, 2.0, " big"), (2.0, 3.5, " cup"), (3.5, 5.0, " fell"))
    >>> phrase_span(Passage(Span(0, 5), "the big cup fell", "speech", words=words), "Big cup")
    Span(start=1.0, end=3.5)
    """
    if not passage.words or not contains_phrase(passage.text, phrase):
        return None
    said = [
        (token.text, start, end) for start, end, text in passage.words for token in tokens(text)
    ]
    wanted = [token.text for token in tokens(phrase)]
    n = len(wanted)
    for i in range(len(said) - n + 1):
        if [text for text, _, _ in said[i : i + n]] == wanted:
            return _audible(said[i][1], said[i + n - 1][2], passage.span)
    return None


def _audible(start: float, end: float, outer: Span) -> Span | None:
    pad = max(0.0, SHORTEST_PHRASE - (end - start)) / 2
    start, end = max(start - pad, outer.start), min(end + pad, outer.end)
    return Span(start, end) if start < end else None


def _joined(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Join answers that follow each other; the better chance counts."""
    out: list[Candidate] = []
    for one in sorted(candidates, key=lambda c: (c.span, -c.chance)):
        last = out[-1] if out else None
        if last and not one.whole and not last.whole and _follow(last, one):
            ground = Said(last.ground.passages + one.ground.passages)
            span = last.span.hull(one.span)
            chance = max(last.chance, one.chance)
            out[-1] = Candidate(one.video, one.channel, span, chance, False, ground)
        else:
            out.append(one)
    return out


def _follow(last: Candidate, one: Candidate) -> bool:
    return (
        min(last.chance, one.chance) >= LINE
        and one.span.start - last.span.end <= JOIN_GAP
        and last.span.hull(one.span).duration <= LONGEST_JOINED
    )
