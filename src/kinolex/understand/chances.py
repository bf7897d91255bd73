r"""From frames and classes to probabilities, with "none of these".

Each class is a question in the sense of `kinolex.search.pictures`: a vector with its own
background. Its standard scores ``z`` in the frames become the odds ``o`` that the frame shows it
(`picture_chance`); the line is what the best of ``frames x classes`` unrelated comparisons hardly
reaches, so that more classes are not more false alarms. Classes exclude each other, so with
log-odds the softmax over the classes and "none", whose odds are 1::

    P(k) = o_k / (1 + sum_j o_j)        P(none) = 1 / (1 + sum_j o_j)

Where examples say how classes differ (`rivals`, log-odds of each class), the odds say how much of
the probability is "none", and the softmax of the rivals shares out the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kinolex.library.vectors import VectorTable
from kinolex.search.curves import smooth
from kinolex.search.likeness import Prior, picture_chance, summed
from kinolex.search.pictures import FrameTable, PictureQuestion, unit
from kinolex.understand.gda import Gda

__all__ = ["Chances", "Rivals", "chances", "question", "softmax"]

_NUMBERS = 4_000_000
"""Frames times classes that are held in memory at once."""

Floats = npt.NDArray[np.float64]
Vector = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Chances:
    """Probabilities of n frames, and of k classes over all of them.

    ``best`` (n,) int64: each frame's most probable class; ``chance`` (n,): its probability;
    ``none`` (n,): that of no class; ``top`` (k,): each class's best frame; ``share`` (k,): each
    class's mean over time.
    """

    best: npt.NDArray[np.int64]
    chance: Floats
    none: Floats
    top: Floats
    share: Floats


@dataclass(frozen=True, slots=True)
class Rivals:
    """What shares the probability out between classes: the classifier of their examples.

    ``alpha`` weighs it; ``words``: questions of the classes' words, whose log-odds are added.
    """

    classifier: Gda
    alpha: float = 1.0
    words: Sequence[PictureQuestion] = ()


def question(
    table: FrameTable, vectors: Sequence[Vector], priors: Sequence[Prior], *, words: bool = False
) -> PictureQuestion:
    """A class described in one or more ways, summed as `kinolex.search.pictures.ask` sums.

    Parameters
    ----------
    table : FrameTable
    vectors : sequence of (d,) float32
        Unit vectors.
    priors : sequence of Prior
        Of each vector's kind.
    words : bool
        Whether they are words alone, for which the encoder's calibration holds.
    """
    known = next((p for p in priors if p != Prior()), Prior())
    priors = [known if p == Prior() else p for p in priors]
    weights = [1.0] * len(vectors)
    if len(vectors) > 1:
        spreads = map(table.background, vectors, priors)
        weights = [1 / spread.deviation for spread in spreads]
    total = np.sum([w * v for w, v in zip(weights, vectors, strict=True)], axis=0)
    length = float(np.linalg.norm(total)) or 1.0
    prior = summed(priors, [w / length for w in weights])
    vector = unit(np.asarray(total, np.float32))
    if words:
        return table.worded(vector, prior)
    return PictureQuestion(vector, table.background(vector, prior))


def chances(
    table: VectorTable,
    rows: npt.NDArray[np.int64],
    questions: Sequence[PictureQuestion],
    *,
    rivals: Rivals | None = None,
    none: bool = True,
    known: npt.NDArray[np.bool_] | None = None,
    cut: npt.NDArray[np.bool_] | None = None,
    lengths: npt.ArrayLike | None = None,
) -> Chances:
    """Probabilities of frames, smoothed over their neighbours but not across cuts.

    Parameters
    ----------
    table : VectorTable
    rows : (n,) int64
        Frames in order of time.
    questions : sequence of PictureQuestion
        The k classes.
    rivals : Rivals, optional
        How examples tell classes apart.
    none : bool
        Whether a frame may show none of them.
    known : (k,) bool, optional
        Classes that are possible at all; by default every one, at least one must be.
    cut : (n,) bool, optional
        True where a cut lies between a frame and the one before.
    lengths : (n,) array, optional
        Seconds that each frame stands for; by default all the same.
    """
    count, classes = len(rows), len(questions)
    compared = count * classes
    cut = np.zeros(count, bool) if cut is None else cut
    weights = _weights(np.ones(count) if lengths is None else np.asarray(lengths, np.float64))
    found = Chances(
        np.zeros(count, np.int64),
        np.zeros(count),
        np.zeros(count),
        np.zeros(classes),
        np.zeros(classes),
    )
    step = max(1, _NUMBERS // classes)
    for first in range(0, count, step):
        last = min(first + step, count)
        low, high = max(first - 1, 0), min(last + 1, count)  # smoothing looks at the neighbours
        frames = table.rows[rows[low:high]].astype(np.float32)
        odds = _log_odds(_smoothed(_scores(frames, questions, compared), cut[low:high]))
        apart = odds if rivals is None else _apart(frames, rivals, compared, cut[low:high])
        part = slice(first - low, first - low + last - first)
        _put(found, first, odds[part], apart[part], weights[first:last], none, known)
    return found


def _weights(lengths: Floats) -> Floats:
    total = float(lengths.sum())
    return lengths / total if total > 0 else np.full(len(lengths), 1 / max(len(lengths), 1))


def _scores(frames: Vector, questions: Sequence[PictureQuestion], compared: int) -> Floats:
    """Standard scores (n, k), each less its line among so many comparisons."""
    cosines = frames @ np.stack([asked.vector for asked in questions]).T
    grounds = [asked.background for asked in questions]
    each = [g.standard(cosines[:, k]) - g.line(compared) for k, g in enumerate(grounds)]
    return np.stack(each, axis=1)


def _smoothed(values: Floats, cut: npt.NDArray[np.bool_]) -> Floats:
    return np.stack([smooth(column, cut) for column in values.T], axis=1)


def _log_odds(above: Floats) -> Floats:
    sure = np.clip(picture_chance(above, 0.0), 1e-13, 1 - 1e-13)
    return np.asarray(np.log(sure) - np.log1p(-sure))


def _apart(frames: Vector, rivals: Rivals, compared: int, cut: npt.NDArray[np.bool_]) -> Floats:
    logits = rivals.alpha * _smoothed(rivals.classifier.logits(frames), cut)
    if rivals.words:
        logits = logits + _log_odds(_smoothed(_scores(frames, rivals.words, compared), cut))
    return logits


def softmax(logits: npt.ArrayLike, axis: int = -1) -> Floats:
    """Exponentials that add up to 1; safe for large and for infinite negative numbers.

    Examples
    --------
    >>> softmax([0.0, 0.0, -np.inf]).tolist()
    [0.5, 0.5, 0.0]
    """
    values = np.asarray(logits, np.float64)
    raised = np.exp(values - values.max(axis=axis, keepdims=True))
    return np.asarray(raised / raised.sum(axis=axis, keepdims=True))


def _put(
    found: Chances,
    first: int,
    odds: Floats,
    apart: Floats,
    weights: Floats,
    none: bool,
    known: npt.NDArray[np.bool_] | None,
) -> None:
    """Write the probabilities of some frames, from the log-odds of each class in them."""
    if known is not None:
        odds, apart = (np.where(known, values, -np.inf) for values in (odds, apart))
    part = slice(first, first + len(odds))
    nothing = np.zeros(len(odds))
    if none:
        with_none = np.concatenate([odds, np.zeros((len(odds), 1))], axis=1)
        nothing = softmax(with_none)[:, -1]
    sure = softmax(apart) * (1 - nothing)[:, None]
    found.none[part] = nothing
    found.best[part] = sure.argmax(axis=1)
    found.chance[part] = sure.max(axis=1)
    np.maximum(found.top, sure.max(axis=0), out=found.top)
    np.add(found.share, weights @ sure, out=found.share)
