"""Binary preference: for judgements that are not complete."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinolex.evaluation.measure import Judged, Measure, measure
from kinolex.evaluation.measures._sums import total

__all__ = ["Bpref"]


@measure
@dataclass(frozen=True)
class Bpref(Measure):
    """How seldom judged documents that are not relevant stand above relevant ones.

    Each relevant document that was retrieved adds ``1 - min(n, R) / min(N, R)``, with n judged
    documents above it that are not relevant, R relevant and N not relevant documents judged in
    all; 1 where n is 0. The sum is divided by R. Documents that nobody judged are passed over.

    Examples
    --------
    >>> query = Judged(np.array([0.0, 1.0]), np.array([True, True]), np.array([0.0, 1.0, 0.0]))
    >>> Bpref().of_judged(query)
    0.0
    """

    pattern = r"bpref"
    title = "Binary preference"
    source = "Buckley and Voorhees 2004, doi 10.1145/1008992.1009000; trec_eval m_bpref.c"
    empty = "0 where nothing is relevant; NaN without queries"

    def __str__(self) -> str:
        return "bpref"

    def of_judged(self, query: Judged) -> float:
        """Mean over the relevant documents."""
        relevant = query.relevant
        other = len(query.every) - relevant
        hits = query.hits[query.judged]
        above = np.cumsum(~hits)[hits]
        if not relevant:
            return 0.0
        # Where `other` is 0 there is nothing above either.
        lost = np.minimum(above, relevant) / max(1, min(other, relevant))
        return total(1.0 - lost) / relevant
