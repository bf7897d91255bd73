"""Pictures made in a look have that look, by measures that know nothing of how it was made."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

from recipes.starter.drawn import drawn
from recipes.starter.looks import LOOKS, changed, packed
from recipes.starter.pictures import Labelled, read


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    place = tmp_path_factory.mktemp("pictures")
    rows = []
    for i, one in enumerate(drawn(2 * len(LOOKS))):
        one.image.resize((160, 160)).save(place / f"{i}.png")
        rows.append(Labelled(place, f"{i}.png", "train", ("A thing .", "It is there ."), "", "own"))
    return rows


def both(found, name):
    """The same pictures before and after."""
    before = [np.asarray(image, float) for image in read(found)]
    return before, [np.asarray(image, float) for image in changed(found, [name] * len(found))]


def steps(shown):
    """How much neighbours differ, from left to right."""
    return np.abs(np.diff(shown, axis=1)).mean()


def test_black_and_white_has_no_colour(found):
    for after in both(found, "black and white")[1]:
        assert np.ptp(after, axis=2).max() == 0


def test_old_is_brown_and_darker_at_the_corners(found):
    plain = [replace(found[0], name="plain.png")]
    Image.new("RGB", (160, 160), (200, 200, 200)).save(found[0].archive / "plain.png")
    (after,) = both(plain, "old")[1]
    red, green, blue = after.mean(axis=(0, 1))
    assert red > green > blue
    assert after[:20, :20].mean() < 0.9 * after[70:90, 70:90].mean()


def test_light(found):
    for name, least, most in (("dark", 0.0, 0.35), ("overexposed", 1.0, 4.0)):
        for before, after in zip(*both(found, name), strict=True):
            assert least * before.mean() <= after.mean() <= most * before.mean()
    brighter = [a.mean() > 1.2 * b.mean() for b, a in zip(*both(found, "overexposed"), strict=True)]
    assert sum(brighter) > len(found) / 2, "white pictures cannot become brighter"


def test_blurry_is_smoother_and_grainy_is_not(found):
    for before, after in zip(*both(found, "blurry"), strict=True):
        assert steps(after) <= steps(before) + 0.2
        assert np.abs(after - before).mean() < 40, "it is still that picture"
    for before, after in zip(*both(found, "grainy"), strict=True):
        assert steps(after) > steps(before) + 8


def test_blocky_has_few_columns(found):
    for after in both(found, "blocky")[1]:
        new = 1 + sum(not np.array_equal(a, b) for a, b in pairwise(after.transpose(1, 0, 2)))
        assert new <= 32


def test_turned_pictures_turn_back(found):
    for before, after in zip(*both(found, "upside down"), strict=True):
        assert np.array_equal(np.rot90(after, 2), before)
    turns = set()
    for before, after in zip(*both(found, "sideways"), strict=True):
        back = [k for k in (1, 3) if np.array_equal(np.rot90(after, k), before)]
        assert back
        turns.update(back if len(back) == 1 else ())
    assert turns == {1, 3}


def test_words_to_choose_by_are_said_nowhere_in_training(found, tmp_path):
    made = packed(tmp_path, found, 2)
    said = {text for one in made for text in one.captions}
    said |= {text for look in LOOKS.values() for text in look.said}
    assert not said & {text for look in LOOKS.values() for text in look.held}
    assert len({text for look in LOOKS.values() for text in (*look.said, *look.held)}) == sum(
        len(look.said) + len(look.held) for look in LOOKS.values()
    ), "no two looks share words"


def test_packed_pictures_keep_their_captions_and_are_packed_once(found, tmp_path):
    first = packed(tmp_path, found, 2)
    assert len(first) == 2 * len(LOOKS)
    assert {one.label for one in first} == set(LOOKS)
    for one in first:
        assert one.captions[-1] == "A thing ."
        assert one.captions[0].endswith(" a thing .")
        assert one.captions[0].startswith(LOOKS[one.label].before[0])
    stamp = first[0].archive.stat().st_mtime_ns
    assert packed(tmp_path, found, 2) == first
    assert first[0].archive.stat().st_mtime_ns == stamp
    assert packed(tmp_path, found[2:], 2)[0].archive != first[0].archive
    shown = dict(zip((one.label for one in first), read(first), strict=True))
    grey = np.asarray(shown["black and white"], float)
    assert np.ptp(grey, axis=2).max() <= 8


def test_drawn_pictures_get_no_look(found, tmp_path):
    assert not packed(tmp_path, [replace(one, collection="drawn") for one in found], 1)
