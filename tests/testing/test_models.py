"""The made-up models: valid ONNX, the layouts of real repositories, words that find colours."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest

from kinolex.encoders.picture import OnnxPictures
from kinolex.settings import Settings
from kinolex.testing.graphs import vit_b32
from kinolex.testing.models import COLOURS, colour_vector, make_picture_model, make_vit_b32


@pytest.fixture(autouse=True)
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KINOLEX_MODELS", str(tmp_path / "models"))


@pytest.mark.parametrize("layout", ["immich", "transformers", "combined"])
@pytest.mark.parametrize("kind", ["clip", "siglip"])
@pytest.mark.parametrize("dtype", ["float32", "float16", "int8"])
def test_every_file_is_valid_onnx(layout: str, kind: str, dtype: str, tmp_path: Path) -> None:
    folder = make_picture_model(tmp_path / "m", layout, kind, dtype=dtype)  # type: ignore[arg-type]
    found = list(folder.rglob("*.onnx"))
    assert len(found) == (1 if layout == "combined" else 2)
    for path in found:
        onnx.checker.check_model(str(path), full_check=True)


def test_names_of_inputs_and_outputs_are_those_of_real_exports(tmp_path: Path) -> None:
    immich = make_picture_model(tmp_path / "i", "immich", batch=1)
    model = onnx.load(immich / "visual" / "model.onnx")
    assert [i.name for i in model.graph.input] == ["image"]
    assert [o.name for o in model.graph.output] == ["embedding"]
    siglip = make_picture_model(tmp_path / "t", "transformers", "siglip")
    model = onnx.load(siglip / "onnx" / "vision_model.onnx")
    assert [i.name for i in model.graph.input] == ["pixel_values"]
    assert [o.name for o in model.graph.output] == ["pooler_output"]


def test_the_same_model_is_the_same_bytes(tmp_path: Path) -> None:
    first = make_picture_model(tmp_path / "a") / "visual" / "model.onnx"
    second = make_picture_model(tmp_path / "b") / "visual" / "model.onnx"
    assert first.read_bytes() == second.read_bytes()


def test_colours_are_nearest_to_themselves() -> None:
    vectors = np.stack([colour_vector(c) for c in COLOURS.values()])
    assert ((vectors @ vectors.T).argmax(axis=1) == np.arange(len(COLOURS))).all()
    assert colour_vector((1, 0, 0), 512).shape == (512,)


def test_a_vision_transformer_of_the_right_cost(tmp_path: Path) -> None:
    """One layer of it runs; the weights of all twelve are those of ViT-B/32."""
    folder = make_vit_b32(tmp_path / "v", layers=1)
    made = OnnxPictures("v", folder, settings=Settings(threads=1))
    pictures = list(np.random.default_rng(0).integers(0, 256, (3, 90, 160, 3), dtype=np.uint8))
    assert made.encode_pictures(pictures).shape == (3, 512)
    assert made.encode_words(["red"]).shape == (1, 512)
    assert made.picture_size == 224
    model = onnx.load(folder / "visual" / "model.onnx")
    count = sum(int(np.prod(w.dims)) for w in model.graph.initializer)
    layer = 4 * 768 * 768 + 2 * 768 * 3072
    outer = 768 * 3 * 32 * 32 + 50 * 768 + 768 * 512
    assert count == pytest.approx(layer + outer, rel=0.01)
    assert 12 * layer + outer == pytest.approx(87.8e6, rel=0.01)  # open_clip's picture side


def test_a_text_transformer_of_the_right_cost(tmp_path: Path) -> None:
    folder = make_vit_b32(tmp_path / "v", layers=1, text=True)
    made = OnnxPictures("v", folder, settings=Settings(threads=1))
    vectors = made.encode_words(["red", "blue and green"])
    assert vectors.shape == (2, 512)
    assert abs(vectors[0] - vectors[1]).max() > 1e-4
    model = onnx.load(folder / "textual" / "model.onnx")
    count = sum(int(np.prod(w.dims)) for w in model.graph.initializer)
    assert count == pytest.approx(12 * 512 * 512 + 77 * 512 + 512 * 512, rel=0.01)


def test_different_seeds_are_different_models() -> None:
    first, second = (vit_b32(seed, layers=0)._weights[0].raw_data for seed in (0, 1))
    assert first != second
