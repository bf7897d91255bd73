"""A run that was trained end to end gives an encoder and a matcher that stands on it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kinolex.datasets import records
from kinolex.encoders.matcher import OnnxMatcher
from kinolex.encoders.picture import OnnxPictures
from kinolex.errors import UsageError
from kinolex.lab.dataset import Captions, split_of
from kinolex.lab.evaluating import similarity
from kinolex.lab.export.run import export_run
from kinolex.lab.features import Cache
from kinolex.lab.filling import captions_of
from kinolex.lab.training.checkpoints import load_model
from kinolex.lab.training.running import train
from kinolex.lab.training.settings import read
from tests.lab.published import pixel_world


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return pixel_world(tmp_path_factory.mktemp("pixels"))


def trained(world: Path, run: Path, matcher: str, **more: Any) -> Path:
    data = {"cache": str(world / "cache"), "records": str(world / "captions.jsonl")}
    given = {
        "matcher": matcher,
        "data": {**data, "frames": 4, "words": 8, "validation": ""},
        "backbone": {"width": 16, "layers": 2, "patch": 8},
        "optimiser": {"steps": 5, "batch": 6, "rate": 0.01},
        **more,
    }
    given["data"]["hold_out"] = 0.4
    train(read(given), run)
    return run


@pytest.mark.parametrize("matcher", ["mean-pooling", "max-pooling"])
def test_encoder_and_matcher_score_as_the_run(world: Path, tmp_path: Path, matcher: str) -> None:
    run = trained(world, tmp_path / "run", matcher)
    card = export_run(run, tmp_path / "out", name="mine")
    engine = OnnxPictures("mine-encoder", tmp_path / "out" / "mine-encoder")
    assert card.space == f"{engine.name}@{engine.version}"
    judge = OnnxMatcher(tmp_path / "out")
    assert judge.card == card

    model, settings, _ = load_model(run)
    cache = Cache(settings.data.cache, frames=4, words=8)
    said = split_of(captions_of(records.read(settings.data.records)), "train")
    some = Captions.of(cache, said)
    ours = similarity(model, some)
    # The engine's way: pictures and words through the encoder, then the matcher.
    seen = cache.videos(some.videos)
    assert seen.pixels is not None
    frames = np.zeros((len(some.videos), card.frames, card.dimensions), np.float32)
    mask = np.zeros(frames.shape[:2], bool)
    for at, pixels in enumerate(seen.pixels):
        there = pixels[seen.mask[at]].numpy().transpose(0, 2, 3, 1)
        frames[at, : len(there)] = engine.encode_pictures(list(there))
        mask[at, : len(there)] = True
    found = judge.score(judge.texts(engine.encode_words(some.texts)), judge.videos(frames, mask))
    np.testing.assert_allclose(found, ours, atol=1e-4)


def test_a_matcher_that_reads_lengths_is_refused(world: Path, tmp_path: Path) -> None:
    run = trained(world, tmp_path / "run", "clip4clip-seq-transf")
    with pytest.raises(UsageError, match="how long vectors are"):
        export_run(run, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_matcher_that_changes_the_backbone_is_refused(world: Path, tmp_path: Path) -> None:
    run = trained(world, tmp_path / "run", "vop")
    with pytest.raises(UsageError, match="needs pixels"):
        export_run(run, tmp_path / "out")


def test_a_run_with_an_encoder_has_its_own_space(world: Path, tmp_path: Path) -> None:
    run = trained(world, tmp_path / "run", "mean-pooling")
    with pytest.raises(UsageError, match="encoder of its own"):
        export_run(run, tmp_path / "out", space="starter@0123456789ab")
    with pytest.raises(UsageError, match="cannot be called"):
        export_run(run, tmp_path / "out", name="../mine")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["run"]
