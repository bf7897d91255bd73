"""Training end to end from a cache of pixels: all that holds for vectors holds here."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from kinolex.datasets import records
from kinolex.errors import UsageError
from kinolex.lab.dataset import Captions, split_of
from kinolex.lab.evaluating import similarity
from kinolex.lab.features import Cache
from kinolex.lab.filling import captions_of
from kinolex.lab.matchers.base import matchers
from kinolex.lab.training import model as models
from kinolex.lab.training import trainer as trainers
from kinolex.lab.training.checkpoints import load, load_model
from kinolex.lab.training.front import front_of
from kinolex.lab.training.model import build
from kinolex.lab.training.running import train
from kinolex.lab.training.settings import Settings, read
from kinolex.lab.training.trainer import Trainer
from tests.lab.published import clip_folder, pixel_world
from tests.lab.training.plain import gradients
from tests.lab.training.test_caching import far
from tests.lab.training.test_trainer import _equal, _timeless

REPOSITORY = Path(__file__).parents[3]
NEW = {"width": 16, "layers": 2, "patch": 8}
USUAL = {"steps": 3, "batch": 6, "rate": 0.01}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pixels and tokens, and the vectors that no backbone of pictures gives."""
    return pixel_world(tmp_path_factory.mktemp("pixels"), more=True)


def settings(world: Path, matcher: str = "mean-pooling", **more: Any) -> Settings:
    data = {"cache": str(world / "cache"), "records": str(world / "captions.jsonl")}
    given = {"data": {**data, "frames": 4, "words": 8}, "backbone": NEW, "optimiser": USUAL}
    return read({"matcher": matcher, **given, **more})


def captions(given: Settings, split: str) -> Captions:
    cache = Cache(given.data.cache, frames=given.data.frames, words=given.data.words)
    return Captions.of(cache, split_of(captions_of(records.read(given.data.records)), split))


def trainer(given: Settings, out: Path, resume: bool = False) -> Trainer:
    out.mkdir(exist_ok=True)
    some = [captions(given, split) for split in ("train", "val")]
    front, sizes = front_of(given, some[0].source)
    model = build(given, sizes, backbone=front)
    return Trainer(given, model, sizes, *some, out, resume=resume)


@pytest.mark.parametrize("name", sorted(matchers()))
def test_every_matcher_trains_and_comes_back(name: str, world: Path, tmp_path: Path) -> None:
    given = settings(world, name, optimiser={**USUAL, "steps": 1, "pieces": 4})
    before = trainer(given, tmp_path / "before").model.state_dict()
    found = train(given, tmp_path / "run")
    model, _, _ = load_model(tmp_path / "run")
    held = captions(given, "val")
    torch.manual_seed(0)
    scores = similarity(model, held)
    assert scores.shape == (6, 6)
    assert np.isfinite(scores).all()
    assert (scores.argmax(axis=1) == held.own).mean() == found.results["text to video"]["R@1"]
    torch.manual_seed(0)
    assert np.array_equal(scores, similarity(load_model(tmp_path / "run")[0], held))
    assert model.trained() == found.trained
    after = model.state_dict()
    changed = {part.split(".")[0] for part in after if not torch.equal(after[part], before[part])}
    assert "matcher" in changed if model.backbone.own else "backbone" in changed


@pytest.mark.parametrize("name", ["mean-pooling", "tempme"])
@pytest.mark.parametrize("stop", [1, 3])
def test_an_interrupted_run_ends_as_an_undisturbed_one_bit_for_bit(
    name: str, stop: int, world: Path, tmp_path: Path
) -> None:
    optimiser = {"epochs": 2, "batch": 3, "ema": 0.9, "accumulate": 2, "pieces": 2, "rate": 0.01}
    given = settings(world, name, optimiser=optimiser)
    whole = trainer(given, tmp_path / "whole")
    whole.run()
    trainer(given, tmp_path / "parts").run(until=stop)
    torch.manual_seed(1234)
    rest = trainer(given, tmp_path / "parts", resume=True)
    assert rest.step == stop
    rest.run()
    assert whole.steps == rest.step == 4
    for file in ("last.pt", "picked.pt"):
        one, other = load(tmp_path / "whole" / file), load(tmp_path / "parts" / file)
        one.pop("seconds", None), other.pop("seconds", None)
        assert _equal(one, other), file
    logs = [(tmp_path / side / "log.jsonl").read_text() for side in ("whole", "parts")]
    kept = [[_timeless(line) for line in log.splitlines()] for log in logs]
    assert kept[0] == kept[1]


def test_a_killed_run_goes_on_through_the_door(
    world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = settings(world, optimiser={**USUAL, "steps": 4})
    train(given, tmp_path / "whole")
    monkeypatch.setattr(trainers, "KEEP_EVERY", -1.0)

    def kill(event: Any) -> None:
        if event.done == 2 and event.stage == "training":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(given, tmp_path / "parts", progress=kill)
    train(given, tmp_path / "parts", resume=True)
    one, other = (load(tmp_path / side / "last.pt")["model"] for side in ("whole", "parts"))
    assert _equal(one, other)


@pytest.mark.parametrize("name", ["mean-pooling", "video-colbert", "vop"])
def test_pieces_give_the_gradient_of_the_whole(name: str, world: Path, tmp_path: Path) -> None:
    found = []
    for pieces in (0, 1, 4):
        given = settings(world, name, optimiser={**USUAL, "pieces": pieces})
        one = trainer(given, tmp_path / str(pieces))
        found.append(gradients(one))
    assert far(found[0], found[1]) < 1e-5
    assert far(found[0], found[2]) < 1e-5


def test_the_average_is_what_is_validated(world: Path, tmp_path: Path) -> None:
    given = settings(world, optimiser={**USUAL, "ema": 0.9})
    one = trainer(given, tmp_path)
    one.epoch = 3
    one.run()
    picked = load(tmp_path / "picked.pt")["model"]
    assert _equal(picked, one.average.weights)
    assert not _equal(picked, one.model.state_dict())


def test_bf16_and_saved_memory_learn(world: Path, tmp_path: Path) -> None:
    more = {"bf16": True, "epochs": 60, "steps": 0, "batch": 12}
    given = settings(world, optimiser={**USUAL, **more}, backbone={**NEW, "save_memory": True})
    one = trainer(given, tmp_path)
    one.run()
    assert all(each.dtype == torch.float32 for each in one.model.parameters())
    losses = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    losses = [line["loss"] for line in losses if "loss" in line]
    assert losses[-1] < losses[0] / 4


def test_it_learns_what_is_seen_and_said(world: Path, tmp_path: Path) -> None:
    """Eighteen videos of twelve looks: of those that share one only a number is said besides."""
    given = settings(world, optimiser={"epochs": 60, "batch": 12, "rate": 0.005})
    train(given, tmp_path / "run")
    some = captions(given, "train")
    last = load(tmp_path / "run" / "last.pt")["model"]
    model = load_model(tmp_path / "run")[0]
    model.load_state_dict(last)
    right = (similarity(model, some).argmax(axis=1) == some.own).mean()
    assert right > 0.5  # a guess: 1 / 12


def test_a_frozen_tower_stays_and_rates_are_by_prefix(world: Path, tmp_path: Path) -> None:
    rates = {"backbone.towers.text.token": 1e-9}
    given = settings(
        world, backbone={**NEW, "train": "text"}, optimiser={**USUAL, "rates": rates, "decay": 0}
    )
    one = trainer(given, tmp_path)
    before = {name: each.clone() for name, each in one.model.state_dict().items()}
    one.run()
    after = one.model.state_dict()
    far_by = {name: float((after[name] - before[name]).abs().max()) for name in after}
    assert all(by == 0 for name, by in far_by.items() if ".picture." in name)
    assert 0 < far_by["backbone.towers.text.token.weight"] < 1e-7
    assert far_by["backbone.towers.text.positions"] > 1e-4


@pytest.mark.parametrize("matcher", ["mean-pooling", "frozen-in-time"])
def test_settings_hold_also_for_a_matchers_own_backbone(
    matcher: str, world: Path, tmp_path: Path
) -> None:
    more = {"train": "picture", "save_memory": True}
    model = trainer(settings(world, matcher, backbone={**NEW, **more}), tmp_path).model
    towers = model.backbone.towers or model.matcher.backbone
    learnt = {n.split(".")[0] for n, one in towers.named_parameters() if one.requires_grad}
    assert learnt == {"picture"}
    assert towers.picture.layers.save_memory
    assert towers.text.layers.save_memory


@pytest.mark.parametrize("matcher", ["mean-pooling", "vop", "frozen-in-time"])
def test_published_weights_are_where_it_begins(matcher: str, tmp_path: Path) -> None:
    clip = clip_folder(tmp_path / "clip")
    folder = pixel_world(tmp_path / "world", backbone=clip)
    given = settings(folder, matcher, backbone={"from": str(clip)})
    one = trainer(given, tmp_path / "run")
    towers = one.model.backbone.towers or one.model.matcher.backbone
    from kinolex.lab.backbone.loading import load as published

    wanted = published(clip).backbone.state_dict()
    assert all(torch.equal(each, wanted[name]) for name, each in towers.state_dict().items())
    found = one.run()
    assert found.trained > 0
    assert (tmp_path / "run" / "picked.pt").is_file()


def test_a_checkpoint_needs_no_weights_beside_it(tmp_path: Path) -> None:
    clip = clip_folder(tmp_path / "clip")
    folder = pixel_world(tmp_path / "world", backbone=clip)
    given = settings(folder, backbone={"from": str(clip)})
    train(given, tmp_path / "run")
    held = captions(given, "val")
    scores = similarity(load_model(tmp_path / "run")[0], held)
    clip.rename(tmp_path / "elsewhere")
    assert np.array_equal(scores, similarity(load_model(tmp_path / "run")[0], held))
    kept = (tmp_path / "run" / "tokenizer.json").read_bytes()
    assert kept == (tmp_path / "elsewhere" / "tokenizer.json").read_bytes()


def test_pictures_are_looked_at_in_pieces(
    world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = settings(world)
    one = trainer(given, tmp_path)
    whole, seen = similarity(one.model, one.validation), []
    monkeypatch.setattr(models, "SEEN_AT_ONCE", 8)
    towers, plain = one.model.backbone.towers, one.model.backbone.towers.videos
    monkeypatch.setattr(
        towers,
        "videos",
        lambda pixels, **more: seen.append(pixels.shape[1]) or plain(pixels, **more),
    )
    assert np.allclose(similarity(one.model, one.validation), whole, atol=1e-6)
    assert len(seen) == 3
    assert max(seen) <= 8


def test_a_cache_of_vectors_and_a_backbone_are_refused(tmp_path: Path) -> None:
    from tests.lab.conftest import make_cache

    said = make_cache(tmp_path / "cache")
    records.write(said, tmp_path / "captions.jsonl")
    with pytest.raises(UsageError, match="holds vectors: a backbone has nothing to look at"):
        train(settings(tmp_path), tmp_path / "run")
    with pytest.raises(UsageError, match="vop needs pixels, and the cache has none"):
        train(settings(tmp_path, "vop", backbone={}), tmp_path / "run")


def _processes(world: Path, toml: Path, out: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    said = {"WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    call = [sys.executable, "-m", "kinolex", "train", str(toml), "--out", str(out)]
    one = {**os.environ, **said, "OMP_NUM_THREADS": "1"}
    started = [
        subprocess.Popen(call, cwd=REPOSITORY, env={**one, "RANK": str(rank)}, stdout=-1, stderr=-1)
        for rank in range(2)
    ]
    try:
        for each in started:
            _, told = each.communicate(timeout=100)
            assert each.returncode == 0, told.decode()
    finally:
        for each in started:
            each.kill()


TOML = """
matcher = "{0}"
[data]
cache = "{1}/cache"
records = "{1}/captions.jsonl"
frames = 4
words = 8
[backbone]
width = 16
layers = 2
patch = 8
[optimiser]
steps = 3
batch = 6
clip = 0
"""


@pytest.mark.parametrize("name", ["x-clip", "prompt-switch"])
def test_two_processes_are_one(name: str, world: Path, tmp_path: Path) -> None:
    (tmp_path / "some.toml").write_text(TOML.format(name, world.as_posix()))
    train(read(tmp_path / "some.toml"), tmp_path / "one")
    _processes(world, tmp_path / "some.toml", tmp_path / "two")
    logs = [(tmp_path / side / "log.jsonl").read_text().splitlines() for side in ("one", "two")]
    for one, two in zip(*logs, strict=True):
        first, second = json.loads(one), json.loads(two)
        if "loss" in first:
            assert first["loss"] == pytest.approx(second["loss"], rel=1e-3)
            assert first["norm"] == pytest.approx(second["norm"], rel=1e-2)
    weights: list[dict[str, Tensor]] = [
        load(tmp_path / side / "last.pt")["model"] for side in ("one", "two")
    ]
    for part, one in weights[0].items():
        assert torch.allclose(one, weights[1][part], atol=5e-3), part
