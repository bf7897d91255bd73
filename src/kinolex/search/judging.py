"""Stretches of a library judged by a matcher of the lab, instead of single frames by a cosine.

The frames of each video are cut into *stretches* of as many frames as the matcher takes: a video
of up to twice as many is one stretch, its frames spread evenly, as clips are in training; a longer
one has overlapping windows of consecutive frames. Of a library with up to `EVERY` stretches all are
judged, and videos of one stretch keep the order of the lab; of a larger one those around the
frames that are nearest to the question.

Of the best stretches the moment shown is the shortest half, third or quarter that scores no less
than the whole, if there is one: "red, then blue" needs both, "red" does not.

A score becomes a chance as a cosine does (`kinolex.search.likeness`): a standard score against
what the question scores with a sample of the library's stretches, shrunk towards what unrelated
pairs scored in the lab, beside the line that the best of so many unrelated ones hardly reaches. The
chance rises with the score, so that the order of stretches is that of their scores.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from kinolex.encoders.matcher import OnnxMatcher, evenly, stretches
from kinolex.errors import EncoderError
from kinolex.library.vectors import VectorTable
from kinolex.search.calibrate import Background, quartered
from kinolex.search.likeness import picture_chance, picture_line

__all__ = [
    "EVERY",
    "Judge",
    "Judged",
    "Scale",
    "Stretch",
    "chances",
    "cut",
    "falling",
    "line",
    "spread",
    "standard",
]

EVERY = 512
"""Stretches up to which all are judged, and those around near frames in larger libraries."""

NEAR = 4096
"""Frames whose stretches are judged then, as far as there is room."""

SAMPLE = 128
"""Stretches that say what a question scores with anything, where not all are judged."""

TIGHTENED = 12
"""Of so many of the best stretches the shortest part that scores no less is shown."""

TOGETHER = 64
SHRINK = 30.0
"""Stretches whose word is worth as much as the card's."""

_MOST = 1 - 1e-9
_STEP = 1e-12
"""Difference of chances that later sums of them still keep apart."""

_APART = 5
"""`picture_line` takes neighbouring frames for one in five; stretches stand for themselves."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Frames that are judged together: place of the video, and its rows from first to last."""

    place: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Judged:
    """A stretch and the matcher's word: raw score, and chance.

    ``shown`` is the shortest part that scores no less; the stretch itself where none was tried.
    """

    stretch: Stretch
    score: float
    chance: float
    shown: Stretch


def cut(table: VectorTable, frames: int) -> npt.NDArray[np.int64]:
    """All stretches of a table, in the order of its rows.

    Parameters
    ----------
    table : VectorTable
    frames : int
        That a matcher takes.

    Returns
    -------
    int64 (stretches, 3)
        Place of the video, first row, end row. Numbers, not `Stretch`: a large library has very
        many of them.

    Examples
    --------
    >>> starts, times = np.array([0, 5, 16]), np.zeros(16)
    >>> table = VectorTable(["a", "b"], starts, times, None, np.zeros((16, 2), np.float16))
    >>> cut(table, 4)[:, 1:].tolist()
    [[0, 5], [5, 9], [7, 11], [9, 13], [11, 15], [12, 16]]
    """
    counts = np.diff(table.starts).astype(np.int64)
    step, long = max(1, frames // 2), counts > 2 * frames
    each = np.where(long, -(-(counts - frames) // step) + 1, counts > 0)
    places = np.repeat(np.arange(len(counts)), each)
    nth = np.arange(len(places)) - np.repeat(np.cumsum(each) - each, each)
    length = np.where(long, frames, counts)[places]
    first = table.starts[:-1][places] + np.minimum(nth * step, counts[places] - length)
    return np.stack([places, first, first + length], axis=1).astype(np.int64)


def _parts(whole: Stretch) -> list[Stretch]:
    """Halves, thirds and quarters of a stretch, each half over the next.

    Examples
    --------
    >>> [(one.first, one.last) for one in _parts(Stretch(0, 2, 6))]
    [(2, 4), (3, 5), (4, 6), (2, 3), (3, 4), (4, 5), (5, 6)]
    """
    count = whole.last - whole.first
    found: dict[tuple[int, int], None] = {}
    for share in (2, 3, 4):
        length = count // share
        step = max(1, length // 2)
        starts = range(whole.first, whole.last - length + 1, step) if length else ()
        found.update(dict.fromkeys((start, start + length) for start in starts))
    return [Stretch(whole.place, first, last) for first, last in found]


@dataclass(frozen=True, slots=True)
class Scale:
    """What unrelated pairs scored in the lab; ``cosine``: whether scores lie in [-1, 1]."""

    cosine: bool
    mean: float
    deviation: float


def standard(
    scores: npt.NDArray[np.floating[Any]],
    sample: npt.NDArray[np.floating[Any]],
    scale: Scale,
) -> npt.NDArray[np.float64]:
    """Standard scores against a sample, shrunk towards what unrelated pairs scored in the lab.

    Cosines are bounded, and where they spread widely even a perfect match is few spreads away; so
    they are taken as `numpy.arctanh` of them, as in `kinolex.search.likeness`.

    Parameters
    ----------
    scores, sample : ndarray
        Of one question: those to judge, and those of anything.
    scale : Scale
        Mean and deviation of unrelated pairs, after `spread`.
    """
    plain, known = spread(scores, scale.cosine), spread(sample, scale.cosine)
    if not known.size:
        return Background(scale.mean, scale.deviation).standard(plain)
    median, lower, upper = quartered(known)
    share = known.size / (known.size + SHRINK)
    middle = share * median + (1 - share) * scale.mean
    width = share * min(lower, upper) + (1 - share) * scale.deviation
    return Background(middle, max(width, scale.deviation / 4)).standard(plain)


def spread(scores: npt.NDArray[np.floating[Any]], cosine: bool) -> npt.NDArray[np.float64]:
    """Scores on the scale on which they are judged: unbounded, in the same order.

    Examples
    --------
    >>> spread(np.array([0.0, 0.5]), True).round(3).tolist()
    [0.0, 0.549]
    """
    plain = np.asarray(scores, np.float64)
    return np.arctanh(np.clip(plain, -_MOST, _MOST)) if cosine else plain


def line(among: int) -> float:
    """Standard score that the best of so many unrelated stretches hardly reaches."""
    return picture_line(_APART * among)


def chances(scores: npt.NDArray[np.float64], among: int, shift: float) -> npt.NDArray[np.float64]:
    """Chances of standard scores among so many stretches; see `MatcherCard.shift`."""
    return picture_chance(scores, line(among) + shift)


def falling(scores: npt.NDArray[np.float64], sure: npt.NDArray[np.float64]) -> list[float]:
    """Chances of falling scores, which fall where these do, though they are all but certain.

    Examples
    --------
    >>> falling(np.array([9.0, 8.0, 8.0]), np.array([1.0, 1.0, 1.0]))[1:]
    [0.999999999999, 0.999999999999]
    """
    told: list[float] = []
    for at, chance in enumerate(sure.tolist()):
        if at and scores[at] < scores[at - 1]:
            chance = min(chance, told[-1] - _STEP)
        told.append(min(chance, told[-1]) if told else chance)
    return [max(one, 0.0) for one in told]


class Judge:
    """A matcher over the frames of a library.

    Parameters
    ----------
    matcher : OnnxMatcher
    table : VectorTable
        Of the space that the matcher was trained on.

    Raises
    ------
    EncoderError
        If its vectors have another length.
    """

    def __init__(self, matcher: OnnxMatcher, table: VectorTable) -> None:
        self.matcher = matcher
        self.table = table
        if table.dimensions != matcher.card.dimensions:
            raise EncoderError(
                f"The matcher {matcher.card.name} takes vectors of {matcher.card.dimensions}"
                f" numbers; those of this library have {table.dimensions}."
            )
        self.cut = cut(table, matcher.card.frames)
        self._stored: dict[int, int] = {}
        self._joined: dict[str, npt.NDArray[Any]] = {}
        self._lock = threading.Lock()

    def judge(
        self, sentence: npt.NDArray[np.float32], videos: Collection[str] | None = None
    ) -> list[Judged]:
        """Stretches by their chance, best first.

        Parameters
        ----------
        sentence : (d,) float32
            The question as the encoder of the frames encodes it.
        videos : collection of str, optional
            Only of these.
        """
        there = None
        some = allowed = np.arange(len(self.cut))
        if videos is not None:
            wanted = set(videos)
            there = np.array([one in wanted for one in self.table.video_ids], bool)
            some = allowed = np.flatnonzero(there[self.cut[:, 0]])
        if len(allowed) > EVERY:
            rows = self.table.search(sentence[None], NEAR, there)[1][0]
            some = self._around(allowed, rows[rows >= 0])
        if not len(some):
            return []
        # In halves, as the lab keeps sentences, so that both see the same numbers.
        half = sentence.astype(np.float16).astype(np.float32)
        scores = self._scores(half, some)
        sample = scores if len(some) == len(self.cut) else self._scores(half, self._sample())
        card = self.matcher.card
        sure = chances(
            standard(scores, sample, Scale(card.cosine, card.mean, card.deviation)),
            len(allowed),
            card.shift,
        )
        order = np.argsort(-scores, kind="stable")
        told = falling(scores[order], sure[order])
        best = [(Stretch(*row), score) for row, score in zip(
            self.cut[some[order]].tolist(), scores[order].tolist(), strict=True)]  # fmt: skip
        shown = self._shown(half, best[:TIGHTENED])
        return [
            Judged(one, score, chance, shown.get(one, one))
            for (one, score), chance in zip(best, told, strict=True)
        ]

    def _shown(
        self, sentence: npt.NDArray[np.float32], best: Sequence[tuple[Stretch, float]]
    ) -> dict[Stretch, Stretch]:
        """Of each stretch the shortest part that scores no less than the whole."""
        tried = [(whole, part) for whole, _ in best for part in _parts(whole)]
        rows = np.array([(part.place, part.first, part.last) for _, part in tried]).reshape(-1, 3)
        stored = [self._represented(rows[a : a + TOGETHER]) for a in range(0, len(rows), TOGETHER)]
        text = self.matcher.texts(sentence[None])
        found = [self.matcher.score(text, one)[0] for one in stored]
        scores = np.concatenate(found) if found else np.empty(0)
        whole_of = dict(best)
        shown = {whole: whole for whole, _ in best}
        for (whole, part), score in sorted(
            zip(tried, scores.tolist(), strict=True), key=lambda one: one[1], reverse=True
        ):
            shorter = part.last - part.first < shown[whole].last - shown[whole].first
            if score >= whole_of[whole] and shorter:
                shown[whole] = part
        return shown

    def _around(
        self, allowed: npt.NDArray[np.intp], near: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.intp]:
        """Those that hold the rows (best first), as far as there is room."""
        _, firsts, ends = self.cut[allowed].T  # both rise
        lows, highs = np.searchsorted(ends, near, "right"), np.searchsorted(firsts, near, "right")
        taken: dict[int, None] = {}
        for low, high in zip(lows.tolist(), highs.tolist(), strict=True):
            taken.update(dict.fromkeys(range(low, high)))
            if len(taken) >= EVERY:
                break
        return allowed[sorted(taken)]

    def _sample(self) -> npt.NDArray[np.intp]:
        places = np.linspace(0, len(self.cut) - 1, min(SAMPLE, len(self.cut)))
        return np.unique(places.round().astype(np.intp))

    def _scores(
        self, sentence: npt.NDArray[np.float32], some: npt.NDArray[np.intp]
    ) -> npt.NDArray[np.float64]:
        text = self.matcher.texts(sentence[None])
        with self._lock:  # two questions at once
            rows, joined = self._rows_of(some), self._joined
        found = []
        for first in range(0, len(rows), 4 * TOGETHER):
            part = rows[first : first + 4 * TOGETHER]
            stored = {name: one[part] for name, one in joined.items()}
            found.append(self.matcher.score(text, stored)[0])
        return np.concatenate(found).astype(np.float64)

    def _represented(self, some: npt.NDArray[np.int64]) -> dict[str, npt.NDArray[Any]]:
        """What the matcher stores of some stretches, as `cut` gives them."""
        frames = self.matcher.card.frames
        spans = [first + evenly(last - first, frames) for _, first, last in some.tolist()]
        return dict(self.matcher.videos(*stretches(np.asarray(self.table.rows), spans, frames)))

    def _rows_of(self, some: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
        """Where in what is stored they are; what is not stored yet is computed."""
        numbers = some.tolist()
        new = [one for one in numbers if one not in self._stored]
        if len(self._stored) + len(new) > 4 * EVERY:  # of a large library: begin again
            self._stored, self._joined, new = {}, {}, numbers
        parts = [self._joined] if self._joined else []
        for first in range(0, len(new), TOGETHER):
            parts.append(self._represented(self.cut[new[first : first + TOGETHER]]))
        if new:
            names = parts[0]
            self._joined = {name: np.concatenate([one[name] for one in parts]) for name in names}
            self._stored.update({one: len(self._stored) + i for i, one in enumerate(new)})
        return np.array([self._stored[one] for one in numbers], np.intp)
