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
        gap = np.abs(self.blocks - other.blocks).mean(axis=(1, 2))
        return float(gap[0] + 0.5 * (gap[1] + gap[2]))

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
    planes = _planes(frame)
    if planes is None:
        # Packed, palette or RGB frames: rare and small (GIF, screen codecs), so scale them.
        planes = _planes(frame.reformat(width=128, height=72, format="yuv420p", threads=1))
    assert planes is not None
    luma, chroma, shift = planes
    points = (_points(luma, ROWS * POINTS, COLUMNS * POINTS) >> shift).astype(np.int16)
    blocks = np.empty((3, ROWS, COLUMNS), np.float32)
    blocks[0] = points.reshape(ROWS, POINTS, COLUMNS, POINTS).mean(axis=(1, 3), dtype=np.float32)
    for place, plane in enumerate(chroma, 1):
        blocks[place] = _points(plane, ROWS, COLUMNS) >> shift
    if not chroma:
        blocks[1:] = 128
    return Thumbnail(points, blocks)


def _planes(frame: VideoFrame) -> tuple[Planar, list[Planar], int] | None:
    """Views of luma and chroma, and by how many bits they exceed 8; None for other formats."""
    form = frame.format
    name = form.name
    if form.is_rgb or form.has_palette or form.is_bit_stream or name.endswith("be"):
        return None
    bits = form.components[0].bits
    half_planar = name.startswith(("nv12", "nv21", "nv16", "nv24", "p0", "p2", "p4"))
    if not (form.is_planar or half_planar or name.startswith("gray")) or bits > 16:
        return None
    wide = bits > 8
    if half_planar:
        # Ten bits lie in the upper part of sixteen.
        shift = 8 if wide else 0
        both = _view(frame, 1, wide)
        return _view(frame, 0, wide), [both[:, 0::2], both[:, 1::2]], shift
    chroma = [_view(frame, i, wide) for i in (1, 2)] if len(frame.planes) >= 3 else []
    return _view(frame, 0, wide), chroma, max(0, bits - 8)


def _view(frame: VideoFrame, index: int, wide: bool) -> Planar:
    """A plane without its padding; chroma of half-planar frames as they lie, interleaved."""
    plane: Any = frame.planes[index]
    kind: Any = np.uint16 if wide else np.uint8
    line = plane.line_size // np.dtype(kind).itemsize
    rows: Planar = np.frombuffer(plane, kind).reshape(-1, line)
    width = plane.width * (2 if index and len(frame.planes) == 2 else 1)
    return rows[: plane.height, : min(width, line)]


def _points(plane: Planar, rows: int, columns: int) -> Planar:
    """``rows`` x ``columns`` points, evenly spread, of a plane of any size."""
    chosen: Planar = plane[_places(plane.shape[0], plane.shape[1], rows, columns)]
    return chosen


@lru_cache(maxsize=64)
def _places(height: int, width: int, rows: int, columns: int) -> tuple[Places, Places]:
    down = (np.arange(rows) * 2 + 1) * height // (2 * rows)
    across = (np.arange(columns) * 2 + 1) * width // (2 * columns)
    return down[:, None], across[None]
