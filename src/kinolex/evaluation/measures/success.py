"""Success: whether anything relevant is among the first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinolex.evaluation.measure import Floats, Judged, Measure, measure

__all__ = ["Success"]


@measure
@dataclass(frozen=True)
class Success(Measure):
    """1 where something relevant is among the first ``k``: also called hit rate.

    With one target a tied rank counts as its mean: 0.5 (places 1 and 2) is no success at 1.

    Examples
    --------
    >>> Success(1).of_ranks(np.array([0.0, 0.5])).tolist()
    [1.0, 0.0]
    """

    k: int

    pattern = r"(?:Success|Hit)@(?P<k>[1-9]\d*)"
    title = "Success at k"
    source = "trec_eval m_success.c"
    empty = "0 where nothing is relevant; NaN without queries"

    def __str__(self) -> str:
        return f"Success@{self.k}"

    def of_ranks(self, ranks: Floats) -> Floats:
        """1 where the target is among the first ``k``."""
        return (ranks <= self.k - 1).astype(np.float64)

    def of_judged(self, query: Judged) -> float:
        """1 where a relevant document is among the first ``k``."""
        return float(query.hits[: self.k].any())
