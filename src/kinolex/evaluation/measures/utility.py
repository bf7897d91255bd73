"""Utility of an answer as a set."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinolex.evaluation.measure import Judged, Measure, measure

__all__ = ["Utility"]

_N = r"-?(?:\d+(?:\.\d+)?|\.\d+)"


@measure
@dataclass(frozen=True)
class Utility(Measure):
    """So much for each relevant document found, each other one found, each relevant one missed.

    Examples
    --------
    >>> Utility().of_judged(Judged(np.array([1.0, 0, 0]), np.ones(3, bool), np.ones(2)))
    -1.0
    >>> str(Utility(2.0, -1.0, 0.0))
    'Utility@2,-1,0'
    """

    found: float = 1.0
    other: float = -1.0
    missed: float = 0.0

    pattern = rf"Utility(?:@(?P<found>{_N}),(?P<other>{_N}),(?P<missed>{_N}))?"
    title = "Utility"
    source = "trec_eval m_utility.c (without its fourth term, documents of the collection)"
    lowest = float("-inf")
    highest = float("inf")
    empty = "what the documents found cost; NaN without queries"

    def __str__(self) -> str:
        return f"Utility@{self.found:g},{self.other:g},{self.missed:g}"

    def of_judged(self, query: Judged) -> float:
        """A sum over documents."""
        hits = int(np.count_nonzero(query.hits))
        spent = self.other * (len(query.gains) - hits)
        return self.found * hits + spent + self.missed * (query.relevant - hits)
