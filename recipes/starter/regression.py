"""A small logistic regression whose weights have lower bounds; numpy only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

SLOPE = 1.8
"""Of `kinolex.search.likeness.picture_chance`."""


@dataclass(frozen=True)
class Outcome:
    """What the best picture of a question scored, and whether it was right."""

    above: float
    cosine: float
    right: bool


def fit(found: Sequence[Outcome]) -> dict[str, float]:
    """Weights of the calibrated score: ``standard``, ``raw`` and ``shift``.

    ``standard`` stays 1, as the line does not move with it: the score is the standard score plus
    what the regression adds, in units of its weight.
    """
    rows = np.array([[o.above, o.cosine, 1.0] for o in found])
    right = np.array([o.right for o in found], np.float64)
    # People mostly ask for what they remember: as many questions with an answer as without.
    share = min(max(float(right.mean()), 1e-3), 1 - 1e-3)
    counts = np.where(right > 0, 0.5 / share, 0.5 / (1 - share))
    weights = logistic(rows, right, floor=np.array([1e-3, 0.0, -np.inf]), counts=counts)
    return {
        "standard": round(float(weights[0] / SLOPE), 4),
        "raw": round(float(weights[1] / SLOPE), 4),
        "shift": round(float(weights[2] / SLOPE), 4),
    }


def likelihood(found: Sequence[Outcome], fitted: dict[str, float]) -> float:
    """Mean log-likelihood under fitted weights, right and wrong ones counting the same."""
    scores = [
        SLOPE * (fitted["standard"] * o.above + fitted["raw"] * o.cosine + fitted["shift"])
        for o in found
    ]
    right = np.array([o.right for o in found])
    losses = np.logaddexp(0, np.where(right, -1, 1) * np.array(scores))
    sides = [losses[side].mean() for side in (right, ~right) if side.any()]
    return -float(np.mean(sides))


def logistic(
    rows: npt.NDArray[np.float64],
    right: npt.NDArray[np.float64],
    floor: npt.NDArray[np.float64],
    ridge: float = 1e-3,
    counts: npt.NDArray[np.float64] | float = 1.0,
) -> npt.NDArray[np.float64]:
    """Logistic regression with lower bounds on its weights (projected gradient, full batch)."""
    scale = np.maximum(rows.std(axis=0), 1e-6)
    scale[-1] = 1.0
    x, bound = rows / scale, floor * scale
    weights = np.zeros(rows.shape[1])
    weights[0] = 1.0
    step = 4.0 * len(x) / (np.linalg.norm(x, 2) ** 2 * np.max(counts))
    for _ in range(4000):
        chance = 1 / (1 + np.exp(-x @ weights))
        slope = x.T @ (counts * (chance - right)) / len(x) + ridge * weights
        weights = np.maximum(weights - step * slope, bound)
    return np.asarray(weights / scale)
