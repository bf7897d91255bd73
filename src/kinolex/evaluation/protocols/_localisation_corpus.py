"""Ranked moments of a whole collection: reading, matching, and the guess that ignores the query."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from kinolex.errors import UsageError
from kinolex.evaluation.intervals import iou
from kinolex.evaluation.protocols._localisation import finite_spans

__all__ = ["Moments", "known_queries", "matched", "overlaps", "popular", "read"]

Floats = npt.NDArray[np.float64]
GUESSED = (
    "The guess gives every query the same list: the moments that are right most often, by their"
    " gains on this truth."
)


@dataclass(frozen=True, slots=True)
class Moments:
    """Moments of one query, in their order.

    Parameters
    ----------
    videos : tuple of str
        The video of each.
    spans : ndarray of float64, shape (moments, 2)
        Start and end in seconds.
    relevance : ndarray of float64, shape (moments,)
        1 where nothing is said.
    """

    videos: tuple[str, ...]
    spans: Floats
    relevance: Floats

    def __len__(self) -> int:
        return len(self.videos)

    def first(self, k: int) -> Moments:
        """The first ``k``."""
        return Moments(self.videos[:k], self.spans[:k], self.relevance[:k])

    def ordered(self, order: npt.NDArray[np.intp]) -> Moments:
        """The same in another order, or some of them."""
        videos = tuple(self.videos[place] for place in order)
        return Moments(videos, self.spans[order], self.relevance[order])


def read(lists: Mapping[Hashable, Sequence[Any]], what: str) -> dict[Hashable, Moments]:
    """Moments by query: records ``video_name``, ``timestamp``, ``relevance``, or triples."""
    return {query: _moments(given, what) for query, given in lists.items()}


def _moments(given: Sequence[Any], what: str) -> Moments:
    try:
        rows = [
            (one["video_name"], *one["timestamp"], one.get("relevance", 1.0))
            if isinstance(one, Mapping)
            else (*one[:3], 1.0)
            for one in given
        ]
        videos = tuple(str(video) for video, _, _, _ in rows)
        numbers = [
            [float(number) for number in (start, end, value)] for _, start, end, value in rows
        ]
    except (KeyError, TypeError, ValueError):
        raise UsageError(
            f"The {what} cannot be read.", hint="A moment is [video, start, end] in seconds."
        ) from None
    spans = finite_spans(numbers, what, 3)
    return Moments(videos, spans[:, :2], spans[:, 2])


def known_queries(
    truth: Mapping[Hashable, Moments], predictions: Mapping[Hashable, Moments]
) -> None:
    """Refuse predictions for queries that the truth does not know."""
    if not truth:
        raise UsageError("There are no queries.", hint="Give at least one right moment.")
    unknown = [query for query in predictions if query not in truth]
    if unknown:
        raise UsageError(
            f"{len(unknown)} queries are not in the truth, such as {unknown[0]!r}.",
            hint="Use the same names of queries on both sides.",
        )


def overlaps(found: Moments, right: Moments) -> Floats:
    """IoU over the true union, shape (found, right); -1 where the videos differ."""
    same = np.array([[one == other for other in right.videos] for one in found.videos])
    if not same.size:
        return np.zeros((len(found), len(right)))
    return np.where(same, iou(found.spans, right.spans), -1.0)


def matched(overlap: Floats, threshold: float) -> list[int]:
    """For each prediction in order the right moment that it takes, or -1.

    It looks at the right moments that none before it took and takes the one of greatest overlap,
    the first of equals, if that overlap is above the threshold.
    """
    free = np.array(overlap, dtype=np.float64)
    taken = []
    for row in free:
        best = int(np.argmax(row)) if len(row) else -1
        if best >= 0 and row[best] > threshold:
            free[:, best] = -1.0
            taken.append(best)
        else:
            taken.append(-1)
    return taken


def popular(truth: Iterable[Moments], most: int) -> Moments:
    """The moments that gain most over all queries (2^relevance - 1 each), the first of equals."""
    gains: dict[tuple[str, float, float], float] = {}
    for one in truth:
        for video, (start, end), value in zip(one.videos, one.spans, one.relevance, strict=True):
            key = (video, float(start), float(end))
            gains[key] = gains.get(key, 0.0) + 2.0 ** float(value) - 1.0
    best = sorted(gains, key=lambda key: -gains[key])[:most]
    return _moments(best, "right moments")
