"""The mean rank of the targets."""

from __future__ import annotations

from dataclasses import dataclass

from kinolex.evaluation.measure import Floats, Measure, measure

__all__ = ["MeanRank"]


@measure
@dataclass(frozen=True)
class MeanRank(Measure):
    """Mean of the ranks, counted from 1.

    Examples
    --------
    >>> import numpy as np
    >>> one = MeanRank()
    >>> one.aggregate(one.of_ranks(np.array([0.0, 3.0])))
    2.5
    """

    pattern = r"MnR|MeanR"
    title = "Mean rank"
    source = "Retrieval literature"
    lowest = 1.0
    highest = float("inf")
    better = "lower"
    empty = "NaN without queries"

    def __str__(self) -> str:
        return "MnR"

    def of_ranks(self, ranks: Floats) -> Floats:
        """The rank itself, counted from 1."""
        return ranks + 1
