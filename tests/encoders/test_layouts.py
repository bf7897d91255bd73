"""Layouts are told apart, variants are chosen, and versions follow content."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from kinolex.encoders import layouts
from kinolex.encoders.layouts import read_layout
from kinolex.errors import EncoderError
from kinolex.testing.models import make_picture_model


@pytest.fixture(autouse=True)
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KINOLEX_MODELS", str(tmp_path / "models"))


def test_immich(tmp_path: Path) -> None:
    found = read_layout(make_picture_model(tmp_path / "m", "immich", "siglip"), {})
    assert found.vision == tmp_path / "m" / "visual" / "model.onnx"
    assert found.text == tmp_path / "m" / "textual" / "model.onnx"
    assert found.picture_rule.resize == "squash"
    assert (found.text_rule.context, found.text_rule.clean) == (64, "canonicalize")
    assert found.dimensions == 32
    assert not found.combined


def test_transformers_and_its_variants(tmp_path: Path) -> None:
    folder = make_picture_model(tmp_path / "m", "transformers", dtype="int8")
    make_picture_model(folder, "transformers", dtype="float16")
    assert read_layout(folder, {}).vision.name == "vision_model_fp16.onnx"  # the exact one
    assert read_layout(folder, {"variant": "quantized"}).vision.name == (
        "vision_model_quantized.onnx"
    )
    mixed = read_layout(folder, {"text_variant": "quantized"})
    assert mixed.text.name == "text_model_quantized.onnx"
    assert mixed.vision.name == "vision_model_fp16.onnx"
    make_picture_model(folder, "transformers")
    assert read_layout(folder, {}).vision.name == "vision_model.onnx"
    with pytest.raises(EncoderError, match="missing"):
        read_layout(folder, {"variant": "q4"})


def test_models_beside_their_settings_without_a_folder(tmp_path: Path) -> None:
    folder = make_picture_model(tmp_path / "m", "transformers")
    for path in (folder / "onnx").iterdir():
        path.rename(folder / path.name)
    (folder / "onnx").rmdir()
    assert read_layout(folder, {}).vision == folder / "vision_model.onnx"


def test_combined(tmp_path: Path) -> None:
    assert read_layout(make_picture_model(tmp_path / "m", "combined"), {}).combined


def test_the_version_follows_content_not_place(tmp_path: Path) -> None:
    folder = make_picture_model(tmp_path / "m", external=True)
    first = read_layout(folder, {}).version()
    moved = Path(shutil.move(folder, tmp_path / "n"))
    assert read_layout(moved, {}).version() == first
    assert read_layout(moved, {"interpolation": "bilinear"}).version() != first
    rule = moved / "visual" / "preprocess_cfg.json"
    given = json.loads(rule.read_text())
    rule.write_text(json.dumps(given, indent=7))  # only spaces: nothing that counts
    assert read_layout(moved, {}).version() == first
    rule.write_text(json.dumps(given | {"mean": [0, 0, 0]}))
    assert read_layout(moved, {}).version() != first
    rule.write_text(json.dumps(given))
    data = moved / "visual" / "model.onnx_data"
    data.write_bytes(data.read_bytes()[:-4] + b"\0\0\0\0")  # weights beside the model count
    assert read_layout(moved, {}).version() != first


def test_spaces_from_before_crops_stay_what_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key more in the rules would make every library look at its pictures again."""
    monkeypatch.setattr(layouts, "content_version", lambda files, rules: rules)
    folder = make_picture_model(tmp_path / "m")
    assert "crops" not in read_layout(folder, {}).version()
    rule = folder / "visual" / "preprocess_cfg.json"
    rule.write_text(json.dumps(json.loads(rule.read_text()) | {"crops": [[0, 0, 0.5, 1]]}))
    assert json.loads(read_layout(folder, {}).version())[0]["crops"] == [[0.0, 0.0, 0.5, 1.0]]


def test_other_files_do_not_change_the_version(tmp_path: Path) -> None:
    folder = make_picture_model(tmp_path / "m", "transformers")
    first = read_layout(folder, {}).version()
    (folder / "README.md").write_text("words")
    (folder / "onnx" / "vision_model_q4.onnx").write_text("another variant")
    assert read_layout(folder, {}).version() == first


@pytest.mark.parametrize(
    ("layout", "gone"),
    [
        ("immich", "visual/model.onnx"),
        ("immich", "visual/preprocess_cfg.json"),
        ("immich", "textual/model.onnx"),
        ("immich", "textual/tokenizer.json"),
        ("immich", "config.json"),
        ("transformers", "onnx/vision_model.onnx"),
        ("transformers", "onnx/text_model.onnx"),
        ("transformers", "preprocessor_config.json"),
        ("transformers", "tokenizer.json"),
        ("combined", "onnx/model.onnx"),
    ],
)
def test_a_missing_file_is_named(tmp_path: Path, layout: str, gone: str) -> None:
    folder = make_picture_model(tmp_path / "m", layout)  # type: ignore[arg-type]
    (folder / gone).unlink()
    with pytest.raises(EncoderError, match="missing") as caught:
        read_layout(folder, {})
    assert Path(gone).stem in str(caught.value)


def test_a_folder_of_something_else_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match="holds no picture model"):
        read_layout(tmp_path, {})
    with pytest.raises(EncoderError, match="missing"):
        read_layout(tmp_path / "none", {})


def test_variants_of_immich_lie_in_folders_of_their_own(tmp_path: Path) -> None:
    folder = make_picture_model(tmp_path / "m", dtype="float16", external=True)
    for side in ("visual", "textual"):
        (folder / side / "fp16").mkdir()
        for path in (folder / side).glob("model.onnx*"):
            path.rename(folder / side / "fp16" / path.name)
    half = read_layout(folder, {})
    assert half.vision == folder / "visual" / "fp16" / "model.onnx"
    version = half.version()
    make_picture_model(folder, external=True)
    assert read_layout(folder, {}).vision == folder / "visual" / "model.onnx"  # the exact one
    chosen = read_layout(folder, {"variant": "fp16"})
    assert (chosen.vision, chosen.text) == (half.vision, half.text)
    assert chosen.version() == version
    mixed = read_layout(folder, {"text_variant": "fp16"})
    assert (mixed.vision.parent.name, mixed.text.parent.name) == ("visual", "fp16")
    beside = folder / "visual" / "model_int8.onnx"
    beside.write_bytes((folder / "visual" / "model.onnx").read_bytes())
    assert read_layout(folder, {"vision_variant": "int8"}).vision == beside
    with pytest.raises(EncoderError, match=r"visual/q4/model\.onnx is missing"):
        read_layout(folder, {"variant": "q4"})
    data = next((folder / "visual" / "fp16").glob("*_data"))
    data.write_bytes(data.read_bytes()[:-1] + b"x")
    assert read_layout(folder, {"variant": "fp16"}).version() != version
