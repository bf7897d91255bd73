"""Precision at a cutoff."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinolex.evaluation.measure import Floats, Judged, Measure, measure
from kinolex.evaluation.measures._sums import first

__all__ = ["Precision"]


@measure
@dataclass(frozen=True)
class Precision(Measure):
    """Relevant documents among the first ``k``, over ``k`` even where fewer were retrieved.

    Without ``k``: over how many were retrieved.

    Examples
    --------
    >>> Precision(4).of_judged(Judged(np.array([1.0, 0.0]), np.ones(2, bool), np.ones(1)))
    0.25
    """

    k: int | None = None

    pattern = r"P(?:@(?P<k>[1-9]\d*))?"
    title = "Precision at k"
    source = "trec_eval m_P.c, m_set_P.c"
    empty = "0 where nothing is relevant or retrieved; NaN without queries"

    def __str__(self) -> str:
        return "P" if self.k is None else f"P@{self.k}"

    def of_ranks(self, ranks: Floats) -> Floats:
        """1 / k where the one target is among the first ``k``; a tied rank of 1.5 is not at 2."""
        if self.k is None:
            return super().of_ranks(ranks)
        return (ranks <= self.k - 1) / np.float64(self.k)

    def of_judged(self, query: Judged) -> float:
        """Share of the first ``k``."""
        found = int(np.count_nonzero(query.hits[first(self.k)]))
        return found / max(1, len(query.gains) if self.k is None else self.k)
