"""How often the first moment overlaps the right one enough."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinolex.evaluation.measure import Floats, Measure, measure

__all__ = ["RecallAtOverlap"]


@measure
@dataclass(frozen=True)
class RecallAtOverlap(Measure):
    """Share of queries whose first moment has an overlap (IoU) of at least ``overlap``.

    Most evaluators ask for "at least", 2D-TAN for "more than": protocols say which.

    Examples
    --------
    >>> one = RecallAtOverlap(0.5)
    >>> str(one), one.of_overlaps(np.array([0.5, 0.49])).tolist()
    ('R1@IoU=0.5', [1.0, 0.0])
    """

    overlap: float

    pattern = r"R1@IoU=(?P<overlap>0?\.\d+|1(?:\.0*)?)"
    title = "Recall of the first moment at an overlap"
    source = "Gao et al., ICCV 2017 (R@1, IoU=m); Hendricks et al., ICCV 2017"
    empty = "NaN without queries"

    def __str__(self) -> str:
        return f"R1@IoU={self.overlap:g}"

    def of_overlaps(self, overlaps: Floats) -> Floats:
        """1 where it overlaps enough."""
        return (overlaps >= self.overlap).astype(np.float64)
