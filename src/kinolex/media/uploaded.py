"""Pictures from strangers, made small and plain: decoded in the guarded child only."""

from __future__ import annotations

import io
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from kinolex.errors import MediaError

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

__all__ = ["FORMATS", "MOST_PIXELS", "plain", "smaller"]

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP")
"""What is read; Pillow knows dozens of formats more, each a door that nobody needs."""

MOST_PIXELS = 100_000_000
"""Of a picture; what is larger is a bomb, or no picture that one looks for."""

_QUALITY = 90


def plain(image: Picture) -> Picture:
    """RGB of eight bits a level, on white where one sees through it.

    Parameters
    ----------
    image : PIL.Image.Image
        Of any mode; Pillow itself would cut levels of sixteen bits off at 255.
    """
    from PIL import Image

    if image.mode.startswith("I"):
        deep = np.asarray(image).clip(0, 65_535) >> 8
        image = Image.fromarray(deep.astype(np.uint8))
    if not image.has_transparency_data:
        return image.convert("RGB")
    seen = image.convert("RGBA")
    white = Image.new("RGBA", seen.size, "white")
    white.alpha_composite(seen)
    return white.convert("RGB")


def smaller(path: Path, size: int) -> bytes:
    """Read a picture and write it as an upright JPEG without any metadata.

    Parameters
    ----------
    path : Path
    size : int
        Longer side at most, pixels.

    Raises
    ------
    MediaError
        If it is no picture, of no format of `FORMATS`, damaged, or enormous.
    """
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path, formats=FORMATS) as image:
                image.draft("RGB", (size, size))
                image.thumbnail((2 * size, 2 * size), Image.Resampling.BOX)
                shown = plain(ImageOps.exif_transpose(image))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise MediaError(
            "The picture is too large.",
            reason="too-big",
            stage="decode",
            hint=f"Give one of at most {MOST_PIXELS // 1_000_000} million pixels.",
        ) from error
    except (OSError, ValueError, SyntaxError) as error:
        raise MediaError(
            "The file cannot be read as a picture.",
            reason="damaged",
            stage="decode",
            hint="Give a JPEG, PNG, WebP, GIF or BMP file.",
        ) from error
    shown.thumbnail((size, size), Image.Resampling.LANCZOS)
    file = io.BytesIO()
    shown.save(file, "JPEG", quality=_QUALITY)
    return file.getvalue()
