"""Normalised discounted cumulative gain."""

from __future__ import annotations

import abc
from dataclasses import dataclass

import numpy as np

from kinolex.evaluation.measure import Floats, Judged, Measure, measure
from kinolex.evaluation.measures._sums import discounts, first, total

__all__ = ["NDCG", "ExponentialNDCG"]


class _Discounted(Measure):
    """What both share."""

    k: int | None
    empty = "0 where nothing is relevant; NaN without queries"

    @abc.abstractmethod
    def gain(self, relevance: Floats) -> Floats:
        """What a document of each relevance is worth."""

    def of_ranks(self, ranks: Floats) -> Floats:
        """1 / log2(rank + 2) where the target is among the first ``k``, ties at their mean rank."""
        within = ranks <= (np.inf if self.k is None else self.k - 1)
        return np.where(within, 1.0 / np.log2(ranks + 2.0), 0.0)

    def of_judged(self, query: Judged) -> float:
        """Gain over that of the best order of all judged documents."""
        cut = first(self.k)
        ideal = _sum(self.gain(np.sort(np.maximum(query.every, 0.0))[::-1][cut]))
        return _sum(self.gain(np.maximum(query.gains[cut], 0.0))) / ideal if ideal > 0 else 0.0


def _sum(gains: Floats) -> float:
    return total(gains / discounts(len(gains)))


@measure
@dataclass(frozen=True)
class NDCG(_Discounted):
    """Gains that are the relevance itself, each over log2 of its place plus 1.

    The ideal is the best order of everything that was judged, cut at ``k`` too. Whatever counts as
    relevant elsewhere (``relevant_from``) plays no part; relevance below 0 gains nothing.

    Examples
    --------
    >>> query = Judged(np.array([1.0, 0, 2]), np.ones(3, bool), np.array([1.0, 2]))
    >>> round(NDCG(10).of_judged(query), 4)
    0.7602
    """

    k: int | None = None

    pattern = r"nDCG(?:@(?P<k>[1-9]\d*))?"
    title = "Normalised discounted cumulative gain"
    source = "Järvelin and Kekäläinen 2002, doi 10.1145/582415.582418; trec_eval m_ndcg_cut.c"

    def __str__(self) -> str:
        return "nDCG" if self.k is None else f"nDCG@{self.k}"

    def gain(self, relevance: Floats) -> Floats:
        """The relevance itself."""
        return relevance


@measure
@dataclass(frozen=True)
class ExponentialNDCG(_Discounted):
    """Gains of 2 to the relevance, less 1: a relevance of 3 is worth 7, not 3.

    Examples
    --------
    >>> str(ExponentialNDCG(10))
    'nDCG_exp@10'
    """

    k: int | None = None

    pattern = r"nDCG_exp(?:@(?P<k>[1-9]\d*))?"
    title = "Normalised discounted cumulative gain, exponential"
    source = "Burges et al. 2005, doi 10.1145/1102351.1102363; ranx ndcg_burges"

    def __str__(self) -> str:
        return "nDCG_exp" if self.k is None else f"nDCG_exp@{self.k}"

    def gain(self, relevance: Floats) -> Floats:
        """2 to the relevance, less 1."""
        return np.exp2(relevance) - 1.0
