"""Flickr8k as features: what becomes of a picture and a caption, and of a training."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the lab needs torch")

from benchmarks.harness import Table  # noqa: E402
from benchmarks.lab_flickr8k import Trial, beginning, cut, recalls, trial, untrained  # noqa: E402
from benchmarks.lab_flickr8k_data import Data, Sizes, some, spoken, windows  # noqa: E402
from kinolex.datasets import records  # noqa: E402
from kinolex.datasets.records import CaptionRecord  # noqa: E402
from kinolex.lab.dataset import Captions, split_of  # noqa: E402
from kinolex.lab.features import Cache, Writer  # noqa: E402


def test_windows_pan_along_the_top_and_back_along_the_bottom() -> None:
    picture = np.zeros((10, 20, 3), np.uint8)
    picture[..., 0] = np.arange(20)
    picture[..., 1] = np.arange(10)[:, None]
    found = list(windows(picture))
    corners = [tuple(one[0, 0, :2].tolist()) for one in found]
    assert corners == [(0, 0), (4, 0), (8, 0), (8, 4), (4, 4), (0, 4)]
    assert {one.shape for one in found} == {(6, 12, 3)}


def test_every_text_has_a_word() -> None:
    assert spoken("Two dogs, one ball !") == ["two", "dogs", "one", "ball"]
    assert spoken("...") == ["."]


def captions(splits: Sequence[str], videos: int, each: int) -> list[CaptionRecord]:
    return [
        CaptionRecord(id=f"{split}{v}#{n}", video=f"{split}{v}", text=f"{split} {v}", split=split)
        for split in splits
        for v in range(videos)
        for n in range(each)
    ]


def test_some_pictures_are_trained_on_and_all_test_pictures_asked_once() -> None:
    found = some(captions(("train", "val", "test"), 6, 2), Sizes(windows=4, held=2))
    by_split = {s: [one for one in found if one.split == s] for s in ("train", "val", "test")}
    assert {split: len(given) for split, given in by_split.items()} == {
        "train": 8, "val": 4, "test": 6,
    }  # fmt: skip
    assert len({one.video for one in by_split["test"]}) == 6


@pytest.fixture
def turned(tmp_path: Path) -> Data:
    """Texts are pictures' vectors turned round: what only a head can undo."""
    drawn = np.random.default_rng(0)
    turn = np.linalg.qr(drawn.standard_normal((8, 8)))[0]
    given = captions(("train", "val", "test"), 40, 1)
    data = Data(tmp_path / "cache", tmp_path / "captions.jsonl")
    records.write(given, data.records)
    with Writer(data.cache, model="drawn", dimensions=8) as to:
        for one in given:
            vector = drawn.standard_normal(8)
            to.add_video(one.video, vector[None])
            to.add_text(one.text, turn @ vector)
    return data


def test_a_training_is_told_from_its_beginning(turned: Data) -> None:
    table = Table("drawn")
    one = Trial("head", "mean-pooling", {"epochs": 60, "batch": 40, "rate": 0.02}, 8)
    beginning(table, "p", turned, ("mean-pooling",), 10)
    trial(table, "p", one, turned, 2)
    found = {row.what: row for row in table.rows}
    before = found["p: mean-pooling, nothing trained: t2v R@1"].value
    after = found["p: head: t2v R@1"]
    assert found["p: guess: t2v R@1"].value == pytest.approx(2.5)
    assert found["p: head: t2v R@1 before"].value == pytest.approx(before)
    assert after.low > before + 30
    per_minute = found["p: head: t2v R@1 gained a CPU-minute"]
    seconds = found["p: head: training"]
    assert per_minute.high >= 60 * (after.low - before) / seconds.high
    assert "p: the same of 10 train pictures: t2v R@1" in found


def test_recall_is_of_the_encoder_alone(turned: Data) -> None:
    test = Captions.of(Cache(turned.cache), split_of(turned.captions(), "test"))
    videos, texts = test.source.videos(test.videos), test.source.texts(test.texts)
    seen, said = videos.frames[:, 0].numpy(), texts.sentences.numpy()
    seen, said = (one / np.linalg.norm(one, axis=1, keepdims=True) for one in (seen, said))
    best = (said @ seen.T).argmax(axis=1)
    found = recalls(untrained("mean-pooling", test), test)
    assert found["t2v"] == pytest.approx(100 * np.mean(best == np.arange(40)))


def test_a_cut_leaves_the_first_numbers(turned: Data) -> None:
    test = Captions.of(Cache(turned.cache), split_of(turned.captions(), "test"))
    videos, texts = (
        cut(3, test)
        .eval()
        .represent(test.source.videos(test.videos), test.source.texts(test.texts))
    )
    wanted = test.source.texts(test.texts).sentences[:, :3]
    found = texts["vector"]
    assert torch.allclose(found, torch.nn.functional.normalize(wanted, dim=-1), atol=1e-6)
    assert videos["vector"].shape == (40, 3)


def test_results_name_the_same_rows_as_the_benchmark() -> None:
    from benchmarks.harness import RESULTS
    from benchmarks.lab_flickr8k import IN_WINDOWS, WHOLE

    told = json.loads((RESULTS / "lab-flickr8k.json").read_text(encoding="utf-8"))
    names = {row["what"] for row in told["rows"]}
    for part, trials in (("one frame", WHOLE), ("windows", IN_WINDOWS)):
        assert {f"{part}: {one.title}: training" for one in trials} <= names
