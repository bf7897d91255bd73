"""Average precision, with its denominators."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinolex.evaluation.measure import Floats, Judged, Measure, measure
from kinolex.evaluation.measures._sums import first, total

__all__ = ["AveragePrecision", "CappedAveragePrecision", "SetAveragePrecision"]

_EMPTY = "0 where nothing is relevant; NaN without queries"


def _precisions(query: Judged, k: int | None) -> float:
    """Sum of the precision at each relevant document among the first ``k``."""
    hits = query.hits[first(k)]
    places = np.flatnonzero(hits) + 1.0
    return total(np.arange(1.0, len(places) + 1.0) / places)


def _inverse(ranks: Floats, k: int | None) -> Floats:
    return np.where(ranks <= (np.inf if k is None else k - 1), 1.0 / (ranks + 1.0), 0.0)


@measure
@dataclass(frozen=True)
class AveragePrecision(Measure):
    """Precision at each relevant document, over the number of all that are relevant.

    A cutoff drops terms only: with 30 relevant documents ``AP@10`` is at most one third. See
    ``AP_min`` for the other convention. Its mean over queries is MAP.

    Examples
    --------
    >>> AveragePrecision().of_judged(Judged(np.array([1.0, 0, 1]), np.ones(3, bool), np.ones(2)))
    0.8333333333333333
    """

    k: int | None = None

    pattern = r"(?:AP|MAP)(?:@(?P<k>[1-9]\d*))?"
    title = "Average precision"
    source = "trec_eval m_map.c, m_map_cut.c (usnistgov/trec_eval@f4253652c8ef)"
    empty = _EMPTY

    def __str__(self) -> str:
        return "AP" if self.k is None else f"AP@{self.k}"

    def of_ranks(self, ranks: Floats) -> Floats:
        """With one target: 1 over its rank from 1; a tied one at its mean rank."""
        return _inverse(ranks, self.k)

    def of_judged(self, query: Judged) -> float:
        """Sum of precisions over all relevant."""
        return _precisions(query, self.k) / max(1, query.relevant)


@measure
@dataclass(frozen=True)
class CappedAveragePrecision(Measure):
    """Precision at each relevant document, over ``min(relevant, k)``: a full top ``k`` is 1.

    Examples
    --------
    >>> CappedAveragePrecision(1).of_judged(Judged(np.ones(1), np.ones(1, bool), np.ones(4)))
    1.0
    """

    k: int

    pattern = r"AP_min@(?P<k>[1-9]\d*)"
    title = "Average precision over what fits"
    source = "VLM2Vec src/utils/eval_utils/metrics.py; CIRCO mAP@k"
    empty = _EMPTY

    def __str__(self) -> str:
        return f"AP_min@{self.k}"

    def of_ranks(self, ranks: Floats) -> Floats:
        """With one target: 1 over its rank from 1; a tied one at its mean rank."""
        return _inverse(ranks, self.k)

    def of_judged(self, query: Judged) -> float:
        """Sum of precisions over ``min(relevant, k)``."""
        return _precisions(query, self.k) / max(1, min(query.relevant, self.k))


@measure
@dataclass(frozen=True)
class SetAveragePrecision(Measure):
    """Precision times recall of everything that was retrieved: no order.

    Examples
    --------
    >>> SetAveragePrecision().of_judged(Judged(np.array([1.0, 0]), np.ones(2, bool), np.ones(2)))
    0.25
    """

    pattern = r"SetAP"
    title = "Average precision of a set"
    source = "trec_eval m_set_map.c"
    empty = _EMPTY

    def __str__(self) -> str:
        return "SetAP"

    def of_judged(self, query: Judged) -> float:
        """Squared number found, over retrieved times relevant."""
        found = int(np.count_nonzero(query.hits))
        return found * found / max(1, len(query.gains) * query.relevant)
