"""In which order retrieved documents stand: by score, and by a named rule where scores are equal.

Every rule takes document ids and their scores in the order in which they were given, and gives
their places in that order, best first.

Examples
--------
>>> scores = np.array([0.5, 0.9, 0.5])
>>> documents = ["a", "b", "c"]
>>> [documents[i] for i in document_descending(documents, scores)]
['b', 'c', 'a']
>>> [documents[i] for i in first_given(documents, scores)]
['b', 'a', 'c']
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

__all__ = ["Order", "depends_on_ties", "document_descending", "first_given", "numba_quicksort"]

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]
Order = Callable[[Sequence[str], Floats], Places]

_SMALL = 15


def first_given(documents: Sequence[str], scores: Floats) -> Places:
    """Equal scores stay in the order given (a stable sort)."""
    return np.argsort(-scores, kind="stable")


def document_descending(documents: Sequence[str], scores: Floats) -> Places:
    """Equal scores by document id, the greatest first, by the bytes of UTF-8 (trec_eval)."""
    order = first_given(documents, scores)
    ranked = scores[order]
    if not (ranked[1:] == ranked[:-1]).any():
        return order
    # Python compares by code points, which is the order of the bytes of UTF-8.
    place = np.empty(len(scores), dtype=np.intp)
    place[sorted(range(len(scores)), key=documents.__getitem__)] = np.arange(len(scores))
    return np.lexsort((place, scores))[::-1]


def numba_quicksort(documents: Sequence[str], scores: Floats) -> Places:
    """Equal scores as numba's ``np.argsort(-scores)`` leaves them (ranx).

    Up to 15 documents they stay in the order given. Longer lists are split around the median of
    the first, middle and last score until they are that short, which moves equal scores in a fixed
    but meaningless way (numba/numba@13ece9b97e6f numba/misc/quicksort.py).
    """
    keys = (-scores).tolist()
    places = list(range(len(keys)))
    todo = [(0, len(keys) - 1)]
    while todo:
        low, high = todo.pop()
        # The parts do not touch, so which of them comes first changes nothing.
        if high - low >= _SMALL:
            middle = _split(keys, places, low, high)
            todo += [(low, middle - 1), (middle + 1, high)]
        elif high > low:
            places[low : high + 1] = sorted(places[low : high + 1], key=keys.__getitem__)
    return np.asarray(places, dtype=np.intp)


def _split(keys: Sequence[float], places: list[int], low: int, high: int) -> int:
    """Move what is smaller than the median of three before it; where that one then stands."""
    middle = (low + high) // 2
    for first, second in ((low, middle), (middle, high), (low, middle)):
        if keys[places[second]] < keys[places[first]]:
            places[first], places[second] = places[second], places[first]
    pivot = keys[places[middle]]
    places[high], places[middle] = places[middle], places[high]
    up, down = low, high - 1
    while True:
        while up < high and keys[places[up]] < pivot:
            up += 1
        while down >= low and pivot < keys[places[down]]:
            down -= 1
        if up >= down:
            break
        places[up], places[down] = places[down], places[up]
        up, down = up + 1, down - 1
    places[up], places[high] = places[high], places[up]
    return up


def depends_on_ties(scores: Floats, gains: Floats) -> bool:
    """Whether documents of unlike gain share a score, both in order: the rule then decides."""
    equal = scores[1:] == scores[:-1]
    if not equal.any():
        return False
    # Within a run of equal scores two neighbours differ if any two differ.
    return bool((equal & (gains[1:] != gains[:-1])).any())
