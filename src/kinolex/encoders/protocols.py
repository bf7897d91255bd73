"""The small protocols that every encoder keeps; checked at run time with ``isinstance``.

Pictures and sentences become unit vectors, sound and screens become words with times. An encoder
is named and versioned; the pair stamps whatever it wrote, so that a better one refills only its
channel.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from kinolex.moments import Span

__all__ = [
    "Encoder",
    "PictureEncoder",
    "ScreenLine",
    "ScreenReader",
    "ShownPassage",
    "Sound",
    "SpeechEncoder",
    "SpokenPassage",
    "SpokenWord",
    "WordsEncoder",
]

Vectors = npt.NDArray[np.float32]


@runtime_checkable
class Encoder(Protocol):
    """What all encoders share."""

    @property
    def name(self) -> str:
        """Name of its card."""
        ...

    @property
    def version(self) -> str:
        """Version of weights and preprocessing; changes when vectors or words would."""
        ...


@runtime_checkable
class WordsEncoder(Encoder, Protocol):
    """Sentences to unit vectors."""

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        ...

    def encode_words(self, texts: Sequence[str], *, query: bool = False) -> Vectors:
        """Encode sentences; (n, dimensions) float32, rows of length 1."""
        ...


@runtime_checkable
class PictureEncoder(WordsEncoder, Protocol):
    """Pictures and words to unit vectors of one space."""

    @property
    def picture_size(self) -> int:
        """Shorter side (pixels) below which pictures should not be scaled before encoding."""
        ...

    @property
    def picture_square(self) -> bool:
        """Whether preprocessing squashes to a square (SigLIP) instead of cropping (CLIP)."""
        ...

    def encode_pictures(self, pictures: Sequence[npt.NDArray[np.uint8]]) -> Vectors:
        """Encode (height, width, 3) uint8 RGB pictures of any sizes; (n, dimensions) float32."""
        ...

    def background(self) -> Vectors | None:
        """Bank of unrelated pictures' vectors that ships with the card; (m, dimensions) or None."""
        ...


class Sound(Protocol):
    """16 kHz mono float32 ``samples`` that begin at ``start`` seconds."""

    @property
    def start(self) -> float: ...  # noqa: D102
    @property
    def samples(self) -> npt.NDArray[np.float32]: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class SpokenWord:
    """One word with its time (seconds) and probability."""

    start: float
    end: float
    text: str
    probability: float


@dataclass(frozen=True, slots=True)
class SpokenPassage:
    """Words said in one breath or sentence."""

    span: Span
    text: str
    words: tuple[SpokenWord, ...] = ()
    language: str = ""
    confidence: float = 1.0


@runtime_checkable
class SpeechEncoder(Encoder, Protocol):
    """Sound to spoken passages."""

    def transcribe(self, pieces: Iterable[Sound], *, language: str = "") -> Iterator[SpokenPassage]:
        """Transcribe consecutive pieces of one track in bounded memory, in order of time."""
        ...


@dataclass(frozen=True, slots=True)
class ScreenLine:
    """One line of text on a picture; ``box`` is left, top, width, height as fractions."""

    text: str
    box: tuple[float, float, float, float]
    confidence: float


@dataclass(frozen=True, slots=True)
class ShownPassage:
    """Words that stood on the screen for a while; ``box`` as in `ScreenLine`."""

    span: Span
    text: str
    box: tuple[float, float, float, float] | None = None
    confidence: float = 1.0


@runtime_checkable
class ScreenReader(Encoder, Protocol):
    """Pictures to lines of text; a reader may know lines of the last picture again."""

    def forget(self) -> None:
        """Begin a new video: what is read in it must not depend on the one before."""
        ...

    def read(self, picture: npt.NDArray[np.uint8]) -> list[ScreenLine]:
        """Read one (height, width, 3) uint8 RGB picture; lines in reading order."""
        ...
