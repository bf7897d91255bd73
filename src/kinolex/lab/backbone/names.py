"""Names of tensors, ours against those of each published layout, as tables.

On the left stands our name, on the right theirs. ``*`` is a number (of a layer, of a stage), the
same on both sides in turn; ``{p}`` is ``weight`` and ``bias``. Several names on the right are
tensors of which ours is made, one upon the other. A sign in front says how: ``~`` transposed,
``#`` the linear map of a patch's pixels as a convolution. Sizes of 1 do not count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import torch
from torch import Tensor

from kinolex.errors import UsageError

__all__ = [
    "APPLE_CONVOLUTIONS",
    "APPLE_PICTURE",
    "APPLE_TEXT",
    "HUGGING_FACE",
    "OPENAI_PICTURE",
    "OPENAI_TEXT",
    "SCALES",
    "TIMM_CONVOLUTIONS",
    "TIMM_PICTURE",
    "Table",
    "behind",
    "renamed",
]

Table = Mapping[str, str]


def behind(ours: str, theirs: str, table: Table) -> dict[str, str]:
    """A table with something in front of the names of both sides.

    Examples
    --------
    >>> behind("text.", "t.", {"a.{p}": "q.{p} k.{p}", "b": "~c"})
    {'text.a.{p}': 't.q.{p} t.k.{p}', 'text.b': '~t.c'}
    """
    return {
        ours + left: " ".join(re.sub("^([~#]?)", rf"\g<1>{theirs}", one) for one in right.split())
        for left, right in table.items()
    }


_HUGGING_FACE_LAYER = {
    "norm1.{p}": "layer_norm1.{p}",
    "norm2.{p}": "layer_norm2.{p}",
    "attention.qkv.{p}": "self_attn.q_proj.{p} self_attn.k_proj.{p} self_attn.v_proj.{p}",
    "attention.out.{p}": "self_attn.out_proj.{p}",
    "mlp.up.{p}": "mlp.fc1.{p}",
    "mlp.down.{p}": "mlp.fc2.{p}",
}

_OPENAI_LAYER = {
    "norm1.{p}": "ln_1.{p}",
    "norm2.{p}": "ln_2.{p}",
    "attention.qkv.{p}": "attn.in_proj_{p}",
    "attention.out.{p}": "attn.out_proj.{p}",
    "mlp.up.{p}": "mlp.c_fc.{p}",
    "mlp.down.{p}": "mlp.c_proj.{p}",
}

_TIMM_LAYER = {
    "norm1.{p}": "norm1.{p}",
    "norm2.{p}": "norm2.{p}",
    "attention.qkv.{p}": "attn.qkv.{p}",
    "attention.out.{p}": "attn.proj.{p}",
    "mlp.up.{p}": "mlp.fc1.{p}",
    "mlp.down.{p}": "mlp.fc2.{p}",
}

SCALES: Table = {"scale": "logit_scale", "bias": "logit_bias"}

HUGGING_FACE: Table = {
    **SCALES,
    "picture.class_token": "vision_model.embeddings.class_embedding",
    "picture.patch.{p}": "vision_model.embeddings.patch_embedding.{p}",
    "picture.positions": "vision_model.embeddings.position_embedding.weight",
    "picture.norm_before.{p}": "vision_model.pre_layrnorm.{p}",
    "picture.norm_after.{p}": "vision_model.post_layernorm.{p}",
    "picture.projection.{p}": "visual_projection.{p}",
    "picture.pool.probe": "vision_model.head.probe",
    "picture.pool.qkv.{p}": "vision_model.head.attention.in_proj_{p}",
    "picture.pool.out.{p}": "vision_model.head.attention.out_proj.{p}",
    "picture.pool.norm.{p}": "vision_model.head.layernorm.{p}",
    "picture.pool.mlp.up.{p}": "vision_model.head.mlp.fc1.{p}",
    "picture.pool.mlp.down.{p}": "vision_model.head.mlp.fc2.{p}",
    "text.token.weight": "text_model.embeddings.token_embedding.weight",
    "text.positions": "text_model.embeddings.position_embedding.weight",
    "text.norm_after.{p}": "text_model.final_layer_norm.{p}",
    "text.projection.{p}": "text_projection.{p}",
    **behind("picture.layers.*.", "vision_model.encoder.layers.*.", _HUGGING_FACE_LAYER),
    **behind("text.layers.*.", "text_model.encoder.layers.*.", _HUGGING_FACE_LAYER),
}
"""huggingface/transformers, ``CLIPModel``; ``SiglipModel`` has its last map elsewhere."""

OPENAI_PICTURE: Table = {
    "class_token": "class_embedding",
    "positions": "positional_embedding",
    "patch.weight": "conv1.weight",
    "norm_before.{p}": "ln_pre.{p}",
    "norm_after.{p}": "ln_post.{p}",
    "projection.weight": "~proj",
    **behind("layers.*.", "transformer.resblocks.*.", _OPENAI_LAYER),
}
"""openai/CLIP and mlfoundations/open_clip, inside of ``visual``."""

OPENAI_TEXT: Table = {
    "token.weight": "token_embedding.weight",
    "positions": "positional_embedding",
    "norm_after.{p}": "ln_final.{p}",
    "projection.weight": "~text_projection",
    **behind("layers.*.", "transformer.resblocks.*.", _OPENAI_LAYER),
}

_STATISTICS = ("weight", "bias", "running_mean", "running_var", "num_batches_tracked")


def _batch(ours: str, theirs: str) -> dict[str, str]:
    return {f"{ours}.{one}": f"{theirs}.{one}" for one in _STATISTICS}


TIMM_PICTURE: Table = {
    "class_token": "cls_token",
    "positions": "pos_embed",
    "patch.weight": "patch_embed.proj.weight",
    "patch.bias": "patch_embed.proj.bias",
    "patch.first.weight": "patch_embed.backbone.0.conv.weight",
    **_batch("patch.first_norm", "patch_embed.backbone.0.bn"),
    "patch.second.weight": "patch_embed.backbone.1.conv.weight",
    **_batch("patch.second_norm", "patch_embed.backbone.1.bn"),
    "patch.third.{p}": "patch_embed.backbone.2.conv.{p}",
    "norm_before.{p}": "norm_pre.{p}",
    "norm_after.{p}": "norm.{p}",
    "projection.{p}": "head.{p}",
    "pool.probe": "attn_pool.latent",
    "pool.qkv.{p}": "attn_pool.q.{p} attn_pool.kv.{p}",
    "pool.out.{p}": "attn_pool.proj.{p}",
    "pool.norm.{p}": "attn_pool.norm.{p}",
    "pool.mlp.up.{p}": "attn_pool.mlp.fc1.{p}",
    "pool.mlp.down.{p}": "attn_pool.mlp.fc2.{p}",
    **behind("layers.*.", "blocks.*.", _TIMM_LAYER),
}
"""huggingface/pytorch-image-models, ``VisionTransformer``, inside of open_clip's ``trunk``."""


def _normed(ours: str, theirs: str) -> dict[str, str]:
    return {
        f"{ours}.conv.weight": f"{theirs}.conv.weight",
        **_batch(f"{ours}.batch", f"{theirs}.bn"),
    }


def _branches(ours: str, theirs: str) -> dict[str, str]:
    return {
        **_batch(f"{ours}.skip", f"{theirs}.identity"),
        **_normed(f"{ours}.full", f"{theirs}.conv_kxk.0"),
        **_normed(f"{ours}.scale", f"{theirs}.conv_scale"),
        **_squeeze(f"{ours}.squeeze", f"{theirs}.se"),
    }


def _squeeze(ours: str, theirs: str) -> dict[str, str]:
    return {f"{ours}.down.{{p}}": f"{theirs}.fc1.{{p}}", f"{ours}.up.{{p}}": f"{theirs}.fc2.{{p}}"}


_STAGE = {
    **_normed("halving.large", "downsample.proj.0.large_conv"),
    **_normed("halving.small", "downsample.proj.0.small_conv"),
    **_squeeze("halving.squeeze", "downsample.proj.0.se"),
    **_branches("halving.across", "downsample.proj.1"),
    "position.{p}": "pos_emb.pos_enc.{p}",
    **_branches("blocks.*.as_is", "blocks.*.token_mixer.norm"),
    **_branches("blocks.*.mixed", "blocks.*.token_mixer.mixer"),
    **_batch("blocks.*.norm", "blocks.*.norm"),
    "blocks.*.qkv.weight": "blocks.*.token_mixer.qkv.weight",
    "blocks.*.out.{p}": "blocks.*.token_mixer.proj.{p}",
    **_normed("blocks.*.mlp.near", "blocks.*.mlp.conv"),
    "blocks.*.mlp.up.{p}": "blocks.*.mlp.fc1.{p}",
    "blocks.*.mlp.down.{p}": "blocks.*.mlp.fc2.{p}",
    "blocks.*.mixer_gain": "blocks.*.token_mixer.layer_scale.gamma",
    "blocks.*.after_gain": "blocks.*.layer_scale.gamma",
    "blocks.*.attention_gain": "blocks.*.layer_scale_1.gamma",
    "blocks.*.mlp_gain": "blocks.*.layer_scale_2.gamma",
}

TIMM_CONVOLUTIONS: Table = {
    **_branches("stem.*", "stem.*"),
    **behind("stages.*.", "stages.*.", _STAGE),
    **_branches("final", "final_conv"),
    "projection.{p}": "head.fc.{p}",
}
"""huggingface/pytorch-image-models, ``FastVit``, inside of open_clip's ``trunk``."""

_APPLE_LAYER = {
    "norm1.{p}": "pre_norm_mha.0.{p}",
    "norm2.{p}": "pre_norm_ffn.0.{p}",
    "attention.qkv.{p}": "pre_norm_mha.1.qkv_proj.{p}",
    "attention.out.{p}": "pre_norm_mha.1.out_proj.{p}",
    "mlp.up.{p}": "pre_norm_ffn.1.{p}",
    "mlp.down.{p}": "pre_norm_ffn.4.{p}",
}

_APPLE_MIXING = {
    **_batch("as_is", "token_mixer.norm.rbr_skip"),
    **_batch("skip", "token_mixer.mixer.rbr_skip"),
    **_normed("near", "token_mixer.mixer.rbr_conv.0"),
    **_normed("around", "convffn.conv"),
    "up.{p}": "convffn.fc1.{p}",
    "down.{p}": "convffn.fc2.{p}",
    "mixer_gain": "token_mixer.layer_scale",
    "after_gain": "layer_scale",
}

APPLE_TEXT: Table = {
    "token.weight": "embedding_layer.weight",
    "positions": "positional_embedding.pos_embed.pos_embed",
    "norm_after.{p}": "final_layer_norm.{p}",
    "projection.weight": "~projection_layer",
    **behind("layers.*.", "transformer.*.", _APPLE_LAYER),
    **behind("first.", "transformer.first.", _APPLE_MIXING),
    **behind("last.", "transformer.last.", _APPLE_MIXING),
}
"""apple/ml-mobileclip, inside of ``text_encoder``, layers numbered as ours."""

APPLE_PICTURE: Table = {
    "class_token": "cls_token",
    "positions": "pos_embed.pos_embed.pos_embed",
    "patch.first.weight": "patch_emb.0.block.conv.weight",
    **_batch("patch.first_norm", "patch_emb.0.block.norm"),
    "patch.second.weight": "patch_emb.1.block.conv.weight",
    **_batch("patch.second_norm", "patch_emb.1.block.norm"),
    "patch.third.{p}": "patch_emb.2.block.conv.{p}",
    "norm_after.{p}": "post_transformer_norm.{p}",
    "projection.weight": "~classifier.proj",
    **behind("layers.*.", "transformer.*.", _APPLE_LAYER),
}
"""apple/ml-mobileclip, ``VisionTransformer``, inside of ``image_encoder.model``."""


def _apples_branches(ours: str, theirs: str) -> dict[str, str]:
    return {
        **_batch(f"{ours}.skip", f"{theirs}.rbr_skip"),
        **_normed(f"{ours}.full", f"{theirs}.rbr_conv.0"),
        **_normed(f"{ours}.scale", f"{theirs}.rbr_scale"),
        f"{ours}.squeeze.down.{{p}}": f"{theirs}.se.reduce.{{p}}",
        f"{ours}.squeeze.up.{{p}}": f"{theirs}.se.expand.{{p}}",
    }


_APPLE_STAGE = {
    **_normed("halving.large", "proj.0.lkb_origin"),
    **_normed("halving.small", "proj.0.small_conv"),
    **_squeeze("halving.squeeze", "proj.0.se"),
    **_apples_branches("halving.across", "proj.1"),
    "position.{p}": "pe.{p}",
    **_apples_branches("blocks.*.as_is", "*.token_mixer.norm"),
    **_apples_branches("blocks.*.mixed", "*.token_mixer.mixer"),
    **_batch("blocks.*.norm", "*.norm"),
    "blocks.*.qkv.weight": "*.token_mixer.qkv.weight",
    "blocks.*.out.{p}": "*.token_mixer.proj.{p}",
    **_normed("blocks.*.mlp.near", "*.convffn.conv"),
    "blocks.*.mlp.up.{p}": "*.convffn.fc1.{p}",
    "blocks.*.mlp.down.{p}": "*.convffn.fc2.{p}",
    "blocks.*.mixer_gain": "*.token_mixer.layer_scale",
    "blocks.*.after_gain": "*.layer_scale",
    "blocks.*.attention_gain": "*.layer_scale_1",
    "blocks.*.mlp_gain": "*.layer_scale_2",
}

APPLE_CONVOLUTIONS: Table = {
    **_apples_branches("stem.*", "patch_embed.*"),
    **behind("stages.*.", "network.*.", _APPLE_STAGE),
    **_apples_branches("final", "conv_exp"),
    "projection.weight": "~head.proj",
    "projection.bias": "head.bias",
}
"""apple/ml-mobileclip, ``FastViT``, inside of ``image_encoder.model``, numbered by stages."""


_NO_WEIGHT = re.compile(
    r"(^|\.)(position_ids|attn_mask|input_resolution|context_length|vocab_size)$"
)
"""Counts and constants that some files keep beside the weights."""


def renamed(
    given: Mapping[str, Tensor], wanted: Mapping[str, Tensor], table: Table
) -> Mapping[str, Tensor]:
    """Published tensors under our names, each used exactly once.

    Parameters
    ----------
    given : mapping of str to Tensor
        As published.
    wanted : mapping of str to Tensor
        The model's own, for their names and shapes.
    table : Table

    Raises
    ------
    UsageError
        If a tensor is missing, left over, or of another shape.
    """
    rules = dict(_written_out(table))
    found: dict[str, Tensor] = {}
    used: set[str] = set()
    missing: list[str] = []
    for name, own in wanted.items():
        rule, numbers = _template(name)
        if rule not in rules:
            raise UsageError(f"Weights of this layout have no place for {name}.")
        theirs = [_filled(one, numbers) for one in rules[rule].split()]
        absent = [one.lstrip("~#") for one in theirs if one.lstrip("~#") not in given]
        if absent:
            missing += absent
            continue
        used.update(one.lstrip("~#") for one in theirs)
        parts = [_turned(given[one.lstrip("~#")], one, own) for one in theirs]
        found[name] = _fitting(torch.cat(parts) if len(parts) > 1 else parts[0], own, theirs)
    _refuse("The weights lack", missing)
    spare = (name for name in set(given) - used if not _NO_WEIGHT.search(name))
    _refuse("No part of the model takes", sorted(spare))
    return found


def _written_out(table: Table) -> Iterator[tuple[str, str]]:
    for left, right in table.items():
        if "{p}" in left:
            for one in ("weight", "bias"):
                yield left.replace("{p}", one), right.replace("{p}", one)
        else:
            yield left, right


def _template(name: str) -> tuple[str, list[str]]:
    """``a.3.b`` to ``a.*.b`` and the numbers."""
    return re.sub(r"(?<=\.)\d+(?=\.)", "*", name), re.findall(r"(?<=\.)\d+(?=\.)", name)


def _filled(template: str, numbers: Sequence[str]) -> str:
    for one in numbers:
        template = template.replace("*", one, 1)
    return template


def _turned(tensor: Tensor, name: str, own: Tensor) -> Tensor:
    if name.startswith("~"):
        return tensor.T
    if name.startswith("#") and own.dim() == 4:
        return tensor.unflatten(1, (*own.shape[2:], own.shape[1])).permute(0, 3, 1, 2)
    return tensor


def _fitting(tensor: Tensor, own: Tensor, theirs: Sequence[str]) -> Tensor:
    if [n for n in tensor.shape if n > 1] != [n for n in own.shape if n > 1]:
        name = " and ".join(one.lstrip("~#") for one in theirs)
        raise UsageError(
            f"The tensor {name} is {_size(tensor)}, where the model needs {_size(own)}.",
            hint="Configuration and weights do not belong together.",
        )
    return tensor.reshape(own.shape).to(own.dtype)


def _size(tensor: Tensor) -> str:
    return " x ".join(str(n) for n in tensor.shape) or "a single number"


def _refuse(what: str, names: Sequence[str]) -> None:
    if names:
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        raise UsageError(
            f"{what} {', '.join(names[:3])}{more}.",
            hint="Configuration and weights do not belong together.",
        )
