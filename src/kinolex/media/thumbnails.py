"""Tiny pictures straight from a decoded frame's memory: cheap enough for every frame of a film.

Nothing is converted or scaled for them: points of the luma and chroma planes are picked
(a few thousand bytes a frame), and averaged over blocks.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from av import VideoFrame

__all__ = ["Thumbnail", "thumbnail"]

ROWS, COLUMNS = 9, 16
POINTS = 4
"""Points a side in a block: 36 x 64 points give 9 x 16 blocks."""

VISIBLE = 2.5
"""Grey levels by which a block must differ for a person to see it."""

Places = npt.NDArray[np.intp]
Planar = npt.NDArray[np.uint8] | npt.NDArray[np.uint16]


_WEIGHTS = np.array([1.0, 0.5, 0.5], np.float32) / (ROWS * COLUMNS)


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """What is kept of a frame for comparing it with others.

    Attributes
    ----------
    points : numpy.ndarray
        (36, 64) int16, luma in [0, 255].
    blocks : numpy.ndarray
        (3, 9, 16) float32: means of luma, then the two chroma signals, in [0, 255].
    """

    points: npt.NDArray[np.int16]
    blocks: npt.NDArray[np.float32]

    def distance(self, other: Thumbnail) -> float:
        """Mean difference of the blocks in grey levels (0 to 255), luma and chroma together.

        A strong change of colour at the same luma counts as much as one of luma.
        """
        gap = np.abs(self.blocks - other.blocks).reshape(3, -1)
        return float(np.dot(gap.sum(axis=1), _WEIGHTS))

    def spread(self, other: Thumbnail) -> float:
        """The largest difference of any block of luma, in grey levels."""
        return float(np.abs(self.blocks[0] - other.blocks[0]).max())

    def breadth(self, other: Thumbnail) -> float:
        """Part of the blocks, in [0, 1], in which luma or chroma differ visibly."""
        gap = np.abs(self.blocks - other.blocks).max(axis=0)
        return float(np.count_nonzero(gap > VISIBLE) / gap.size)

    def is_same(self, other: Thumbnail) -> bool:
        """Whether an encoder could not tell the two frames apart."""
        return self.distance(other) < 1.5 and self.spread(other) < 6.0

    def is_black(self) -> bool:
        """Whether there is nothing to see: all dark, without structure."""
        return bool(self.points.max() < 40 and self.points.mean() < 24)


def thumbnail(frame: VideoFrame) -> Thumbnail:
    """Take the thumbnail of a frame as the decoder left it.

    Parameters
    ----------
    frame : av.VideoFrame
        Any size and pixel format, in main memory.
    """
    layout = _layout(frame.format.name)
    if layout is None:
        # Packed, palette or RGB frames: rare and small (GIF, screen codecs), so scale them.
        frame = frame.reformat(width=128, height=72, format="yuv420p", threads=1)
        layout = _Layout(np.uint8, 0, 3, False)
    planes = _views(frame, layout)
    rows, columns = ROWS * POINTS, COLUMNS * POINTS
    points = (_points(planes[0], rows, columns) >> layout.shift).astype(np.int16)
    blocks = np.empty((3, ROWS, COLUMNS), np.float32)
    # Two sums of small integers: a mean over two axes takes three times as long.
    sums = points.reshape(ROWS, POINTS, columns).sum(axis=1, dtype=np.int16)
    np.divide(sums.reshape(ROWS, COLUMNS, POINTS).sum(axis=2), POINTS * POINTS, out=blocks[0])
    if len(planes) == 1:
        blocks[1:] = 128
    for place, plane in enumerate(planes[1:], 1):
        blocks[place] = _points(plane, ROWS, COLUMNS) >> layout.shift
    return Thumbnail(points, blocks)


@dataclass(frozen=True, slots=True)
class _Layout:
    """How a pixel format lies in memory: luma first, chroma in planes or interleaved."""

    kind: Any
    shift: int
    planes: int
    interleaved: bool


@lru_cache(maxsize=64)
def _layout(name: str) -> _Layout | None:
    """Layout of a pixel format; None for those without a plane of luma."""
    from av.video.format import VideoFormat

    form = VideoFormat(name)
    odd = form.is_rgb or form.has_palette or form.is_bit_stream or name.endswith("be")
    grey = name.startswith("gray")
    interleaved = name.startswith(("nv12", "nv21", "nv16", "nv24", "p0", "p2", "p4"))
    bits = form.components[0].bits
    if odd or bits > 16 or not (form.is_planar or interleaved or grey):
        return None
    kind: Any = np.uint16 if bits > 8 else np.uint8
    if interleaved:
        # Ten bits lie in the upper part of sixteen.
        return _Layout(kind, 8 if bits > 8 else 0, 2, True)
    return _Layout(kind, max(0, bits - 8), 1 if grey else 3, False)


def _views(frame: VideoFrame, layout: _Layout) -> list[Planar]:
    """Luma and the two chroma signals, without their padding and without a copy."""
    views: list[Planar] = []
    for plane in frame.planes[: layout.planes]:
        data: Any = np.frombuffer(plane, layout.kind)  # type: ignore[call-overload]
        rows = data.reshape(-1, plane.line_size // data.itemsize)
        if layout.interleaved and views:
            both = rows[: plane.height, : plane.width * 2]
            views += [both[:, 0::2], both[:, 1::2]]
        else:
            views.append(rows[: plane.height, : plane.width])
    return views


def _points(plane: Planar, rows: int, columns: int) -> Planar:
    """``rows`` x ``columns`` points, evenly spread, of a plane of any size."""
    down, across = _places(plane.shape[0], plane.shape[1], rows, columns)
    # Rows first: taking both at once is twice as slow.
    chosen: Planar = plane[down].take(across, axis=1)
    return chosen


@lru_cache(maxsize=64)
def _places(height: int, width: int, rows: int, columns: int) -> tuple[Places, Places]:
    down = (np.arange(rows) * 2 + 1) * height // (2 * rows)
    across = (np.arange(columns) * 2 + 1) * width // (2 * columns)
    return down, across
