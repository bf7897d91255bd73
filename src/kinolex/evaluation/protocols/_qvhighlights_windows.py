"""Average precision and first hits of windows, all queries and thresholds at once.

The loop of the published evaluators over queries, windows, thresholds and truths is one loop over
the ten places of a list; `qvhighlights` says what is computed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kinolex.evaluation.intervals import hull_iou, iou

__all__ = [
    "MOST",
    "Overlaps",
    "average_precisions",
    "first_windows",
    "kept_sums",
    "overlaps",
    "padded",
]

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

MOST = 10
"""So many windows of a list count."""

_CHUNK = 512


@dataclass(frozen=True, slots=True)
class Overlaps:
    """What windows and truths of n queries have in common; short lists are padded.

    Parameters
    ----------
    ranked : ndarray of float64, shape (n, places, truths)
        Overlap of each window with each truth, best score first; infinite for 0/0; -1 is padding.
    listed : ndarray of bool, shape (n, places)
        Which places hold a window.
    lengths : ndarray of float64, shape (n, truths)
        How long each truth is; NaN is padding.
    cross, hull, starts : ndarray of float64, shape (n, truths)
        Of the window that is listed first: overlap with each truth as in ``ranked``, overlap by
        the hull (0/0 is 0), and how far the starts lie apart.
    """

    ranked: Floats
    listed: Bools
    lengths: Floats
    cross: Floats
    hull: Floats
    starts: Floats


def overlaps(
    windows: Sequence[Floats], scores: Sequence[Floats], truths: Sequence[Floats]
) -> Overlaps:
    """Pad, put into order, and compare; every query has at least one window."""
    spans, listed = padded([one[:MOST] for one in windows])
    marks, _ = padded([one[:MOST, None] for one in scores], fill=-np.inf)
    order = np.argsort(-marks[..., 0], axis=1, kind="stable")
    right, real = padded(truths)
    ranked = iou(np.take_along_axis(spans, order[..., None], axis=1), right, empty=np.inf)
    ranked[~(listed[:, :, None] & real[:, None, :])] = -1.0
    first = spans[:, :1]
    return Overlaps(
        ranked,
        listed,
        np.where(real, right[..., 1] - right[..., 0], np.nan),
        iou(first, right, empty=np.inf)[:, 0],
        hull_iou(first, right)[:, 0],
        np.abs(first[..., 0] - right[..., 0]),
    )


def padded(rows: Sequence[Floats], fill: float = 0.0) -> tuple[Floats, Bools]:
    """Tables (k, columns) of different k as one array (n, most, columns), and what is real."""
    counts = np.array([len(one) for one in rows])
    real: Bools = np.arange(counts.max(initial=0)) < counts[:, None]
    out = np.full((*real.shape, rows[0].shape[1]), fill)
    out[real] = np.concatenate(rows)
    return out, real


def average_precisions(given: Overlaps, counts: Bools, thresholds: Floats) -> Floats:
    """Average precision, shape (n, thresholds), against the truths that ``counts`` marks.

    NaN where it marks none.
    """
    out = np.full((len(counts), len(thresholds)), np.nan)
    # Queries with few truths apart, so that padding costs little.
    widths = counts.shape[1] - np.argmax(counts[:, ::-1], axis=1)
    rows = np.flatnonzero(counts.any(axis=1))
    order = rows[np.argsort(widths[rows], kind="stable")]
    for start in range(0, len(order), _CHUNK):
        here = order[start : start + _CHUNK]
        width = widths[here[-1]]
        right = _right(given.ranked[here, :, :width], counts[here, :width], thresholds)
        out[here] = _areas(right, given.listed[here], counts[here].sum(axis=1))
    return out


def _right(ranked: Floats, counts: Bools, thresholds: Floats) -> Bools:
    """Which windows find a truth that is still free, shape (n, thresholds, places)."""
    queries, places, truths = ranked.shape
    free = np.repeat(counts[:, None, :], len(thresholds), axis=1)
    right = np.zeros((queries, len(thresholds), places), dtype=bool)
    for place in range(places):
        overlap = ranked[:, place, None, :]
        fits = free & (overlap >= thresholds[:, None])
        # The best that is free; of equal ones the last, as an ascending sort reversed has it.
        best = truths - 1 - np.argmax(np.where(fits, overlap, -1.0)[..., ::-1], axis=2)
        hit = fits.any(axis=2)
        query, threshold = np.nonzero(hit)
        free[query, threshold, best[hit]] = False
        right[:, :, place] = hit
    return right


def _areas(right: Bools, listed: Bools, relevant: npt.NDArray[np.int64]) -> Floats:
    """Area under the interpolated precision (VOC 2011)."""
    hits = np.cumsum(right, axis=2, dtype=np.float64)
    recall = hits / relevant[:, None, None]
    precision = np.where(listed[:, None, :], hits / np.arange(1, right.shape[2] + 1), 0.0)
    envelope = np.maximum.accumulate(precision[..., ::-1], axis=2)[..., ::-1]
    steps = np.diff(recall, axis=2, prepend=0.0) * envelope
    # The step to full recall, of height 0, is one more summand where recall is not full.
    last = recall[..., -1:] != 1.0
    return kept_sums(
        np.concatenate([steps, np.zeros_like(last, dtype=np.float64)], axis=2),
        np.concatenate([right, last], axis=2),
    )


def kept_sums(values: Floats, keep: Bools) -> Floats:
    """Sums along the last axis of what is kept, as numpy sums a list of just these.

    Numpy adds eight and more numbers in another order than fewer: a sum over padding would differ
    in the last bit.

    Examples
    --------
    >>> kept_sums(np.array([[1.0, 2.0, 4.0]]), np.array([[True, False, True]])).tolist()
    [5.0]
    """
    counts = keep.sum(axis=-1)
    out = np.zeros(counts.shape)
    for count in np.unique(counts[counts > 0]):
        rows = counts == count
        out[rows] = values[rows][keep[rows]].reshape(-1, count).sum(axis=1)
    return out


def first_windows(given: Overlaps, counts: Bools) -> tuple[Floats, Floats]:
    """Of the first window and its best truth: overlap by the hull, and distance of the starts.

    NaN where ``counts`` marks no truth.
    """
    best = np.argmax(np.where(counts, given.cross, -1.0), axis=1)[:, None]
    none = ~counts.any(axis=1)
    hull, starts = (
        np.take_along_axis(one, best, axis=1)[:, 0] for one in (given.hull, given.starts)
    )
    return np.where(none, np.nan, hull), np.where(none, np.nan, starts)
