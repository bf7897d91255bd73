"""Text on pictures, read by the program tesseract where it is installed and chosen.

Smith 2007, An overview of the Tesseract OCR engine. Faster than rapidocr on clean slides, and it
knows over a hundred languages as far as their data is installed; weaker on photos.
"""

from __future__ import annotations

import csv
import functools
import os
import shutil
import subprocess
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from kinolex.encoders.protocols import ScreenLine
from kinolex.encoders.screen_layout import hull, reading_order
from kinolex.errors import EncoderError, ModelMissingError
from kinolex.settings import Settings

__all__ = ["TesseractReader", "lines_of_tsv"]

_LEAST_WORD = 40.0
_LEAST_LINE = 0.6
_SECONDS = 60.0
_MOST_LANGUAGES = 3
# ISO 639-1 to the names of its data files, where the first three letters do not say it.
_NAMES = {
    "ar": "ara", "bg": "bul", "ca": "cat", "cs": "ces", "da": "dan", "de": "deu", "el": "ell",
    "en": "eng", "es": "spa", "et": "est", "fa": "fas", "fi": "fin", "fr": "fra", "he": "heb",
    "hi": "hin", "hr": "hrv", "hu": "hun", "id": "ind", "it": "ita", "ja": "jpn", "ko": "kor",
    "lt": "lit", "lv": "lav", "nl": "nld", "no": "nor", "pl": "pol", "pt": "por", "ro": "ron",
    "ru": "rus", "sk": "slk", "sl": "slv", "sr": "srp", "sv": "swe", "th": "tha", "tr": "tur",
    "uk": "ukr", "vi": "vie", "zh": "chi_sim",
}  # fmt: skip


class TesseractReader:
    """A `kinolex.encoders.protocols.ScreenReader` over the program tesseract.

    Reads English and the language of the settings, or else the first languages installed.

    Raises
    ------
    ModelMissingError
        If the program, or the data of every language, is not installed.
    """

    def __init__(self, settings: Settings | None = None) -> None:
        self._settings = settings or Settings()
        program = shutil.which("tesseract")
        if not program:
            raise ModelMissingError(
                "The program tesseract is not on the PATH.",
                hint="Install it (`apt install tesseract-ocr`, `brew install tesseract`) "
                "or use `--screen rapidocr`.",
            )
        self._program = program
        self._languages = _languages(program, self._settings.language)

    @property
    def name(self) -> str:
        """Name of its card."""
        return "tesseract"

    @property
    def version(self) -> str:
        """Version of the program and the languages it reads."""
        return f"{_version(self._program)}-{'+'.join(self._languages)}"

    def forget(self) -> None:
        """Begin a new video; nothing is remembered here."""

    def read(self, picture: npt.NDArray[np.uint8]) -> list[ScreenLine]:
        """Read one (height, width, 3) uint8 RGB picture; lines in reading order.

        Raises
        ------
        EncoderError
            If the program fails or needs more than a minute.
        """
        height, width = picture.shape[:2]
        header = f"P6 {width} {height} 255\n".encode()
        given = header + np.ascontiguousarray(picture).tobytes()
        table = self._run("stdin", "stdout", "-l", "+".join(self._languages), "tsv", given=given)
        return reading_order(lines_of_tsv(table, width, height))

    def _run(self, *arguments: str, given: bytes) -> str:
        threads = {"OMP_THREAD_LIMIT": str(self._settings.threads)}
        try:
            done = subprocess.run(
                [self._program, *arguments],
                input=given,
                capture_output=True,
                timeout=_SECONDS,
                env={**os.environ, **threads},
            )
        except subprocess.TimeoutExpired as error:
            raise EncoderError(f"tesseract needed more than {_SECONDS:.0f} s a picture.") from error
        if done.returncode:
            said = done.stderr.decode(errors="replace").strip().splitlines()
            raise EncoderError(f"tesseract failed: {said[-1] if said else done.returncode}.")
        return done.stdout.decode(errors="replace")


def lines_of_tsv(table: str, width: int, height: int) -> list[ScreenLine]:
    """Read tesseract's TSV: words of one line together, doubtful words left out.

    Parameters
    ----------
    table : str
        With its header line.
    width, height : int
        Of the picture in pixels.

    Returns
    -------
    list of ScreenLine
        Boxes as fractions; confidence is the mean of the words'.
    """
    rows = csv.DictReader(table.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    lines: dict[tuple[str, ...], list[dict[str, str]]] = {}
    for row in rows:
        if row["level"] == "5" and row["text"].strip() and float(row["conf"]) >= _LEAST_WORD:
            place = (row["block_num"], row["par_num"], row["line_num"])
            lines.setdefault(place, []).append(row)
    read = (_line(words, width, height) for words in lines.values())
    return [line for line in read if line.confidence >= _LEAST_LINE]


def _line(words: Iterable[dict[str, str]], width: int, height: int) -> ScreenLine:
    words = list(words)
    boxes = [
        (
            int(w["left"]) / width,
            int(w["top"]) / height,
            int(w["width"]) / width,
            int(w["height"]) / height,
        )
        for w in words
    ]
    confidence = sum(float(w["conf"]) for w in words) / len(words) / 100
    return ScreenLine(" ".join(w["text"].strip() for w in words), hull(boxes), confidence)


def _languages(program: str, language: str) -> tuple[str, ...]:
    listed = _output(program, "--list-langs").splitlines()[1:]
    there = [name for name in listed if name and name != "osd" and "/" not in name]
    wanted = [name for name in (_NAMES.get(language, language), "eng") if name in there]
    chosen = tuple(dict.fromkeys(wanted if language else wanted + there))[:_MOST_LANGUAGES]
    if not chosen:
        raise ModelMissingError(
            "tesseract has no language data installed.",
            hint="Install some (`apt install tesseract-ocr-eng`) or use `--screen rapidocr`.",
        )
    return chosen


@functools.lru_cache(maxsize=4)
def _version(program: str) -> str:
    first = (_output(program, "--version").splitlines() or ["tesseract ?"])[0]
    return first.removeprefix("tesseract").strip()


def _output(program: str, option: str) -> str:
    done = subprocess.run([program, option], capture_output=True, timeout=_SECONDS)
    return (done.stdout or done.stderr).decode(errors="replace")
