"""Full text: words ranked by BM25, exact phrases, exclusions, in every script.

The FTS5 table ``passage_words`` holds folded words (`folding`) under English stems, so that
"balls" finds "ball". Phrases and exclusions are exact: they are looked up in the same index and
then checked word by word in the folded text. ``passage_trigrams`` finds words inside longer ones.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from kinolex.library.folding import fold, is_unspaced, words_of
from kinolex.library.part import Part
from kinolex.library.records import Hit

__all__ = ["FullText", "MatchQuery"]

_MOST_WORDS = 48
_BATCH = 256
_PAIR, _FOUR = 2, 4


@dataclass(frozen=True, slots=True)
class MatchQuery:
    """What to look for in passages.

    Parameters
    ----------
    words : tuple of str
        Any may match; the more and the rarer, the better the rank (BM25 over English stems).
    phrases : tuple of str
        All must be there, word for word; case, accents and punctuation do not count.
    excluded : tuple of str
        Words or phrases, none of which may be in the passage.
    partial : bool
        Also find words inside longer words (three letters and more), ranked behind whole words.
    """

    words: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    partial: bool = False


def _quoted(words: Sequence[str]) -> str:
    """An FTS5 phrase; folded words hold nothing that could end the quotes."""
    return '"' + " ".join(words) + '"'


def _runs(words: Sequence[str]) -> Iterator[list[str]]:
    """Split one word of a question into what is looked up together.

    Characters of unspaced scripts are looked up as overlapping pairs (fours in Thai and its
    neighbours, where a pair says little); the words of "don't" as one phrase.
    """
    for unspaced, group in itertools.groupby(words, key=is_unspaced):
        run = list(group)
        size = _FOUR if unspaced and run[0] < "\u1800" else _PAIR
        if not unspaced or len(run) <= size:
            yield run
        else:
            for first in range(len(run) - size + 1):
                yield run[first : first + size]


def _terms(words: Sequence[str]) -> list[str]:
    found = (_quoted(run) for word in words for run in _runs(words_of(word)))
    return list(dict.fromkeys(found))[:_MOST_WORDS]


def _expression(query: MatchQuery) -> str:
    """FTS5 expression that every passage which matches fulfils; empty if there is nothing."""
    phrases = [_quoted(words) for p in query.phrases if (words := words_of(p))]
    terms = _terms(query.words)
    if not phrases:
        return " OR ".join(terms)
    # The phrase among the words keeps them optional, so that they only help the rank.
    optional = " OR ".join([phrases[0], *terms])
    return " AND ".join([*phrases, f"({optional})"] if terms else phrases)


def _checker(query: MatchQuery) -> Callable[[str], bool] | None:
    """Exact test of a folded text; None when the index alone is exact."""
    wanted = [f" {f} " for p in query.phrases if (f := fold(p))]
    unwanted = [f" {f} " for e in query.excluded if (f := fold(e))]
    if not wanted and not unwanted:
        return None

    def fits(folded: str) -> bool:
        text = f" {folded} "
        return all(w in text for w in wanted) and not any(u in text for u in unwanted)

    return fits


class FullText(Part):
    """Find passages by their words."""

    def match(
        self,
        expression: MatchQuery,
        *,
        sources: Sequence[str] = (),
        limit: int = 100,
        videos: Collection[str] | None = None,
    ) -> list[Hit]:
        """Passages that match, best first.

        Parameters
        ----------
        expression : MatchQuery
            What to look for. A phrase without any word in it is no condition.
        sources : sequence of str
            Only passages of these sources (``speech``, ``subtitle``, ...); empty: all.
        limit : int
            The most passages.
        videos : collection of str, optional
            Only passages of these videos.

        Returns
        -------
        list of Hit
            Rising rank; score is BM25, higher is better; equal scores by passage id. Words
            inside longer words (``partial``) score below every whole word.
        """
        text = _expression(expression)
        if not text or limit <= 0 or (videos is not None and not videos):
            return []
        allowed = self._allowed(sources, videos)
        fits = _checker(expression)
        with self._db.snapshot():
            hits = self._collect("passage_words", text, allowed, fits, limit, set())
            if len(hits) < limit and not expression.phrases:
                hits += self._inside(expression, allowed, fits, limit - len(hits), hits)
        return hits

    def _inside(
        self,
        query: MatchQuery,
        allowed: _Allowed,
        fits: Callable[[str], bool] | None,
        limit: int,
        before: Sequence[Hit],
    ) -> list[Hit]:
        """Words inside longer words: asked for, or of scripts that glue articles to words."""
        words = [
            word
            for given in query.words
            for word in words_of(given)
            if len(word) >= 3 and (query.partial or _glues(word))
        ]
        if not words:
            return []
        text = " OR ".join(_quoted([w]) for w in dict.fromkeys(words[:_MOST_WORDS]))
        seen = {hit.passage for hit in before}
        hits = self._collect("passage_trigrams", text, allowed, fits, limit, seen)
        floor = min((hit.score for hit in before), default=math.inf)
        best = max((hit.score for hit in hits), default=0.0)
        scale = min(1.0, 0.5 * floor / best) if best > 0 else 1.0
        return [Hit(hit.passage, hit.video, hit.score * scale) for hit in hits]

    def _collect(
        self,
        table: str,
        text: str,
        allowed: _Allowed,
        fits: Callable[[str], bool] | None,
        limit: int,
        seen: set[int],
    ) -> list[Hit]:
        """Walk down the ranking until enough passages fit."""
        hits: list[Hit] = []
        cursor = self._db.connection.execute(
            f"SELECT rowid, rank FROM {table} WHERE {table} MATCH ? ORDER BY rank, rowid", (text,)
        )
        size = min(_BATCH, 2 * limit)
        while len(hits) < limit and (rows := cursor.fetchmany(size)):
            size = 4 * _BATCH
            ranks = {int(i): -float(rank) for i, rank in rows if i not in seen}
            for passage, video, source, folded in self._facts(list(ranks), fits is not None):
                if allowed(source, video) and (fits is None or fits(folded)):
                    hits.append(Hit(passage, video, ranks[passage]))
        return hits[:limit]

    def _facts(self, ids: Sequence[int], text: bool) -> list[tuple[Any, ...]]:
        """Id, video, source, folded text of passages, in the order given."""
        folded = "p.folded" if text else "''"
        rows = self._db.all(
            f"SELECT p.id, v.id, p.source, {folded} FROM passages p JOIN videos v "
            f"ON v.num = p.video WHERE p.id IN ({','.join(map(str, ids))})"
        )
        place = {i: n for n, i in enumerate(ids)}
        return sorted(rows, key=lambda row: place[row[0]])

    def _allowed(self, sources: Sequence[str], videos: Collection[str] | None) -> _Allowed:
        return _Allowed(frozenset(sources), None if videos is None else frozenset(videos))


@dataclass(frozen=True, slots=True)
class _Allowed:
    """Which passages count; None and the empty set of sources: all."""

    sources: frozenset[str]
    videos: frozenset[str] | None

    def __call__(self, source: str, video: str) -> bool:
        return (not self.sources or source in self.sources) and (
            self.videos is None or video in self.videos
        )


def _glues(word: str) -> bool:
    """Hebrew and Arabic write articles and "and" as one with the word."""
    return "\u0590" <= word[0] <= "\u06ff"
