"""Small pictures against Pillow's antialiased resize of the full picture."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from kinolex.media.types import PicturePlan, VideoStream
from kinolex.media.upright import Upright, blend, fit_longer, fit_shorter, sizes_for
from kinolex.testing.looks import draw

FILM = VideoStream(0, "h264", 1280, 720, 1280, 720, Fraction(1, 24), 0, 24.0)


def photo(size=(1280, 720)):
    """Coarse and fine structure, as photos have."""
    fine = np.random.default_rng(0).integers(-20, 20, (size[1], size[0], 3))
    fine = np.asarray(fine + draw("noise:3", size, 0).astype(int)).clip(0, 255).astype(np.uint8)
    return np.asarray(Image.fromarray(fine).resize((size[0] // 3, size[1] // 3)).resize(size))


@pytest.mark.parametrize("form", ["yuv420p", "yuv444p", "yuv420p10le", "nv12", "rgb24"])
@pytest.mark.parametrize("size", [(455, 256), (224, 224), (96, 54)])
def test_pictures_are_near_those_of_pillow(form, size):
    frame = av.VideoFrame.from_ndarray(photo(), format="rgb24").reformat(
        format=form, dst_colorspace=1, src_colorspace=1
    )
    frame.colorspace = 1
    # In two steps: in one, swscale takes short cuts that are two grey levels off.
    full = frame.reformat(format="yuv444p", src_colorspace=1, dst_colorspace=1)
    full = full.reformat(format="rgb24", src_colorspace=1).to_ndarray()
    wanted = np.asarray(Image.fromarray(full).resize(size, Image.Resampling.BICUBIC))
    got = Upright(FILM).picture(frame, size)
    assert got.shape == (size[1], size[0], 3)
    assert got.dtype == np.uint8
    assert np.abs(got.astype(int) - wanted).mean() < 1.0


@pytest.mark.parametrize("height", [480, 720])
def test_colours_that_nobody_named_are_guessed_by_size(height):
    width = height * 16 // 9
    red = np.full((height, width, 3), (200, 30, 40), np.uint8)
    matrix = 1 if height >= 720 else 5
    frame = av.VideoFrame.from_ndarray(red, format="rgb24").reformat(
        format="yuv420p", dst_colorspace=matrix
    )
    frame.colorspace = 2
    film = replace(FILM, coded_width=width, coded_height=height)
    got = Upright(film).picture(frame, (64, 36))
    assert np.abs(got.astype(int) - (200, 30, 40)).max() <= 4


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_turning_is_clockwise(rotation):
    picture = photo((320, 180))
    frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
    turned = Image.fromarray(picture).rotate(-rotation, expand=True)
    got = Upright(replace(FILM, rotation=rotation)).picture(frame, turned.size)
    assert np.array_equal(got, np.asarray(turned))


def test_grey_is_full_range_luma():
    frame = av.VideoFrame.from_ndarray(draw("white", (320, 180), 0), format="rgb24")
    grey = Upright(FILM).picture(frame.reformat(format="yuv420p"), (160, 90), grey=True)
    assert grey.shape == (90, 160)
    assert grey.min() >= 253


def test_blending():
    pixels = np.array([[[10, 20, 30, 255], [10, 20, 30, 0], [0, 0, 0, 128]]], np.uint8)
    assert blend(pixels).tolist() == [[[10, 20, 30], [255, 255, 255], [127, 127, 127]]]


sides = st.integers(1, 8000)


@given(sides, sides, st.integers(1, 2000))
def test_fitting_keeps_the_shape_and_never_enlarges(width, height, wanted):
    shorter = fit_shorter((width, height), wanted)
    assert min(shorter) == min(wanted, min(width, height))
    longer = fit_longer((width, height), wanted)
    assert max(longer) == min(wanted, max(width, height))
    for got in (shorter, longer):
        assert got[0] <= width
        assert got[1] <= height
        assert min(got) >= 1
        if min(got) >= 10:
            assert got[0] / got[1] == pytest.approx(width / height, rel=0.11)


def test_sizes_of_a_plan():
    plan = PicturePlan(picture_size=224, screen_size=960, still_size=320)
    sizes = sizes_for(plan, (1080, 1920))
    assert (sizes.picture, sizes.screen, sizes.still) == ((224, 398), (540, 960), (180, 320))
    square = sizes_for(PicturePlan(picture_size=256, picture_square=True), (64, 48))
    assert (square.picture, square.screen, square.still) == ((256, 256), None, None)
