"""How much of an answer somebody judged."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinolex.evaluation.measure import Judged, Measure, measure

__all__ = ["Hole", "JudgedShare"]


@measure
@dataclass(frozen=True)
class JudgedShare(Measure):
    """Share of the first ``k`` documents that somebody judged, of those that were retrieved.

    Examples
    --------
    >>> JudgedShare(10).of_judged(Judged(np.zeros(2), np.array([True, False]), np.zeros(1)))
    0.5
    """

    k: int

    pattern = r"Judged@(?P<k>[1-9]\d*)"
    title = "Judged at k"
    source = "as in ir_measures, Judged@k"
    empty = "0 where nothing was retrieved; NaN without queries"

    def __str__(self) -> str:
        return f"Judged@{self.k}"

    def of_judged(self, query: Judged) -> float:
        """Judged among those retrieved."""
        known = query.judged[: self.k]
        return int(np.count_nonzero(known)) / max(1, len(known))


@measure
@dataclass(frozen=True)
class Hole(Measure):
    """Documents among the first ``k`` that nobody judged, over ``k`` even where fewer came.

    BEIR and mteb call a document judged that is judged for any query; trec_eval (``unj``) for this
    one: the protocol says.

    Examples
    --------
    >>> Hole(10).of_judged(Judged(np.zeros(2), np.array([True, False]), np.zeros(1)))
    0.1
    """

    k: int

    pattern = r"(?:Hole|Unjudged)@(?P<k>[1-9]\d*)"
    title = "Hole at k"
    source = "trec_eval m_unjudged.c; mteb retrieval_metrics.py hole"
    better = "lower"
    empty = "0 where nothing was retrieved; NaN without queries"

    def __str__(self) -> str:
        return f"Hole@{self.k}"

    def of_judged(self, query: Judged) -> float:
        """Not judged, over ``k``."""
        return int(np.count_nonzero(~query.judged[: self.k])) / self.k
