"""Pictures from strangers: every depth of levels, and what one sees through."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from PIL import Image

from kinolex.media.uploaded import plain, smaller


def test_sixteen_bits_become_eight(tmp_path: Path) -> None:
    """A ramp stays a ramp; Pillow's own conversion makes nearly all of it white."""
    ramp = np.linspace(0, 65_535, 300).astype(np.uint16)[None].repeat(60, axis=0)
    Image.fromarray(ramp).save(tmp_path / "deep.png")
    with Image.open(io.BytesIO(smaller(tmp_path / "deep.png", 100))) as made:
        shown = np.asarray(made, np.float64).mean(axis=(0, 2))
    assert shown[0] < 5
    assert shown[-1] > 250
    assert abs(shown.mean() - 127.5) < 2


def test_a_dark_picture_of_sixteen_bits_stays_dark() -> None:
    assert np.asarray(plain(Image.fromarray(np.full((2, 2), 200, np.uint16)))).max() == 0


def test_what_one_sees_through_is_white() -> None:
    seen = plain(Image.new("RGBA", (2, 2), (255, 0, 0, 0)))
    assert seen.mode == "RGB"
    assert np.asarray(seen).min() == 255
