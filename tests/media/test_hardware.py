"""Hardware decoding: falls back with a warning here, decodes the same there."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from kinolex.media.decode import pictures
from kinolex.media.hardware import _works, hardware_decoder
from kinolex.media.probe import probe
from kinolex.media.types import PicturePlan
from kinolex.testing.clips import make_clip, read_number


def test_off_is_silent():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert hardware_decoder("off", "h264") is None


def test_a_device_that_is_not_there_is_told_and_does_not_matter(tmp_path):
    path = make_clip(tmp_path / "a.mp4", seconds=1)
    info = probe(path)
    with pytest.warns(UserWarning, match="software"):
        assert hardware_decoder("no-such-device", "h264") is None
    plan = PicturePlan(every=0.5, picture_size=90, hardware="no-such-device")
    with pytest.warns(UserWarning, match="no-such-device"):
        frames = list(pictures(path, info, plan))
    assert [read_number(f.picture) for f in frames] == [0, 12]


def test_auto_decodes_with_or_without_a_device(tmp_path):
    path = make_clip(tmp_path / "a.mp4", seconds=1, size=(640, 360))
    info = probe(path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fast = list(pictures(path, info, PicturePlan(every=0.5, hardware="auto")))
    soft = list(pictures(path, info, PicturePlan(every=0.5)))
    assert [f.pts for f in fast] == [f.pts for f in soft]
    for a, b in zip(fast, soft, strict=True):
        assert np.abs(a.picture.astype(int) - b.picture).mean() < 4


@pytest.mark.parametrize("name", ["cuda", "vaapi", "videotoolbox", "qsv"])
def test_asking_for_a_device_never_raises(name):
    assert _works(name, "h264") in (True, False)
    assert _works(name, "no-such-codec") is False
