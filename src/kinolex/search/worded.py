"""From judged passages to spans: join neighbours, narrow to the sentence or phrase meant."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from kinolex.library.records import Passage
from kinolex.moments import SOURCE_CHANNEL, Span
from kinolex.search.calibrate import LINE
from kinolex.search.fuse import Candidate
from kinolex.search.passages import Scored
from kinolex.search.words import contains_phrase, stems_of, tokens

__all__ = ["Said", "candidates", "phrase_span"]

JOIN_GAP = 1.0
"""Seconds between two answers of one channel that become one."""

LONGEST_JOINED = 60.0
ALIKE = 1.5
"""Log-odds by which two answers that become one may differ: a much better one stays alone."""

_ENDS = (".", "?", "!", "…", "。", "？", "！", "؟", "।")

SHORTEST_PHRASE = 1.0
"""Seconds around the words of a phrase that one can listen to."""


@dataclass(frozen=True, slots=True)
class Said:
    """Ground of a word channel's candidate: passages in order of time."""

    passages: tuple[Passage, ...]


def candidates(
    scored: Sequence[Scored],
    phrases: Sequence[str],
    duration: Callable[[str], float],
    asked: Collection[str] = (),
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
    asked : collection of str
        Stems of the question: a passage of several sentences is narrowed to those that hold them.
    """
    found: dict[tuple[str, str], list[Candidate]] = defaultdict(list)
    for one in scored:
        ordered = tuple(sorted(one.passages, key=lambda p: (p.span, p.id)))
        first = ordered[0]
        channel = SOURCE_CHANNEL.get(first.source, "title")
        span = _span(ordered, phrases, asked)
        whole = channel == "title" and span.duration >= 0.95 * duration(first.video)
        candidate = Candidate(first.video, channel, span, one.chance, whole, Said(ordered))
        found[first.video, channel].append(candidate)
    return [c for several in found.values() for c in _joined(several)]


def _span(passages: Sequence[Passage], phrases: Sequence[str], asked: Collection[str]) -> Span:
    if len(passages) == 1 and len(phrases) < 2:
        narrow = phrase_span(passages[0], phrases[0]) if phrases else None
        return narrow or sentence_span(passages[0], asked)
    spans = [p.span for p in passages]
    return Span(min(s.start for s in spans), max(s.end for s in spans))


def sentence_span(passage: Passage, asked: Collection[str]) -> Span:
    """The shortest run of a passage's sentences that holds all of the asked words it has.

    The whole passage where the times of its words are not known, or none was asked.

    Examples
    --------
    >>> words = ((0.0, 1.0, "One"), (1.0, 2.0, " cup."), (2.5, 3.0, " Two"), (3.0, 5.0, " balls."))
    >>> sentence_span(Passage(Span(0, 5), "One cup. Two balls.", "speech", words=words), {"ball"})
    Span(start=2.5, end=5.0)
    """
    sentences = _sentences(passage)
    held = [stems & set(asked) for _, _, stems in sentences]
    wanted = frozenset().union(*held)
    if len(sentences) < 2 or not wanted:
        return passage.span
    runs = [
        (sentences[j][1] - sentences[i][0], i, j)
        for i in range(len(sentences))
        for j in range(i, len(sentences))
        if wanted <= frozenset().union(*held[i : j + 1])
    ]
    _, i, j = min(runs)
    return _audible(sentences[i][0], sentences[j][1], passage.span) or passage.span


def _sentences(passage: Passage) -> list[tuple[float, float, frozenset[str]]]:
    """Start, end and stems of each sentence, by the punctuation of the words."""
    found: list[tuple[float, float, frozenset[str]]] = []
    first, stems = None, frozenset[str]()
    for number, (start, end, text) in enumerate(passage.words, 1):
        first = start if first is None else first
        stems |= stems_of(text)
        if text.rstrip("\"'”’)» ").endswith(_ENDS) or number == len(passage.words):
            found.append((first, end, stems))
            first, stems = None, frozenset[str]()
    return found


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
        and abs(_logit(last.chance) - _logit(one.chance)) <= ALIKE
        and one.span.start - last.span.end <= JOIN_GAP
        and last.span.hull(one.span).duration <= LONGEST_JOINED
    )


def _logit(chance: float) -> float:
    bounded = min(max(chance, 1e-9), 1 - 1e-9)
    return math.log(bounded / (1 - bounded))
