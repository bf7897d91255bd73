"""Apple's own files of MobileCLIP: a state without a configuration, as trained.

Names and sizes follow apple/ml-mobileclip@26a6120 ``mobileclip/`` (``clip.py``,
``text_encoder.py``, ``models/mci.py``, ``models/vit.py``, ``configs/``): S0, S1, S2 and B, before
branches are folded.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import torch
from torch import Tensor

from kinolex.errors import UsageError
from kinolex.lab.backbone.layouts.base import Layout
from kinolex.lab.backbone.names import (
    APPLE_CONVOLUTIONS,
    APPLE_PICTURE,
    APPLE_TEXT,
    Table,
    behind,
)
from kinolex.lab.backbone.shape import ConvolutionShape, Layers, PictureShape, Shape, TextShape

__all__ = ["apple", "is_apples", "numbered"]

_PICTURE, _TEXT = "image_encoder.model.", "text_encoder."
_STAGES, _LAYERS = f"{_PICTURE}network.", f"{_TEXT}transformer."


def is_apples(weights: Mapping[str, Tensor]) -> bool:
    """Whether names are those of apple/ml-mobileclip."""
    return any(name.startswith(_PICTURE) for name in weights)


def numbered(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The same weights with stages and layers numbered as ours are.

    What halves the sides between two stages, the position and the convolutions around the text
    layers have numbers of their own there. A tower of convolutions ends without a bias there, which
    is a bias of zeros.
    """
    stages = _stages(weights)
    mixing = [int(n) for n in _numbers(weights, _LAYERS, r"token_mixer\.mixer\.rbr_skip\.weight")]
    found = {_renumbered(name, stages, mixing): one for name, one in weights.items()}
    last = f"{_PICTURE}head.proj"
    if last in found:
        found[f"{_PICTURE}head.bias"] = torch.zeros(found[last].shape[1])
    return found


def apple(weights: Mapping[str, Tensor]) -> Layout:
    """Of `numbered` weights: read off the tensors, heads of 64 (of 32 in convolutions).

    What no tensor says follows from the kind: convolutions read 256 pixels and texts all tokens,
    a ViT reads as many pixels as it has positions and each token those before it.

    Raises
    ------
    UsageError
        If branches were folded.
    """
    if any(".reparam_conv." in name or ".lkb_reparam." in name for name in weights):
        raise UsageError(
            "The branches of these weights were folded into one convolution; only weights as "
            "trained are read.",
            hint="Take Apple's own file, such as mobileclip_s1.pt.",
        )
    picture: PictureShape | ConvolutionShape
    if f"{_PICTURE}head.proj" in weights:
        picture, table = _convolutions(weights), APPLE_CONVOLUTIONS
    else:
        picture, table = _transformer(weights), APPLE_PICTURE
    causal = isinstance(picture, PictureShape)
    dimensions = weights[f"{_TEXT}projection_layer"].shape[1]
    names: Table = {
        "scale": "logit_scale",
        **behind("picture.", _PICTURE, table),
        **behind("text.", _TEXT, APPLE_TEXT),
    }
    return Layout(Shape(picture, _text(weights, causal), dimensions), names)


def _numbers(weights: Mapping[str, Tensor], place: str, behind_it: str) -> list[str]:
    """Numbers at a place, in order, of names that go on in a certain way."""
    pattern = re.compile(rf"{re.escape(place)}(\d+)\.{behind_it}$")
    found = (pattern.match(name) for name in weights)
    return sorted({one[1] for one in found if one}, key=int)


def _stages(weights: Mapping[str, Tensor]) -> dict[str, int]:
    """The stage of each number of ``network``: all up to its blocks belong to it."""
    found, stage = {}, 0
    for one in _numbers(weights, _STAGES, ".*"):
        found[one] = stage
        stage += f"{_STAGES}{one}.0.convffn.fc1.weight" in weights
    return found


def _renumbered(name: str, stages: Mapping[str, int], mixing: list[int]) -> str:
    if name.startswith(_STAGES):
        one, rest = name.removeprefix(_STAGES).split(".", 1)
        return f"{_STAGES}{stages[one]}.{rest}"
    if name.startswith(_LAYERS) and mixing:
        one, rest = name.removeprefix(_LAYERS).split(".", 1)
        own = {mixing[0]: "first", mixing[-1]: "last"}.get(int(one), str(int(one) - 1))
        return f"{_LAYERS}{own}.{rest}"
    return name


def _convolutions(weights: Mapping[str, Tensor]) -> ConvolutionShape:
    stages = _numbers(weights, _STAGES, r"0\.convffn\.fc1\.weight")
    inner = [weights[f"{_STAGES}{one}.0.convffn.fc1.weight"].shape for one in stages]

    def has(what: str) -> tuple[bool, ...]:
        return tuple(f"{_STAGES}{one}.{what}" in weights for one in stages)

    return ConvolutionShape(
        blocks=tuple(
            len(_numbers(weights, f"{_STAGES}{one}.", r"convffn\.fc1\.weight")) for one in stages
        ),
        widths=tuple(shape[1] for shape in inner),
        ratio=inner[0][0] // inner[0][1],
        squeezed=has("proj.0.se.fc1.weight"),
        attending=has("0.token_mixer.qkv.weight"),
        stem_scale=f"{_PICTURE}patch_embed.0.rbr_scale.conv.weight" in weights,
    )


def _transformer(weights: Mapping[str, Tensor]) -> PictureShape:
    positions, width = weights[f"{_PICTURE}pos_embed.pos_embed.pos_embed"].shape[-2:]
    return PictureShape(
        _layers(weights, f"{_PICTURE}transformer.", width),
        16 * round(positions**0.5),
        stem="convolutions",
        positions="patches",
        norm_before=False,
    )


def _text(weights: Mapping[str, Tensor], causal: bool) -> TextShape:
    vocabulary, width = weights[f"{_TEXT}embedding_layer.weight"].shape
    mixer = weights.get(f"{_LAYERS}first.token_mixer.mixer.rbr_conv.0.conv.weight")
    return TextShape(
        _layers(weights, _LAYERS, width),
        vocabulary,
        weights[f"{_TEXT}positional_embedding.pos_embed.pos_embed"].shape[-2],
        causal=causal,
        mixed=0 if mixer is None else mixer.shape[-1],
    )


def _layers(weights: Mapping[str, Tensor], place: str, width: int) -> Layers:
    """Of all layers of a place; their norms have torch's own epsilon."""
    count = len(_numbers(weights, place, r"pre_norm_mha\.1\.qkv_proj\.weight"))
    hidden = len(weights[f"{place}0.pre_norm_ffn.1.weight"])
    return Layers(width, count, max(1, width // 64), hidden)
