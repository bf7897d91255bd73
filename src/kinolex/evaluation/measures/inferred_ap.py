"""Inferred average precision: for pools of which only a sample was judged."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kinolex.evaluation.measure import Judged, Measure, measure
from kinolex.evaluation.measures._sums import total

__all__ = ["InferredAP", "Pooled"]

_EPSILON = 1e-5


@dataclass(frozen=True, slots=True)
class Pooled(Judged):
    """A query whose pool is known: which documents would have been judged with time enough.

    Parameters
    ----------
    pooled : ndarray of bool, shape (retrieved,)
        Whether each document was in the pool, judged or not; None: just those judged.
    """

    pooled: npt.NDArray[np.bool_] | None = None


@measure
@dataclass(frozen=True)
class InferredAP(Measure):
    """Average precision, with the precision at each relevant document estimated from a sample.

    Examples
    --------
    >>> InferredAP().of_judged(Judged(np.array([1.0]), np.ones(1, bool), np.ones(1)))
    1.0
    """

    pattern = r"infAP"
    title = "Inferred average precision"
    source = "Yilmaz and Aslam 2006, doi 10.1145/1183614.1183633; trec_eval m_infap.c"
    empty = "0 where nothing is relevant; NaN without queries"

    def __str__(self) -> str:
        return "infAP"

    def of_judged(self, query: Judged) -> float:
        """Mean of the estimates over all relevant."""
        pooled = getattr(query, "pooled", None)
        pooled = query.judged if pooled is None else pooled
        hits = query.hits & query.judged
        places = np.flatnonzero(hits).astype(np.float64)
        above = np.arange(float(len(places)))
        in_pool = np.cumsum(pooled)[hits] - 1.0
        other = np.cumsum(query.judged & ~hits)[hits]
        share = (above + _EPSILON) / (above + other + 2.0 * _EPSILON)
        seen = in_pool / np.maximum(places, 1.0)
        terms = 1.0 / (places + 1.0) + places / (places + 1.0) * seen * share
        return total(terms) / max(1, query.relevant)
