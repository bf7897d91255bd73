"""Precision at as many documents as are relevant, or a multiple of that."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinolex.evaluation.measure import Judged, Measure, measure

__all__ = ["RPrecision"]


@measure
@dataclass(frozen=True)
class RPrecision(Measure):
    """Precision at R, the number of relevant documents; or at ``times`` R.

    The cutoff is ``times * R + 0.9`` without its fraction; the sum is divided by it even where
    fewer documents were retrieved.

    Examples
    --------
    >>> RPrecision().of_judged(Judged(np.array([1.0, 0, 1]), np.ones(3, bool), np.ones(2)))
    0.5
    >>> str(RPrecision(0.2))
    'Rprec*0.2'
    """

    times: float = 1.0

    pattern = r"Rprec(?:\*(?P<times>\d+(?:\.\d+)?|\.\d+))?"
    title = "R-precision"
    source = "trec_eval m_Rprec.c, m_Rprec_mult.c"
    empty = "0 where nothing is relevant; NaN without queries"

    def __str__(self) -> str:
        return "Rprec" if self.times == 1.0 else f"Rprec*{self.times:g}"

    def of_judged(self, query: Judged) -> float:
        """Share of the first ``times`` R."""
        cut = int(self.times * query.relevant + 0.9)
        return int(np.count_nonzero(query.hits[:cut])) / max(1, cut)
