"""Bytes and tokens through published and new towers, beside those towers called by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn.functional import normalize

from kinolex.errors import UsageError
from kinolex.lab.backbone.backbone import Backbone
from kinolex.lab.backbone.loading import load
from kinolex.lab.backbone.shape import ConvolutionShape, Layers, Shape, TextShape
from kinolex.lab.features import Cache
from kinolex.lab.training.front import Front, front_from, front_of
from kinolex.lab.training.settings import Settings, read
from tests.lab.published import SIDE, clip_folder, drawn, pixel_world

NEW = {"width": 16, "layers": 1, "patch": 8}


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Weights, and the folder of a cache that was filled by their rules."""
    folder = tmp_path_factory.mktemp("published")
    clip_folder(folder / "clip")
    return folder / "clip", pixel_world(folder, backbone=folder / "clip")


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Cache:
    """A cache with a tokeniser of its own."""
    return Cache(pixel_world(tmp_path_factory.mktemp("plain")) / "cache")


def settings(backbone: dict[str, Any], matcher: str = "ucofia", **more: Any) -> Settings:
    return read({"matcher": matcher, "backbone": backbone, **more})


def test_published_towers_see_what_they_see_without_a_cache(published: tuple[Path, Path]) -> None:
    clip, folder = published
    cache = Cache(folder / "cache", frames=4, words=20)
    front, sizes = front_of(settings({"from": str(clip)}), cache)
    names, texts = ["v0", "v2", "v1"], cache.texts_held()[:3]
    with torch.no_grad():
        videos, said = front(cache.videos(names), cache.texts(texts))
        loaded = load(clip)
        ids, mask = loaded.words.encode(texts)
        wanted = loaded.backbone.texts(torch.from_numpy(ids), torch.from_numpy(mask) > 0)
        for row, name in enumerate(names):
            pictures = drawn(int(name[1:]))[1]
            pixels = torch.from_numpy(loaded.pictures.batch(pictures))
            seen = loaded.backbone.videos(pixels[None], patches=True)
            count = len(pictures)
            assert videos.mask[row].tolist() == [at < count for at in range(4)]
            torch.testing.assert_close(videos.frames[row, :count], seen.frames[0])
            torch.testing.assert_close(videos.patches[row, :count], seen.patches[0])
            assert not videos.frames[row, count:].any()
    torch.testing.assert_close(said.sentences, wanted.sentences)
    torch.testing.assert_close(said.words, wanted.words[:, : said.words.shape[1]])
    assert (sizes.dimensions, sizes.frames, sizes.patches, sizes.words) == (16, 4, 4, 20)


def test_siglip_reads_its_padding(tmp_path: Path) -> None:
    """Its sentence is the last of all tokens: what stands there must be what it was trained on."""
    transformers = pytest.importorskip("transformers")
    from tests.lab.backbone.test_loading import tokenizer

    side = {"hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 1,
            "num_attention_heads": 2}  # fmt: skip
    config = transformers.SiglipConfig(
        text_config={**side, "vocab_size": 10, "max_position_embeddings": 10, "pad_token_id": 1},
        vision_config={**side, "image_size": SIDE, "patch_size": 8},
    )
    torch.manual_seed(0)
    model = transformers.SiglipModel(config).eval()
    model.save_pretrained(tmp_path)
    rule = {
        "size": {"height": SIDE, "width": SIDE},
        "image_mean": [0.5] * 3,
        "image_std": [0.5] * 3,
    }
    (tmp_path / "preprocessor_config.json").write_text(json.dumps(rule))
    (tmp_path / "tokenizer_config.json").write_text('{"pad_token": "<p>"}')
    tokenizer(tmp_path)
    cache = Cache(pixel_world(tmp_path / "world", backbone=tmp_path) / "cache", words=8)
    front, _ = front_of(settings({"from": str(tmp_path)}), cache)
    given = cache.texts(cache.texts_held()[:4])
    assert len(set(given.mask.sum(dim=1).tolist())) > 1
    whole = torch.ones(4, 10, dtype=torch.int64)
    whole[:, : given.ids.shape[1]] = given.ids.masked_fill(~given.mask, 1)
    with torch.no_grad():
        videos, said = front(cache.videos(["v0"]), given)
        wanted = model.get_text_features(whole).pooler_output
        pixels = torch.from_numpy(np.stack(drawn(0)[1]).transpose(0, 3, 1, 2) / 127.5 - 1).float()
        shown = model.get_image_features(pixels).pooler_output
    torch.testing.assert_close(said.sentences, wanted, rtol=0, atol=1e-5)
    torch.testing.assert_close(videos.frames[0], shown, rtol=0, atol=1e-5)
    assert said.words.shape[1] == given.ids.shape[1]


@pytest.mark.parametrize(
    ("train", "learnt"),
    [("all", {"picture", "text"}), ("picture", {"picture"}), ("text", {"text"}), ("none", set())],
)
def test_towers_that_are_learnt(plain: Cache, train: str, learnt: set[str]) -> None:
    front, _ = front_of(settings({**NEW, "train": train}), plain)
    found = {n.split(".")[1] for n, one in front.named_parameters() if one.requires_grad}
    assert found == learnt


def test_a_new_one_is_of_the_seed_and_leaves_other_numbers_alone(plain: Cache) -> None:
    torch.manual_seed(3)
    wanted = torch.randn(2)
    torch.manual_seed(3)
    made = [front_of(settings(NEW, seed=seed), plain)[0].state_dict() for seed in (1, 1, 2)]
    assert torch.equal(torch.randn(2), wanted)
    name = "towers.picture.patch.weight"
    assert torch.equal(made[0][name], made[1][name])
    assert not torch.equal(made[0][name], made[2][name])
    assert made[0]["towers.text.token.weight"].shape == (plain.tokens["vocabulary"], 16)


@pytest.mark.parametrize("convolutions", [False, True])
def test_it_comes_back_from_what_a_checkpoint_keeps(plain: Cache, convolutions: bool) -> None:
    given = settings({**NEW, "train": "text"})
    front, _ = front_of(given, plain)
    if convolutions:
        small = ConvolutionShape(SIDE, (1, 1, 1, 1), (8, 8, 16, 32))
        text = TextShape(Layers(16, 1, 2), plain.tokens["vocabulary"], 32)
        front = Front(front.rule, Backbone(Shape(small, text, 16)), tokens=plain.tokens).eval()
    again = front_from(front.about(), given.backbone).eval()
    again.load_state_dict(front.state_dict())
    batch = plain.videos(["v0", "v1"]), plain.texts(plain.texts_held()[:2])
    for one, other in zip(front(*batch), again(*batch), strict=True):
        assert torch.equal(one.mask, other.mask)
    assert torch.equal(front(*batch)[0].frames, again(*batch)[0].frames)
    assert not again.towers.picture.projection.weight.requires_grad
    assert again.about() == front.about()


def test_its_rules_are_those_that_the_engine_needs(plain: Cache, tmp_path: Path) -> None:
    """New towers, written as an encoder, see and read what the lab sees and reads."""
    pytest.importorskip("onnx")
    pytest.importorskip("onnxscript")
    from kinolex.benchmark.models import open_model
    from kinolex.lab.export.encoder import export_encoder

    front, _ = front_of(settings({**NEW, "width": 32}), plain)
    export_encoder(
        front.towers, tmp_path / "encoder", tokenizer=plain.place / "tokenizer.json",
        picture=front.rule, text=front.text_rule,
    )  # fmt: skip
    engine, texts = open_model(str(tmp_path / "encoder")), plain.texts_held()[:3]
    with torch.no_grad():
        videos, said = front(plain.videos(["v2"]), plain.texts(texts))
    seen = torch.from_numpy(engine.encode_pictures(drawn(2)[1]))
    told = torch.from_numpy(engine.encode_words(texts))
    torch.testing.assert_close(normalize(videos.frames[0], dim=-1), seen, rtol=0, atol=1e-4)
    torch.testing.assert_close(normalize(said.sentences, dim=-1), told, rtol=0, atol=1e-4)


def test_one_side_alone_stays_alone(plain: Cache) -> None:
    front, _ = front_of(settings(NEW), plain)
    assert front(None, plain.texts(plain.texts_held()[:1]))[0] is None
    assert front(plain.videos(["v0"]), None)[1] is None


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"backbone": {}}, "nothing says what looks at them"),
        ({"backbone": NEW, "data": {"mixing": 0.5}}, "Vectors can be mixed"),
        ({"backbone": NEW, "losses": {"continuously-weighted": {}}}, "guided by cached vectors"),
        ({"backbone": NEW, "matcher": "vop", "head": {"kind": "linear"}}, "no head stands before"),
        ({"backbone": NEW, "matcher": "vop", "options": {"backbone": "x"}}, "Two backbones"),
        ({"backbone": {**NEW, "heads": 2}, "matcher": "vop"}, "of this matcher has 1 heads"),
        ({"backbone": {**NEW, "patch": 32}}, "has no patch of 32"),
        ({"backbone": {"from": "gone"}}, "gone"),
    ],
)
def test_refusals(plain: Cache, given: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        front_of(read({"matcher": "mean-pooling", **given}), plain)


def test_weights_and_a_cache_of_other_rules_are_refused(
    published: tuple[Path, Path], plain: Cache, tmp_path: Path
) -> None:
    given = settings({"from": str(published[0])})
    with pytest.raises(UsageError, match="are not those of"):
        front_of(given, plain)
    config = json.loads((published[0] / "open_clip_config.json").read_text())
    assert config["model_cfg"]["vision_cfg"]["image_size"] == SIDE
    (tmp_path / "other").mkdir()
    about = json.loads((plain.place / "cache.json").read_text())
    (tmp_path / "other" / "cache.json").write_text(json.dumps({**about, "pixels": 24}))
    with pytest.raises(UsageError, match=r"pictures of 24 pixels; .* reads 16"):
        front_of(given, Cache(tmp_path / "other"))


def test_vectors_come_without_pixels(plain: Cache) -> None:
    from kinolex.lab.matchers.base import Texts, Videos

    front, _ = front_of(settings(NEW), plain)
    with pytest.raises(UsageError, match="without pixels"):
        front(Videos(torch.zeros(1, 1, 4), torch.ones(1, 1).bool()), None)
    with pytest.raises(UsageError, match="without tokens"):
        front(None, Texts(torch.zeros(1, 4)))
