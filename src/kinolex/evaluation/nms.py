"""Thinning of windows that overlap: greedy suppression, and soft-NMS that lowers scores.

A matcher lists many windows round one moment; published results differ by whether and how these
were thinned before they were evaluated. Say which one was used beside every figure.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
import numpy.typing as npt

from kinolex.errors import UsageError
from kinolex.evaluation.intervals import hull_iou, iou

__all__ = ["soft_nms", "temporal_nms"]

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]
Overlap = Callable[[Floats, Floats], Floats]


def temporal_nms(
    windows: npt.ArrayLike,
    scores: npt.ArrayLike,
    threshold: float,
    *,
    keep: int = 100,
    overlap: Overlap = hull_iou,
) -> Places:
    """Places of the windows that stay, best first.

    Windows in the order of their scores, equal ones as listed: each that still stands removes all
    later ones that overlap it by **more** than ``threshold``, until ``keep`` are found. This is
    what moment_detr (jayleicn/moment_detr@b7e553ac3b0c utils/temporal_nms.py) and TVR
    (jayleicn/TVRetrieval@d99a9ea7e724 utils/temporal_nms.py) do; 2D-TAN does the same with
    ``overlap=iou``.

    Parameters
    ----------
    windows : array-like of float, shape (n, 2)
        Starts and ends.
    scores : array-like of float, shape (n,)
        Higher is better.
    threshold : float
        Largest overlap that two windows may have.
    keep : int
        At most so many stay.
    overlap : callable
        `kinolex.evaluation.intervals.hull_iou` or `iou`.

    Raises
    ------
    UsageError
        If shapes do not fit or a number is NaN.

    Examples
    --------
    >>> temporal_nms([[0, 10], [1, 10], [20, 30]], [0.5, 0.9, 0.1], 0.7).tolist()
    [1, 2]
    """
    spans, marks = _checked(windows, scores)
    order = np.argsort(-marks, kind="stable")
    crowded = overlap(spans[order], spans[order]) > threshold
    stands = np.ones(len(order), dtype=bool)
    kept: list[int] = []
    for place in range(len(order)):
        if len(kept) == keep:
            break
        if stands[place]:
            kept.append(place)
            stands[place + 1 :] &= ~crowded[place, place + 1 :]
    found: Places = order[kept]
    return found


def soft_nms(
    windows: npt.ArrayLike,
    scores: npt.ArrayLike,
    *,
    method: Literal["gaussian", "linear", "hard"] = "gaussian",
    sigma: float = 0.5,
    threshold: float = 0.3,
) -> tuple[Places, Floats]:
    """Order in which windows are taken, and their lowered scores.

    Again and again the window with the best score is taken (the first of equal ones, where the
    taken one changes places with the one that stood first), and every other one not yet taken is
    lowered by its overlap (true union) with it: times ``exp(-overlap**2 / sigma)``, times
    ``1 - overlap``, or to 0 where the overlap is **at least** ``threshold``. So does UMT on
    Charades-STA (TencentARC/UMT@bde05e3de390 datasets/charades.py:90-130), there in float32.

    Parameters
    ----------
    windows, scores : array-like
        As for `temporal_nms`.
    method : {"gaussian", "linear", "hard"}
        How scores are lowered.
    sigma : float
        Width of the Gaussian.
    threshold : float
        For ``hard``.

    Returns
    -------
    places : ndarray of int, shape (n,)
        Windows in the order in which they were taken.
    scores : ndarray of float64, shape (n,)
        Their scores when they were taken.

    Examples
    --------
    >>> places, lowered = soft_nms([[0, 10], [0, 5], [20, 30]], [0.9, 0.8, 0.6])
    >>> places.tolist(), lowered.round(3).tolist()
    ([0, 2, 1], [0.9, 0.6, 0.485])
    """
    spans, marks = _checked(windows, scores)
    marks = marks.copy()
    order = np.arange(len(marks))
    for place in range(len(order)):
        best = place + int(np.argmax(marks[order[place:]]))
        order[[place, best]] = order[[best, place]]
        rest = order[place + 1 :]
        shared = iou(spans[order[place], None], spans[rest])[0]
        marks[rest] = _lowered(marks[rest], shared, method, sigma, threshold)
    return order, marks[order]


def _lowered(marks: Floats, shared: Floats, method: str, sigma: float, threshold: float) -> Floats:
    if method == "gaussian":
        lower: Floats = marks * np.exp(-(shared**2) / sigma)
        return lower
    if method == "linear":
        return marks * (1 - shared)
    if method == "hard":
        return np.where(shared >= threshold, 0.0, marks)
    raise UsageError(f"There is no soft-NMS {method!r}.", hint="gaussian, linear or hard.")


def _checked(windows: npt.ArrayLike, scores: npt.ArrayLike) -> tuple[Floats, Floats]:
    marks = np.asarray(scores, dtype=np.float64)
    spans = np.asarray(windows, dtype=np.float64)
    spans = spans if spans.size else spans.reshape(0, 2)
    if marks.ndim != 1 or spans.shape != (len(marks), 2):
        raise UsageError(
            f"Windows of shape {spans.shape} do not fit scores of shape {marks.shape}.",
            hint="Give n windows of start and end, and n scores.",
        )
    if np.isnan(spans).any() or np.isnan(marks).any():
        raise UsageError("A window or a score is NaN.", hint="Leave it out.")
    return spans, marks
