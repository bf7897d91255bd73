"""Preprocessing against plain Pillow pipelines that are written down a second time here."""

from __future__ import annotations

import contextlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from kinolex.encoders.preprocess import (
    PictureRule,
    check_picture,
    from_open_clip,
    from_transformers,
    overridden,
)
from kinolex.errors import EncoderError

CLIP_MEAN, CLIP_STD = [0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711]
Picture = npt.NDArray[np.uint8]

OPEN_CLIP: dict[str, dict[str, Any]] = {
    "clip": {
        "size": [224, 224],
        "mode": "RGB",
        "mean": CLIP_MEAN,
        "std": CLIP_STD,
        "interpolation": "bicubic",
        "resize_mode": "shortest",
        "fill_color": 0,
    },
    "siglip": {
        "size": 256,
        "mean": [0.5] * 3,
        "std": [0.5] * 3,
        "interpolation": "bicubic",
        "resize_mode": "squash",
    },
    "mobileclip": {
        "size": [256, 256],
        "mean": [0.0] * 3,
        "std": [1.0] * 3,
        "interpolation": "bilinear",
        "resize_mode": "shortest",
    },
    "padded": {
        "size": [112, 224],
        "mean": CLIP_MEAN,
        "std": CLIP_STD,
        "interpolation": "bilinear",
        "resize_mode": "longest",
        "fill_color": [10, 20, 30],
    },
    "shortest, not square": {
        "size": [96, 160],
        "mean": CLIP_MEAN,
        "std": CLIP_STD,
        "interpolation": "bicubic",
        "resize_mode": "shortest",
    },
}
TRANSFORMERS: dict[str, dict[str, Any]] = {
    "clip": {
        "do_resize": True,
        "size": {"shortest_edge": 224},
        "resample": 3,
        "do_center_crop": True,
        "crop_size": {"height": 224, "width": 224},
        "do_rescale": True,
        "rescale_factor": 1 / 255,
        "do_normalize": True,
        "image_mean": CLIP_MEAN,
        "image_std": CLIP_STD,
    },
    "old clip": {
        "size": 224,
        "crop_size": 224,
        "do_center_crop": True,
        "resample": 3,
        "image_mean": CLIP_MEAN,
        "image_std": CLIP_STD,
    },
    "larger, then cropped": {
        "size": {"shortest_edge": 256},
        "crop_size": 225,
        "do_center_crop": True,
        "resample": 1,
    },
    "siglip": {
        "size": {"height": 256, "width": 256},
        "resample": 2,
        "image_mean": [0.5] * 3,
        "image_std": [0.5] * 3,
    },
    "not normalised": {
        "size": {"shortest_edge": 256},
        "crop_size": {"height": 256, "width": 256},
        "do_center_crop": True,
        "do_normalize": False,
        "resample": 2,
    },
    "box": {"size": {"height": 64, "width": 96}, "resample": 4},
    "squashed, then cropped": {
        "size": {"height": 240, "width": 256},
        "crop_size": {"height": 225, "width": 224},
        "do_center_crop": True,
        "resample": 2,
        "image_mean": 0.5,
        "image_std": 0.25,
    },
}


def as_open_clip(picture: Picture, given: dict[str, Any]) -> npt.NDArray[np.float64]:
    """What open_clip's image_transform does for evaluation, with Pillow."""
    size = given["size"]
    height, width = size if isinstance(size, list) else (size, size)
    kind = {"bicubic": Image.Resampling.BICUBIC, "bilinear": Image.Resampling.BILINEAR}
    how = kind[given["interpolation"]]
    image = Image.fromarray(picture)
    w, h = image.size
    if given["resize_mode"] == "squash":
        image = image.resize((width, height), how)
    elif given["resize_mode"] == "shortest":
        new = (width, int(width * h / w)) if w <= h else (int(width * w / h), width)
        if height != width:  # open_clip's ResizeKeepRatio: the smallest that covers both sides
            ratio = min(h / height, w / width)
            new = (round(w / ratio), round(h / ratio))
        image = image.resize(new, how)
        top, left = round((new[1] - height) / 2.0), round((new[0] - width) / 2.0)
        image = image.crop((left, top, left + width, top + height))
    else:
        ratio = max(h / height, w / width)
        inner = image.resize((round(w / ratio), round(h / ratio)), how)
        image = Image.new("RGB", (width, height), tuple(given["fill_color"]))
        image.paste(inner, ((width - inner.width) // 2, (height - inner.height) // 2))
    values = np.asarray(image, np.float64) / 255
    return ((values - given["mean"]) / given["std"]).transpose(2, 0, 1)


def as_transformers(picture: Picture, given: dict[str, Any]) -> npt.NDArray[np.float64]:
    """What the slow image processors of transformers do, with Pillow."""
    image = Image.fromarray(picture)
    w, h = image.size
    size = given["size"]
    if isinstance(size, dict) and "height" in size:
        new = (size["width"], size["height"])
    else:
        edge = size["shortest_edge"] if isinstance(size, dict) else size
        short, long = min(w, h), max(w, h)
        new_long = int(edge * long / short)
        new = (edge, new_long) if w <= h else (new_long, edge)
    values = np.asarray(image.resize(new, Image.Resampling(given["resample"])))
    if given.get("do_center_crop"):
        crop = given["crop_size"]
        ch, cw = (crop["height"], crop["width"]) if isinstance(crop, dict) else (crop, crop)
        top, left = (values.shape[0] - ch) // 2, (values.shape[1] - cw) // 2
        values = values[top : top + ch, left : left + cw]
    scaled = values.astype(np.float64) / 255
    if given.get("do_normalize", True):
        mean = given.get("image_mean", CLIP_MEAN)
        scaled = (scaled - mean) / given.get("image_std", CLIP_STD)
    return scaled.transpose(2, 0, 1)


def made_pictures() -> list[Picture]:
    random = np.random.default_rng(1)
    found: list[Picture] = []
    for height, width in ((224, 224), (720, 1280), (481, 333), (37, 53), (225, 450), (640, 361)):
        low = random.integers(0, 256, (max(2, height // 9), max(2, width // 9), 3), dtype=np.uint8)
        image = Image.fromarray(low).resize((width, height), Image.Resampling.BICUBIC)
        noise = random.integers(0, 12, (height, width, 3))
        found.append((np.asarray(image).astype(int) + noise).clip(0, 255).astype(np.uint8))
    return found


@pytest.fixture(scope="module")
def photos(shared: Path) -> list[Picture]:
    """Every fiftieth photo of ImageNet, in its own shape, and some of Flickr8k."""
    found: list[Picture] = []
    for name, step in (("imagenet_sample", 50), ("flickr8k", 900)):
        with zipfile.ZipFile(shared / "data" / name / "images_160.zip") as archive:
            for member in archive.namelist()[::step]:
                image = Image.open(io.BytesIO(archive.read(member))).convert("RGB")
                found.append(np.asarray(image))
    assert len(found) > 20
    return found


@pytest.mark.parametrize("name", OPEN_CLIP)
def test_open_clip_rules_are_exact(name: str) -> None:
    rule = from_open_clip(OPEN_CLIP[name])
    pictures = made_pictures()
    for got, picture in zip(rule.batch(pictures), pictures, strict=True):
        assert np.abs(got - as_open_clip(picture, OPEN_CLIP[name])).max() < 1e-5


@pytest.mark.parametrize("name", TRANSFORMERS)
def test_transformers_rules_are_exact(name: str) -> None:
    rule = from_transformers(TRANSFORMERS[name])
    pictures = made_pictures()
    for got, picture in zip(rule.batch(pictures), pictures, strict=True):
        assert np.abs(got - as_transformers(picture, TRANSFORMERS[name])).max() < 1e-5


@pytest.mark.parametrize("name", OPEN_CLIP)
def test_open_clip_rules_on_photos(name: str, photos: list[Picture]) -> None:
    rule = from_open_clip(OPEN_CLIP[name])
    for got, picture in zip(rule.batch(photos), photos, strict=True):
        assert np.abs(got - as_open_clip(picture, OPEN_CLIP[name])).max() < 1e-3


@pytest.mark.parametrize("name", TRANSFORMERS)
def test_transformers_rules_on_photos(name: str, photos: list[Picture]) -> None:
    rule = from_transformers(TRANSFORMERS[name])
    for got, picture in zip(rule.batch(photos), photos, strict=True):
        assert np.abs(got - as_transformers(picture, TRANSFORMERS[name])).max() < 1e-3


@given(
    st.integers(1, 300),
    st.integers(1, 300),
    st.sampled_from(["shortest", "squash", "longest"]),
    st.integers(1, 40),
    st.integers(1, 40),
)
@settings(max_examples=60, deadline=None)
def test_any_size_gives_what_the_model_reads(
    height: int, width: int, resize: Any, model_height: int, model_width: int
) -> None:
    rule = PictureRule(
        model_height,
        model_width,
        resize=resize,
        resize_to=max(model_height, model_width),
        interpolation="bilinear",
    )
    picture = np.full((height, width, 3), (200, 100, 50), np.uint8)
    levels = rule.levels(picture)
    assert levels.shape == (model_height, model_width, 3)
    if resize != "longest":  # no padding: one colour stays that colour
        assert (levels == (200, 100, 50)).all()


@pytest.mark.parametrize("shape", [(1, 4000), (4000, 1), (3, 2000), (2, 40_000)])
def test_extreme_shapes_stay_small_and_right(shape: tuple[int, int]) -> None:
    ramp = np.linspace(0, 255, max(shape)).astype(np.uint8)
    ramp = ramp[None, :] if shape[1] > shape[0] else ramp[:, None]
    picture = np.ascontiguousarray(np.broadcast_to(ramp[:, :, None], (*shape, 3)))
    rule = from_open_clip(OPEN_CLIP["clip"])
    levels = rule.levels(picture)
    assert levels.shape == (224, 224, 3)
    assert np.abs(levels.astype(int) - 127).max() <= 30  # the middle of the ramp


def test_near_the_border_of_extreme_both_ways_agree() -> None:
    """The shortcut for wide pictures against resizing all of it: one level at most."""
    random = np.random.default_rng(2)
    picture = random.integers(0, 256, (40, 400, 3), dtype=np.uint8)
    whole = as_open_clip(picture, OPEN_CLIP["clip"])
    got = from_open_clip(OPEN_CLIP["clip"]).batch([picture])[0]
    one_level = 1 / 255 / min(CLIP_STD)
    assert np.abs(got - whole).max() <= one_level * 1.01


def test_a_picture_may_be_read_only_or_strided() -> None:
    picture = made_pictures()[2]
    rule = from_open_clip(OPEN_CLIP["siglip"])
    strided = np.repeat(picture, 2, axis=1)[:, ::2]
    strided.setflags(write=False)
    assert (rule.levels(strided) == rule.levels(picture)).all()


def test_normalising_against_a_naive_loop() -> None:
    rule = PictureRule(3, 2, resize="squash", interpolation="nearest")
    picture = np.arange(18, dtype=np.uint8).reshape(3, 2, 3) * 14
    got = rule.batch([picture])[0]
    for y in range(3):
        for x in range(2):
            for c in range(3):
                value = (float(picture[y, x, c]) / 255 - CLIP_MEAN[c]) / CLIP_STD[c]
                assert got[c, y, x] == pytest.approx(value, abs=1e-5)


@pytest.mark.parametrize(
    "bad",
    [
        np.zeros((4, 4), np.uint8),
        np.zeros((4, 4, 4), np.uint8),
        np.zeros((4, 4, 3), np.float32),
        np.zeros((0, 4, 3), np.uint8),
        [[1, 2, 3]],
        None,
    ],
)
def test_what_is_no_picture_is_one_sentence(bad: Any) -> None:
    with pytest.raises(EncoderError, match="picture must"):
        check_picture(bad)


@pytest.mark.parametrize(
    "bad",
    [
        {},
        {"size": "large"},
        {"size": [224]},
        {"size": 224, "mode": "L"},
        {"size": 224, "interpolation": "magic"},
        {"size": 224, "resize_mode": "magic"},
        {"size": 224, "std": [0, 1, 1]},
        {"size": 224, "mean": [0, 1]},
        {"size": 0},
        {"size": 10**9},
        {"size": 8, "widest": 0.5},
        {"size": 8, "widest": -2},
        {"size": 8, "widest": float("inf")},
        {"size": 8, "widest": float("nan")},
        {"size": 8, "widest": "wide"},
    ],
)
def test_wrong_open_clip_files_are_one_sentence(bad: dict[str, Any]) -> None:
    with pytest.raises(EncoderError):
        from_open_clip(bad)


@pytest.mark.parametrize(
    "bad",
    [
        {},
        {"size": {"longest_edge": 224}},
        {"size": 224, "do_resize": False},
        {"size": 224, "resample": 17},
        {"size": 224, "do_center_crop": True, "crop_size": "x"},
        {"size": {"height": 224}},
    ],
)
def test_wrong_transformers_files_are_one_sentence(bad: dict[str, Any]) -> None:
    with pytest.raises(EncoderError):
        from_transformers(bad)


@example({"size": [float("inf"), 0.0]})
@example({"size": [0.0, float("inf")]})
@given(
    st.dictionaries(
        st.sampled_from(["size", "mean", "std", "interpolation", "resize_mode", "fill_color"]),
        st.none() | st.integers() | st.text(max_size=4) | st.lists(st.floats(), max_size=4),
    )
)
def test_any_json_is_a_rule_or_one_sentence(found: dict[str, Any]) -> None:
    for read in (from_open_clip, from_transformers):
        with contextlib.suppress(EncoderError):
            assert isinstance(read(json.loads(json.dumps(found))), PictureRule)


@pytest.mark.parametrize(
    ("size", "box"),
    [
        ((320, 180), (40, 0, 280, 180)),
        ((180, 320), (0, 40, 180, 280)),
        ((240, 180), (0, 0, 240, 180)),
        ((201, 180), (0, 0, 201, 180)),
        ((101, 7), (46, 0, 55, 7)),
    ],
)
def test_a_wide_picture_loses_its_sides_before_it_is_squashed(
    size: tuple[int, int], box: tuple[int, int, int, int]
) -> None:
    """Boxes by hand: nine pixels of seven are the nearest to four of three."""
    given = {"size": 60, "resize_mode": "squash", "widest": 4 / 3, "interpolation": "bicubic"}
    picture = np.random.default_rng(1).integers(0, 256, (size[1], size[0], 3), np.uint8)
    wanted = Image.fromarray(picture).crop(box).resize((60, 60), Image.Resampling.BICUBIC)
    assert np.array_equal(from_open_clip(given).levels(picture), np.asarray(wanted))


def test_the_old_name_random_is_bicubic() -> None:
    assert from_open_clip({"size": 8, "interpolation": "random"}).interpolation == "bicubic"


def test_a_card_overrides_the_files() -> None:
    rule = overridden(
        from_transformers(TRANSFORMERS["clip"]),
        {"size": 256, "mean": [0, 0, 0], "std": [1, 1, 1], "interpolation": "bilinear"},
    )
    assert (rule.height, rule.width, rule.resize_to, rule.resize) == (256, 256, 256, "shortest")
    assert (rule.mean, rule.interpolation) == ((0.0, 0.0, 0.0), "bilinear")
    assert overridden(rule, {}) == rule


def test_the_short_side_is_what_the_decoder_must_keep() -> None:
    assert from_transformers(TRANSFORMERS["larger, then cropped"]).short_side == 256
    assert from_open_clip(OPEN_CLIP["siglip"]).short_side == 256
