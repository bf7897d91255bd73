"""Small JPEGs: a picture of a frame for people, and back."""

from __future__ import annotations

import io

import numpy as np
import numpy.typing as npt

from kinolex.errors import MediaError

__all__ = ["QUALITY", "decode_still", "encode_still"]

QUALITY = 72
"""Of the JPEG: 6 to 8 kB for an ordinary picture of 320 x 180."""


def encode_still(picture: npt.NDArray[np.uint8], quality: int = QUALITY) -> bytes:
    """Code a picture as JPEG.

    Parameters
    ----------
    picture : numpy.ndarray
        (height, width, 3) uint8 RGB.
    quality : int
        1 to 95.

    Examples
    --------
    >>> decode_still(encode_still(np.full((9, 16, 3), 200, np.uint8))).shape
    (9, 16, 3)
    """
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(picture)).save(file, "JPEG", quality=quality)
    return file.getvalue()


def decode_still(data: bytes) -> npt.NDArray[np.uint8]:
    """Decode a JPEG to (height, width, 3) uint8 RGB.

    Raises
    ------
    MediaError
        ``damaged`` when it is no picture.
    """
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data)) as image:
            return np.asarray(image.convert("RGB"))
    except (OSError, ValueError) as error:
        raise MediaError(
            f"A still cannot be decoded: {error}.", reason="damaged", stage="decode"
        ) from error
