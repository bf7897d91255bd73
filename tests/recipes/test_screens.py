"""Screens that the recipe draws: of every kind, the same for the same seed, told apart by eye."""

import numpy as np
from PIL import Image

from recipes.starter.screens import MAKERS, packed, screens

PHOTOGRAPH = Image.new("RGB", (300, 200), (200, 30, 30))


def test_the_same_seed_draws_the_same():
    a, b = screens(14, [PHOTOGRAPH]), screens(14, [PHOTOGRAPH])
    assert all(np.array_equal(x.image, y.image) for x, y in zip(a, b, strict=True))
    assert [x.captions for x in a] == [y.captions for y in b]
    assert not np.array_equal(a[0].image, screens(1, [PHOTOGRAPH], seed=18)[0].image)


def test_every_kind_is_there_and_called_by_names_of_its_own():
    made = screens(2 * len(MAKERS), [])
    said = [one.captions for one in made[: len(MAKERS)]]
    assert len({caption for some in said for caption in some}) == sum(map(len, said))
    assert [one.captions for one in made[len(MAKERS) :]] == said
    assert {one.image.size for one in made} == {(224, 224)}


def test_what_is_told_is_to_be_seen():
    by_name = {one.captions[0]: one for one in screens(70, [PHOTOGRAPH])}
    credits = np.asarray(by_name["end credits"].image, float)
    assert np.median(credits) < 30 < 90 < credits.max()
    page = np.asarray(by_name["a page of a document"].image, float)
    assert np.median(page) > 200 > 120 > page.min()
    desktop = np.asarray(by_name["a computer desktop with windows"].image, float)
    red = np.linalg.norm(desktop - (200, 30, 30), axis=2) < 30
    assert 0.1 < red.mean() < 0.9


def test_packing_draws_once(tmp_path):
    first = packed(tmp_path, 7, [])
    stamp = first[0].archive.stat().st_mtime_ns
    again = packed(tmp_path, 7, [])
    assert again == first
    assert again[0].archive.stat().st_mtime_ns == stamp
