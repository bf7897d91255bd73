"""What media gives and takes: plain frozen dataclasses that cross the process boundary."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

import numpy as np
import numpy.typing as npt

from kinolex.moments import Span

__all__ = [
    "AudioStream",
    "Chapter",
    "Cue",
    "Frame",
    "MediaInfo",
    "PicturePlan",
    "SoundPiece",
    "SubtitleStream",
    "VideoStream",
]


@dataclass(frozen=True, slots=True)
class VideoStream:
    """The film stream (never cover art).

    ``width`` and ``height`` are as shown: after rotation (degrees clockwise to apply: 0, 90, 180,
    270) and non-square pixels. ``origin`` is the presentation timestamp, in ``time_base`` units,
    that counts as 0 (the container's start, so that sound and picture share one clock).
    """

    index: int
    codec: str
    coded_width: int
    coded_height: int
    width: int
    height: int
    time_base: Fraction
    origin: int
    fps: float
    rotation: int = 0
    pixel_format: str = ""
    interlaced: bool = False
    language: str = ""
    seekable: bool = True


@dataclass(frozen=True, slots=True)
class AudioStream:
    """One sound track. ``index`` counts all streams of the file, as in ffprobe."""

    index: int
    codec: str
    sample_rate: int
    channels: int
    language: str = ""
    title: str = ""
    default: bool = False


@dataclass(frozen=True, slots=True)
class SubtitleStream:
    """One embedded subtitle track of a text codec (pictures of text are left out)."""

    index: int
    codec: str
    language: str = ""
    title: str = ""
    default: bool = False
    forced: bool = False


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter mark of the container."""

    span: Span
    title: str


@dataclass(frozen=True, slots=True)
class MediaInfo:
    """What probing tells. ``duration`` (seconds) is above 0 and covers every stream.

    ``reader`` says which decoder opens it: ``av``, or ``pillow`` for animated WebP.
    """

    path: str
    format: str
    duration: float
    video: VideoStream | None = None
    audio: tuple[AudioStream, ...] = ()
    subtitles: tuple[SubtitleStream, ...] = ()
    chapters: tuple[Chapter, ...] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)
    recorded: dt.datetime | None = None
    title: str = ""
    reader: Literal["av", "pillow"] = "av"


@dataclass(frozen=True, slots=True)
class PicturePlan:
    """What one decode pass should bring.

    ``policy`` is one of the names of `kinolex.media.sampling`: ``every``, ``shots``,
    ``keyframes``, ``budget``; ``every`` is the seconds between frames (also the floor between
    shots), ``budget`` the most frames. ``picture_size``: shorter side of the picture for the
    encoder (0: none); ``picture_square``: squash to ``picture_size`` x ``picture_size`` instead.
    ``screen_size``: longer side of the picture for screen text, given only where the content
    changed (0: none). ``still_size``: longer side of the JPEG (0: none). ``cuts``: find shots.
    """

    policy: Literal["every", "shots", "keyframes", "budget"] = "every"
    every: float = 1.0
    budget: int = 0
    picture_size: int = 256
    picture_square: bool = False
    screen_size: int = 0
    still_size: int = 0
    cuts: bool = True
    hardware: str = "off"
    threads: int = 0
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """One kept frame.

    ``pts`` counts the stream's time base from the video's start (never negative); ``time`` is the
    same in seconds. ``picture`` and ``screen`` are (height, width, 3) uint8 RGB, upright, square
    pixels, or None. ``same_as_last``: nearly identical to the frame before (the model may be
    skipped); ``black``: nothing to see; ``new_shot``: a cut lies at or just before it (since the
    last kept frame); ``still`` is a JPEG.
    """

    pts: int
    time: float
    key: bool
    picture: npt.NDArray[np.uint8] | None = None
    screen: npt.NDArray[np.uint8] | None = None
    still: bytes | None = None
    same_as_last: bool = False
    black: bool = False
    new_shot: bool = False
    cuts: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class SoundPiece:
    """Bounded piece of 16 kHz mono sound: float32 (samples,) in [-1, 1].

    ``start`` is seconds from the video's start (a late track starts late).
    """

    start: float
    samples: npt.NDArray[np.float32]

    @property
    def end(self) -> float:
        """End in seconds."""
        return self.start + len(self.samples) / 16000


@dataclass(frozen=True, slots=True)
class Cue:
    """One subtitle: words and when they show."""

    span: Span
    text: str
    language: str = ""
