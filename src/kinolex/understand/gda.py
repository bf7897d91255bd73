"""Gaussian discriminant analysis: a classifier from a few examples, without training.

Z. Wang et al., "A hard-to-beat baseline for training-free CLIP-based adaptation", ICLR 2024: every
class is a Gaussian, all share one covariance, and so the log-odds are linear. With fewer examples
than dimensions the covariance cannot be inverted; its inverse is estimated by the ridge of
T. Kubokawa and M. Srivastava, "Estimation of the precision matrix of a singular Wishart
distribution and its application in high-dimensional data", J. Multivariate Analysis 99, 2008.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Gda", "fit", "precision"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Gda:
    """Linear log-odds of k classes: ``weights`` (d, k) and ``bias`` (k,), both float64."""

    weights: Floats
    bias: Floats

    def logits(self, rows: npt.ArrayLike) -> Floats:
        """Log-odds of rows (n, d), float64 (n, k), up to a constant a row."""
        return np.asarray(np.asarray(rows, np.float64) @ self.weights + self.bias, np.float64)


def precision(centred: npt.ArrayLike) -> Floats | None:
    """Inverse covariance of vectors less their class means, d (( n - 1) C + tr(C) I)^-1.

    Parameters
    ----------
    centred : (n, d) array
        Each vector less the mean of its class.

    Returns
    -------
    (d, d) float64, or None
        None where the vectors do not spread, as with one example a class.

    Examples
    --------
    >>> precision([[1.0, 0.0], [-1.0, 0.0]]).round(3).tolist()
    [[0.5, 0.0], [0.0, 1.0]]
    """
    rows = np.asarray(centred, np.float64)
    count, size = rows.shape
    if count < 2:
        return None
    covariance = np.atleast_2d(np.cov(rows, rowvar=False))
    trace = float(np.trace(covariance))
    if trace <= 1e-9:
        return None
    return np.asarray(size * np.linalg.inv((count - 1) * covariance + trace * np.eye(size)))


def fit(examples: Sequence[npt.ArrayLike], others: npt.ArrayLike) -> Gda:
    """Estimate the classifier.

    Parameters
    ----------
    examples : sequence of (n_k, d) arrays
        Unit vectors of each class, at least one.
    others : (m, d) array
        Vectors of anything, whose spread counts where the examples have none of their own.

    Returns
    -------
    Gda
        All classes are equally likely beforehand.

    Examples
    --------
    >>> two = fit([[[1.0, 0.0], [0.8, 0.6]], [[0.0, 1.0], [-0.6, 0.8]]], [])
    >>> two.logits([[0.9, 0.4], [-0.3, 0.9]]).argmax(axis=1).tolist()
    [0, 1]
    """
    rows = [np.atleast_2d(np.asarray(several, np.float64)) for several in examples]
    means = np.stack([several.mean(axis=0) for several in rows])
    inverse = precision(np.concatenate([r - m for r, m in zip(rows, means, strict=True)]))
    if inverse is None:
        rest = np.asarray(others, np.float64).reshape(-1, means.shape[1])
        inverse = precision(rest - rest.mean(axis=0)) if len(rest) else None
    if inverse is None:
        inverse = np.eye(means.shape[1])
    weights = inverse @ means.T
    bias = -np.log(len(means)) - 0.5 * np.einsum("kd,dk->k", means, weights)
    return Gda(weights, np.asarray(bias, np.float64))
