"""F1: precision and recall in one figure."""

from __future__ import annotations

from dataclasses import dataclass

from kinolex.evaluation.measure import Judged, Measure, measure
from kinolex.evaluation.measures.precision import Precision
from kinolex.evaluation.measures.recall import Recall

__all__ = ["F1"]


@measure
@dataclass(frozen=True)
class F1(Measure):
    """Harmonic mean of precision and recall of the first ``k``; without ``k``, of the whole answer.

    Examples
    --------
    >>> import numpy as np
    >>> F1(2).of_judged(Judged(np.array([1.0, 0.0]), np.ones(2, bool), np.ones(1)))
    0.6666666666666666
    """

    k: int | None = None

    pattern = r"F1?(?:@(?P<k>[1-9]\d*))?"
    title = "F1 at k"
    source = "trec_eval m_set_F.c; ranx f1.py; VLM2Vec metrics.py"
    empty = "0 where nothing is relevant or found; NaN without queries"

    def __str__(self) -> str:
        return "F1" if self.k is None else f"F1@{self.k}"

    def of_judged(self, query: Judged) -> float:
        """Twice the product over the sum; 0 where both are 0."""
        precision = Precision(self.k).of_judged(query)
        recall = Recall(self.k).of_judged(query)
        both = precision + recall
        return 2.0 * (precision * recall) / both if both > 0 else 0.0
