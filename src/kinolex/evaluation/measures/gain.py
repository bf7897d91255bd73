"""trec_eval's trial measures of gain: G and its binary form."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinolex.evaluation.measure import Judged, Measure, measure
from kinolex.evaluation.measures._sums import running, total

__all__ = ["BinaryGain", "Gain"]

_EMPTY = "0 where nothing is relevant; NaN without queries"


@measure
@dataclass(frozen=True)
class BinaryGain(Measure):
    """Mean over relevant documents of 1 / log2(2 + others retrieved above).

    Examples
    --------
    >>> BinaryGain().of_judged(Judged(np.array([0.0, 0, 1]), np.ones(3, bool), np.ones(1)))
    0.5
    """

    pattern = r"binG"
    title = "Binary gain"
    source = "trec_eval m_binG.c"
    empty = _EMPTY

    def __str__(self) -> str:
        return "binG"

    def of_judged(self, query: Judged) -> float:
        """Over all relevant, found or not."""
        above = np.cumsum(~query.hits)[query.hits]
        return total(1.0 / np.log2(2.0 + above)) / max(1, query.relevant)


@measure
@dataclass(frozen=True)
class Gain(Measure):
    """Gains over log2 of 2 plus what the best order would have gained more by then, over all gain.

    The best order counts at least 1 a place, also where nothing is left to gain.

    Examples
    --------
    >>> Gain().of_judged(Judged(np.array([2.0, 1.0]), np.ones(2, bool), np.array([1.0, 2.0])))
    1.0
    """

    pattern = r"G"
    title = "Normalised gain"
    source = "trec_eval m_G.c"
    empty = _EMPTY

    def __str__(self) -> str:
        return "G"

    def of_judged(self, query: Judged) -> float:
        """Over the sum of all gains."""
        ideal = np.sort(query.every[query.every > 0])[::-1]
        if not len(ideal):
            return 0.0
        gains = np.maximum(query.gains, 0.0)
        cost = np.ones(len(gains))
        common = min(len(gains), len(ideal))
        cost[:common] = np.maximum(ideal[:common], 1.0)
        behind = 2.0 + running(cost) - running(gains)
        found = gains > 0
        return total(gains[found] / np.log2(behind[found])) / total(ideal)
