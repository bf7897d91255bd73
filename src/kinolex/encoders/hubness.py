"""Pictures that come near to whatever is asked, held back: local scaling of similarities.

In spaces of many dimensions a few pictures are among the nearest of far too many questions (hubs;
M. Radovanović, A. Nanopoulos, M. Ivanović, "Hubs in space", JMLR 11, 2010). So each picture's score
loses a part of what its nearest of many known questions score with it: CSLS with the half that
depends on the picture (A. Conneau et al., "Word translation without parallel data", ICLR 2018,
arXiv:1710.04087), the questions from a bank as in QB-Norm (S.-V. Bogolin et al., "Cross modal
retrieval with querybank normalisation", CVPR 2022, arXiv:2112.12777)::

    score(question, picture) = question . picture - weight * (hubness(picture) - usual)

The second term is one more dimension of the space: of a picture its hubness beyond the usual, of
every question the same negative weight. It takes the place of the last dimension, so that a space
that is cut short is as it was. Nothing else needs to know: not the library, not the search.

A model's folder then has ``hubness.json`` (``weight``, ``neighbours``, ``usual``) and
``questions.npy``, (m, d) int8: the questions' directions.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from kinolex.encoders.tokens import read_json
from kinolex.errors import EncoderError

__all__ = ["FILES", "Hubness", "files_of", "levels", "read_hubness"]

Rows = npt.NDArray[np.float32]

FILES = ("hubness.json", "questions.npy")


@dataclass(frozen=True)
class Hubness:
    """How near a picture comes to questions that are not about it.

    Parameters
    ----------
    questions : numpy.ndarray
        (m, d) float32, rows of length 1.
    weight : float
        Of the hubness in a score.
    neighbours : int
        Whose mean similarity is a picture's hubness.
    usual : float
        Mean hubness of unrelated pictures.

    Examples
    --------
    >>> known = Hubness(np.eye(3, dtype=np.float32)[:2], weight=1.0, neighbours=1, usual=0.5)
    >>> rows = np.float32([[1, 0, 0], [0.6, 0, 0.8]])
    >>> known.of(rows).round(2).tolist()
    [1.0, 0.6]
    >>> known.pictures(rows).astype(float).round(2).tolist()
    [[0.89, 0.0, 0.45], [1.0, 0.0, 0.1]]
    >>> known.questioned(rows[:1]).astype(float).round(2).tolist()
    [[0.71, 0.0, -0.71]]
    """

    questions: Rows
    weight: float
    neighbours: int
    usual: float

    def of(self, pictures: Rows) -> npt.NDArray[np.float64]:
        """Hubness of pictures (n, d): mean of the highest similarities; (n,)."""
        near = np.einsum("id,jd->ij", pictures, self.questions).astype(np.float64)
        count = min(self.neighbours, len(self.questions))
        highest = np.partition(near, near.shape[1] - count, axis=1)[:, -count:]
        return np.asarray(highest.mean(axis=1), np.float64)

    def pictures(self, rows: Rows) -> Rows:
        """Pictures (n, d) with their hubness; of length 1 again."""
        return _joined(rows, self.of(rows) - self.usual)

    def questioned(self, rows: Rows) -> Rows:
        """Questions (n, d) that ask for little hubness; of length 1 again."""
        return _joined(rows, np.full(len(rows), -self.weight))


def _joined(rows: Rows, last: npt.NDArray[np.float64]) -> Rows:
    # Of length 1 before as well, so that the term is the same in every question.
    both = np.concatenate([_unit(rows[:, :-1]), last[:, None]], axis=1)
    return np.asarray(_unit(both), np.float32)


def _unit(rows: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    lengths = np.linalg.norm(rows.astype(np.float64), axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, 1e-12), np.float64)


def levels(questions: Rows) -> npt.NDArray[np.int8]:
    """Directions in eight bits: the largest part of each row is 127 or -127.

    Examples
    --------
    >>> levels(np.float32([[0.6, -0.8]])).tolist()
    [[95, -127]]
    """
    highest = np.abs(questions).max(axis=1, keepdims=True)
    return np.asarray(np.round(questions / highest * 127), np.int8)


def files_of(folder: Path) -> tuple[Path, ...]:
    """The files in a model's folder; none where it has no hubness.

    Raises
    ------
    EncoderError
        If one of the two is missing.
    """
    there = [folder / name for name in FILES if (folder / name).is_file()]
    if len(there) == 1:
        known = there[0].name
        missing = folder / next(name for name in FILES if name != known)
        raise EncoderError(f"The file {missing} is missing: add it, or delete {known}.")
    return tuple(there)


def read_hubness(folder: Path) -> Hubness | None:
    """What a model's folder says of hubness, or None.

    Raises
    ------
    EncoderError
        If a file is missing or not understood.
    """
    if not files_of(folder):
        return None
    found, path = read_json(folder / FILES[0]), folder / FILES[1]
    try:
        rows: Any = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise EncoderError(f"The questions {path} cannot be read: {error}.") from error
    if rows.ndim != 2 or rows.dtype != np.int8 or not len(rows) or not rows.any(axis=1).all():
        raise EncoderError(
            f"The questions {path} are {rows.shape} {rows.dtype}, not (m, d) int8 directions."
        )
    try:
        weight, usual = float(found["weight"]), float(found["usual"])
        neighbours = int(found["neighbours"])
    except (KeyError, TypeError, ValueError) as error:
        raise EncoderError(f"The file {folder / FILES[0]} is not understood: {error!r}.") from error
    if not (0 <= weight < 100 and -1 <= usual <= 1 and neighbours > 0):
        raise EncoderError(
            f"The file {folder / FILES[0]} is not understood: weight {weight}, usual {usual}, "
            f"neighbours {neighbours}."
        )
    return Hubness(np.asarray(_unit(rows), np.float32), weight, neighbours, usual)
