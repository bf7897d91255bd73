"""Animated WebP, which FFmpeg does not decode, through Pillow."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from kinolex.errors import MediaError
from kinolex.media.types import MediaInfo, VideoStream

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["is_webp", "probe_webp", "webp_pictures"]

UNSET = 100
"""Milliseconds that browsers show a frame whose length is given as 0."""


def is_webp(path: Path) -> bool:
    """Whether the file begins as WebP does (still or animated)."""
    try:
        with path.open("rb") as file:
            head = file.read(12)
    except OSError:
        return False
    return head[:4] == b"RIFF" and head[8:12] == b"WEBP"


def probe_webp(path: Path) -> MediaInfo:
    """Size, number of frames and duration of a WebP file.

    Raises
    ------
    MediaError
        ``damaged`` when Pillow cannot read it.
    """
    times, end = [], 0
    for image in _frames(path, "probe"):
        times.append(end)
        end += _length(image)
        size = image.size
    video = VideoStream(
        index=0,
        codec="webp",
        coded_width=size[0],
        coded_height=size[1],
        width=size[0],
        height=size[1],
        time_base=Fraction(1, 1000),
        origin=0,
        fps=len(times) * 1000 / end,
        pixel_format="rgba",
        seekable=False,
    )
    return MediaInfo(str(path), "webp", end / 1000, video, reader="pillow")


def webp_pictures(path: Path) -> Iterator[tuple[int, npt.NDArray[np.uint8]]]:
    """All frames in order: milliseconds from the start, and (height, width, 4) uint8 RGBA."""
    at = 0
    for image in _frames(path, "decode"):
        yield at, np.asarray(image.convert("RGBA"))
        at += _length(image)


def _frames(path: Path, stage: str) -> Iterator[Image.Image]:
    from PIL import Image

    try:
        with Image.open(path) as image:
            for index in range(getattr(image, "n_frames", 1)):
                image.seek(index)
                image.load()
                yield image
    except (OSError, EOFError, ValueError, Image.DecompressionBombError) as error:
        if stage == "decode" and isinstance(error, EOFError):
            return
        raise MediaError(
            f"{path.name} is a damaged WebP file: {error}.", reason="damaged", stage=stage
        ) from error


def _length(image: Image.Image) -> int:
    return int(image.info.get("duration") or 0) or UNSET
