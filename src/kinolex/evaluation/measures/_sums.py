"""Sums as C programs build them: one term after the other, so that last digits agree."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

__all__ = ["discounts", "first", "running", "total"]

Floats = npt.NDArray[np.float64]
_logarithms: Floats = np.empty(0)


def discounts(count: int) -> Floats:
    """Base 2 logarithms of 2, 3, 4, ...: what a gain at each place is divided by."""
    global _logarithms
    if len(_logarithms) < count:
        size = max(count, 1024, 2 * len(_logarithms))
        # math.log2 is that of C; NumPy's may differ in the last bit with the processor.
        _logarithms = np.array([math.log2(place + 2) for place in range(size)])
    return _logarithms[:count]


def running(values: npt.NDArray[np.float64]) -> Floats:
    """Sums up to each place."""
    return np.cumsum(values, dtype=np.float64)


def total(values: npt.NDArray[np.float64]) -> float:
    """The whole sum, from the first term on (NumPy's own sum adds in pairs)."""
    return float(running(values)[-1]) if len(values) else 0.0


def first(k: int | None) -> slice:
    """The first ``k`` places; all without."""
    return slice(None, k)
