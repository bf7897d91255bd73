"""The median rank of the targets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinolex.evaluation.measure import Floats, Measure, measure

__all__ = ["MedianRank"]


@measure
@dataclass(frozen=True)
class MedianRank(Measure):
    """Median of the ranks, counted from 1; of an even count the mean of the middle two.

    Examples
    --------
    >>> one = MedianRank()
    >>> one.aggregate(one.of_ranks(np.array([0.0, 1.0])))
    1.5
    """

    pattern = r"MdR|MedR|MedianR"
    title = "Median rank"
    source = "Retrieval literature; torch.median and VSE++ take the lower middle: see protocols"
    lowest = 1.0
    highest = float("inf")
    better = "lower"
    empty = "NaN without queries"

    def __str__(self) -> str:
        return "MdR"

    def of_ranks(self, ranks: Floats) -> Floats:
        """The rank itself, counted from 1."""
        return ranks + 1

    def aggregate(self, values: Floats) -> float:
        """Their median."""
        return float(np.median(values)) if len(values) else float("nan")
