"""Full text: words ranked by BM25, exact phrases, exclusions, in every script.

The FTS5 table ``passage_words`` holds folded words (`folding`) under English stems, so that
"balls" finds "ball". Phrases and exclusions are exact: they are looked up in the same index and
then checked word by word in the folded text. ``passage_trigrams`` finds words inside longer ones.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from kinolex.library.folding import fold, is_unspaced, words_of
from kinolex.library.part import Part
from kinolex.library.records import Hit

__all__ = ["FullText", "MatchQuery"]

_MOST_WORDS = 48
_BATCH = 256
_PAIR, _FOUR = 2, 4
_PLENTY = 1500
"""So many passages are ranked without a thought; beyond, the rarest words choose."""
_SELECTIVE = 0.3
"""Below this share of passages it is cheaper to filter before ranking than after."""
_T = TypeVar("_T")


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


def _required(query: MatchQuery) -> list[str]:
    return [_quoted(words) for p in query.phrases if (words := words_of(p))]


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


@dataclass(frozen=True, slots=True)
class _Limits:
    """Which passages may be found.

    ``where`` is an SQL condition on ``rowid``, given when it spares work; ``share`` estimates the
    part of all passages that it lets through; the sets are checked in any case.
    """

    sources: frozenset[str] | None
    videos: frozenset[str] | None
    share: float
    where: str = ""

    def __call__(self, source: str, video: str) -> bool:
        return (self.sources is None or source in self.sources) and (
            self.videos is None or video in self.videos
        )


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
        required, terms = _required(expression), _terms(expression.words)
        if not (required or terms) or limit <= 0 or (videos is not None and not videos):
            return []
        fits = _checker(expression)
        with self._db.snapshot():
            self._db.index_words("passage_words")
            limits = self._limits(sources, videos)
            if not limits.share:
                return []
            hits = self._words(required, terms, limits, fits, limit)
            if len(hits) < limit and not required:
                hits += self._inside(expression, limits, fits, limit - len(hits), hits)
        return hits

    def _words(
        self,
        required: Sequence[str],
        terms: Sequence[str],
        limits: _Limits,
        fits: Callable[[str], bool] | None,
        limit: int,
    ) -> list[Hit]:
        """Whole words and phrases.

        Ranking is what costs, and frequent words make nearly every passage a candidate. So the
        rarest words, and frequent ones that stand together, choose the candidates; all words rank
        them. Passages with one frequent word alone are looked at when that is not enough.
        """
        if required:
            # The phrase among the words keeps them optional, so that they only help the rank.
            optional = f" AND ({' OR '.join([required[0], *terms])})" if terms else ""
            text = " AND ".join(required) + optional
            return self._collect("passage_words", text, limits, fits, limit, frozenset())
        text = " OR ".join(terms)
        chosen = self._telling(terms, max(_PLENTY, 4 * limit) / max(limits.share, 0.01))
        if chosen:
            narrow = f"AND +w.rowid IN (SELECT rowid FROM passage_words('{chosen}')) {limits.where}"
            narrowed = replace(limits, where=narrow)
            hits = self._collect("passage_words", text, narrowed, fits, limit, frozenset())
            if len(hits) == limit:
                return hits
        return self._collect("passage_words", text, limits, fits, limit, frozenset())

    def _telling(self, terms: Sequence[str], plenty: float) -> str:
        """Expression for passages with a rare term, or with two frequent ones; empty: for all."""
        counts = sorted((self._count(term), term) for term in terms)
        if len(counts) < 2 or sum(count for count, _ in counts) <= plenty:
            return ""
        total = counts[0][0]
        chosen = [counts[0][1]]
        while len(chosen) < len(counts) and total + counts[len(chosen)][0] <= plenty:
            total += counts[len(chosen)][0]
            chosen.append(counts[len(chosen)][1])
        passages = max(1, self._of_now("passage count", self._passage_count))
        frequent = counts[len(chosen) :]
        pairs = sorted(
            (a * b / passages, f"({one} AND {two})")
            for (a, one), (b, two) in itertools.combinations(frequent, 2)
        )
        for expected, pair in pairs:
            total += math.ceil(expected)
            if total > plenty:
                break
            chosen.append(pair)
        return " OR ".join(chosen)

    def _passage_count(self) -> int:
        row = self._db.one("SELECT count(*) FROM passages")
        return int(row[0]) if row else 0

    def _count(self, term: str) -> int:
        """Passages that a term is in."""
        counts = self._of_now("term counts", dict[str, int])
        if term not in counts:
            row = self._db.one("SELECT count(*) FROM passage_words(?)", (term,))
            counts[term] = int(row[0]) if row else 0
        return counts[term]

    def _limits(self, sources: Sequence[str], videos: Collection[str] | None) -> _Limits:
        """What sources and videos allow, and the cheapest way to check it."""
        shares = self._of_now("source shares", self._source_shares)
        wanted = frozenset(sources) & shares.keys() if sources else frozenset(shares)
        chosen = None if videos is None else frozenset(videos)
        share = sum(shares[source] for source in wanted)
        nums: list[int] = []
        if chosen is not None:
            known = self._of_now("video numbers", self._video_numbers)
            nums = [known[video] for video in chosen if video in known]
            share *= len(nums) / max(1, len(known))
        where = ""
        if share < _SELECTIVE:
            inside = ["source IN (" + ",".join(_literal(s) for s in sorted(wanted)) + ")"]
            if chosen is not None:
                inside.append(f"video IN ({','.join(map(str, sorted(nums)))})")
            where = f"AND +w.rowid IN (SELECT id FROM passages WHERE {' AND '.join(inside)})"
        every = len(wanted) == len(shares)
        return _Limits(None if every else wanted, chosen, share, where)

    def _source_shares(self) -> dict[str, float]:
        rows = self._db.all("SELECT source, count(*) FROM passages GROUP BY source")
        total = sum(count for _, count in rows)
        return {source: count / total for source, count in rows}

    def _video_numbers(self) -> dict[str, int]:
        return dict(self._db.all("SELECT id, num FROM videos"))

    def _of_now(self, name: str, make: Callable[[], _T]) -> _T:
        """A fact of the present generation, worked out once."""
        stamp = self._db.stamp()
        held = self._caches.get(name)
        if held is None or held[0] != stamp:
            held = self._caches[name] = (stamp, make())
        found: _T = held[1]
        return found

    def _inside(
        self,
        query: MatchQuery,
        limits: _Limits,
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
        seen = frozenset(hit.passage for hit in before)
        self._db.index_words("passage_trigrams")
        hits = self._collect("passage_trigrams", text, limits, fits, limit, seen)
        floor = min((hit.score for hit in before), default=math.inf)
        best = max((hit.score for hit in hits), default=0.0)
        scale = min(1.0, 0.5 * floor / best) if best > 0 else 1.0
        return [Hit(hit.passage, hit.video, hit.score * scale) for hit in hits]

    def _collect(
        self,
        table: str,
        text: str,
        limits: _Limits,
        fits: Callable[[str], bool] | None,
        limit: int,
        seen: frozenset[int],
    ) -> list[Hit]:
        """Walk down the ranking until enough passages fit."""
        hits: list[Hit] = []
        # The unary plus keeps SQLite from ranking rows that the condition leaves out.
        cursor = self._db.connection.execute(
            f"SELECT w.rowid, w.rank FROM {table} w WHERE {table} MATCH ? {limits.where} "
            "ORDER BY +w.rank, w.rowid",
            (text,),
        )
        size = min(_BATCH, 2 * limit)
        while len(hits) < limit and (rows := cursor.fetchmany(size)):
            size = 4 * _BATCH
            ranks = {int(i): -float(rank) for i, rank in rows if i not in seen}
            for passage, video, source, folded in self._facts(list(ranks), fits is not None):
                if limits(source, video) and (fits is None or fits(folded)):
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


def _literal(text: str) -> str:
    """An SQL string."""
    return "'" + text.replace("'", "''") + "'"


def _glues(word: str) -> bool:
    """Hebrew and Arabic write articles and "and" as one with the word."""
    return "\u0590" <= word[0] <= "\u06ff"
