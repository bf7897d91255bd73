"""trec_eval's trial means of nDCG over places: at relevant documents, and at levels of gain."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinolex.evaluation.measure import Floats, Judged, Measure, measure
from kinolex.evaluation.measures._sums import discounts, running, total

__all__ = ["LevelNDCG", "RelevantNDCG"]

_EMPTY = "0 where nothing is relevant; NaN without queries"


def _curves(query: Judged) -> tuple[Floats, Floats, Floats]:
    """Gains above 0 in the best order, sums of the best order, sums of the answer by place."""
    ideal = np.sort(query.every[query.every > 0])[::-1]
    gains = np.maximum(query.gains, 0.0)
    return ideal, running(ideal / discounts(len(ideal))), running(gains / discounts(len(gains)))


@measure
@dataclass(frozen=True)
class RelevantNDCG(Measure):
    """Mean of the nDCG so far at each document with gain; the final one for those not retrieved.

    Examples
    --------
    >>> RelevantNDCG().of_judged(Judged(np.array([1.0]), np.ones(1, bool), np.ones(2))) < 1.0
    True
    """

    pattern = r"nDCG_rel"
    title = "nDCG averaged over relevant documents"
    source = "trec_eval m_ndcg_rel.c"
    empty = _EMPTY

    def __str__(self) -> str:
        return "nDCG_rel"

    def of_judged(self, query: Judged) -> float:
        """Over all documents with gain."""
        ideal, best, reached = _curves(query)
        if not len(ideal) or not len(reached):
            return 0.0
        places = np.flatnonzero(query.gains > 0)
        so_far = total(reached[places] / best[np.minimum(places, len(best) - 1)])
        rest = (len(ideal) - len(places)) * float(reached[-1]) / float(best[-1])
        return (so_far + rest) / len(ideal)


@measure
@dataclass(frozen=True)
class LevelNDCG(Measure):
    """Mean of the nDCG at the places where the best order steps down to a lower gain.

    The nDCG of the whole answer joins the mean where the answer is longer, by two documents or
    more, than there are documents with gain.

    Examples
    --------
    >>> LevelNDCG().of_judged(Judged(np.array([2.0, 1.0]), np.ones(2, bool), np.array([1.0, 2.0])))
    1.0
    """

    pattern = r"RnDCG"
    title = "nDCG averaged over levels of gain"
    source = "trec_eval m_Rndcg.c"
    empty = _EMPTY

    def __str__(self) -> str:
        return "RnDCG"

    def of_judged(self, query: Judged) -> float:
        """0 unless something is relevant, as nDCG itself does not ask."""
        ideal, best, reached = _curves(query)
        if not len(ideal) or not len(reached) or not query.relevant:
            return 0.0
        steps = np.append(np.flatnonzero(np.diff(ideal)), len(ideal) - 1)
        terms = reached[np.minimum(steps, len(reached) - 1)] / best[steps]
        if len(reached) > len(ideal) + 1:
            terms = np.append(terms, reached[-1] / best[-1])
        return total(terms) / len(terms)
