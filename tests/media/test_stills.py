"""Stills: small, and near what they show."""

from __future__ import annotations

import numpy as np
import pytest

from kinolex.errors import MediaError
from kinolex.media.stills import decode_still, encode_still
from kinolex.testing.looks import draw


@pytest.mark.parametrize("look", ["noise:1", "moving", "text:Words on a slide", "gradient"])
def test_there_and_back(look):
    picture = draw(look, (320, 180), 0)
    data = encode_still(picture)
    assert data[:3] == b"\xff\xd8\xff"
    assert len(data) < 12_000
    assert np.abs(decode_still(data).astype(int) - picture).mean() < 4


def test_real_stills_are_small(real_clips):
    from kinolex.media.decode import pictures
    from kinolex.media.probe import probe
    from kinolex.media.types import PicturePlan

    sizes = []
    for name in ("sam2_cups.mp4", "skv_bikes.mp4", "ask_yoga.mp4"):
        info = probe(real_clips / name)
        plan = PicturePlan("keyframes", every=2.0, picture_size=256, still_size=320)
        sizes += [len(f.still) for f in pictures(info.path, info, plan)]
    assert 4_000 < np.mean(sizes) < 13_000


def test_broken_stills():
    with pytest.raises(MediaError) as caught:
        decode_still(b"\xff\xd8\xffnothing")
    assert caught.value.reason == "damaged"
