"""Rank-biased precision: a reader who goes on to the next document with probability p."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinolex.evaluation.measure import Floats, Judged, Measure, measure
from kinolex.evaluation.measures._sums import total

__all__ = ["GainRBP", "GradedRBP", "RBPResidual", "RankBiasedPrecision"]

_SOURCE = "Moffat and Zobel 2008, doi 10.1145/1416950.1416952"
_NUMBER = r"(?:@(?P<p>0?\.\d+))?"


def _weights(p: float, count: int) -> Floats:
    """1, p, p squared, ... by repeated products, as the programs do."""
    steps = np.concatenate(([1.0], np.full(max(0, count - 1), p)))
    return np.cumprod(steps, dtype=np.float64)[:count]


class _Biased(Measure):
    empty = "0 where nothing is relevant or retrieved; NaN without queries"


@measure
@dataclass(frozen=True)
class RankBiasedPrecision(_Biased):
    """``(1 - p)`` times the sum of ``p`` to the rank (from 0) over relevant documents.

    Examples
    --------
    >>> query = Judged(np.array([1.0, 0, 1]), np.ones(3, bool), np.ones(2))
    >>> RankBiasedPrecision(0.5).of_judged(query)
    0.625
    """

    p: float = 0.9

    pattern = r"RBP" + _NUMBER
    title = "Rank-biased precision"
    source = _SOURCE

    def __str__(self) -> str:
        return f"RBP@{self.p:g}"

    def of_judged(self, query: Judged) -> float:
        """Relevant or not."""
        return (1.0 - self.p) * total(query.hits * _weights(self.p, len(query.gains)))


@measure
@dataclass(frozen=True)
class GradedRBP(_Biased):
    """Rank-biased precision of gains, over the query's highest relevance where that is above 1.

    Examples
    --------
    >>> GradedRBP(0.5).of_judged(Judged(np.array([2.0]), np.ones(1, bool), np.array([2.0, 4.0])))
    0.25
    """

    p: float = 0.9

    pattern = r"RBP_graded" + _NUMBER
    title = "Rank-biased precision, graded"
    source = f"{_SOURCE}; trec_eval m_rbp.c"

    def __str__(self) -> str:
        return f"RBP_graded@{self.p:g}"

    def of_judged(self, query: Judged) -> float:
        """Gains of 0 to 1."""
        highest = max(1.0, float(np.max(query.every, initial=0.0)))
        gains = np.maximum(query.gains, 0.0) / highest
        return (1.0 - self.p) * total(gains * _weights(self.p, len(gains)))


@measure
@dataclass(frozen=True)
class GainRBP(_Biased):
    """Rank-biased precision of the relevance itself, which can be above 1.

    Examples
    --------
    >>> GainRBP(0.5).of_judged(Judged(np.array([3.0]), np.ones(1, bool), np.array([3.0])))
    1.5
    """

    p: float = 0.9

    pattern = r"RBP_gain" + _NUMBER
    title = "Rank-biased precision of relevance as it is"
    source = "ranx 0.3.21 ranx/metrics/rank_biased_precision.py"
    highest = float("inf")

    def __str__(self) -> str:
        return f"RBP_gain@{self.p:g}"

    def of_judged(self, query: Judged) -> float:
        """Gains as they are."""
        gains = np.maximum(query.gains, 0.0)
        return (1.0 - self.p) * total(gains * _weights(self.p, len(gains)))


@measure
@dataclass(frozen=True)
class RBPResidual(_Biased):
    """How far RBP could rise were everything not judged (and all that follows) relevant.

    0 where every retrieved document was judged, as trec_eval has it, though more could follow.

    Examples
    --------
    >>> RBPResidual(0.5).of_judged(Judged(np.zeros(1), np.zeros(1, bool), np.zeros(0)))
    1.0
    """

    p: float = 0.9

    pattern = r"RBP_residual" + _NUMBER
    title = "Residual of rank-biased precision"
    source = f"{_SOURCE}; trec_eval m_rbp_resid.c"
    better = "lower"

    def __str__(self) -> str:
        return f"RBP_residual@{self.p:g}"

    def of_judged(self, query: Judged) -> float:
        """Weight of what is not known."""
        if query.judged.all():
            return 0.0
        weights = _weights(self.p, len(query.gains) + 1)
        return float(weights[-1]) + (1.0 - self.p) * total(weights[:-1] * ~query.judged)
