r"""From raw scores to comparable chances: what a cosine of 0.45 means for *this* question.

Raw cosines are never compared between channels. Each is first set against the question's own
*background*: what it scores with things that do not answer it.

Passages
    A sentence encoder's cosine ``c`` is shifted and scaled so that the question's background (a
    sample of this library, shrunk towards that of unrelated English sentences: mean 0.04,
    deviation 0.076) falls where the constants were fitted; scores of a language that the encoder
    does not know, where everything looks alike, thereby lose their weight. Then::

        meaning = 15.2 c' - 0.38 ln(N / 50) - 6.35 + 0.4 v

    with ``v`` the share of the question's informative words that the passage holds (weighted by
    rarity) and ``N`` the number of passages, at least 50: among more passages the best unrelated
    one scores higher. The constants are a logistic regression over 492 pairs that belong together
    (written questions against the words said or shown in 26 short real clips, captions against
    titles, Flickr8k captions of one picture) and 3,566 near misses (the best sixteen passages, by
    meaning and by words, for 100 questions about absent things, among 44, 5,000 and 5,000
    passages, and for questions whose own clip was taken away). 79 % of the former and 3.5 % of
    the latter lie above one half. Of its line: a cosine of 0.42 among 50 passages, 0.53 among
    5,000, 0.61 among 100,000.

    Words are evidence of their own: a passage that holds *all* informative words passes whatever
    the encoder thinks (``words = 8 (v - 0.85)``, chance 0.77), one that holds 85 % of them is a
    draw. The larger of the two log-odds counts. An exact phrase is certain (0.95 and above).

Pictures
    No two encoders share a scale, so standard scores are used: see `kinolex.search.likeness`.

Popularity (how near an item is to everything) was tried for passages, as the mean score over 16
general questions: Flickr8k R@1 moved from 59.5 to at most 60.1 and the unrelated best scores not at
all, so it is left out there; `unpopular` folds it into a query where a card wants it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = [
    "LINE",
    "WEAK",
    "Background",
    "chance",
    "corrected_cosine",
    "passage_chance",
    "passage_logit",
    "phrase_chance",
    "quartered",
    "robust",
    "sentence_background",
    "unpopular",
]

LINE = 0.5
"""Chance from which a channel says "this answers"."""

WEAK = 0.12
"""Chance below which a candidate is dropped altogether."""

SENTENCE_MEAN = 0.04
SENTENCE_DEVIATION = 0.076
_SHRINK = 60.0
_SAME = 1e-6

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Background:
    """Location and spread of a question's scores with what does not answer it."""

    mean: float
    deviation: float

    def standard(self, raw: npt.ArrayLike) -> Floats:
        """Standard scores of raw scores, float64 of the same shape."""
        return (np.asarray(raw, np.float64) - self.mean) / self.deviation


def chance(logit: npt.ArrayLike) -> Floats:
    """Logistic function, safe for any finite input.

    Examples
    --------
    >>> float(chance(0.0))
    0.5
    """
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * np.asarray(logit, np.float64))))


def robust(scores: npt.ArrayLike) -> tuple[float, float]:
    """Median, and spread of the lower half (of a Gaussian: its standard deviation)."""
    median, lower, _ = quartered(scores)
    return median, lower


def quartered(scores: npt.ArrayLike) -> tuple[float, float, float]:
    """Median, and the spreads of the lower and of the upper half of some scores."""
    # Not numpy.quantile: its first call imports numpy.ma, 20 ms of a cold search.
    values = np.sort(np.asarray(scores, np.float64).ravel())
    median = _at(values, 0.5)
    return median, median - _at(values, 0.15866), _at(values, 0.84134) - median


def _at(ordered: Floats, share: float) -> float:
    """Quantile of rising values, linear between them."""
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return float(ordered[below] + (place - below) * (ordered[above] - ordered[below]))


def sentence_background(sample: npt.ArrayLike | None) -> Background:
    """Background of a question among passages.

    Parameters
    ----------
    sample : (n,) array or None
        Its cosines with a sample of the library's passages.

    Returns
    -------
    Background
        Shrunk towards unrelated English sentences, as if 60 of those were in the sample; never
        narrower than they are.

    Examples
    --------
    >>> sentence_background(None)
    Background(mean=0.04, deviation=0.076)
    """
    if sample is None or np.size(sample) == 0:
        return Background(SENTENCE_MEAN, SENTENCE_DEVIATION)
    n = float(np.size(sample))
    median, spread = robust(sample)
    share = n / (n + _SHRINK)
    mean = share * median + (1 - share) * SENTENCE_MEAN
    deviation = share * spread + (1 - share) * SENTENCE_DEVIATION
    return Background(max(mean, 0.0), max(deviation, SENTENCE_DEVIATION))


def corrected_cosine(cosine: npt.ArrayLike, background: Background) -> Floats:
    """Cosine as it would be if the background were that of the fitted constants."""
    return SENTENCE_MEAN + SENTENCE_DEVIATION * background.standard(cosine)


def passage_logit(
    cosine: npt.ArrayLike, covered: npt.ArrayLike, background: Background, passages: int
) -> Floats:
    """Log-odds that passages answer, from meaning and from words (see the module's text).

    Parameters
    ----------
    cosine : (n,) array
        Cosines with the question; NaN where a passage has no vector or the question none.
    covered : (n,) array
        Share of the question's informative words, in [0, 1].
    background : Background
        From `sentence_background`.
    passages : int
        How many passages were searched.
    """
    c = corrected_cosine(cosine, background)
    v = np.asarray(covered, np.float64)
    size = math.log(max(passages, 50) / 50)  # fewer were not among what was fitted
    meaning = 15.2 * c - 0.38 * size - 6.35 + 0.4 * v
    words = np.where(v > 0, 8.0 * (v - 0.85), -np.inf)
    both = np.fmax(meaning, words)
    return np.where(np.isnan(both), -np.inf, np.clip(both, -30, 30))


def passage_chance(
    cosine: npt.ArrayLike, covered: npt.ArrayLike, background: Background, passages: int
) -> Floats:
    """Chance that passages answer; parameters of `passage_logit`.

    Examples
    --------
    >>> nothing = sentence_background(None)
    >>> passage_chance([0.1, 0.6, 0.2], [0.0, 0.0, 1.0], nothing, 50).round(2).tolist()
    [0.01, 0.94, 0.77]
    """
    return chance(np.clip(passage_logit(cosine, covered, background, passages), -30, 30))


def phrase_chance(cosine: float, covered: float) -> float:
    """Chance of a passage that holds every exact phrase: certain, ordered by the other words."""
    meaning = 0.0 if math.isnan(cosine) else min(max(cosine, 0.0), 1.0)
    return 0.95 + 0.03 * covered + 0.02 * meaning


def unpopular(
    query: npt.NDArray[np.float32], general: npt.NDArray[np.float32], weight: float
) -> npt.NDArray[np.float32]:
    """A query that marks down what every question likes.

    Subtracting ``weight`` times an item's mean score over general questions is the same as
    subtracting their mean vector from the query, so that it costs nothing per item. A dimension
    that is the same in all of them asks nothing: it is a term that the encoder gives every item
    (`kinolex.encoders.hubness`), and stays.

    Parameters
    ----------
    query : (d,) float32
    general : (m, d) float32
        Vectors of general questions.
    weight : float
        0 changes nothing.

    Examples
    --------
    >>> unpopular(np.float32([-0.5, 1, 0]), np.float32([[-0.5, 0, 1], [-0.5, 0, 0]]), 1.0).tolist()
    [-0.5, 1.0, -0.5]
    """
    asked = np.ptp(general, axis=0) > _SAME if len(general) > 1 else np.ones(len(query))
    return np.asarray(query - weight * asked * general.mean(axis=0), np.float32)
