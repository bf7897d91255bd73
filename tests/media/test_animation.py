"""Animated WebP (and GIF beside it) against Pillow, which made them."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from kinolex.errors import MediaError
from kinolex.media.animation import is_webp
from kinolex.media.decode import pictures, still_at
from kinolex.media.probe import probe
from kinolex.media.stills import decode_still
from kinolex.media.types import PicturePlan
from kinolex.testing.clips import read_number
from kinolex.testing.looks import draw, stamp_number

LENGTHS = [100, 40, 300, 60, 1000, 100]


def animation(path, mode="RGB"):
    images = []
    for i in range(len(LENGTHS)):
        picture = draw(f"noise:{i // 3}", (240, 180), i)
        stamp_number(picture, i)
        image = Image.fromarray(picture).convert(mode)
        if mode == "RGBA":
            image.paste((0, 0, 0, 0), (200, 0, 240, 40))
        images.append(image)
    options = {"lossless": True} if path.suffix == ".webp" else {}
    images[0].save(path, save_all=True, append_images=images[1:], duration=LENGTHS, **options)
    return path


@pytest.mark.parametrize("name", ["a.webp", "a.gif"])
def test_frames_times_and_duration(tmp_path, name):
    path = animation(tmp_path / name)
    info = probe(path)
    assert info.reader == ("pillow" if name == "a.webp" else "av")
    assert info.duration == pytest.approx(sum(LENGTHS) / 1000, abs=0.011)
    assert (info.video.width, info.video.height) == (240, 180)
    frames = list(pictures(path, info, PicturePlan(every=1e-4, picture_size=90)))
    assert [read_number(f.picture) for f in frames] == list(range(len(LENGTHS)))
    starts = np.cumsum([0, *LENGTHS[:-1]]) / 1000
    assert [f.time for f in frames] == pytest.approx(starts)
    assert [c for f in frames for c in f.cuts] == pytest.approx([starts[3]])
    coarse = list(pictures(path, info, PicturePlan(every=0.4, picture_size=90)))
    assert [f.time for f in coarse] == pytest.approx([0, 0.44, 1.5])
    assert read_number(decode_still(still_at(path, info, 1.2, 240))) == 4


def test_transparency_lies_on_white(tmp_path):
    path = animation(tmp_path / "clear.webp", "RGBA")
    info = probe(path)
    frame = next(iter(pictures(path, info, PicturePlan(picture_size=180))))
    assert frame.picture[5:35, 205:235].min() == 255
    assert read_number(frame.picture) == 0


def test_still_webp_is_one_frame(tmp_path):
    path = tmp_path / "one.webp"
    Image.fromarray(draw("noise:1", (64, 48), 0)).save(path)
    info = probe(path)
    assert info.duration > 0
    assert len(list(pictures(path, info, PicturePlan()))) == 1


def test_damaged_webp(tmp_path):
    path = animation(tmp_path / "broken.webp")
    data = path.read_bytes()
    path.write_bytes(data[:60])
    assert is_webp(path)
    assert not is_webp(tmp_path / "none.webp")
    with pytest.raises(MediaError) as caught:
        probe(path)
    assert caught.value.reason == "damaged"
