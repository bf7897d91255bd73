"""Where the line lies between "this answers" and "nothing does", for scores of one matcher.

Measured on held captions as the engine will judge (`kinolex.search.judging`): each text is a
question to the library of all held videos, once with its own video there and once without. The
line's shift is where the most questions are answered rightly: something is said to be found where
it is there, and nothing where it is not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kinolex.errors import UsageError
from kinolex.lab.dataset import Captions
from kinolex.search.judging import Scale, chances, line, spread, standard

__all__ = ["Line", "line_of"]

LEAST = 4
"""Videos without which nothing can be said about unrelated pairs."""


@dataclass(frozen=True, slots=True)
class Line:
    """What unrelated pairs score, and where the line is.

    ``found``: share of questions whose own video is above the line; ``refused``: share of those
    without their video to which nothing is; of ``questions`` to ``videos``.
    """

    scale: Scale
    shift: float
    found: float
    refused: float
    questions: int
    videos: int

    def told(self) -> dict[str, float]:
        """What was measured, for people."""
        return {
            "found": round(self.found, 4),
            "refused": round(self.refused, 4),
            "questions": self.questions,
            "videos": self.videos,
        }


def line_of(scores: npt.NDArray[np.float32], held: Captions) -> Line:
    """Where the line lies.

    Parameters
    ----------
    scores : ndarray, shape (texts, videos)
    held : Captions
        Which text is of which video.

    Raises
    ------
    UsageError
        If there are too few videos to say anything.
    """
    count = scores.shape[1]
    if count < LEAST:
        raise UsageError(
            f"{count} held videos do not tell what unrelated pairs score; {LEAST} are needed.",
            hint="Hold more out (hold_out, or a validation split).",
        )
    rows = np.arange(len(scores))
    unrelated = ~_belonging(held)
    if not unrelated.any():
        raise UsageError(
            "All held videos have the same captions: nothing is unrelated.",
            hint="Hold others out.",
        )
    cosine = bool(np.abs(scores).max() <= 1 + 1e-6)
    others = spread(scores[unrelated], cosine)
    scale = Scale(cosine, float(others.mean()), max(float(others.std()), 1e-6))
    own, best = np.empty(len(rows)), np.full(len(rows), np.nan)
    for row, other in enumerate(unrelated):
        own[row] = standard(scores[row], scores[row], scale)[held.own[row]]
        # Without its video the question is asked in a smaller library.
        if other.any():
            best[row] = standard(scores[row, other], scores[row, other], scale).max()
    best = best[~np.isnan(best)]
    shift = _shift(own, best, count)
    sure = chances(own, count, shift) >= 0.5
    none = chances(best, count - 1, shift) < 0.5
    return Line(scale, shift, float(sure.mean()), float(none.mean()), len(rows), count)


def _belonging(held: Captions) -> npt.NDArray[np.bool_]:
    """Which texts describe which videos: their own, and those with an equal caption."""
    found = np.zeros((len(held.texts), len(held.videos)), bool)
    number = {text: at for at, text in enumerate(dict.fromkeys(held.texts))}
    which = np.array([number[text] for text in held.texts])
    found[which, held.own] = True  # one row for equal texts
    return found[which]


def _shift(own: npt.NDArray[np.float64], best: npt.NDArray[np.float64], count: int) -> float:
    """The shift with the best mean of both shares; the middle of the best ones.

    Examples
    --------
    >>> import numpy as np
    >>> shift = _shift(np.array([9.0, 8.0]), np.array([1.0, 2.0]), 50)
    >>> sure = chances(np.array([8.0, 2.0]), 50, shift) > 0.5
    >>> sure.tolist()
    [True, False]
    """
    where = line(count)
    edges = np.unique(np.concatenate([own, best])) - where
    tried = np.concatenate([edges[:1] - 1, (edges[1:] + edges[:-1]) / 2, edges[-1:] + 1])
    found = 1 - np.searchsorted(np.sort(own), tried + where) / len(own)
    refused = np.searchsorted(np.sort(best), tried + where) / len(best)
    right = found + refused
    good = np.flatnonzero(right >= right.max() - 1e-12)
    return float(tried[good[len(good) // 2]])
