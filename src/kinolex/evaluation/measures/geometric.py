"""Geometric means over queries: weak queries weigh more."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinolex.evaluation.measure import Floats, Judged, Measure, measure
from kinolex.evaluation.measures.average_precision import AveragePrecision
from kinolex.evaluation.measures.bpref import Bpref

__all__ = ["GeometricBpref", "GeometricMAP"]

_FLOOR = 1e-5


class _Geometric(Measure):
    empty = "0 where nothing is relevant, which counts as 0.00001; NaN without queries"

    def aggregate(self, values: Floats) -> float:
        """Geometric mean; values below 0.00001 count as that."""
        if not len(values):
            return float("nan")
        return float(np.exp(np.mean(np.log(np.maximum(values, _FLOOR)))))


@measure
@dataclass(frozen=True)
class GeometricMAP(_Geometric):
    """Average precision, whose figure over queries is the geometric mean.

    Examples
    --------
    >>> round(GeometricMAP().aggregate(np.array([0.1, 0.001])), 6)
    0.01
    """

    pattern = r"GMAP"
    title = "Geometric mean of average precision"
    source = "trec_eval m_gm_map.c"

    def __str__(self) -> str:
        return "GMAP"

    def of_judged(self, query: Judged) -> float:
        """Average precision of the query."""
        return AveragePrecision().of_judged(query)


@measure
@dataclass(frozen=True)
class GeometricBpref(_Geometric):
    """Bpref, whose figure over queries is the geometric mean.

    Examples
    --------
    >>> str(GeometricBpref())
    'GMbpref'
    """

    pattern = r"GMbpref"
    title = "Geometric mean of bpref"
    source = "trec_eval m_gm_bpref.c"

    def __str__(self) -> str:
        return "GMbpref"

    def of_judged(self, query: Judged) -> float:
        """Bpref of the query."""
        return Bpref().of_judged(query)
