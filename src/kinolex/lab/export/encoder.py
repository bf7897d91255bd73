"""A backbone as a picture encoder of the engine: two ONNX towers, tokenizer, rules.

The folder is in one of the layouts of `kinolex.encoders.layouts`, so that ``kinolex index
--picture FOLDER`` and everything else takes it as any published model.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

from kinolex.encoders.layouts import Layout, read_layout
from kinolex.encoders.picture import OnnxPictures
from kinolex.encoders.preprocess import INTERPOLATIONS, PictureRule
from kinolex.encoders.tokens import TextRule, Tokens, open_tokenizer
from kinolex.errors import EncoderError, UsageError
from kinolex.lab.backbone.backbone import Backbone
from kinolex.lab.backbone.points import At, Points
from kinolex.lab.export.tracing import write

__all__ = ["CLOSE", "export_encoder"]

CLOSE = 1e-4
"""How far what was written may be from the lab, in any number of a unit vector."""

_ASKED = ("a dog", "two red cars pass a house", "")


class _Pictures(nn.Module):
    def __init__(self, backbone: Backbone) -> None:
        super().__init__()
        self.tower = backbone.picture

    def forward(self, pixel_values: Tensor) -> Tensor:
        tokens = self.tower.tokens(pixel_values, At(videos=1), Points())
        return normalize(self.tower.pooled(tokens).float(), dim=-1)


class _Words(nn.Module):
    def __init__(self, backbone: Backbone) -> None:
        super().__init__()
        self.tower = backbone.text

    def forward(self, input_ids: Tensor) -> Tensor:
        tokens = self.tower.tokens(input_ids, At(videos=1), Points())
        return normalize(self.tower.pooled(tokens, input_ids).float(), dim=-1)


def export_encoder(
    backbone: Backbone,
    out: Path | str,
    *,
    tokenizer: Path | str,
    picture: PictureRule | None = None,
    text: TextRule | None = None,
) -> float:
    """Write a backbone as an encoder of the engine, and prove that it is one.

    Parameters
    ----------
    backbone : Backbone
        Trained, or as it was loaded.
    out : path-like
        A folder that is not there, or empty.
    tokenizer : path-like
        ``tokenizer.json`` of the text tower.
    picture : PictureRule, optional
        How pictures were prepared in training; default CLIP's: shorter side, centre, its mean.
    text : TextRule, optional
        How texts were; default: cut and padded to the tower's length with its padding.

    Returns
    -------
    float
        Largest difference of a number in a unit vector from what the lab gives, over noise of
        several sizes and a few texts; at most `CLOSE`.

    Raises
    ------
    UsageError
        If the folder is in use, the rules cannot be written in any layout, or it does not agree.
    """
    place = Path(out)
    if place.is_dir() and any(place.iterdir()):
        raise UsageError(f"{place} is not empty.", hint="Name another folder.")
    side = backbone.shape.picture.image
    shape = backbone.shape.text
    rules = (
        picture or PictureRule(side, side, resize_to=side),
        text or TextRule(shape.context, shape.padding),
    )
    if (rules[0].height, rules[0].width) != (side, side):
        raise UsageError(
            f"Pictures of {rules[0].width} x {rules[0].height} pixels are prepared, and the"
            f" backbone reads {side} x {side}."
        )
    place.mkdir(parents=True, exist_ok=True)
    before = backbone.training
    try:
        vision, words = _towers(backbone.eval().cpu(), place)
        _laid_out(place, Path(tokenizer), rules, vision, words, backbone.shape.dimensions)
        return _agreement(backbone, place, rules, Path(tokenizer))
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise
    finally:
        backbone.train(before)


def _towers(backbone: Backbone, place: Path) -> tuple[Path, Path]:
    side, shape = backbone.shape.picture.image, backbone.shape.text
    vision, words = place / "vision.onnx", place / "words.onnx"
    pixels = torch.rand(2, 3, side, side)
    free = {name: {0: "n"} for name in ("pixel_values", "image_embeds")}
    write(_Pictures(backbone), {"pixel_values": pixels}, ["image_embeds"], vision, free=free)
    ids = torch.full((2, shape.context), shape.padding, dtype=torch.long)
    ids[:, 0] = min(shape.end, shape.vocabulary - 1)
    free = {name: {0: "n"} for name in ("input_ids", "text_embeds")}
    write(_Words(backbone), {"input_ids": ids}, ["text_embeds"], words, free=free)
    return vision, words


Lay = Callable[[Path, PictureRule, TextRule, str, int], tuple[Path, Path, Path]]
"""Writes the small files of a layout; gives where both towers and the tokenizer go."""


def _laid_out(
    place: Path,
    tokenizer: Path,
    rules: tuple[PictureRule, TextRule],
    vision: Path,
    words: Path,
    dimensions: int,
) -> None:
    """Put the files where a layout has them that says these rules."""
    pad = open_tokenizer(tokenizer).id_to_token(rules[1].pad_id) or ""
    lays: tuple[Lay, ...] = (_transformers, _immich)
    for lay in lays:
        tried = place / lay.__name__.strip("_")
        paths = lay(tried, *rules, pad, dimensions)
        for source, to in zip((vision, words, tokenizer), paths, strict=True):
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, to)
        if _says(tried, rules):
            vision.unlink()
            words.unlink()
            for one in tried.iterdir():
                one.rename(place / one.name)
            tried.rmdir()
            return
        shutil.rmtree(tried)
    raise UsageError(
        f"No layout says these rules: {rules[0]}, {rules[1]}.",
        hint="Train with the rules of a published model (docs/lab.md).",
    )


def _says(folder: Path, rules: tuple[PictureRule, TextRule]) -> bool:
    try:
        found: Layout = read_layout(folder, {})
    except EncoderError:
        return False
    return _same(found.picture_rule, rules[0]) and found.text_rule == rules[1]


def _same(one: PictureRule, other: PictureRule) -> bool:
    """Whether two rules give the same pictures, for sure."""
    names = [name for name in PictureRule.__slots__ if name not in ("squash_to", "resize_to")]
    if any(getattr(one, name) != getattr(other, name) for name in names):
        return False
    if one.resize == "squash":
        both = ((rule.squash_to, (rule.height, rule.width)) for rule in (one, other))
        first, second = (own if any(own) else read for own, read in both)
        return first == second
    return one.resize_to == other.resize_to


def _transformers(
    folder: Path, picture: PictureRule, text: TextRule, pad: str, dimensions: int
) -> tuple[Path, Path, Path]:
    """As transformers.js has it."""
    folder.mkdir(parents=True)
    squash = picture.resize == "squash"
    high, wide = picture.squash_to if any(picture.squash_to) else (picture.height, picture.width)
    size: dict[str, int] = {"height": high, "width": wide}
    if not squash:
        size = {"shortest_edge": picture.resize_to}
    cropped = not squash or (high, wide) != (picture.height, picture.width)
    _json(
        folder / "preprocessor_config.json",
        {
            "do_resize": True,
            "size": size,
            "do_center_crop": cropped,
            "crop_size": {"height": picture.height, "width": picture.width},
            "resample": INTERPOLATIONS.index(picture.interpolation),
            "do_rescale": True,
            "rescale_factor": picture.scale,
            "do_normalize": True,
            "image_mean": picture.mean,
            "image_std": picture.std,
        },
    )
    about = {"max_position_embeddings": text.context, "pad_token_id": text.pad_id}
    _json(folder / "config.json", {"text_config": about, "projection_dim": dimensions})
    settings: dict[str, Any] = {"model_max_length": text.context, "pad_token": pad}
    settings["do_lower_case"] = text.clean == "lower"
    if text.clean == "canonicalize":
        settings["tokenizer_class"] = "SiglipTokenizer"
    _json(folder / "tokenizer_config.json", settings)
    towers = folder / "onnx"
    return towers / "vision_model.onnx", towers / "text_model.onnx", folder / "tokenizer.json"


def _immich(
    folder: Path, picture: PictureRule, text: TextRule, pad: str, dimensions: int
) -> tuple[Path, Path, Path]:
    """As Immich has it, after open_clip."""
    for name in ("visual", "textual"):
        (folder / name).mkdir(parents=True)
    _json(
        folder / "visual" / "preprocess_cfg.json",
        {
            "size": [picture.height, picture.width],
            "mode": "RGB",
            "mean": picture.mean,
            "std": picture.std,
            "interpolation": picture.interpolation,
            "resize_mode": picture.resize,
            "fill_color": list(picture.fill),
            "widest": picture.widest,
        },
    )
    about = {"context_length": text.context, "pad_token_id": text.pad_id}
    cleaned = {**about, "tokenizer_kwargs": {"clean": text.clean}}
    _json(folder / "config.json", {"embed_dim": dimensions, "text_cfg": cleaned})
    _json(folder / "textual" / "tokenizer_config.json", {"pad_token": pad})
    towers = folder / "visual", folder / "textual"
    return towers[0] / "model.onnx", towers[1] / "model.onnx", towers[1] / "tokenizer.json"


def _json(path: Path, value: dict[str, Any]) -> None:
    path.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")


def _agreement(
    backbone: Backbone,
    place: Path,
    rules: tuple[PictureRule, TextRule],
    tokenizer: Path,
) -> float:
    """Run both, through the engine's own doors on one side."""
    engine = OnnxPictures(place.name, place)
    random = np.random.default_rng(0)
    sizes = ((40, 60), (200, 90), (rules[0].height, rules[0].width))
    pictures = [random.integers(0, 256, (*size, 3), dtype=np.uint8) for size in sizes]
    pixels = torch.from_numpy(rules[0].batch(pictures))
    ids = torch.from_numpy(Tokens(tokenizer, rules[1]).encode(_ASKED)[0])
    with torch.no_grad():
        seen = normalize(backbone.videos(pixels[:, None]).frames[:, 0].float(), dim=-1)
        said = normalize(backbone.texts(ids).sentences.float(), dim=-1)
    apart = max(
        float(np.abs(engine.encode_pictures(pictures) - seen.numpy()).max()),
        float(np.abs(engine.encode_words(_ASKED) - said.numpy()).max()),
    )
    if not apart <= CLOSE:
        raise UsageError(
            f"What was written differs from the lab by {apart:.2g}; {CLOSE:g} is allowed.",
            hint="Export in float32.",
        )
    return apart
