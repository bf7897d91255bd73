"""A text side that stands on a sentence encoder: heads made on the spot, numbers by hand."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from kinolex.encoders import picture
from kinolex.encoders.cards import Card
from kinolex.encoders.layouts import read_layout
from kinolex.encoders.on_sentences import SentenceSide, sentences_of
from kinolex.encoders.picture import OnnxPictures
from kinolex.encoders.registry import load_words, sentences_missing
from kinolex.errors import EncoderError, ModelMissingError
from kinolex.settings import Settings
from kinolex.testing.models import make_picture_model

onnx = pytest.importorskip("onnx")

MATRIX = np.random.default_rng(3).standard_normal((6, 32)).astype(np.float32)


class Tokens:
    """Gives each letter its row: a stands for (1, 0, 0 ...)."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode_tokens(self, texts, *, query=False):
        self.asked += texts
        return [np.eye(6, dtype=np.float32)[[ord(c) - 97 for c in text]] for text in texts]


def head(path: Path, inputs=("token_vectors", "attention_mask")) -> Path:
    """Sum of the tokens times a matrix."""
    helper, kind = onnx.helper, onnx.TensorProto.FLOAT
    graph = helper.make_graph(
        [
            helper.make_node("Unsqueeze", [inputs[1], "two"], ["wide"]),
            helper.make_node("Mul", [inputs[0], "wide"], ["kept"]),
            helper.make_node("ReduceSum", ["kept", "one"], ["sum"], keepdims=0),
            helper.make_node("MatMul", ["sum", "matrix"], ["text_embeds"]),
        ],
        "head",
        [
            helper.make_tensor_value_info(inputs[0], kind, ["n", "t", 6]),
            helper.make_tensor_value_info(inputs[1], kind, ["n", "t"]),
        ],
        [helper.make_tensor_value_info("text_embeds", kind, ["n", 32])],
        [
            onnx.numpy_helper.from_array(MATRIX, "matrix"),
            onnx.numpy_helper.from_array(np.array([1]), "one"),
            onnx.numpy_helper.from_array(np.array([2]), "two"),
        ],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    made.ir_version = 9
    onnx.save(made, str(path))
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A picture model whose words stand on a sentence encoder."""
    place = make_picture_model(tmp_path / "model")
    shutil.rmtree(place / "textual")
    (place / "textual").mkdir()
    (place / "textual" / "sentences.json").write_text('{"words": "letters", "tokens": 3}')
    head(place / "textual" / "model.onnx")
    return place


def test_words_go_through_the_sentence_encoder_one_by_one(folder, monkeypatch):
    letters = Tokens()
    monkeypatch.setattr(picture, "_sentences", lambda name, settings: letters)
    encoder = OnnxPictures("x", folder)
    found = encoder.encode_words(["ab", "fff"], query=True)
    wanted = np.stack([MATRIX[0] + MATRIX[1], 3 * MATRIX[5]])
    assert found == pytest.approx(wanted / np.linalg.norm(wanted, axis=1, keepdims=True), abs=1e-5)
    assert letters.asked == ["ab", "fff"]
    assert encoder.sentences == "letters"


def test_longer_texts_lose_their_end(folder, monkeypatch):
    monkeypatch.setattr(picture, "_sentences", lambda name, settings: Tokens())
    long, short = OnnxPictures("x", folder).encode_words(["abcdef", "abc"])
    assert long == pytest.approx(short)


def test_pictures_work_without_the_sentence_encoder_and_words_say_what_is_missing(folder):
    named = '{"words": "multilingual-e5-small", "tokens": 9}'
    (folder / "textual" / "sentences.json").write_text(named)
    card = Card("x", "picture", "x", "x", ())
    encoder = picture.load(card, folder, Settings())
    seen = encoder.encode_pictures([np.full((8, 8, 3), 200, np.uint8)])
    assert np.linalg.norm(seen[0]) == pytest.approx(1, abs=1e-5)
    if sentences_missing(encoder):
        with pytest.raises(ModelMissingError, match="kinolex models pull multilingual-e5-small"):
            encoder.encode_words(["a"])


@pytest.mark.parametrize("text", ["{", "[]", '{"words": 3, "tokens": 4}', '{"words": "a"}'])
def test_a_damaged_name_of_the_sentence_encoder_is_one_sentence(folder, text):
    (folder / "textual" / "sentences.json").write_text(text)
    with pytest.raises(EncoderError, match=r"sentences\.json"):
        sentences_of(folder)


def test_another_head_is_another_version(folder):
    before = read_layout(folder, {}).version()
    (folder / "textual" / "sentences.json").write_text('{"words": "letters", "tokens": 4}')
    assert read_layout(folder, {}).version() != before


def test_a_head_with_other_inputs_is_refused(tmp_path):
    wrong = head(tmp_path / "model.onnx", ("tokens", "mask"))
    with pytest.raises(EncoderError, match="token_vectors"):
        SentenceSide(wrong, 4, Tokens(), Settings())


def test_token_vectors_pool_to_the_sentence_and_are_made_once():
    try:
        encoder = load_words("all-minilm-l6-v2", Settings(threads=1))
    except ModelMissingError as error:
        pytest.skip(str(error))
    text = "a question that nobody asked before"
    (tokens,) = encoder.encode_tokens([text], query=True)
    mean = tokens.mean(axis=0)
    (whole,) = encoder.encode_words([text], query=True)
    assert mean / np.linalg.norm(mean) == pytest.approx(whole, abs=1e-5)
    runs = []
    inner = encoder._session.run
    encoder._session = type("Counted", (), {"run": lambda self, *a: runs.append(1) or inner(*a)})()
    encoder.encode_tokens([text], query=True)
    encoder.encode_words([text], query=True)
    assert not runs
    assert load_words("all-minilm-l6-v2", Settings(threads=1)) is encoder
    assert json.dumps(len(tokens))
