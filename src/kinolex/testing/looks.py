r"""What synthetic clips show: plain colours, patterns, words, and frame numbers a test can read.

A look is one short string: a colour (``"red"``, ``"#204060"``), ``"noise"`` or ``"noise:7"`` (a
seed), ``"gradient"``, ``"moving"`` (a disc that travels, new position in every frame),
``"text:First line\nSecond line"``, or ``"shape:red circle on grey"`` (also square and triangle).
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["draw", "read_number", "stamp_number"]

Picture = npt.NDArray[np.uint8]

BITS = 16
CELLS = BITS + 4
"""White, black, 16 bits (highest first), even parity, white."""


def stamp_number(picture: Picture, number: int) -> None:
    """Burn ``number`` into the bottom eighth of ``picture`` as black and white squares.

    Parameters
    ----------
    picture : numpy.ndarray
        (height, width, 3) uint8, changed in place; at least 40 pixels wide to be read again after
        lossy coding.
    number : int
        0 to 65535.

    Raises
    ------
    ValueError
        If the number does not fit into 16 bits.

    Examples
    --------
    >>> picture = np.full((48, 80, 3), 90, np.uint8)
    >>> stamp_number(picture, 1234)
    >>> read_number(picture)
    1234
    """
    if not 0 <= number < 1 << BITS:
        raise ValueError(f"a frame number has {BITS} bits; {number} does not fit")
    bits = [number >> (BITS - 1 - i) & 1 for i in range(BITS)]
    cells = np.array([1, 0, *bits, sum(bits) & 1, 1], np.uint8) * 255
    height, width = picture.shape[:2]
    columns = np.arange(width) * CELLS // width
    picture[height - _strip(height) :] = cells[columns][None, :, None]


def read_number(picture: Picture) -> int:
    """Read the number that `stamp_number` burned in, after coding and scaling.

    Parameters
    ----------
    picture : numpy.ndarray
        (height, width, 3) or (height, width) uint8, upright, whole (not cropped), any size.

    Returns
    -------
    int
        0 to 65535.

    Raises
    ------
    ValueError
        If there is no number, or it is too blurred to be sure of.
    """
    grey = picture if picture.ndim == 2 else picture.mean(axis=2)
    height, width = grey.shape
    strip = _strip(height)
    row = grey[height - strip + strip // 4 : max(height - strip // 4, height - strip + 1)]
    profile = row.mean(axis=0)
    middles = (np.arange(CELLS) + 0.5) * width / CELLS
    reach = max(width / CELLS / 5, 0.5)
    levels = np.array(
        [
            profile[round(m - reach) : max(round(m + reach), round(m - reach) + 1)].mean()
            for m in middles
        ]
    )
    white, black = (levels[0] + levels[-1]) / 2, levels[1]
    if white - black < 64:
        raise ValueError("no frame number in this picture")
    bits = (levels > (white + black) / 2).astype(int)[2:-1]
    if bits[:BITS].sum() & 1 != bits[BITS]:
        raise ValueError("the frame number in this picture cannot be read for certain")
    return int("".join(map(str, bits[:BITS])), 2)


def _strip(height: int) -> int:
    return max(2, height // 8)


def draw(look: str, size: tuple[int, int], index: int) -> Picture:
    """Draw one frame.

    Parameters
    ----------
    look : str
        See the module.
    size : (int, int)
        Width and height in pixels.
    index : int
        Number of the frame; moves the disc.

    Returns
    -------
    numpy.ndarray
        (height, width, 3) uint8 RGB, its own memory.
    """
    kind, _, rest = look.partition(":")
    if kind == "moving":
        return _moving(size, index, rest or "navy")
    if kind == "noise":
        return _noise(size, int(rest or 0)).copy()
    if kind == "gradient":
        return _gradient(size).copy()
    if kind == "text":
        return _words(size, rest).copy()
    if kind == "shape":
        return _shape(size, rest).copy()
    return _plain(size, look).copy()


@lru_cache(maxsize=8)
def _plain(size: tuple[int, int], colour: str) -> Picture:
    return np.asarray(_canvas(size, colour))


@lru_cache(maxsize=4)
def _noise(size: tuple[int, int], seed: int) -> Picture:
    """Soft blobs: 16 x 12 random colours scaled up; coded well, unlike any other seed."""
    from PIL import Image

    few = np.random.default_rng(seed).integers(0, 256, (12, 16, 3), np.uint8)
    return np.asarray(Image.fromarray(few).resize(size, Image.Resampling.BICUBIC))


@lru_cache(maxsize=4)
def _gradient(size: tuple[int, int]) -> Picture:
    width, height = size
    x = np.linspace(0, 255, width)[None, :].repeat(height, 0)
    y = np.linspace(0, 255, height)[:, None].repeat(width, 1)
    return np.stack([x, y, 255 - x], axis=2).astype(np.uint8)


def _moving(size: tuple[int, int], index: int, colour: str) -> Picture:
    picture = _plain(size, colour).copy()
    width, height = size
    radius = max(2, min(size) // 8)
    x = radius + (index * max(1, width // 80)) % max(1, width - 2 * radius)
    y = height // 2 + round(height / 5 * np.sin(index / 9))
    rows, columns = np.ogrid[:height, :width]
    picture[(columns - x) ** 2 + (rows - y) ** 2 <= radius**2] = (255, 210, 60)
    return picture


@lru_cache(maxsize=8)
def _words(size: tuple[int, int], text: str) -> Picture:
    """Dark words on a light slide, as large as fits."""
    from PIL import ImageDraw, ImageFont

    canvas = _canvas(size, "#f4f4f0")
    pen = ImageDraw.Draw(canvas)
    width, height = size
    for points in range(max(8, height // 6), 7, -1):
        font = ImageFont.load_default(points)
        left, top, right, bottom = pen.multiline_textbbox(
            (0, 0), text, font=font, spacing=points // 2
        )
        if right - left <= width * 0.9 and bottom - top <= height * 0.75:
            break
    place = ((width - right + left) / 2 - left, (height * 0.85 - bottom + top) / 2 - top)
    pen.multiline_text(place, text, font=font, fill="#16202c", spacing=points // 2)
    return np.asarray(canvas)


@lru_cache(maxsize=8)
def _shape(size: tuple[int, int], what: str) -> Picture:
    """One plain shape in the middle of a plain ground."""
    from PIL import ImageDraw

    thing, _, ground = what.partition(" on ")
    colour, _, shape = thing.partition(" ")
    canvas = _canvas(size, ground or "lightgrey")
    pen = ImageDraw.Draw(canvas)
    x, y, r = size[0] / 2, size[1] / 2, min(size) / 3.5
    box = (x - r, y - r, x + r, y + r)
    if shape == "circle":
        pen.ellipse(box, fill=colour)
    elif shape == "square":
        pen.rectangle(box, fill=colour)
    elif shape == "triangle":
        pen.polygon([(x, y - r), (x - r, y + r), (x + r, y + r)], fill=colour)
    else:
        raise ValueError(f"no shape {shape!r}: circle, square or triangle")
    return np.asarray(canvas)


def _canvas(size: tuple[int, int], colour: str) -> Image.Image:
    from PIL import Image

    return Image.new("RGB", size, colour)
