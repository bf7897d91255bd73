"""Picture models in every layout, type and batch shape, against vectors computed by hand."""

from __future__ import annotations

import json
import shutil
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import pytest
from onnx import TensorProto, helper

from kinolex.encoders import notes, picture, runtime
from kinolex.encoders.cards import Card
from kinolex.encoders.picture import OnnxPictures, load, quantised_on_the_fly, unit
from kinolex.encoders.protocols import PictureEncoder
from kinolex.errors import EncoderError
from kinolex.settings import Settings
from kinolex.testing.encoders import check_encoder
from kinolex.testing.models import COLOURS, colour_vector, make_picture_model

ONE = Settings(threads=1)

KINDS: Mapping[str, dict[str, Any]] = {
    "immich clip, one row": {"layout": "immich", "kind": "clip", "batch": 1},
    "immich clip": {"layout": "immich", "kind": "clip"},
    "immich siglip": {"layout": "immich", "kind": "siglip", "batch": 1},
    "immich with mask": {"layout": "immich", "kind": "clip", "mask": True},
    "immich float16": {"layout": "immich", "kind": "clip", "dtype": "float16"},
    "transformers clip": {"layout": "transformers", "kind": "clip"},
    "transformers clip with mask": {"layout": "transformers", "kind": "clip", "mask": True},
    "transformers siglip": {"layout": "transformers", "kind": "siglip"},
    "transformers float16": {"layout": "transformers", "kind": "siglip", "dtype": "float16"},
    "transformers int8": {"layout": "transformers", "kind": "clip", "dtype": "int8"},
    "transformers, four rows": {"layout": "transformers", "kind": "siglip", "batch": 4},
    "transformers, data beside": {"layout": "transformers", "kind": "clip", "external": True},
    "combined clip": {"layout": "combined", "kind": "clip", "mask": True},
    "combined siglip": {"layout": "combined", "kind": "siglip", "dtype": "float16"},
    "combined int8": {"layout": "combined", "kind": "clip", "dtype": "int8"},
}
CLOSE = {"float16": 0.003, "int8": 0.12}


@pytest.fixture(autouse=True)
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KINOLEX_MODELS", str(tmp_path / "models"))
    return tmp_path / "models"


def opened(folder: Path, **options: Any) -> OnnxPictures:
    return OnnxPictures("m", folder, settings=ONE, **options)


def one_colour(colour: tuple[float, ...], height: int = 40, width: int = 60) -> npt.NDArray[Any]:
    return np.full((height, width, 3), np.asarray(colour) * 255, np.uint8)


def as_shown(colour: tuple[float, ...]) -> tuple[float, float, float]:
    red, green, blue = np.floor(np.asarray(colour) * 255) / 255
    return red, green, blue


@pytest.mark.parametrize("name", KINDS)
def test_vectors_are_those_computed_by_hand(name: str, tmp_path: Path) -> None:
    given = KINDS[name]
    made = opened(make_picture_model(tmp_path / "m", **given))
    close = CLOSE.get(given.get("dtype", ""), 1e-4)
    pictures = [one_colour(c) for c in COLOURS.values()]
    expected = np.stack([colour_vector(as_shown(c)) for c in COLOURS.values()])
    assert np.abs(made.encode_pictures(pictures) - expected).max() < close
    shouted = [f" The {word.upper()}  one" for word in COLOURS]
    named = np.stack([colour_vector(c) for c in COLOURS.values()])
    found = made.encode_words(shouted)
    assert np.abs(found - named).max() < close
    best = (found @ made.encode_pictures(pictures).T).argmax(axis=1)
    assert best.tolist() == list(range(len(COLOURS)))


def test_a_variant_of_immich_runs(tmp_path: Path) -> None:
    folder = make_picture_model(tmp_path / "m", dtype="float16", external=True)
    for side in ("visual", "textual"):
        (folder / side / "fp16").mkdir()
        for path in (folder / side).glob("model.onnx*"):
            path.rename(folder / side / "fp16" / path.name)
    opposite = {word: (1 - r, 1 - g, 1 - b) for word, (r, g, b) in COLOURS.items()}
    make_picture_model(folder, words=opposite)  # another model in the usual place
    found = opened(folder, preprocessing={"variant": "fp16"}).encode_words(["red"])[0]
    assert np.abs(found - colour_vector((1, 0, 0))).max() < CLOSE["float16"]


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_keeps_the_protocol(name: str, tmp_path: Path) -> None:
    made = opened(make_picture_model(tmp_path / "m", **KINDS[name]))
    assert isinstance(made, PictureEncoder)
    check_encoder(made)


def test_what_each_cell_shows_counts(tmp_path: Path) -> None:
    made = opened(make_picture_model(tmp_path / "m", "immich", "siglip"))
    shown = np.zeros((64, 64, 3), np.uint8)
    shown[:32, :32], shown[:32, 32:] = (255, 0, 0), (0, 255, 0)
    shown[32:, :32], shown[32:, 32:] = (0, 0, 255), (255, 255, 255)
    expected = colour_vector([(1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 1)])
    assert made.encode_pictures([shown])[0] @ expected > 0.999


def test_clip_crops_the_middle_and_siglip_squashes_all(tmp_path: Path) -> None:
    shown = np.zeros((32, 96, 3), np.uint8)
    shown[:, 32:64] = (255, 0, 0)
    clip = opened(make_picture_model(tmp_path / "c", "immich", "clip"))
    siglip = opened(make_picture_model(tmp_path / "s", "immich", "siglip"))
    assert not clip.picture_square
    assert siglip.picture_square
    assert clip.picture_size == siglip.picture_size == 32
    assert clip.encode_pictures([shown])[0] @ colour_vector((1, 0, 0)) > 0.999
    assert siglip.encode_pictures([shown])[0] @ colour_vector((1 / 3, 0, 0)) > 0.99


def test_parts_are_looked_at_beside_the_whole(tmp_path: Path) -> None:
    """The mean of what the whole and each part give by themselves, by hand."""
    folder = make_picture_model(tmp_path / "m", kind="siglip")
    single, rules = opened(folder), folder / "visual" / "preprocess_cfg.json"
    boxes = [[0.0, 0.0, 0.5, 0.5], [0.25, 0.5, 1.0, 1.0]]
    rules.write_text(json.dumps(json.loads(rules.read_text()) | {"crops": boxes}))
    several = opened(folder)
    assert several.version != single.version
    assert several.picture_size == 2 * single.picture_size  # so that half of it fills the model
    rng = np.random.default_rng(6)
    for height, width in ((40, 60), (1, 1), (2, 301)):
        picture = rng.integers(0, 256, (height, width, 3), np.uint8)
        corner = picture[: max(1, round(height / 2)), : max(1, round(width / 2))]
        part = picture[int(height / 2) :, int(width / 4) :]
        rows = np.concatenate([single.encode_pictures([p]) for p in (picture, corner, part)])
        mean = rows.astype(float).mean(axis=0)
        wanted = mean / np.linalg.norm(mean)
        for many in (1, 20):
            found = several.encode_pictures([picture] * many)
            assert np.abs(found - wanted).max() < 1e-5
    check_encoder(several)


@pytest.mark.parametrize(
    "boxes", [[[0, 0, 0, 1]], [[0, 0.5, 1, 0.2]], [[0, 0, 1.1, 1]], [[0, 0, 1]], [["a"] * 4], 3]
)
def test_a_part_that_is_none_is_refused(tmp_path: Path, boxes: Any) -> None:
    folder = make_picture_model(tmp_path / "m")
    rules = folder / "visual" / "preprocess_cfg.json"
    rules.write_text(json.dumps(json.loads(rules.read_text()) | {"crops": boxes}))
    with pytest.raises(EncoderError, match=r"crop|preprocess_cfg"):
        opened(folder)


def test_long_texts_and_unknown_words(tmp_path: Path) -> None:
    for kind in ("clip", "siglip"):
        made = opened(make_picture_model(tmp_path / kind, "immich", kind))  # type: ignore[arg-type]
        unknown, long = made.encode_words(["qwerty", "red " + "word " * 5000])
        assert unknown @ colour_vector((0.5, 0.5, 0.5)) > 0.999
        assert long @ colour_vector((1, 0, 0)) > 0.999


def test_wrong_padding_would_be_seen(tmp_path: Path) -> None:
    """The made model is as touchy as SigLIP: this is what guards the padding above."""
    folder = make_picture_model(tmp_path / "m", "immich", "siglip")
    right, wrong = opened(folder), opened(folder, preprocessing={"pad_id": 1})
    assert right.encode_words(["red"])[0] @ wrong.encode_words(["red"])[0] < 0.9


def test_other_words_and_dimensions(tmp_path: Path) -> None:
    words = {"moss": (0.2, 0.5, 0.1), "brick": (0.7, 0.2, 0.1)}
    made = opened(make_picture_model(tmp_path / "m", dimensions=64, words=words))
    assert made.dimensions == 64
    assert made.encode_words(["brick"])[0] @ colour_vector((0.7, 0.2, 0.1), 64) > 0.999


def test_rows_that_would_influence_each_other_run_alone(tmp_path: Path) -> None:
    made = make_picture_model(tmp_path / "m", "transformers", dtype="int8")
    exact = make_picture_model(tmp_path / "n", "transformers")
    assert quantised_on_the_fly(made / "onnx" / "vision_model_quantized.onnx")
    assert not quantised_on_the_fly(exact / "onnx" / "vision_model.onnx")
    encoder = opened(made)
    pictures = [one_colour(c) for c in COLOURS.values()]
    together = encoder.encode_pictures(pictures)
    alone = np.concatenate([encoder.encode_pictures([p]) for p in pictures])
    assert np.array_equal(together, alone)


def test_a_model_that_normalises_by_itself_gets_levels(tmp_path: Path) -> None:
    """Newer exports take (rows, height, width, 3) uint8."""
    folder = make_picture_model(tmp_path / "m", "immich", "siglip", dimensions=3)
    nodes = [
        helper.make_node("Cast", ["image"], ["f"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMean", ["f"], ["embedding"], axes=[1, 2], keepdims=0),
    ]
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("image", TensorProto.UINT8, [1, 32, 32, 3])],
        [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, [1, 3])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, folder / "visual" / "model.onnx")
    found = opened(folder).encode_pictures([one_colour((1, 0, 0)), one_colour((0, 1, 1))])
    assert np.allclose(found, [[1, 0, 0], [0, 0.5**0.5, 0.5**0.5]], atol=1e-6)


# Loading


def test_a_model_is_tried_once_and_then_lazy(tmp_path: Path) -> None:
    folder = make_picture_model(tmp_path / "m")
    card = Card("m", "picture", "m", "x", ())
    first = load(card, folder, ONE)
    assert first._pictures is not None
    assert notes.read(f"tried:{first.version}") is True
    second = load(card, folder, ONE)
    assert second._pictures is None
    assert second._words is None
    assert second.encode_pictures([]).shape == (0, 32)
    second.encode_words(["red"])
    assert second._pictures is None  # a search never opens the picture side


def test_sides_that_do_not_fit_are_found_before_indexing(tmp_path: Path) -> None:
    folder = make_picture_model(tmp_path / "m", dimensions=32)
    other = make_picture_model(tmp_path / "n", dimensions=48)
    shutil.copy(other / "textual" / "model.onnx", folder / "textual" / "model.onnx")
    with pytest.raises(EncoderError, match="do not fit: pictures have 32 dimensions, words 48"):
        load(Card("m", "picture", "m", "x", ()), folder, ONE)


def test_a_card_that_promises_other_dimensions_is_refused(tmp_path: Path) -> None:
    made = opened(make_picture_model(tmp_path / "m"), dimensions=512)
    with pytest.raises(EncoderError, match="32 dimensions instead of 512"):
        made.encode_words(["red"])


def test_dimensions_are_asked_of_the_model_if_no_file_says_them(tmp_path: Path) -> None:
    folder = make_picture_model(tmp_path / "m", "transformers", "siglip")
    assert opened(folder).dimensions == 32
    assert opened(folder).encode_words([]).shape == (0, 32)


def test_pixels_that_do_not_fit_the_model_are_refused(tmp_path: Path) -> None:
    folder = make_picture_model(tmp_path / "m", size=32)
    rule = folder / "visual" / "preprocess_cfg.json"
    rule.write_text(json.dumps(json.loads(rule.read_text()) | {"size": [64, 64]}))
    with pytest.raises(EncoderError, match="reads"):
        opened(folder).encode_pictures([one_colour((1, 0, 0))])


@pytest.mark.parametrize("damage", [b"", b"not a model", None])
def test_a_damaged_model_is_one_sentence(tmp_path: Path, damage: bytes | None) -> None:
    folder = make_picture_model(tmp_path / "m")
    path = folder / "visual" / "model.onnx"
    path.write_bytes(path.read_bytes()[:-100] if damage is None else damage)
    with pytest.raises(EncoderError):
        opened(folder).encode_pictures([one_colour((1, 0, 0))])


def test_missing_external_data_is_one_sentence(tmp_path: Path) -> None:
    folder = make_picture_model(tmp_path / "m", external=True)
    (folder / "visual" / "model.onnx_data").unlink()
    with pytest.raises(EncoderError, match="cannot be opened"):
        opened(folder).encode_pictures([one_colour((1, 0, 0))])


def test_a_model_of_something_else_is_one_sentence(tmp_path: Path) -> None:
    folder = make_picture_model(tmp_path / "m")
    shutil.copy(folder / "textual" / "model.onnx", folder / "visual" / "model.onnx")
    with pytest.raises(EncoderError, match="no picture input"):
        opened(folder).encode_pictures([one_colour((1, 0, 0))])


def test_a_vector_without_a_direction_is_refused(tmp_path: Path) -> None:
    folder = make_picture_model(tmp_path / "m")
    path = folder / "visual" / "model.onnx"
    model = onnx.load(path)
    for value in (0.0, float("nan")):
        for weight in model.graph.initializer:
            array = onnx.numpy_helper.to_array(weight)
            if array.dtype == np.float32:
                new = onnx.numpy_helper.from_array(np.full_like(array, value), weight.name)
                weight.CopyFrom(new)
        onnx.save(model, path)
        with pytest.raises(EncoderError, match="without a direction"):
            opened(folder).encode_pictures([one_colour((1, 0, 0))])


def test_unit_names_the_bad_row() -> None:
    rows = np.ones((3, 4), np.float16)
    assert np.allclose(np.linalg.norm(unit(rows, "x"), axis=1), 1)
    for bad in (0, np.inf, np.nan):
        rows[1] = bad
        with pytest.raises(EncoderError, match="row 1"):
            unit(rows, "side")


def test_very_small_and_large_vectors_are_normalised_too() -> None:
    rows = np.asarray([[1e-30, 0], [1e30, 1e30]], np.float32)
    assert np.allclose(np.linalg.norm(unit(rows, "x"), axis=1), 1)


# Background


def test_a_background_ships_with_the_folder(tmp_path: Path) -> None:
    folder = make_picture_model(tmp_path / "m")
    assert opened(folder).background() is None
    bank = np.random.default_rng(1).normal(size=(50, 32)).astype(np.float16) * 3
    np.save(folder / "background.npy", bank)
    found = opened(folder).background()
    assert found is not None
    assert found.shape == (50, 32)
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)
    check_encoder(opened(folder))


@pytest.mark.parametrize("bank", [np.zeros((3, 31)), np.zeros(32), np.zeros((3, 32))])
def test_a_background_that_does_not_fit_is_refused(tmp_path: Path, bank: Any) -> None:
    folder = make_picture_model(tmp_path / "m")
    np.save(folder / "background.npy", bank)
    with pytest.raises(EncoderError, match="background"):
        opened(folder).background()
    (folder / "background.npy").write_bytes(b"no")
    with pytest.raises(EncoderError, match="cannot be read"):
        opened(folder).background()


# Device


def test_a_missing_device_warns_and_runs_on_the_cpu(tmp_path: Path) -> None:
    folder = make_picture_model(tmp_path / "m")
    made = OnnxPictures("m", folder, settings=Settings(threads=1, device="NoSuchProvider"))
    with pytest.warns(UserWarning, match="'NoSuchProvider' is not there"):
        found = made.encode_words(["red"])
    assert np.array_equal(found, opened(folder).encode_words(["red"]))


def test_the_cpu_says_nothing(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        opened(make_picture_model(tmp_path / "m")).encode_words(["red"])


def test_sessions_never_spin_and_keep_to_their_threads(tmp_path: Path) -> None:
    folder = make_picture_model(tmp_path / "m")
    found = runtime.session(folder / "visual" / "model.onnx", Settings(threads=3))
    options = found.get_session_options()
    assert options.intra_op_num_threads == 3
    assert options.get_session_config_entry("session.intra_op.allow_spinning") == "0"


def test_the_module_says_where_its_files_come_from() -> None:
    assert "layouts" in (picture.__doc__ or "")
