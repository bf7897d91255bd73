"""Recall at a cutoff."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinolex.evaluation.measure import Floats, Judged, Measure, measure
from kinolex.evaluation.measures._sums import first

__all__ = ["CappedRecall", "Recall"]


@measure
@dataclass(frozen=True)
class Recall(Measure):
    """Share of the relevant items among the first ``k``; without ``k``, in the whole answer.

    With one target a query (the retrieval literature's "recall at k", really a success rate): 1
    where its rank, counted from 1, is at most ``k``; a tied rank of 1.5 is not.

    Examples
    --------
    >>> Recall(1).of_ranks(np.array([0.0, 0.5, 2.0])).tolist()
    [1.0, 0.0, 0.0]
    """

    k: int | None = None

    pattern = r"(?:R|Recall)(?:@(?P<k>[1-9]\d*))?"
    title = "Recall at k"
    source = "trec_eval m_recall.c (usnistgov/trec_eval@f4253652c8ef); with one target: success"
    empty = "0 where nothing is relevant; NaN without queries"

    def __str__(self) -> str:
        return "R" if self.k is None else f"R@{self.k}"

    def of_ranks(self, ranks: Floats) -> Floats:
        """1 where the target is among the first ``k``."""
        return (ranks <= (np.inf if self.k is None else self.k - 1)).astype(np.float64)

    def of_judged(self, query: Judged) -> float:
        """Relevant among the first ``k``, of all relevant."""
        return float(np.count_nonzero(query.hits[first(self.k)]) / max(1, query.relevant))


@measure
@dataclass(frozen=True)
class CappedRecall(Measure):
    """Relevant among the first ``k``, of as many as could be there: ``min(relevant, k)``.

    Without ``k``, of ``min(relevant, retrieved)``. trec_eval calls it relative precision.

    Examples
    --------
    >>> CappedRecall(2).of_judged(Judged(np.array([1.0, 1.0]), np.ones(2, bool), np.ones(9)))
    1.0
    """

    k: int | None = None

    pattern = r"R_cap(?:@(?P<k>[1-9]\d*))?"
    title = "Capped recall at k"
    source = "trec_eval m_rel_P.c, m_set_rel_P.c; BEIR custom_metrics.py recall_cap"
    empty = "0 where nothing is relevant; NaN without queries"

    def __str__(self) -> str:
        return "R_cap" if self.k is None else f"R_cap@{self.k}"

    def of_judged(self, query: Judged) -> float:
        """Found, of what could be."""
        room = len(query.gains) if self.k is None else self.k
        found = int(np.count_nonzero(query.hits[first(self.k)]))
        return found / max(1, min(query.relevant, room))
