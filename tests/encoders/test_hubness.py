"""Pictures that come near to every question lose by it, as plain loops count it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolex.encoders.hubness import Hubness, levels, read_hubness
from kinolex.encoders.layouts import read_layout
from kinolex.encoders.picture import OnnxPictures
from kinolex.errors import EncoderError
from kinolex.search.calibrate import unpopular
from kinolex.testing.encoders import check_encoder
from kinolex.testing.models import COLOURS, make_picture_model

NUMBERS = {"weight": 0.5, "neighbours": 3, "usual": 0.25}


def directions(rng: np.random.Generator, count: int, size: int) -> np.ndarray:
    rows = rng.standard_normal((count, size))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def with_hubness(folder: Path, **changes: object) -> Path:
    """A model's folder, with questions of its own."""
    np.save(folder / "questions.npy", levels(directions(np.random.default_rng(5), 40, 32)))
    (folder / "hubness.json").write_text(json.dumps(NUMBERS | changes), "utf-8")
    return folder


@given(st.integers(0, 2**32 - 1), st.integers(1, 12), st.integers(1, 15), st.floats(0, 3))
def test_a_score_loses_what_the_nearest_questions_score(seed, count, neighbours, weight):
    """Cosines are those of all dimensions but the last, less the weighted hubness, scaled."""
    rng = np.random.default_rng(seed)
    known = Hubness(directions(rng, count, 8), weight, neighbours, 0.1)
    seen, told = directions(rng, 4, 8), directions(rng, 3, 8)
    found = known.questioned(told).astype(float) @ known.pictures(seen).astype(float).T
    for i, text in enumerate(told.astype(float)):
        for j, picture in enumerate(seen.astype(float)):
            near = sorted((float(q @ picture) for q in known.questions.astype(float)), reverse=True)
            hub = sum(near[:neighbours]) / len(near[:neighbours]) - 0.1
            text_part, picture_part = text[:-1], picture[:-1]
            cosine = text_part @ picture_part
            cosine /= np.linalg.norm(text_part) * np.linalg.norm(picture_part)
            wanted = (cosine - weight * hub) / np.sqrt((1 + weight**2) * (1 + hub**2))
            assert found[i, j] == pytest.approx(wanted, abs=1e-5)


def test_a_hub_steps_back_and_without_weight_nothing_moves():
    """Three questions, each with a picture of its own, and one picture near to all of them."""
    told = np.eye(4, dtype=np.float32)[:3]
    seen = np.concatenate([told * 0.7 + 0.3 * np.float32([0, 0, 0, 1]), [[1, 1, 1, 0]]])
    seen = (seen / np.linalg.norm(seen, axis=1, keepdims=True)).astype(np.float32)
    several = np.repeat(told, 2, axis=0)
    first = {}
    for weight in (0.0, 1.0):
        known = Hubness(several, weight, 6, 0.3)
        scores = known.questioned(told) @ known.pictures(seen).T
        first[weight] = scores[:, 3] / scores[:, :3].max(axis=1)
    assert (first[1.0] < first[0.0]).all()
    plain = Hubness(several, 0.0, 6, 0.3).questioned(told)
    assert np.allclose(plain[:, :-1], told[:, :-1])


def test_popularity_leaves_the_term_alone():
    """It is the same in every question: taking it away would undo what the encoder did."""
    rng = np.random.default_rng(3)
    known = Hubness(directions(rng, 9, 8), 0.5, 3, 0.1)
    general, asked = (known.questioned(directions(rng, n, 8)) for n in (24, 1))
    less = unpopular(asked[0], general, 0.6)
    assert less[-1] == asked[0, -1]
    assert np.allclose(less[:-1], asked[0, :-1] - 0.6 * general[:, :-1].mean(axis=0), atol=1e-6)


def test_an_encoder_with_hubness_keeps_the_protocol_and_is_another_space(tmp_path):
    folder = make_picture_model(tmp_path / "m")
    plain, before = OnnxPictures("m", folder), read_layout(folder, {}).version()
    with_hubness(folder)
    made = OnnxPictures("m", folder)
    check_encoder(made)
    assert made.version != plain.version == before
    known = read_hubness(folder)
    pictures = [np.full((40, 60, 3), np.asarray(c) * 255, np.uint8) for c in COLOURS.values()]
    words = list(COLOURS)
    wanted = known.pictures(plain.encode_pictures(pictures))
    assert made.encode_pictures(pictures) == pytest.approx(wanted, abs=1e-6)
    wanted = known.questioned(plain.encode_words(words))
    assert made.encode_words(words) == pytest.approx(wanted, abs=1e-6)
    with_hubness(folder, weight=0.75)
    assert read_layout(folder, {}).version() != made.version


@given(st.integers(0, 2**32 - 1))
def test_eight_bits_keep_the_directions(seed):
    rows = directions(np.random.default_rng(seed), 5, 16)
    kept = levels(rows).astype(float)
    kept /= np.linalg.norm(kept, axis=1, keepdims=True)
    assert (kept * rows).sum(axis=1).min() > 0.9995


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("hubness.json", None, "hubness.json is missing"),
        ("questions.npy", None, "questions.npy is missing"),
        ("hubness.json", b"no", "not JSON"),
        ("hubness.json", b"{}", "not understood"),
        ("hubness.json", b'{"weight": -1, "neighbours": 3, "usual": 0}', "weight -1"),
        ("hubness.json", b'{"weight": NaN, "neighbours": 3, "usual": 0}', "weight nan"),
        ("hubness.json", b'{"weight": 1, "neighbours": 0, "usual": 0}', "neighbours 0"),
        ("hubness.json", b'{"weight": 1, "neighbours": "x", "usual": 0}', "not understood"),
        ("questions.npy", b"", "cannot be read"),
        ("questions.npy", np.zeros((3, 32), np.int8), "not (m, d) int8"),
        ("questions.npy", np.ones((3, 32), np.float32), "not (m, d) int8"),
        ("questions.npy", np.ones((0, 32), np.int8), "not (m, d) int8"),
        ("questions.npy", np.ones(32, np.int8), "not (m, d) int8"),
        ("questions.npy", np.ones((3, 31), np.int8), "31 dimensions, not 32"),
    ],
)
def test_files_that_do_not_fit_are_one_sentence(tmp_path, name, content, said):
    folder = with_hubness(make_picture_model(tmp_path / "m"))
    if content is None:
        (folder / name).unlink()
    elif isinstance(content, bytes):
        (folder / name).write_bytes(content)
    else:
        np.save(folder / name, content)
    with pytest.raises(EncoderError) as raised:
        OnnxPictures("m", folder).try_both()
    assert said in str(raised.value)


def test_without_the_files_there_is_none(tmp_path):
    assert read_hubness(tmp_path) is None
