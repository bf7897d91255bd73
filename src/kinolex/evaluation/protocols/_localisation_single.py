"""Overlap of spans in single precision, as evaluators on tensors or float32 arrays compute it.

The last digits, and so an IoU that equals a threshold, depend on the precision; elsewhere use
`kinolex.evaluation.intervals`, in double precision.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["single_hull_iou", "single_iou"]

Singles = npt.NDArray[np.float32]


def single_iou(one: Singles, other: Singles) -> Singles:
    """Shared time by what both cover, (n, 2) and (m, 2) to (n, m); 0/0 is 0.

    Examples
    --------
    >>> single_iou(np.float32([[0, 7]]), np.float32([[0, 10]])).item() >= 0.7
    False
    """
    shared = _shared(one, other)
    lengths = (one[:, 1] - one[:, 0])[:, None] + (other[:, 1] - other[:, 0])[None]
    return _divided(shared, lengths - shared)


def single_hull_iou(one: Singles, other: Singles) -> Singles:
    """Shared time by the time from first start to last end; 0/0 is 0."""
    last = np.maximum(one[:, None, 1], other[None, :, 1])
    first = np.minimum(one[:, None, 0], other[None, :, 0])
    return _divided(_shared(one, other), last - first)


def _shared(one: Singles, other: Singles) -> Singles:
    starts = np.maximum(one[:, None, 0], other[None, :, 0])
    ends = np.minimum(one[:, None, 1], other[None, :, 1])
    shared: Singles = np.maximum(ends - starts, np.float32(0))
    return shared


def _divided(shared: Singles, by: Singles) -> Singles:
    out = np.zeros_like(shared)
    np.divide(shared, by, out=out, where=by != 0)
    return out
