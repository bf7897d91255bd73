"""The picture channel: sums of words, pictures and spans against frame vectors.

The parts of a question are added as standard scores: each part's vector is divided by the spread
of its own background first, so that a picture (whose cosines spread widely) does not drown the
words beside it. Candidates come from one exact scan; curves are looked at only around them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from kinolex.encoders.protocols import PictureEncoder
from kinolex.errors import QueryError
from kinolex.library.vectors import VectorTable
from kinolex.media.uploaded import FORMATS, plain
from kinolex.moments import Part, Span
from kinolex.search.calibrate import WEAK, unpopular
from kinolex.search.fuse import Candidate
from kinolex.search.likeness import (
    ALIKE,
    UNKNOWN,
    Calibration,
    Likeness,
    Prior,
    frames_prior,
    picture_background,
    picture_chance,
    summed,
    words_prior,
)
from kinolex.search.windows import of_stretch, stretches

__all__ = [
    "FrameTable",
    "PictureQuestion",
    "Scan",
    "Seen",
    "ask",
    "ask_words",
    "candidates",
    "inner",
    "picture_of",
    "scan",
    "unit",
]

TOP = 256
FEW_VIDEOS = 4
MOST_WINDOWS = 12
FEW_WEAK = 12
"""Frames that are looked at where none is near the line, so that the best can be shown as weak."""

MARGIN = 1.1
"""How far below the line (standard scores) something is still looked at: chance 0.12."""

Vector = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Seen:
    """Ground of a picture candidate: the best frame's time."""

    time: float


@dataclass(frozen=True, slots=True)
class PictureQuestion:
    """A vector with its background among pictures.

    Of length 1, but for what `FrameTable.unpopular` takes away.
    """

    vector: Vector
    background: Likeness


class FrameTable:
    """A table of frame vectors with what stands beside every question.

    Parameters
    ----------
    table : VectorTable
    bank : (m, d) float32, optional
        The encoder's bank of unrelated pictures.
    texts : callable, optional
        Gives the vectors of `kinolex.search.likeness.GENERAL`; asked at most once.
    calibration : Calibration, optional
        Of the encoder, for questions in words.
    """

    def __init__(
        self,
        table: VectorTable,
        bank: Vector | None = None,
        texts: Callable[[], Vector] | None = None,
        calibration: Calibration | None = None,
    ) -> None:
        self.table = table
        self.bank = bank
        self.calibration = calibration or Calibration()
        self.sample = table.sample(1024)
        self.rows = np.asarray(table.rows)  # slices of a memmap object are slow
        self._texts = texts
        self._words: Vector | None = None
        self._priors: dict[str, Prior] = {}

    def prior(self, kind: str) -> Prior:
        """What questions of a kind (of `Part`) score with these frames."""
        name = "words" if kind == "words" else "frames"
        if name not in self._priors:
            if name == "words":
                self._priors[name] = words_prior(self._general(), self.sample)
            else:
                self._priors[name] = frames_prior(self.sample)
        return self._priors[name]

    def understood(self, vector: Vector) -> bool:
        """Whether the encoder tells words from what it does not know.

        An encoder of few words gives all others one vector: then general questions have it too.
        """
        texts = self._general()
        return texts is None or int((inner(texts, vector) > ALIKE).sum()) < UNKNOWN

    def worded(self, vector: Vector, prior: Prior) -> PictureQuestion:
        """A question of words alone, for which the encoder's calibration holds."""
        # The background is that of the question as it was asked: what popularity takes from a
        # frame would otherwise come back, as the bank loses as much of it.
        background = replace(self.background(vector, prior), calibration=self.calibration)
        return PictureQuestion(self.unpopular(vector), background)

    def unpopular(self, vector: Vector) -> Vector:
        """A question in words without what every question has, as the calibration wants it.

        Not of length 1 again: a frame's score loses its own popularity and nothing else.
        """
        texts = self._general() if self.calibration.popularity else None
        if texts is None:
            return vector
        return unpopular(vector, texts, self.calibration.popularity)

    def _general(self) -> Vector | None:
        if self._texts is not None and self._words is None:
            self._words = self._texts()
        return self._words

    def background(self, vector: Vector, prior: Prior | None = None) -> Likeness:
        """Background of a query vector."""
        bank = inner(self.bank, vector) if self.bank is not None else None
        return picture_background(bank, inner(self.sample, vector), len(self.table), prior)

    def of_span(self, video: str, span: Span) -> Vector:
        """Mean vector of the frames of a span, or of the nearest frame.

        Raises
        ------
        QueryError
            If the video has no frame vectors.
        """
        if video not in self.table.video_ids:
            raise QueryError(
                "The example has no pictures in the library.",
                hint="Index its video with `kinolex index`; what has sound only cannot be one.",
            )
        place = self.table.video_ids.index(video)
        first, last = int(self.table.starts[place]), int(self.table.starts[place + 1])
        times = self.table.times[first:last]
        inside = np.flatnonzero((times >= span.start) & (times < span.end))
        if not len(inside):
            inside = np.array([int(np.abs(times - span.middle).argmin())])
        return unit(self.rows[first + inside].astype(np.float32).mean(axis=0))


def inner(rows: Vector, vector: Vector) -> Vector:
    """Inner products of rows with a vector, on one thread.

    Waking other threads for so little costs more than it saves, the more so on a busy machine.
    """
    found: Vector = np.einsum("ij,j->i", rows, vector)
    return found


def unit(vector: npt.NDArray[np.float32]) -> Vector:
    """A vector of length 1; zeros stay."""
    length = float(np.linalg.norm(vector))
    return np.asarray(vector / length if length > 0 else vector, np.float32)


def picture_of(path: str) -> npt.NDArray[np.uint8]:
    """Read a picture file as upright RGB, (height, width, 3) uint8.

    Raises
    ------
    QueryError
        If there is none, or it is no picture.
    """
    from PIL import Image, ImageOps

    if not Path(path).expanduser().is_file():
        raise QueryError(f"There is no picture {path}.", hint="Check the path.")
    try:
        with Image.open(Path(path).expanduser(), formats=(*FORMATS, "TIFF")) as image:
            return np.asarray(plain(ImageOps.exif_transpose(image)), np.uint8)
    except (
        OSError,
        ValueError,
        SyntaxError,
        RuntimeError,
        Image.DecompressionBombError,
    ) as error:
        raise QueryError(
            f"{path} cannot be read as a picture ({error}).", hint="Give a JPEG, PNG or WebP file."
        ) from error


def ask(
    parts: Sequence[Part],
    table: FrameTable,
    encoder: PictureEncoder | None,
    span_of: Callable[[str], tuple[str, Span]],
) -> PictureQuestion:
    """Sum the parts of a question in the picture space.

    Parameters
    ----------
    parts : sequence of Part
        At least one.
    table : FrameTable
    encoder : PictureEncoder or None
        None is enough when all parts are spans.
    span_of : callable
        Video id and span of a media fragment.
    """
    pairs = [(part, _vector(part, table, encoder, span_of)) for part in parts]
    clear = [(p, v) for p, v in pairs if p.kind != "words" or table.understood(v)]
    if not clear:
        return PictureQuestion(pairs[0][1], Likeness(0.0, math.inf))  # nothing stands out
    parts, vectors = [p for p, _ in clear], [v for _, v in clear]
    priors = [table.prior(part.kind) for part in parts]
    # Not knowing how one kind spreads must not drown it beside the other.
    known = next((p for p in priors if p != Prior()), Prior())
    priors = [known if p == Prior() else p for p in priors]
    weights = [part.weight for part in parts]
    if len(parts) > 1:
        backgrounds = map(table.background, vectors, priors)
        weights = [w / b.deviation for w, b in zip(weights, backgrounds, strict=True)]
    total = np.sum([w * v for w, v in zip(weights, vectors, strict=True)], axis=0)
    length = float(np.linalg.norm(total)) or 1.0
    prior = summed(priors, [w / length for w in weights])
    vector = unit(np.asarray(total, np.float32))
    if len(parts) == 1 and parts[0].kind == "words" and parts[0].weight > 0:
        return table.worded(vector, prior)
    return PictureQuestion(vector, table.background(vector, prior))


def ask_words(vector: Vector, table: FrameTable) -> PictureQuestion:
    """A question of words alone, from their vector."""
    if not table.understood(vector):
        return PictureQuestion(vector, Likeness(0.0, math.inf))  # nothing stands out
    return table.worded(vector, table.prior("words"))


def _vector(
    part: Part,
    table: FrameTable,
    encoder: PictureEncoder | None,
    span_of: Callable[[str], tuple[str, Span]],
) -> Vector:
    if part.kind == "span":
        return table.of_span(*span_of(part.value))
    assert encoder is not None
    if part.kind == "image":
        return unit(encoder.encode_pictures([picture_of(part.value)])[0])
    return unit(encoder.encode_words([part.value], query=True)[0])


@dataclass(frozen=True, slots=True)
class Scan:
    """What one look through all vectors gave: rows, best first.

    They are near or above the line; or, where none is, the best ones however far below (``weak``).
    """

    rows: npt.NDArray[np.int64]
    line: float
    weak: bool = False


def scan(
    asked: PictureQuestion, table: FrameTable, videos: Collection[str] | None, most: int = 0
) -> Scan:
    """Find the frames that may answer; needs no database, so that it can run beside others.

    Where the best frames are all of a few videos that hide the rest, it looks again without them.

    Parameters
    ----------
    asked : PictureQuestion
    table : FrameTable
    videos : collection of str, optional
        Only these.
    most : int
        Moments wanted: for more than usual more frames are found.
    """
    vectors = table.table
    top = max(TOP, min(8 * most, 32 * TOP))
    allowed, frames = _allowed(vectors, videos)
    if not frames:
        return Scan(np.empty(0, np.int64), 0.0)
    line = asked.background.line(frames)
    found, full = _top(asked, vectors, allowed, line, top)
    places = np.unique(np.searchsorted(vectors.starts, found, "right") - 1)
    if full and len(places) < FEW_VIDEOS:
        others = np.ones(len(vectors.video_ids), bool) if allowed is None else allowed.copy()
        others[places] = False
        if others.any():
            found = np.concatenate([found, _top(asked, vectors, others, line, top)[0]])
    if not len(found) and math.isfinite(asked.background.deviation):
        _, rows = vectors.search(asked.vector[None], min(FEW_WEAK, len(vectors)), allowed)
        return Scan(rows[0][rows[0] >= 0], line, weak=True)
    return Scan(found, line)


def _top(
    asked: PictureQuestion,
    table: VectorTable,
    allowed: npt.NDArray[np.bool_] | None,
    line: float,
    top: int,
) -> tuple[npt.NDArray[np.int64], bool]:
    """Rows near or above the line, best first, and whether there may be more."""
    # A hair below the line, as the cosine there is only known up to rounding.
    floor = asked.background.cosine(line - MARGIN - 1e-3)
    scores, rows = table.search(asked.vector[None], min(top, len(table)), allowed, floor=floor)
    there = rows[0] >= 0
    near = there & (asked.background.standard(np.where(there, scores[0], 0)) >= line - MARGIN)
    return rows[0][near], bool(near.all()) and len(near) == top


def candidates(
    asked: PictureQuestion,
    table: FrameTable,
    scanned: Scan,
    *,
    shots_of: Callable[[str], Sequence[Span]],
    duration: Callable[[str], float],
    most: int = 0,
) -> list[Candidate]:
    """Spans of the picture channel, with chances of at least `kinolex.search.calibrate.WEAK`.

    Where nothing is near the line, the best few spans whatever their chance.

    Parameters
    ----------
    asked : PictureQuestion
    table : FrameTable
    scanned : Scan
        From `scan`.
    shots_of, duration : callable
        Shots and length of a video by id.
    most : int
        Moments wanted: so many windows are looked at, at least `MOST_WINDOWS`.
    """
    found: list[Candidate] = []
    windows = stretches(table.table, scanned.rows, max(MOST_WINDOWS, most))
    if not windows:
        return found
    rows = np.concatenate([np.arange(first, last) for _, first, last in windows])
    # Cut by plain scores, judged by calibrated ones: see `Likeness.plain`.
    values = asked.background.plain(table.table.scores(asked.vector, rows))
    floor = -math.inf
    if not scanned.weak:
        floor = float(asked.background.plain(asked.background.cosine(scanned.line - MARGIN)))
    done = 0
    for place, first, last in windows:
        mine = values[done : done + last - first]
        done += len(mine)
        for span in of_stretch(table.table, place, first, mine, floor, shots_of, duration):
            sure = float(picture_chance(asked.background.judged(span.score), scanned.line))
            if sure >= WEAK or scanned.weak:
                video = table.table.video_ids[place]
                found.append(Candidate(video, "picture", span.span, sure, ground=Seen(span.best)))
    return found


def _allowed(
    table: VectorTable, videos: Collection[str] | None
) -> tuple[npt.NDArray[np.bool_] | None, int]:
    """Mask of the videos, and how many frames they have."""
    if videos is None:
        return None, len(table)
    chosen = set(videos)
    mask = np.array([v in chosen for v in table.video_ids], bool)
    return mask, int(np.diff(table.starts)[mask].sum()) if len(mask) else 0
