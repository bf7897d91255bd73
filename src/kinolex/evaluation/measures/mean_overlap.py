"""The mean overlap of the first moment with the right one."""

from __future__ import annotations

from dataclasses import dataclass

from kinolex.evaluation.measure import Floats, Measure, measure

__all__ = ["MeanOverlap"]


@measure
@dataclass(frozen=True)
class MeanOverlap(Measure):
    """Mean overlap (IoU) of the first moment of each query with the right one.

    Examples
    --------
    >>> import numpy as np
    >>> one = MeanOverlap()
    >>> one.aggregate(one.of_overlaps(np.array([0.5, 0.0])))
    0.25
    """

    pattern = r"MIoU"
    title = "Mean overlap of the first moment"
    source = "Moment retrieval literature (mIoU)"
    empty = "NaN without queries"

    def __str__(self) -> str:
        return "MIoU"

    def of_overlaps(self, overlaps: Floats) -> Floats:
        """The overlap itself."""
        return overlaps
