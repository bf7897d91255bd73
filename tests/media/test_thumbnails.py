"""Thumbnails against averages computed the slow way, in every family of pixel formats."""

from __future__ import annotations

import av
import numpy as np
import pytest

from kinolex.media.thumbnails import thumbnail
from kinolex.testing.looks import draw

FORMATS = ["yuv420p", "yuv422p", "yuv444p", "yuvj420p", "yuv420p10le", "yuv422p10le", "nv12",
           "p010le", "gray", "rgb24", "bgra", "gbrp", "yuyv422", "yuva420p", "rgb8"]  # fmt: skip


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("size", [(320, 180), (1280, 720), (241, 135), (40, 30), (2, 2)])
def test_blocks_are_means_of_luma(form, size):
    picture = draw("noise:5", size, 0)
    frame = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(format=form)
    grey = frame.reformat(format="gray").to_ndarray().astype(float)
    # Full range is not stretched to the 16 to 235 of films, packed formats are scaled first.
    odd = "j" in form or form in ("gray", "rgb24", "bgra", "gbrp", "rgb8", "yuyv422")
    tolerance = 26.0 if odd else 9.0
    got = thumbnail(frame)
    rows = np.arange(9) * size[1] // 9, (np.arange(9) + 1) * size[1] // 9
    columns = np.arange(16) * size[0] // 16, (np.arange(16) + 1) * size[0] // 16
    want = [
        [grey[a : max(b, a + 1), c : max(d, c + 1)].mean() for c, d in zip(*columns, strict=True)]
        for a, b in zip(*rows, strict=True)
    ]
    assert got.points.shape == (36, 64)
    assert got.blocks.shape == (3, 9, 16)
    assert np.abs(got.blocks[0] - np.array(want)).mean() < tolerance


def test_same_and_different():
    first = thumbnail(av.VideoFrame.from_ndarray(draw("noise:1", (320, 180), 0), format="rgb24"))
    noisy = draw("noise:1", (320, 180), 0).astype(int)
    noisy += np.random.default_rng(0).integers(-3, 4, noisy.shape)
    again = thumbnail(
        av.VideoFrame.from_ndarray(np.clip(noisy, 0, 255).astype(np.uint8), format="rgb24")
    )
    other = thumbnail(av.VideoFrame.from_ndarray(draw("noise:2", (320, 180), 0), format="rgb24"))
    assert first.is_same(again)
    assert not first.is_same(other)
    assert first.distance(first) == 0
    assert first.distance(other) == other.distance(first) > 20


def test_one_line_of_words_is_not_the_same():
    plain = draw("text:Title", (640, 360), 0)
    more = plain.copy()
    more[300:316, 100:400] = draw("text:a caption below", (300, 16), 0)[:16, :300] // 2
    a, b = (thumbnail(av.VideoFrame.from_ndarray(p, format="rgb24")) for p in (plain, more))
    assert not a.is_same(b)


@pytest.mark.parametrize(
    ("look", "black"),
    [
        ("black", True),
        ("#080808", True),
        ("#303030", False),
        ("text:Words", False),
        ("noise:1", False),
    ],
)
def test_black_is_black(look, black):
    frame = av.VideoFrame.from_ndarray(draw(look, (320, 180), 0), format="rgb24")
    assert thumbnail(frame.reformat(format="yuv420p")).is_black() == black
