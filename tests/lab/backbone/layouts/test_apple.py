"""Apple's layout: our own weights under Apple's names, by a table written here a second time."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from kinolex.errors import UsageError
from kinolex.lab.backbone.backbone import Backbone
from kinolex.lab.backbone.layouts.apple import apple, is_apples, numbered
from kinolex.lab.backbone.layouts.timm import timm
from kinolex.lab.backbone.loading import assembled, load
from kinolex.lab.backbone.shape import ConvolutionShape, Layers, PictureShape, Shape, TextShape

torch.set_num_threads(1)

TEXT = TextShape(Layers(64, 2, 1, 256), vocabulary=50, context=8, causal=False)
STAGES = ConvolutionShape(256, (1, 2, 1, 2), (32, 32, 64, 64))
VIT = PictureShape(
    Layers(128, 2, 2, 512), 48, stem="convolutions", positions="patches", norm_before=False
)
SHAPES = {
    "s0": Shape(STAGES, replace(TEXT, mixed=11), 24),
    "s1": Shape(STAGES, TEXT, 24),
    "b": Shape(VIT, replace(TEXT, causal=True), 24),
}

# Ours, Apple's: searched in this order, every one that fits is replaced.
PICTURE = (
    (r"^picture\.projection\.weight$", "picture.head.proj"),
    (r"^picture\.", "image_encoder.model."),
    (r"model\.stem\.", "model.patch_embed."),
    (r"model\.final\.", "model.conv_exp."),
    (r"\.halving\.large\.", ".proj.0.lkb_origin."),
    (r"\.halving\.small\.", ".proj.0.small_conv."),
    (r"\.halving\.squeeze\.down\.", ".proj.0.se.fc1."),
    (r"\.halving\.squeeze\.up\.", ".proj.0.se.fc2."),
    (r"\.halving\.across\.", ".proj.1."),
    (r"\.squeeze\.down\.", ".se.reduce."),
    (r"\.squeeze\.up\.", ".se.expand."),
    (r"\.position\.", ".pe."),
    (r"\.as_is\.", ".token_mixer.norm."),
    (r"\.mixed\.", ".token_mixer.mixer."),
    (r"\.qkv\.weight$", ".token_mixer.qkv.weight"),
    (r"\.out\.", ".token_mixer.proj."),
    (r"\.mlp\.near\.", ".convffn.conv."),
    (r"\.mlp\.up\.", ".convffn.fc1."),
    (r"\.mlp\.down\.", ".convffn.fc2."),
    (r"\.mixer_gain$", ".token_mixer.layer_scale"),
    (r"\.after_gain$", ".layer_scale"),
    (r"\.attention_gain$", ".layer_scale_1"),
    (r"\.mlp_gain$", ".layer_scale_2"),
    (r"\.skip\.", ".rbr_skip."),
    (r"\.full\.", ".rbr_conv.0."),
    (r"\.scale\.", ".rbr_scale."),
    (r"\.batch\.", ".bn."),
)
LAYER = (
    (r"\.norm1\.", ".pre_norm_mha.0."),
    (r"\.attention\.qkv\.", ".pre_norm_mha.1.qkv_proj."),
    (r"\.attention\.out\.", ".pre_norm_mha.1.out_proj."),
    (r"\.norm2\.", ".pre_norm_ffn.0."),
    (r"\.mlp\.up\.", ".pre_norm_ffn.1."),
    (r"\.mlp\.down\.", ".pre_norm_ffn.4."),
    (r"\.layers\.", ".transformer."),
)
TRANSFORMER = (
    (r"^picture\.projection\.weight$", "picture.classifier.proj"),
    (r"^picture\.", "image_encoder.model."),
    (r"\.class_token$", ".cls_token"),
    (r"\.positions$", ".pos_embed.pos_embed.pos_embed"),
    (r"\.patch\.(first|second|third)\.", r".patch_emb.\1.block.conv."),
    (r"\.patch\.(first|second)_norm\.", r".patch_emb.\1.block.norm."),
    (r"emb\.first", "emb.0"),
    (r"emb\.second", "emb.1"),
    (r"emb\.third", "emb.2"),
    (r"model\.norm_after\.", "model.post_transformer_norm."),
    *LAYER,
)
WORDS = (
    (r"^text\.", "text_encoder."),
    (r"\.token\.weight$", ".embedding_layer.weight"),
    (r"\.positions$", ".positional_embedding.pos_embed.pos_embed"),
    (r"\.norm_after\.", ".final_layer_norm."),
    (r"\.projection\.weight$", ".projection_layer"),
    (r"\.as_is\.", ".token_mixer.norm.rbr_skip."),
    (r"\.skip\.", ".token_mixer.mixer.rbr_skip."),
    (r"\.near\.conv\.", ".token_mixer.mixer.rbr_conv.0.conv."),
    (r"\.near\.batch\.", ".token_mixer.mixer.rbr_conv.0.bn."),
    (r"\.around\.conv\.", ".convffn.conv.conv."),
    (r"\.around\.batch\.", ".convffn.conv.bn."),
    (r"\.(first|last)\.up\.", r".\1.convffn.fc1."),
    (r"\.(first|last)\.down\.", r".\1.convffn.fc2."),
    (r"\.mixer_gain$", ".token_mixer.layer_scale"),
    (r"\.after_gain$", ".layer_scale"),
    *LAYER,
)
PLACES = {(0, "b"): 0, (1, "p"): 1, (1, "b"): 2, (2, "p"): 3, (2, "b"): 4, (3, "p"): 5, (3, "e"): 6,
          (3, "b"): 7}  # fmt: skip
"""Of blocks, of what halves (proj) and of the position (pe), in Apple's ``network``."""


def renamed(name: str, table: tuple[tuple[str, str], ...]) -> str:
    for pattern, new in table:
        name = re.sub(pattern, new, name)
    return name


def apples(backbone: Backbone) -> dict[str, torch.Tensor]:
    """Our weights as Apple keeps them."""
    found = {}
    layers = len(backbone.text.layers)
    for name, one in backbone.state_dict().items():
        if name == "scale":
            found["logit_scale"] = one
            continue
        if name == "picture.projection.bias":
            continue
        if name.startswith("text."):
            new = renamed(name, WORDS)
            if backbone.shape.text.mixed:
                new = re.sub(r"(transformer\.)(\d+)", lambda hit: f"{hit[1]}{int(hit[2]) + 1}", new)
                new = new.replace("encoder.first.", "encoder.transformer.0.")
                new = new.replace("encoder.last.", f"encoder.transformer.{layers + 1}.")
        elif isinstance(backbone.shape.picture, PictureShape):
            new = renamed(name, TRANSFORMER)
        else:
            new = renamed(name, PICTURE)
            here = re.match(r"(.*)\.stages\.(\d)\.(blocks\.)?(.*)", new)
            if here:
                kind = "b" if here[3] else here[4][1] if here[4][:2] == "pe" else here[4][0]
                new = f"{here[1]}.network.{PLACES[int(here[2]), kind]}.{here[4]}"
        if new.endswith(("proj", "projection_layer")):
            one = one.T.contiguous()
        if new.endswith((".pos_embed", ".cls_token")):
            one = one.expand(1, 1, *one.shape)
        if "text_encoder" in new and one.dim() and new.endswith(("layer_scale", "conv.weight")):
            one = one.unsqueeze(-2)
        if re.search(r"text_encoder.*fc\d\.weight$", new):
            one = one[:, :, None, None]
        found[new] = one
    return found


def shaken(backbone: Backbone, gain: float = 1.0) -> Backbone:
    """Random weights and statistics, of sizes that let something come through."""
    for name, one in backbone.state_dict().items():
        if not one.is_floating_point():
            continue
        if name.endswith("running_var"):
            one.uniform_(0.5, 1.5)
        elif name.endswith("gain"):
            one.uniform_(0.5 * gain, 1.5 * gain)
        elif one.dim() > 1:
            one.normal_(std=1.5 * one[0].numel() ** -0.5)
        else:
            one.normal_(std=0.2)
            if name.endswith("weight"):
                one += 1
    if isinstance(backbone.shape.picture, ConvolutionShape):
        torch.nn.init.zeros_(backbone.picture.projection.bias)
    return backbone.eval()


@pytest.mark.parametrize("name", SHAPES)
def test_the_same_vectors_come_out_of_apples_names(name: str, tmp_path: Path) -> None:
    torch.manual_seed(0)
    ours = shaken(Backbone(SHAPES[name]))
    torch.save(apples(ours), tmp_path / "mobileclip.pt")
    loaded = load(tmp_path / "mobileclip.pt")
    assert loaded.backbone.shape == ours.shape
    side = ours.shape.picture.image
    pixels, ids = torch.randn(2, 3, side, side), torch.randint(0, 50, (3, 8))
    pixels[1, :, :, side // 2 :] += 2
    with torch.no_grad():
        wanted, said = ours.videos(pixels.unsqueeze(0)).frames[0], ours.texts(ids).sentences
        frames = loaded.backbone.videos(pixels.unsqueeze(0)).frames[0]
        texts = loaded.backbone.texts(ids).sentences
    for each in (wanted, said):
        assert (each[0] - each[1]).abs().max() > each.abs().max() / 100
    scale = wanted.abs().max()
    torch.testing.assert_close(frames / scale, wanted / scale, rtol=0, atol=1e-5)
    torch.testing.assert_close(texts, said, rtol=0, atol=1e-5)
    rule = loaded.pictures
    assert (rule.height, rule.resize_to, rule.interpolation) == (side, side, "bilinear")
    assert (rule.mean, rule.std) == ((0.0,) * 3, (1.0,) * 3)


WIDE = Layers(512, 12, 8, 2048)
PUBLISHED = {
    "mobileclip_s0": Shape(
        timm("fastvit_mci0"), TextShape(replace(WIDE, count=4), causal=False, mixed=11), 512
    ),
    "mobileclip_s1": Shape(timm("fastvit_mci1"), TextShape(WIDE, causal=False), 512),
    "mobileclip_s2": Shape(timm("fastvit_mci2"), TextShape(WIDE, causal=False), 512),
    "mobileclip_b": Shape(
        replace(timm("vit_base_mci_224"), layers=Layers(768, 12, 12, 3072), projection="plain"),
        TextShape(WIDE),
        512,
    ),
}
"""By the files of apple/ml-mobileclip@26a6120 ``mobileclip/configs`` and ``models``."""


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_sizes_are_read_off_the_tensors(name: str) -> None:
    with torch.device("meta"):
        weights = numbered(apples(Backbone(PUBLISHED[name])))
    assert apple(weights).shape == PUBLISHED[name]


@pytest.mark.parametrize("name", ["s1", "b"])
def test_open_clip_converts_the_same_names_to_the_same_vectors(name: str) -> None:
    """open_clip reads Apple's states of S1, S2 and B, too; of sizes that are published."""
    package = pytest.importorskip("open_clip")
    from open_clip.convert import convert_state_dict

    theirs = package.create_model(f"MobileCLIP-{name.upper()}").eval()
    torch.manual_seed(0)
    ours = shaken(Backbone(PUBLISHED[f"mobileclip_{name}"]), gain=0.1)
    state = apples(ours)
    theirs.load_state_dict(convert_state_dict(theirs, dict(state)))
    for one in theirs.visual.modules():
        if isinstance(one, torch.nn.LayerNorm):
            one.eps = 1e-5  # as in Apple's code; timm's has 1e-6
    given = numbered(state)
    again = assembled(apple(given), given)
    side = ours.shape.picture.image
    pixels, ids = torch.randn(2, 3, side, side), torch.randint(1, 49407, (2, 77))
    ids[:, 20:] = 0
    ids[:, 20] = 49407
    with torch.no_grad():
        wanted, said = theirs.encode_image(pixels), theirs.encode_text(ids)
        frames = again.videos(pixels.unsqueeze(0)).frames[0]
        texts = again.texts(ids).sentences
    for found, true in ((frames, wanted), (texts, said)):
        scale = true.abs().max()
        assert (true[0] - true[1]).abs().max() > scale / 100
        torch.testing.assert_close(found / scale, true / scale, rtol=0, atol=1e-5)


def test_what_was_folded_and_what_is_missing() -> None:
    torch.manual_seed(0)
    weights = apples(Backbone(SHAPES["s1"]))
    assert is_apples(weights)
    assert not is_apples({"visual.conv1.weight": torch.ones(1)})
    folded = {**weights, "image_encoder.model.patch_embed.0.reparam_conv.weight": torch.ones(1)}
    with pytest.raises(UsageError, match="folded"):
        apple(numbered(folded))
    del weights["text_encoder.final_layer_norm.bias"]
    given = numbered(weights)
    with pytest.raises(UsageError, match=r"lack text_encoder\.final_layer_norm\.bias"):
        assembled(apple(given), given)
