"""Things in colours that the recipe gives them: the picture shows what is said of it."""

import re

import numpy as np
import pytest
from PIL import Image

from recipes.starter.drawn import COLOURS
from recipes.starter.pictures import Labelled
from recipes.starter.things import Cutout, Shown, names, packed, picture, planned, plural, stamps


def test_the_same_seed_plans_the_same():
    assert planned(50) == planned(50)
    assert planned(50) != planned(50, seed=14)
    assert {one.colour for one in planned(400)} == set(COLOURS)
    assert {one.count for one in planned(400)} == {1, 2, 3, 4}


@pytest.mark.parametrize("colour", COLOURS)
def test_a_thing_has_its_colour(colour):
    """On a ground of another colour, as many pixels of this one as a thing is large."""
    rng = np.random.default_rng(3)
    ground = Image.new("RGB", (224, 224), (90, 160, 110))
    shown = np.asarray(picture(Shown(Cutout("ball"), colour, 1), rng, ground), float)
    near = np.linalg.norm(shown - COLOURS[colour], axis=2) < 70
    assert near.sum() > 0.3 * (np.linalg.norm(shown - (90, 160, 110), axis=2) > 40).sum() > 500


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_as_many_as_are_said(count):
    """Squares on a plain ground are counted as groups of pixels that touch."""
    ground = Image.new("RGB", (224, 224), (250, 250, 250))
    one = Shown(Cutout("square"), "blue", count)
    for seed in range(5):
        shown = np.asarray(picture(one, np.random.default_rng(seed), ground), float)
        assert _groups(np.linalg.norm(shown - COLOURS["blue"], axis=2) < 90) == count
    assert one.captions[0].split()[0] == ("a", "two", "three", "four")[count - 1]


def _groups(there: np.ndarray) -> int:
    left, found = {(int(y), int(x)) for y, x in np.argwhere(there)}, 0
    while left:
        size, waiting = 0, [left.pop()]
        while waiting:
            y, x = waiting.pop()
            size += 1
            for place in ((y - 1, x), (y + 1, x), (y, x - 1), (y, x + 1)):
                if place in left:
                    left.remove(place)
                    waiting.append(place)
        found += size > 20
    return found


@pytest.mark.parametrize(
    ("name", "several"),
    [("red fox", "red foxes"), ("cherry", "cherries"), ("key", "keys"), ("fish", "fish")],
)
def test_plurals(name, several):
    assert plural(name) == several


def test_a_label_that_is_held_out_is_found_in_captions():
    def said(caption):
        return Labelled("", "", "train", (caption,))

    assert names("dolphin", said("two grey dolphins"))
    assert names("dolphin", said("a grey dolphin"))
    assert not names("dolphin", said("a dolphin house"))
    assert not names("phin", said("a grey dolphin"))


def test_stamps_are_dyed_where_debian_has_them():
    found = stamps()
    if not found:
        pytest.skip("needs the package tuxpaint-stamps-default")
    assert len(found) > 80
    assert not [one.name for one in found if re.search(r"^an? |\bred\b|\\.", one.name)]
    mug = next(one for one in found if one.name == "mug")
    ground = Image.new("RGB", (224, 224), (90, 160, 110))
    shown = np.asarray(picture(Shown(mug, "red", 1), np.random.default_rng(1), ground), float)
    red = (shown[..., 0] > 1.5 * shown[..., 1]) & (shown[..., 0] > 1.5 * shown[..., 2])
    assert red.sum() > 3000


def test_packing_draws_once(tmp_path):
    first = packed(tmp_path, 7, [])
    stamp = first[0].archive.stat().st_mtime_ns
    again = packed(tmp_path, 7, [])
    assert again == first
    assert again[0].archive.stat().st_mtime_ns == stamp
    assert {one.collection for one in first} == {"coloured"}
