"""Text on pictures, read by RapidOCR (PP-OCR detection and recognition on onnxruntime).

The models lie inside the wheel of rapidocr; nothing is downloaded. Three things make it about
twice as fast as its defaults without a word lost (``benchmarks/words.py`` has the figures): text
is searched on a smaller picture, each line is read at its own width, and a line that still
stands where it stood is not read again. Source: https://github.com/RapidAI/RapidOCR.
"""

from __future__ import annotations

import importlib.util
import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from kinolex.encoders.preprocess import check_picture
from kinolex.encoders.protocols import ScreenLine, ScreenReader
from kinolex.encoders.screen_layout import Box, reading_order
from kinolex.errors import EncoderError, ModelMissingError
from kinolex.settings import Settings

__all__ = ["RapidReader", "load"]

Picture = npt.NDArray[np.uint8]

_SEARCH_SIZE = 960
_LEAST_CONFIDENCE = 0.6
_SMALLEST = 16
_SAME_LEVELS = 8.0
"""Grey levels that a block of a line may differ: less than a comma, more than compression."""


def load(name: str = "", settings: Settings | None = None) -> ScreenReader:
    """Load a reader of text on pictures.

    Parameters
    ----------
    name : str
        ``rapidocr`` (also when empty) or ``tesseract``.
    settings : Settings, optional
        Threads; for tesseract the language too.

    Raises
    ------
    ModelMissingError
        If it is not on this machine.
    EncoderError
        If there is no reader of that name.
    """
    if name in ("", "rapidocr"):
        return RapidReader(settings)
    if name == "tesseract":
        from kinolex.encoders.screen_tesseract import TesseractReader

        return TesseractReader(settings)
    raise EncoderError(f"There is no screen reader {name!r}.", hint="Use rapidocr or tesseract.")


@dataclass(frozen=True, slots=True)
class _Read:
    """A line of the last picture: where (pixels), what it looked like, what it says."""

    area: tuple[int, int, int, int]
    look: npt.NDArray[np.int16]
    text: str
    confidence: float


class RapidReader:
    """A `kinolex.encoders.protocols.ScreenReader` over rapidocr.

    It remembers the lines of the last picture; `forget` makes it begin anew, so that what it
    reads in a video does not depend on the video before.

    Raises
    ------
    ModelMissingError
        If the package, or a model that should lie in it, is not installed.
    """

    def __init__(self, settings: Settings | None = None) -> None:
        settings = settings or Settings()
        _demand()
        # One line is one small job: lines run side by side, each on one thread. Threads inside
        # the jobs would spin between them, which costs half of the processor for nothing.
        self._pool = ThreadPoolExecutor(settings.threads, thread_name_prefix="kinolex-screen")
        self._last: list[_Read] = []
        self._last_shape: tuple[int, ...] = ()

    @cached_property
    def _engine(self) -> Any:
        """Detection and recognition, read into memory when something is first looked at."""
        return _engine()

    @property
    def name(self) -> str:
        """Name of its card."""
        return "rapidocr"

    @property
    def version(self) -> str:
        """Version of the package, which fixes the models."""
        return metadata.version("rapidocr")

    def forget(self) -> None:
        """Begin a new video."""
        self._last, self._last_shape = [], ()

    def read(self, picture: Picture) -> list[ScreenLine]:
        """Read one picture.

        Parameters
        ----------
        picture : numpy.ndarray
            (height, width, 3) uint8 RGB.

        Returns
        -------
        list of ScreenLine
            In reading order; empty where nothing is written.
        """
        check_picture(picture)
        height, width = picture.shape[:2]
        if min(height, width) < _SMALLEST:
            return []
        if picture.shape != self._last_shape:
            self.forget()
        image = np.ascontiguousarray(picture[:, :, ::-1])
        quads = self._engine(image, use_det=True, use_cls=False, use_rec=False).boxes
        self._last = list(self._pool.map(lambda q: self._line(image, q), _quads(quads)))
        self._last_shape = picture.shape
        return reading_order(
            [
                ScreenLine(read.text, _fractions(read.area, width, height), read.confidence)
                for read in self._last
                if read.text and read.confidence >= _LEAST_CONFIDENCE
            ]
        )

    def _line(self, image: Picture, quad: npt.NDArray[np.float64]) -> _Read:
        """Read one line, or know it again."""
        area = _area(quad, image.shape)
        for known in self._last:
            if _overlap(known.area, area) > 0.7 and _same(known.look, _look(image, known.area)):
                return known
        found = self._engine(_upright(image, quad), use_det=False, use_cls=False, use_rec=True)
        texts, scores = found.txts or ("",), found.scores or (0.0,)
        return _Read(area, _look(image, area), " ".join(texts[0].split()), float(scores[0]))


def _demand() -> None:
    """Refuse at once what could not be opened later."""
    if importlib.util.find_spec("rapidocr") is None:
        raise ModelMissingError(
            "Reading screens needs the package rapidocr, which is not installed.",
            hint='Run `pip install "kinolex[screen]"`.',
        )
    for part in ("det", "rec"):
        _wheel_model(part)


def _engine() -> Any:
    from rapidocr import RapidOCR

    # Given its files by path, the package has no reason to download any.
    engine = RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.use_cls": False,
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            "Det.model_path": str(_wheel_model("det")),
            "Det.limit_type": "max",
            "Det.limit_side_len": _SEARCH_SIZE,
            "Rec.model_path": str(_wheel_model("rec")),
            "Rec.rec_batch_num": 1,
        }
    )
    logging.getLogger("RapidOCR").setLevel(logging.CRITICAL + 1)
    return engine


def _wheel_model(task: str) -> Path:
    """The model of a task that came with the package."""
    files = metadata.files("rapidocr") or []
    for file in sorted(files, key=str):
        path = Path(str(file.locate()))
        if file.suffix == ".onnx" and f"_{task}_" in file.name and path.is_file():
            return path
    raise ModelMissingError(
        f"The installed rapidocr has no {task} model inside, and nothing is downloaded unasked.",
        hint='Run `pip install --force-reinstall "rapidocr>=3.8"`.',
    )


def _quads(found: Any) -> Sequence[npt.NDArray[np.float64]]:
    return () if found is None else [np.asarray(quad, np.float64) for quad in found]


def _area(quad: npt.NDArray[np.float64], shape: tuple[int, ...]) -> tuple[int, int, int, int]:
    """Left, top, right, bottom in whole pixels, at least one pixel large."""
    left, top = (int(v) for v in np.floor(quad.min(axis=0)))
    right, bottom = (int(v) for v in np.ceil(quad.max(axis=0)))
    left, top = min(max(left, 0), shape[1] - 1), min(max(top, 0), shape[0] - 1)
    return left, top, min(max(right, left + 1), shape[1]), min(max(bottom, top + 1), shape[0])


def _fractions(area: tuple[int, int, int, int], width: int, height: int) -> Box:
    left, top, right, bottom = area
    return left / width, top / height, (right - left) / width, (bottom - top) / height


def _overlap(a: tuple[int, int, int, int], b: tuple[int, int, int, int]) -> float:
    """Intersection over union of two areas."""
    wide, high = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    if wide <= 0 or high <= 0:
        return 0.0
    sizes = [(c[2] - c[0]) * (c[3] - c[1]) for c in (a, b)]
    return wide * high / (sum(sizes) - wide * high)


def _look(image: Picture, area: tuple[int, int, int, int]) -> npt.NDArray[np.int16]:
    """The grey levels of an area."""
    left, top, right, bottom = area
    return np.asarray(image[top:bottom, left:right].mean(axis=2), np.int16)


def _same(before: npt.NDArray[np.int16], now: npt.NDArray[np.int16]) -> bool:
    """Whether no letter changed: blocks of half a line's height may differ by noise only."""
    block = max(2, len(before) // 2)
    columns = np.abs(before - now).mean(axis=0)
    starts = np.arange(0, len(columns), block)
    means = np.add.reduceat(columns, starts) / np.diff(np.append(starts, len(columns)))
    return bool(means.max() < _SAME_LEVELS)


def _upright(image: Picture, quad: npt.NDArray[np.float64]) -> Picture:
    """The line in a quadrangle as a level picture; a column of letters is laid on its side."""
    import cv2

    top, right, bottom, left = (np.linalg.norm(quad[i] - quad[(i + 1) % 4]) for i in range(4))
    width, height = max(1, round(max(top, bottom))), max(1, round(max(left, right)))
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    warp = cv2.getPerspectiveTransform(quad.astype(np.float32), corners)
    level = cv2.warpPerspective(
        image, warp, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(np.rot90(level) if height >= 1.5 * width else level, np.uint8)
