"""Plain counts, added up over queries."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinolex.evaluation.measure import Floats, Judged, Measure, measure

__all__ = ["NonRelevantFound", "Relevant", "RelevantFound", "Retrieved"]


class _Count(Measure):
    highest = float("inf")
    source = "trec_eval m_num_ret.c, m_num_rel.c, m_num_rel_ret.c, m_num_nonrel_judged_ret.c"
    empty = "0"

    def __str__(self) -> str:
        return self.pattern

    def aggregate(self, values: Floats) -> float:
        """Their sum."""
        return float(np.sum(values))


@measure
@dataclass(frozen=True)
class Retrieved(_Count):
    """How many documents were retrieved.

    Examples
    --------
    >>> Retrieved().of_judged(Judged(np.zeros(3), np.zeros(3, bool), np.zeros(0)))
    3.0
    """

    pattern = r"NumRet"
    title = "Documents retrieved"

    __str__ = _Count.__str__

    def of_judged(self, query: Judged) -> float:
        """All in the answer."""
        return float(len(query.gains))


@measure
@dataclass(frozen=True)
class Relevant(_Count):
    """How many documents are relevant, retrieved or not.

    Examples
    --------
    >>> Relevant().of_judged(Judged(np.zeros(0), np.zeros(0, bool), np.array([1.0, 0.0])))
    1.0
    """

    pattern = r"NumRel"
    title = "Documents relevant"

    __str__ = _Count.__str__

    def of_judged(self, query: Judged) -> float:
        """All that are relevant."""
        return float(query.relevant)


@measure
@dataclass(frozen=True)
class RelevantFound(_Count):
    """How many relevant documents were retrieved.

    Examples
    --------
    >>> RelevantFound().of_judged(Judged(np.array([1.0, 0.0]), np.ones(2, bool), np.ones(5)))
    1.0
    """

    pattern = r"NumRelRet"
    title = "Relevant documents retrieved"

    __str__ = _Count.__str__

    def of_judged(self, query: Judged) -> float:
        """Those that are relevant."""
        return float(np.count_nonzero(query.hits))


@measure
@dataclass(frozen=True)
class NonRelevantFound(_Count):
    """How many retrieved documents somebody judged as not relevant.

    Examples
    --------
    >>> NonRelevantFound().of_judged(Judged(np.zeros(2), np.array([True, False]), np.zeros(1)))
    1.0
    """

    pattern = r"NumNonRelRet"
    title = "Judged documents retrieved that are not relevant"
    better = "lower"

    __str__ = _Count.__str__

    def of_judged(self, query: Judged) -> float:
        """Judged and not relevant."""
        return float(np.count_nonzero(query.judged & ~query.hits))
