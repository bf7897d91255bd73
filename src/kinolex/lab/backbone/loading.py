"""Published weights: a folder or a file becomes a backbone with its rules for pictures and words.

=================  ===============================================================================
layout             what lies in the folder
=================  ===============================================================================
Hugging Face       ``config.json``, ``model.safetensors`` (or in pieces, or
                   ``pytorch_model.bin``), ``preprocessor_config.json``, ``tokenizer.json``
OpenCLIP           ``open_clip_config.json``, ``open_clip_model.safetensors`` (or
                   ``open_clip_pytorch_model.bin``), ``tokenizer.json``
OpenAI, Apple      one ``.pt`` file instead of a folder (CLIP's ViTs; MobileCLIP S0, S1, S2, B)
=================  ===============================================================================

Nothing is downloaded here.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from kinolex.encoders import preprocess, tokens
from kinolex.encoders.preprocess import PictureRule
from kinolex.encoders.tokens import TextRule, Tokens
from kinolex.errors import EncoderError, UsageError
from kinolex.lab.backbone.backbone import Backbone
from kinolex.lab.backbone.layouts.apple import apple, is_apples, numbered
from kinolex.lab.backbone.layouts.base import Layout
from kinolex.lab.backbone.layouts.hugging_face import hugging_face
from kinolex.lab.backbone.layouts.open_clip import open_clip
from kinolex.lab.backbone.layouts.openai import openai
from kinolex.lab.backbone.names import renamed

__all__ = ["Loaded", "assembled", "load", "read_weights"]


_HUGGING_FACE_FILES = ("model.safetensors.index.json", "model.safetensors", "pytorch_model.bin")
_OPEN_CLIP_FILES = (
    "open_clip_model.safetensors",
    "open_clip_pytorch_model.bin",
    "model.safetensors",
)


@dataclass(frozen=True)
class Loaded:
    """A backbone with what belongs to it.

    Parameters
    ----------
    backbone : Backbone
        Not in training mode.
    pictures : PictureRule
        Pictures to what it reads (`PictureRule.batch`).
    words : Tokens, optional
        Texts to token numbers; None where no ``tokenizer.json`` lies beside the weights.
    """

    backbone: Backbone
    pictures: PictureRule
    words: Tokens | None


def load(place: Path, *, dtype: Any = torch.float32) -> Loaded:
    """Read published weights.

    Parameters
    ----------
    place : Path
        A folder, or a file of OpenAI's or Apple's.
    dtype : torch.dtype
        Of the backbone, ``torch.float32`` or ``torch.bfloat16``.

    Raises
    ------
    UsageError
        If there are none, they are of no layout that is known, or a tensor is missing, left over
        or of another shape.
    """
    try:
        if not place.is_dir():
            return _file(place, dtype)
        if (place / "open_clip_config.json").is_file():
            return _open_clip(place, dtype)
        return _hugging_face(place, dtype)
    except EncoderError as error:
        raise UsageError(error.message, hint=error.hint) from error


def assembled(
    layout: Layout, weights: Mapping[str, Tensor], dtype: Any = torch.float32
) -> Backbone:
    """The backbone of a layout with its weights; not in training mode."""
    with torch.device("meta"):
        backbone = Backbone(layout.shape)
    state = renamed(weights, backbone.state_dict(), layout.table)
    backbone.to_empty(device="cpu").load_state_dict(state)
    return backbone.to(dtype).eval()


def _hugging_face(place: Path, dtype: Any) -> Loaded:
    config = tokens.read_json(place / "config.json")
    weights = read_weights(_first(place, _HUGGING_FACE_FILES))
    layout = _understood(place, hugging_face, config)
    given = tokens.read_json(place / "preprocessor_config.json")
    pictures = preprocess.from_transformers(given)
    words = None
    if (place / "tokenizer.json").is_file():
        words = Tokens(place / "tokenizer.json", tokens.from_transformers(place, config))
    return Loaded(assembled(layout, weights, dtype), pictures, words)


def _open_clip(place: Path, dtype: Any) -> Loaded:
    config = tokens.read_json(place / "open_clip_config.json")
    model = config.get("model_cfg", {})
    weights = read_weights(_first(place, _OPEN_CLIP_FILES))
    layout = _understood(place, open_clip, model, weights)
    given = {"size": layout.shape.picture.image, **(config.get("preprocess_cfg") or {})}
    words = None
    if (place / "tokenizer.json").is_file():
        words = Tokens(place / "tokenizer.json", tokens.from_open_clip(place, model))
    return Loaded(assembled(layout, weights, dtype), preprocess.from_open_clip(given), words)


def _file(place: Path, dtype: Any) -> Loaded:
    weights = read_weights(place)
    if is_apples(weights):
        weights = numbered(weights)
        layout = _understood(place, apple, weights)
    else:
        layout = _understood(place, openai, weights)
    image = layout.shape.picture.image
    words = None
    if (place.parent / "tokenizer.json").is_file():
        rule = TextRule(layout.shape.text.context, layout.shape.text.padding)
        words = Tokens(place.parent / "tokenizer.json", rule)
    pictures = PictureRule(image, image, resize_to=image)
    if is_apples(weights):
        pictures = replace(pictures, interpolation="bilinear", mean=(0.0,) * 3, std=(1.0,) * 3)
    return Loaded(assembled(layout, weights, dtype), pictures, words)


def _understood(place: Path, read: Callable[..., Layout], *given: Any) -> Layout:
    try:
        return read(*given)
    except (AttributeError, KeyError, TypeError, ValueError, ZeroDivisionError) as error:
        raise UsageError(
            f"What kind of backbone {place} holds is not understood: {error!r}."
        ) from (error)


def _first(place: Path, names: Sequence[str]) -> Path:
    for name in names:
        if (place / name).is_file():
            return place / name
    raise UsageError(
        f"There are no weights in {place}.", hint=f"One of {', '.join(names)} must lie there."
    )


def read_weights(place: Path) -> dict[str, Tensor]:
    """Named tensors of a file: safetensors, their index, a state of torch, or a TorchScript.

    Raises
    ------
    UsageError
        If it is missing or holds none.
    """
    if not place.is_file():
        raise UsageError(f"There are no weights at {place}.")
    if place.suffix == ".json":
        pieces = sorted(set(tokens.read_json(place)["weight_map"].values()))
        each = (read_weights(place.parent / one) for one in pieces)
        return {name: tensor for one in each for name, tensor in one.items()}
    try:
        if place.suffix == ".safetensors":
            from safetensors.torch import load_file

            return load_file(place)
        state = _torch_state(place)
    except Exception as error:  # of three libraries, each with its own
        raise UsageError(f"The weights {place} cannot be read: {error}.") from error
    state = state.get("state_dict", state)
    return {name.removeprefix("module."): one for name, one in state.items()}


def _torch_state(place: Path) -> dict[str, Any]:
    if zipfile.is_zipfile(place):
        with zipfile.ZipFile(place) as archive:
            if any(name.endswith("/constants.pkl") for name in archive.namelist()):
                return torch.jit.load(place, map_location="cpu").state_dict()
    # Numbers only: a pickle could run anything.
    return torch.load(place, map_location="cpu", weights_only=True)
