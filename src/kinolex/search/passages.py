"""The word channels: passages that say or show what was asked, by meaning and by words.

Candidates come from the sentence vectors (exact scan) and from full text (BM25); each gets one
chance from both kinds of evidence (`kinolex.search.calibrate`). Consecutive passages are also
judged together, as speech is cut at breaths and not at thoughts.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from kinolex.library.fulltext import MatchQuery
from kinolex.library.records import Passage
from kinolex.library.store import Store
from kinolex.library.vectors import VectorTable
from kinolex.moments import SOURCE_CHANNEL
from kinolex.search import calibrate
from kinolex.search.words import (
    LIGHT_WORDS,
    STOP_WORDS,
    contains_phrase,
    coverage,
    informative,
    stems_of,
    tokens,
)

__all__ = [
    "Question",
    "Scored",
    "WordTable",
    "holding",
    "judge",
    "near",
    "nearest",
    "question",
    "timed",
    "windows",
    "written",
]

LEXICAL = 64
MEANING = 48
GAP = 1.5
"""Seconds between passages that may still be one thought."""

LONGEST = 3
"""Most passages judged together."""

Vector = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of passages: ``vector`` is a unit vector or None, ``asked`` from words."""

    words: tuple[str, ...] = ()
    asked: Mapping[str, float] = field(default_factory=dict)
    phrases: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    vector: Vector | None = None


@dataclass(frozen=True, slots=True)
class Scored:
    """Passages (consecutive, of one video and channel) with their chance to answer."""

    passages: tuple[Passage, ...]
    chance: float


class WordTable:
    """A table of sentence vectors with what repeated questions need: places and a sample."""

    def __init__(self, table: VectorTable) -> None:
        assert table.passages is not None
        self.table = table
        self.ids = table.passages
        self._order = np.argsort(self.ids, kind="stable")
        self._sorted = self.ids[self._order]
        self.sample = table.sample(512)

    def rows_of(self, ids: Sequence[int]) -> npt.NDArray[np.int64]:
        """Row of each passage id, -1 where it has no vector."""
        wanted = np.asarray(ids, np.int64)
        if not len(self._sorted):
            return np.full(len(wanted), -1, np.int64)
        at = np.minimum(np.searchsorted(self._sorted, wanted), len(self._sorted) - 1)
        rows: npt.NDArray[np.int64] = np.where(self._sorted[at] == wanted, self._order[at], -1)
        return rows

    def vectors(self, ids: Sequence[int]) -> Vector:
        """Vectors of passages, float32 (n, d); rows of NaN where there is none."""
        rows = self.rows_of(ids)
        out = np.full((len(rows), self.table.dimensions), np.nan, np.float32)
        there = rows >= 0
        out[there] = self.table.rows[rows[there]]
        return out


def question(
    text: str,
    *,
    phrases: Sequence[str] = (),
    excluded: Sequence[str] = (),
    vector: Vector | None = None,
) -> Question:
    """Prepare a question as spoken.

    Examples
    --------
    >>> question("a video of the red cups").words
    ('red', 'cups')
    """
    content = [
        text[token.start : token.end] for token in tokens(text) if token.text not in STOP_WORDS
    ]
    telling = [word for word in content if word.lower() not in LIGHT_WORDS]
    every = [text[token.start : token.end] for token in tokens(text)]
    words = tuple(dict.fromkeys(telling or content or every))
    return Question(words, informative(text), tuple(phrases), tuple(excluded), vector)


def written(
    store: Store,
    asked: Question,
    *,
    sources: Sequence[str],
    videos: Collection[str] | None,
    most: int = 0,
) -> list[Passage]:
    """Passages that hold words of the question, from full text; unordered, each once.

    Without the times of their words, as those of `near` are: see `timed`.

    ``most`` moments are wanted: for more than usual more passages are looked at.
    """
    ids: dict[int, None] = {}
    for match in _matches(asked):
        hits = store.match(match, sources=sources, limit=max(LEXICAL, most), videos=videos)
        ids.update((hit.passage, None) for hit in hits)
    return store.passages(list(ids), words=False)


def nearest(
    asked: Question,
    table: WordTable | None,
    videos: Collection[str] | None,
    most: int = 0,
) -> npt.NDArray[np.int64]:
    """Ids of the passages nearest in meaning, best first; none without vectors.

    Needs no database, so that it can run beside others.
    """
    if asked.vector is None or table is None:
        return np.empty(0, np.int64)
    allowed = None
    if videos is not None:
        chosen = set(videos)
        allowed = np.array([v in chosen for v in table.table.video_ids], bool)
    _, rows = table.table.search(asked.vector[None], _near_most(asked, most), allowed)
    ids: npt.NDArray[np.int64] = table.ids[rows[0][rows[0] >= 0]]
    return ids


def near(
    store: Store,
    asked: Question,
    table: WordTable | None,
    ids: npt.NDArray[np.int64],
    known: Sequence[Passage],
    *,
    sources: Sequence[str],
    videos: Collection[str] | None,
    most: int = 0,
) -> list[Passage]:
    """Passages nearest in meaning (``ids``, from `nearest`) that are not known yet."""
    old = frozenset(p.id for p in known)
    found = _others(store, ids, old, sources)
    meaning = max(MEANING, most)
    if len(found) < meaning // 4 and len(ids) and len(sources) < len(SOURCE_CHANNEL):
        # The nearest are of other sources: look deeper once.
        found = _others(store, nearest(asked, table, videos, 16 * meaning), old, sources)
    return found


def _near_most(asked: Question, most: int) -> int:
    return max(MEANING, most) * (4 if asked.excluded else 1)


def _matches(asked: Question) -> list[MatchQuery]:
    """One look-up for each phrase (they may stand in different passages), else one for words."""
    if asked.phrases:
        return [MatchQuery(asked.words, (p,), asked.excluded) for p in asked.phrases]
    return [MatchQuery(asked.words, (), asked.excluded)] if asked.words else []


def _others(
    store: Store, ids: npt.NDArray[np.int64], known: Collection[int], sources: Sequence[str]
) -> list[Passage]:
    """Passages by id that are of these sources and not known yet."""
    wanted = frozenset(sources)
    new = [int(i) for i in ids if i not in known]
    return [p for p in store.passages(new, words=False) if p.source in wanted]


def holding(scored: Sequence[Scored], phrases: Sequence[str]) -> list[Scored]:
    """Those that hold one of the exact phrases; all where none was asked for.

    That the others stand at the same time is for `kinolex.search.conditions` to see.
    """
    return [
        one
        for one in scored
        if not phrases or any(contains_phrase(p.text, ph) for p in one.passages for ph in phrases)
    ]


def timed(store: Store, scored: Sequence[Scored]) -> list[Scored]:
    """The same with the times of words, which few need and which take long to read."""
    known = {p.id: p for p in store.passages([p.id for s in scored for p in s.passages])}
    return [replace(s, passages=tuple(known.get(p.id, p) for p in s.passages)) for s in scored]


def judge(
    passages: Sequence[Passage], asked: Question, table: WordTable | None, total: int
) -> list[Scored]:
    """Chances of passages and of runs of up to three, the best reading of each kept once.

    Parameters
    ----------
    passages : sequence of Passage
        From `written` and `near`.
    asked : Question
    table : WordTable or None
        None: words alone count.
    total : int
        Passages that were searched.

    Returns
    -------
    list of Scored
        No passage twice; chances at least `kinolex.search.calibrate.WEAK`.
    """
    if not passages:
        return []
    found = [stems_of(p.text).intersection(asked.asked) for p in passages]
    rarity = _rarity(asked, found, total)
    sample = (
        np.einsum("ij,j->i", table.sample, asked.vector)
        if table and asked.vector is not None
        else None
    )
    background = calibrate.sentence_background(sample)
    runs = windows(passages)
    cosines = _cosines(runs, passages, asked.vector, table)
    covered = _covered(runs, found, asked, rarity)
    chances = _chances(runs, passages, asked, cosines, covered, background, total)
    return _best_readings(
        [
            Scored(tuple(passages[i] for i in runs[n]), float(chances[n]))
            for n in np.flatnonzero(chances >= calibrate.WEAK).tolist()
        ]
    )


def _covered(
    runs: Sequence[tuple[int, ...]],
    found: Sequence[frozenset[str]],
    asked: Question,
    rarity: Mapping[str, float],
) -> npt.NDArray[np.float64]:
    """Share of the question's words that each run holds; each set of words is weighed once."""
    shares: dict[frozenset[str], float] = {}
    out = []
    for run in runs:
        words = found[run[0]].union(*[found[i] for i in run[1:]])
        if words not in shares:
            shares[words] = coverage(asked.asked, words, rarity)
        out.append(shares[words])
    return np.array(out)


def _chances(
    runs: Sequence[tuple[int, ...]],
    passages: Sequence[Passage],
    asked: Question,
    cosines: npt.NDArray[np.float64],
    covered: npt.NDArray[np.float64],
    background: calibrate.Background,
    total: int,
) -> npt.NDArray[np.float64]:
    """Chance of each run; a longer reading must be worth it."""
    longer = np.array([len(run) - 1 for run in runs])
    logits = calibrate.passage_logit(cosines, covered, background, total)
    chances = calibrate.chance(np.maximum(logits - 0.3 * longer, -30.0))
    for n, run in enumerate(runs if asked.phrases else ()):
        # Other phrases may stand elsewhere at the same time; `conditions` sees to that.
        if any(contains_phrase(passages[i].text, p) for i in run for p in asked.phrases):
            sure = calibrate.phrase_chance(float(cosines[n]), float(covered[n]))
            chances[n] = sure - 0.01 * longer[n]
    return chances


def _rarity(asked: Question, found: Sequence[Collection[str]], total: int) -> dict[str, float]:
    """Inverse document frequency, as far as the candidates tell; unseen words are the rarest.

    Words about the form ("slide", "video") say little however rare they are.
    """
    n = max(total, len(found))
    times = Counter(word for one in found for word in one)
    return {
        word: 1.0 if weight < 1 else math.log((n + 1) / (times[word] + 0.5)) + 0.1
        for word, weight in asked.asked.items()
    }


def _cosines(
    runs: Sequence[tuple[int, ...]],
    passages: Sequence[Passage],
    query: Vector | None,
    table: WordTable | None,
) -> npt.NDArray[np.float64]:
    """Cosine of each run's summed vector with the question; NaN where there is none."""
    out = np.full(len(runs), np.nan)
    if table is None or query is None:
        return out
    vectors = table.vectors([p.id for p in passages])
    lengths = np.array([len(run) for run in runs])
    for size in range(1, LONGEST + 1):
        places = np.flatnonzero(lengths == size)
        if len(places):
            several = vectors[np.array([runs[i] for i in places.tolist()])].sum(axis=1)
            norms = np.linalg.norm(several, axis=1)
            out[places] = (several @ query) / np.where(norms > 0, norms, np.nan)
    return out


def windows(passages: Sequence[Passage]) -> list[tuple[int, ...]]:
    """Places of single passages, and of runs of neighbours in one video and channel.

    Neighbours follow each other with at most `GAP` seconds between, or overlap; titles stand
    alone.
    """
    runs: list[tuple[int, ...]] = [(i,) for i in range(len(passages))]
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for i, passage in enumerate(passages):
        channel = SOURCE_CHANNEL.get(passage.source, "title")
        if channel != "title":
            groups[passage.video, channel].append(i)
    for places in groups.values():
        places.sort(key=lambda i: (passages[i].span, passages[i].id))
        for first in range(len(places)):
            for last in range(first + 2, min(first + LONGEST, len(places)) + 1):
                before, after = passages[places[last - 2]].span, passages[places[last - 1]].span
                if after.start - before.end > GAP:
                    break
                runs.append(tuple(places[first:last]))
    return runs


def _best_readings(scored: Sequence[Scored]) -> list[Scored]:
    """Keep the best reading of each passage; a passage is in one reading only."""
    used: set[int] = set()
    kept = []
    for one in sorted(scored, key=lambda s: (-s.chance, len(s.passages), s.passages[0].id)):
        ids = {p.id for p in one.passages}
        if not ids & used:
            used |= ids
            kept.append(one)
    return kept
