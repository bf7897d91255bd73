r"""What a likeness to pictures is worth: standard scores that also hold in small libraries.

No two picture encoders share a scale: of one, a cosine of 0.3 is a sure answer, of another nothing.
So a question's cosines are set against its own *background*, in this order:

Bank
    Where the encoder's card brings a bank of unrelated pictures, median and spread of the
    question's scores with them, mixed 7 : 3 with those of the library's sample.

Sample and prior
    Otherwise the sample alone says it in a large library, where nearly all frames are unrelated
    to any question. In a small one they may all answer it. So the sample counts as ``n / (n + 30)``
    with ``n`` a fifth of the frames, as neighbouring frames look alike, and the rest is a *prior*:
    what such questions score with these frames, whatever they ask. For words these are
    `GENERAL`, everyday things and colours, encoded once a library; for pictures and spans, whose
    cosines lie on another scale, the library's own frames are the questions. Questions that the
    encoder cannot tell apart count once; a question that equals several of them is one whose
    words it does not know, and finds nothing. Over 10,000 frames the prior weighs less than 3 %.

    The prior bounds the sample as well. A question whose median lies more than two spreads above
    the medians of general questions is not that popular: the library is full of answers, and the
    median stops there. And no question has less than half of the prior's spread, so that among
    frames that all look alike (a lecture, a fixed camera) the hair's breadth by which one is the
    nearest says nothing. In ordinary large libraries neither bound is reached.

Spread
    The spread of the narrower half: answers widen the upper one, opposites the lower.

Scale
    A cosine cannot exceed 1, so where cosines spread widely (pictures beside pictures, encoders of
    few dimensions) even a perfect match is only one or two spreads away. Fisher's transform
    ``atanh`` removes that bound (R. A. Fisher, "On the 'probable error' of a coefficient of
    correlation", Metron 1, 1921)::

        z = (atanh c - atanh m) (1 - m^2) / s

    with ``m`` and ``s`` of the background. Near the background, and so for encoders whose cosines
    spread little, this is ``(c - m) / s``. Cosines count as 0.99 at most.

The line is what the best of ``n`` unrelated pictures would reach, ``sqrt(2 ln n) + 0.5`` (Gaussian
tail), ``n`` again a fifth of the frames. Its constants, and the 30 above, are set by argument and
not yet fitted to a trained encoder.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from kinolex.search.calibrate import Background, Floats, chance, quartered

__all__ = [
    "ALIKE",
    "GENERAL",
    "UNKNOWN",
    "Calibration",
    "Likeness",
    "Prior",
    "distinct",
    "frames_prior",
    "picture_background",
    "picture_chance",
    "picture_line",
    "prior_of",
    "summed",
    "words_prior",
]

GENERAL = (
    "red",
    "green",
    "blue",
    "yellow",
    "orange",
    "purple",
    "black",
    "white",
    "grey",
    "a person",
    "a dog",
    "a car on the road",
    "a house",
    "a tree",
    "the sea",
    "food on a plate",
    "people talking",
    "a book on a table",
    "a computer screen with text",
    "a game of football",
    "mountains under the sky",
    "a singer on a stage",
    "a plane",
    "the street at night",
)
"""Questions about nothing in particular; colours too, as some encoders know little else."""

ALIKE = 0.98
"""Cosine from which an encoder cannot tell two things apart."""

UNKNOWN = 3
"""General questions that a question must equal to be one that the encoder does not understand."""

FEW = 4
"""Distinct questions that a prior needs."""

_SHRINK = 30.0
_MOST = 0.99
_PAIRS = 48


@dataclass(frozen=True, slots=True)
class Prior:
    """What questions of a kind score with a library's frames, whatever they ask.

    ``mean`` and ``deviation`` of all scores, ``popularity`` the spread of the questions' medians.
    """

    mean: float = 0.0
    deviation: float = 1.0
    popularity: float = math.inf


@dataclass(frozen=True, slots=True)
class Calibration:
    """How an encoder's scores for words were found to tell what is shown from what is not.

    The calibrated score is ``standard * z + raw * cosine + shift`` with ``z`` the standard score,
    its line ``standard * picture_line``; neither weight is negative, so that it rises with the
    cosine. Standard scores make questions comparable, raw cosines tell better whether anything
    answers at all: together they do both. ``popularity`` times the mean vector of `GENERAL` is
    taken away from a question first, as some pictures score high whatever is asked; the background
    stays that of the whole question.
    """

    standard: float = 1.0
    raw: float = 0.0
    shift: float = 0.0
    popularity: float = 0.0

    def __post_init__(self) -> None:
        numbers = (self.standard, self.raw, self.popularity, self.shift)
        if not all(map(math.isfinite, numbers)) or min(numbers[:3]) < 0:
            raise ValueError(f"no calibration: {numbers}")
        if self.standard + self.raw <= 0:
            raise ValueError("a calibration needs a weight")


@dataclass(frozen=True, slots=True)
class Likeness(Background):
    """A background whose standard scores are not bounded as cosines are.

    ``calibration`` moves them to where an encoder's own questions were found to be answered.

    Examples
    --------
    >>> Likeness(0.0, 0.5).standard([0.0, 0.1, 0.9]).round(2).tolist()
    [0.0, 0.2, 2.94]
    """

    calibration: Calibration = field(default_factory=Calibration)

    def standard(self, raw: npt.ArrayLike) -> Floats:
        """Calibrated scores of cosines, float64 of the same shape; plain without calibration."""
        return self.judged(self.plain(raw))

    def plain(self, raw: npt.ArrayLike) -> Floats:
        """Standard scores of cosines before any calibration.

        Spans are cut out of these: the rules know how far answers stand out in spreads.
        """
        bounded = np.clip(np.asarray(raw, np.float64), -_MOST, _MOST)
        middle = min(max(self.mean, -_MOST), _MOST)
        far = np.arctanh(bounded) - math.atanh(middle)
        return np.asarray(far * (1 - middle * middle) / self.deviation, np.float64)

    def judged(self, plain: npt.ArrayLike) -> Floats:
        """The calibrated scores that belong to plain ones.

        Examples
        --------
        >>> likeness = Likeness(0.0, 0.1, Calibration(0.5, 4.0, -1.0))
        >>> likeness.judged(likeness.plain([0.0, 0.2])).round(2).tolist()
        [-1.0, 0.81]
        """
        scores, known = np.asarray(plain, np.float64), self.calibration
        if known == Calibration():
            return scores
        middle = min(max(self.mean, -_MOST), _MOST)
        far = scores * self.deviation / (1 - middle * middle) + math.atanh(middle)
        bounded = np.clip(np.tanh(far), -_MOST, _MOST)
        return np.asarray(known.standard * scores + known.raw * bounded + known.shift, np.float64)

    def cosine(self, standard: float) -> float:
        """The cosine from which on scores reach a standard score; infinite where none does.

        Examples
        --------
        >>> round(Likeness(0.1, 0.05).cosine(2.0), 3)
        0.199
        >>> Likeness(0.0, 0.5).cosine(9.0)
        inf
        """
        if self.calibration != Calibration():
            return self._searched(standard)
        middle = min(max(self.mean, -_MOST), _MOST)
        far = standard * self.deviation / (1 - middle * middle) + math.atanh(middle)
        return math.tanh(far) if far <= math.atanh(_MOST) else math.inf

    def line(self, frames: int) -> float:
        """`picture_line` on the scale of these scores."""
        return self.calibration.standard * picture_line(frames)

    def _searched(self, standard: float) -> float:
        """`cosine` by halving, as the calibrated score rises but has no plain inverse."""
        low, high = -_MOST, _MOST
        if float(self.standard(high)) < standard:
            return math.inf
        for _ in range(40):
            middle = (low + high) / 2
            low, high = (middle, high) if float(self.standard(middle)) < standard else (low, middle)
        return low


def _narrow(scores: npt.ArrayLike) -> tuple[float, float]:
    """Median, and the spread of the narrower half."""
    median, lower, upper = quartered(scores)
    return median, min(lower, upper)


def distinct(vectors: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """The first of each group of unit vectors that are all but the same.

    Examples
    --------
    >>> distinct(np.float32([[1, 0], [1, 0.01], [0, 1]])).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    alike = np.einsum("id,jd->ij", vectors, vectors) > ALIKE
    kept: list[int] = []
    for i in range(len(vectors)):
        if not alike[i, kept].any():
            kept.append(i)
    return vectors[kept]


def prior_of(scores: npt.ArrayLike) -> Prior:
    """Prior from the scores (questions, frames) of distinct questions; NaN = not to count.

    Questions fewer than `FEW` tell nothing: then only what is all but the same is an answer.
    """
    table = np.asarray(scores, np.float64)
    if len(table) < FEW:
        return Prior()
    # Both halves: the narrower of two that are known from few questions is often too narrow.
    mean, lower, upper = quartered(table[~np.isnan(table)])
    _, less, more = quartered([quartered(row[~np.isnan(row)])[0] for row in table])
    return Prior(mean, max((lower + upper) / 2, 1e-4), (less + more) / 2)


def words_prior(texts: npt.NDArray[np.float32] | None, sample: npt.NDArray[np.float32]) -> Prior:
    """Prior for words, from the vectors of `GENERAL` and a sample of the library's frames."""
    if texts is None or not len(sample):
        return Prior()
    return prior_of(np.einsum("id,jd->ij", distinct(texts), sample))


def frames_prior(sample: npt.NDArray[np.float32]) -> Prior:
    """Prior for pictures and spans: frames of the library beside each other."""
    places = np.linspace(0, max(len(sample) - 1, 0), min(_PAIRS, len(sample)))
    few = distinct(sample[places.round().astype(np.int64)])
    scores = np.einsum("id,jd->ij", few, few).astype(np.float64)
    np.fill_diagonal(scores, np.nan)
    return prior_of(scores)


def summed(priors: Sequence[Prior], weights: Sequence[float]) -> Prior:
    """Prior of a weighted sum of questions.

    Examples
    --------
    >>> summed([Prior(0.2, 0.1, 0.05)], [-1.0])
    Prior(mean=-0.2, deviation=0.1, popularity=0.05)
    """
    pairs = list(zip(priors, weights, strict=True))
    mean = sum(w * p.mean for p, w in pairs)
    deviation = math.hypot(*(w * p.deviation for p, w in pairs))
    return Prior(mean, deviation, math.hypot(*(w * p.popularity for p, w in pairs)))


def picture_background(
    bank: npt.ArrayLike | None,
    sample: npt.ArrayLike | None,
    frames: int | None = None,
    prior: Prior | None = None,
) -> Likeness:
    """Background of a question among pictures, from its scores (see the module's text).

    Parameters
    ----------
    bank, sample : (n,) array or None
        Cosines of the question with the encoder's bank, and with a sample of the library.
    frames : int, optional
        Frames in the library; as many as in the sample when not given.
    prior : Prior, optional
        Of questions of its kind. Without one the sample counts alone.

    Examples
    --------
    >>> picture_background(None, [0.1, 0.2, 0.3]).mean
    0.2
    >>> round(picture_background(None, [0.3, 0.3], 2, Prior(0.1, 0.05, 0.02)).mean, 3)
    0.101
    """
    known = [_narrow(part) for part in (bank, sample) if part is not None and np.size(part) > 1]
    if len(known) == 2:
        (m1, d1), (m2, d2) = known
        return Likeness(0.7 * m1 + 0.3 * m2, max(0.7 * d1 + 0.3 * d2, 1e-4))
    if prior is None or bank is not None:
        mean, deviation = known[0] if known else (0.0, 1.0)
        return Likeness(mean, max(deviation, 1e-4))
    mean, deviation = known[0] if known else (prior.mean, prior.deviation)
    size = 0 if sample is None else np.size(sample)
    count = min((size if frames is None else frames) / 5, size)
    share = count / (count + _SHRINK) if known else 0.0
    mean = share * min(mean, prior.mean + 2 * prior.popularity) + (1 - share) * prior.mean
    deviation = share * deviation + (1 - share) * prior.deviation
    return Likeness(mean, max(deviation, prior.deviation / 2, 1e-4))


def picture_line(frames: int) -> float:
    """Standard score that the best of so many unrelated frames hardly reaches.

    Examples
    --------
    >>> [round(picture_line(n), 1) for n in (50, 5000, 360_000)]
    [2.6, 4.2, 5.2]
    """
    return math.sqrt(2 * math.log(max(frames / 5, 3))) + 0.5


def picture_chance(standard: npt.ArrayLike, line: float) -> Floats:
    """Chance of pictures from their standard scores; 0.5 at the line."""
    return chance(np.clip(1.8 * (np.asarray(standard, np.float64) - line), -30, 30))
