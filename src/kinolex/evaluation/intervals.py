"""Overlap of spans of time, the two ways in which published evaluators divide.

All of them divide the shared time by something that they call the union:

- `iou` divides by the time that both cover together (sum of the lengths less the shared time);
- `hull_iou` divides by the time from the first start to the last end.

Both are equal in exact arithmetic wherever the spans meet, and both are 0 where they do not. They
differ in the last bit, and where a span has no length. Which evaluator uses which:

================================================== ========== ======= ======================
Evaluator                                          Form       epsilon 0/0
================================================== ========== ======= ======================
moment_detr, lighthouse, UMT: matches, best truth  `iou`      0       NaN, ranked highest
the same: R1, against that best truth              `hull_iou` 0       0
NMS of moment_detr and of TVR                      `hull_iou` 0       0
TVR, LGI, lmms-eval Charades-STA: hits             `hull_iou` 0       depends on the evaluator
2D-TAN: hits                                       `hull_iou` 0       depends on the evaluator
2D-TAN: NMS; TVR-Ranking                           `iou`      0       depends on the evaluator
ActivityNet dense captions, SODA, Chapter-Llama    `hull_iou` 1e-8    0, by the epsilon
================================================== ========== ======= ======================

The last row divides by the sum of the lengths where that is shorter than the hull: spans that do
not meet, which share no time anyway.

DiDeMo counts whole chunks, both ends belong to the span: add 1 to the ends first.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["hull_iou", "iou"]

Floats = npt.NDArray[np.float64]


def iou(
    one: npt.ArrayLike, other: npt.ArrayLike, *, epsilon: float = 0.0, empty: float = 0.0
) -> Floats:
    """Shared time by the time that both spans cover, every span with every other.

    Parameters
    ----------
    one : array-like of float, shape (..., n, 2)
        Starts and ends, in any unit; an end before its start counts as a negative length.
    other : array-like of float, shape (..., m, 2)
        The same; leading dimensions must fit together.
    epsilon : float
        Added to the divisor.
    empty : float
        What 0/0 gives: two spans without length, wherever they lie.

    Returns
    -------
    ndarray of float64, shape (..., n, m)

    Examples
    --------
    >>> iou([[0, 10]], [[0, 20], [5, 10], [30, 40]]).tolist()
    [[0.5, 0.5, 0.0]]
    >>> bool(iou([[0, 10]], [[0, 20]], epsilon=1e-8)[0, 0] >= 0.5)
    False
    """
    mine, theirs = _every_pair(one, other)
    shared = _shared(mine, theirs)
    lengths = (mine[..., 1] - mine[..., 0]) + (theirs[..., 1] - theirs[..., 0])
    return _divided(shared, lengths - shared + epsilon, empty)


def hull_iou(
    one: npt.ArrayLike, other: npt.ArrayLike, *, epsilon: float = 0.0, empty: float = 0.0
) -> Floats:
    """Shared time by the time from the first start to the last end, every span with every other.

    Parameters and shapes are those of `iou`; 0/0 is two spans that are the same single point.

    Examples
    --------
    >>> hull_iou([[0, 10]], [[0, 20], [5, 10], [30, 40]]).tolist()
    [[0.5, 0.5, 0.0]]
    >>> hull_iou([[3, 3]], [[3, 3]]).item(), hull_iou([[3, 3]], [[3, 3]], empty=1.0).item()
    (0.0, 1.0)
    """
    mine, theirs = _every_pair(one, other)
    last = np.maximum(mine[..., 1], theirs[..., 1])
    first = np.minimum(mine[..., 0], theirs[..., 0])
    return _divided(_shared(mine, theirs), last - first + epsilon, empty)


def _every_pair(one: npt.ArrayLike, other: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Both as (..., n, 1, 2) and (..., 1, m, 2); an empty list is no span."""
    mine, theirs = (np.asarray(spans, dtype=np.float64) for spans in (one, other))
    mine, theirs = (s.reshape(0, 2) if s.ndim == 1 and not s.size else s for s in (mine, theirs))
    return mine[..., :, None, :], theirs[..., None, :, :]


def _shared(mine: Floats, theirs: Floats) -> Floats:
    left = np.maximum(mine[..., 0], theirs[..., 0])
    shared: Floats = np.maximum(0.0, np.minimum(mine[..., 1], theirs[..., 1]) - left)
    return shared


def _divided(shared: Floats, by: Floats, empty: float) -> Floats:
    out: Floats = np.full(np.broadcast_shapes(shared.shape, by.shape), empty, dtype=np.float64)
    return np.divide(shared, by, out=out, where=by != 0)
