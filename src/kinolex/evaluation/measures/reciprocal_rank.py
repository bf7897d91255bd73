"""Reciprocal rank of the first relevant item."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinolex.evaluation.measure import Floats, Judged, Measure, measure
from kinolex.evaluation.measures._sums import first

__all__ = ["ReciprocalRank"]


@measure
@dataclass(frozen=True)
class ReciprocalRank(Measure):
    """1 over the place of the first relevant item; 0 where there is none among the first ``k``.

    With one target whose rank is tied it is 1 over the mean place, not the mean of the inverses: a
    rank of 0.5 (places 1 and 2) gives 2/3, not 3/4. Its mean over queries is MRR.

    Examples
    --------
    >>> ReciprocalRank(2).of_ranks(np.array([0.0, 0.5, 1.0, 2.0])).round(4).tolist()
    [1.0, 0.6667, 0.5, 0.0]
    """

    k: int | None = None

    pattern = r"M?RR(?:@(?P<k>[1-9]\d*))?"
    title = "Reciprocal rank"
    source = "trec_eval m_recip_rank.c"
    empty = "0 where nothing is relevant; NaN without queries"

    def __str__(self) -> str:
        return "RR" if self.k is None else f"RR@{self.k}"

    def of_ranks(self, ranks: Floats) -> Floats:
        """1 over the rank from 1."""
        within = ranks <= (np.inf if self.k is None else self.k - 1)
        return np.where(within, 1.0 / (ranks + 1.0), 0.0)

    def of_judged(self, query: Judged) -> float:
        """1 over the place of the first relevant document."""
        found = np.flatnonzero(query.hits[first(self.k)])
        return 1.0 / (int(found[0]) + 1) if len(found) else 0.0
