"""The encoders that ship: their files, their size, and that they tell plain things apart."""

from __future__ import annotations

import json

import numpy as np
import pytest

from kinolex.encoders.registry import cards, load_picture, sentences_missing
from kinolex.encoders.sources import resolve, verify
from kinolex.testing.looks import draw

ASKED = ("a red circle", "a black square", "a green triangle")


LARGEST = {"starter": 9_000_000, "starter-plus": 14_000_000}
"""Bytes of the picture side."""


@pytest.fixture(scope="module", params=LARGEST)
def starter(request):
    return load_picture(request.param)


@pytest.mark.parametrize("name", LARGEST)
def test_the_files_are_those_of_the_card_and_small(name):
    card = cards()[name]
    assert verify(card).ok
    folder = resolve(card)
    assert folder is not None
    found = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    assert found == {file.to for file in card.sources[0].files}
    assert (folder / "visual" / "model.onnx").stat().st_size <= LARGEST[name]
    assert json.loads((folder / "config.json").read_text())["embed_dim"] == card.dimensions


def test_any_other_picture_model_is_preferred_and_the_larger_one_only_by_name():
    ranks = {card.name: card.rank for card in cards().values() if card.kind == "picture"}
    assert sorted(ranks, key=ranks.__getitem__)[-2:] == ["starter", "starter-plus"]


def test_its_bank_and_calibration_fit(starter):
    assert starter.background().shape == (768, starter.dimensions)
    assert {"standard", "raw", "shift", "popularity"} == set(starter.calibration())


def test_frames_come_whole_so_that_it_can_choose_what_to_see(starter):
    """It sees at most 4:3: the decoder, which knows nothing of that, must not squash all of it."""
    least = {"starter": 240, "starter-plus": 343}[starter.name]  # seven tenths of it are 240
    assert (starter.picture_square, starter.picture_size) == (False, least)


def test_pictures_near_to_everything_are_held_back():
    """Of every question the last number is the same; of pictures it tells them apart."""
    larger = load_picture("starter-plus")
    if sentences_missing(larger):
        pytest.skip(f"needs {sentences_missing(larger)}")
    told = larger.encode_words(["a dog", "the sea at night", "two people"], query=True)
    assert np.ptp(told[:, -1]) < 1e-6
    assert told[0, -1] < -0.4
    bank = larger.background()
    assert abs(bank[:, -1].mean()) < 0.01
    assert bank[:, -1].std() > 0.02


@pytest.mark.parametrize("dimensions", [256, 128])
def test_plain_shapes_are_found_by_their_words(starter, dimensions):
    if sentences_missing(starter):
        pytest.skip(f"needs {sentences_missing(starter)}")
    pictures = [draw(f"shape:{text[2:]} on white", (320, 240), 0) for text in ASKED]
    seen = starter.encode_pictures(pictures)[:, :dimensions]
    told = starter.encode_words(ASKED, query=True)[:, :dimensions]
    scores = told @ (seen / np.linalg.norm(seen, axis=1, keepdims=True)).T
    assert scores.argmax(axis=1).tolist() == [0, 1, 2]


def test_real_pictures_are_found_far_better_than_by_chance(starter, shared):
    """A hundred pictures that training did not see: by chance a tenth are among the first ten."""
    if sentences_missing(starter):
        pytest.skip(f"needs {sentences_missing(starter)}")
    import io
    import zipfile

    from PIL import Image

    folder = shared / "data" / "flickr8k"
    rows = [json.loads(line) for line in (folder / "captions.jsonl").open(encoding="utf-8")]
    rows = [row for row in rows if row["split"] == "dev"][:100]
    with zipfile.ZipFile(folder / "images_160.zip") as archive:
        images = [Image.open(io.BytesIO(archive.read(row["image"]))) for row in rows]
        seen = starter.encode_pictures([np.asarray(i.convert("RGB")) for i in images])
    told = starter.encode_words([row["captions"][0] for row in rows], query=True)
    scores = told @ seen.T
    ranks = (scores > np.diag(scores)[:, None]).sum(axis=1)
    assert (ranks < 10).mean() > 0.7


def test_looks_are_found_by_their_words(starter, shared):
    """Of a frame and the same frame in a look, the one in the look is nearer to its words."""
    if sentences_missing(starter):
        pytest.skip(f"needs {sentences_missing(starter)}")
    import av

    frames = []
    for path in sorted((shared / "data" / "real_clips").glob("sam2_*.mp4")):
        with av.open(str(path)) as container:
            container.seek(int(4e6))
            frames.append(next(container.decode(video=0)).to_ndarray(format="rgb24"))
    assert len(frames) > 3
    grey = [np.repeat(f.mean(axis=2, keepdims=True), 3, axis=2).astype(np.uint8) for f in frames]
    looks = {
        "monochrome footage": grey,
        "underexposed footage": [f // 6 for f in frames],
        "upside-down footage": [f[::-1, ::-1].copy() for f in frames],
    }
    plain = starter.encode_pictures(frames)
    for words, changed in looks.items():
        told = starter.encode_words([words], query=True)[0]
        assert (starter.encode_pictures(changed) @ told > plain @ told).all(), words
