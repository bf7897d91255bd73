"""Pictures that the recipe draws show what their captions say."""

import numpy as np
import pytest

from recipes.starter.drawn import COLOURS, drawn, packed


def test_the_same_seed_draws_the_same():
    a, b = drawn(14), drawn(14)
    assert all(np.array_equal(x.image, y.image) for x, y in zip(a, b, strict=True))
    assert [x.captions for x in a] == [y.captions for y in b]
    assert not np.array_equal(drawn(1)[0].image, drawn(1, seed=6)[0].image)


def test_a_plain_colour_has_that_colour():
    fields = [d for d in drawn(70) if d.captions[0].startswith("a plain")]
    assert len(fields) == 10
    for one in fields:
        name = one.captions[1]
        mean = np.asarray(one.image).reshape(-1, 3).mean(0)
        assert np.abs(mean - COLOURS[name]).max() < 45


def test_a_shape_stands_on_its_ground():
    for one in drawn(28):
        words = one.captions[1].split()
        if len(words) > 6 and words[3] == "on":
            pixels = np.asarray(one.image).reshape(-1, 3).astype(float)
            near = np.linalg.norm(pixels - COLOURS[words[1]], axis=1).min()
            ground = np.linalg.norm(pixels - COLOURS[words[5]], axis=1).min()
            assert near < 60
            assert ground < 60


def test_packing_draws_once(tmp_path):
    first = packed(tmp_path, 7)
    stamp = first[0].archive.stat().st_mtime_ns
    again = packed(tmp_path, 7)
    assert again == first
    assert again[0].archive.stat().st_mtime_ns == stamp
    assert {one.split for one in first} == {"train"}


@pytest.mark.parametrize("count", [7, 8])
def test_as_many_as_wanted(count, tmp_path):
    assert len(packed(tmp_path, count)) == count
