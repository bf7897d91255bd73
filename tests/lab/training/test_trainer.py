"""Training on features whose rules are known."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

from kinolex.datasets import records
from kinolex.datasets.records import CaptionRecord
from kinolex.errors import UsageError
from kinolex.lab.dataset import Captions
from kinolex.lab.evaluating import evaluate
from kinolex.lab.features import Cache
from kinolex.lab.matchers import base
from kinolex.lab.matchers.base import Matcher, Representation, Sizes, Texts, Videos
from kinolex.lab.training import trainer as trainers
from kinolex.lab.training.checkpoints import load, load_model
from kinolex.lab.training.model import build
from kinolex.lab.training.running import train
from kinolex.lab.training.settings import Settings, read
from kinolex.lab.training.trainer import Trainer
from kinolex.progress import Event
from tests.lab.conftest import make_cache


class Steps(Matcher):
    """The mean of the differences between neighbouring frames, through a learnt map."""

    name = "test-steps"
    title = "Steps"
    paper = "made for this test"
    kind = "pooled"

    def __init__(self, sizes: Sizes) -> None:
        super().__init__(sizes)
        self.turn = nn.Linear(sizes.dimensions, sizes.dimensions)
        self.drop = nn.Dropout(0.1)

    def represent_video(self, videos: Videos) -> Representation:
        both = (videos.mask[:, 1:] & videos.mask[:, :-1])[..., None]
        steps = ((videos.frames[:, :-1] - videos.frames[:, 1:]) * both).sum(dim=1)
        return Representation("pooled", {"vector": normalize(self.turn(steps), dim=-1)})

    def represent_text(self, texts: Texts) -> Representation:
        return Representation("pooled", {"vector": normalize(self.drop(texts.sentences), dim=-1)})

    def score(self, texts: Representation, videos: Representation) -> Tensor:
        return texts["vector"] @ videos["vector"].T


@pytest.fixture(autouse=True)
def _known(monkeypatch: pytest.MonkeyPatch) -> None:
    base.matchers()
    monkeypatch.setitem(base._known, Steps.name, Steps)


def settings(cache: tuple[Path, list[CaptionRecord]], **more: object) -> Settings:
    place = cache[0].with_suffix(".jsonl")
    if not place.exists():
        records.write(cache[1], place)
    given = {
        "matcher": "mean-pooling",
        "head": {"kind": "linear"},
        "data": {"cache": str(cache[0]), "records": str(place)},
        "optimiser": {"epochs": 40, "batch": 12, "rate": 0.02},
    }
    return read({**given, **more})


def test_a_linear_rule_is_learnt_and_the_picked_weights_can_be_used(
    cache: tuple[Path, list[CaptionRecord]], tmp_path: Path
) -> None:
    given = settings(cache)
    source = Cache(cache[0])
    test = Captions.of(source, [one for one in cache[1] if one.split == "test"])
    before = evaluate(build(given, source.sizes), test)["text to video"]["R@1"]
    found = train(given, tmp_path / "run")
    model, again, more = load_model(tmp_path / "run")
    after = evaluate(model, test)["text to video"]["R@1"]
    assert before < 0.4
    assert after > 0.9
    assert (again, more["step"]) == (given, found.step)
    assert found.trained == 2 * (16 * 16 + 16) + 2
    told = json.loads((tmp_path / "run" / "result.json").read_text())
    assert told["validation"]["text to video"]["values"] == found.results["text to video"].values
    lines = [json.loads(one) for one in (tmp_path / "run" / "log.jsonl").read_text().splitlines()]
    steps = [one for one in lines if "loss" in one]
    assert [one["step"] for one in steps] == list(range(1, found.steps + 1))
    assert steps[-1]["loss"] < steps[0]["loss"] / 2
    assert sum("validation" in one for one in lines) == 40


def test_order_is_learnt_by_who_sees_it_and_by_nobody_else(tmp_path: Path) -> None:
    made = tmp_path / "cache", make_cache(tmp_path / "cache", ordered=True)
    source = Cache(made[0])
    test = Captions.of(source, [one for one in made[1] if one.split == "test"])
    right = {}
    for name, head in (("mean-pooling", "linear"), ("test-steps", "none")):
        train(settings(made, matcher=name, head={"kind": head}), tmp_path / name)
        results = evaluate(load_model(tmp_path / name)[0], test)
        right[name] = results["text to video"]["R@1"]
    assert right["test-steps"] > 0.9
    assert right["mean-pooling"] < 0.7


def run(
    given: Settings, cache: tuple[Path, list[CaptionRecord]], out: Path, resume: bool
) -> Trainer:
    out.mkdir(exist_ok=True)
    source = Cache(cache[0])
    some = [
        Captions.of(source, [one for one in cache[1] if one.split == split])
        for split in ("train", "val")
    ]
    model = build(given, source.sizes)
    return Trainer(given, model, source.sizes, *some, out, resume=resume)


@pytest.mark.parametrize("stop", [1, 3, 4])
def test_an_interrupted_run_ends_as_an_undisturbed_one_bit_for_bit(
    cache: tuple[Path, list[CaptionRecord]], tmp_path: Path, stop: int
) -> None:
    given = settings(
        cache,
        matcher="test-steps",
        optimiser={"epochs": 4, "batch": 8, "ema": 0.9, "accumulate": 2, "rate": 0.01},
        data={"cache": str(cache[0]), "records": "", "mixing": 0.5},
    )
    whole = run(given, cache, tmp_path / "whole", False)
    whole.run()
    run(given, cache, tmp_path / "parts", False).run(until=stop)
    torch.manual_seed(1234)  # another process has other random numbers
    rest = run(given, cache, tmp_path / "parts", True)
    assert rest.step == stop
    rest.run()
    assert whole.steps == rest.step > 4
    for name in ("last.pt", "picked.pt"):
        one, other = load(tmp_path / "whole" / name), load(tmp_path / "parts" / name)
        one.pop("seconds", None), other.pop("seconds", None)
        assert _equal(one, other), name
    logs = [(tmp_path / side / "log.jsonl").read_text() for side in ("whole", "parts")]
    kept = [[_timeless(line) for line in log.splitlines()] for log in logs]
    assert kept[0] == kept[1]


def _timeless(line: str) -> dict[str, object]:
    return {name: one for name, one in json.loads(line).items() if name != "seconds"}


def _equal(one: object, other: object) -> bool:
    if isinstance(one, Tensor):
        return isinstance(other, Tensor) and torch.equal(one, other)
    if isinstance(one, dict):
        return (
            isinstance(other, dict)
            and one.keys() == other.keys()
            and all(_equal(one[name], other[name]) for name in one)
        )
    if isinstance(one, list):
        return isinstance(other, list) and all(map(_equal, one, other))
    return one == other


@pytest.mark.parametrize("every", [-1.0, 1000.0])
def test_a_run_that_was_killed_goes_on_from_what_was_kept(
    cache: tuple[Path, list[CaptionRecord]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    every: float,
) -> None:
    given = settings(cache, matcher="test-steps", optimiser={"epochs": 2, "batch": 12})
    whole = run(given, cache, tmp_path / "whole", False)
    heard: list[Event] = []
    whole.progress = heard.append
    whole.run()
    assert [one.done for one in heard] == list(range(1, whole.steps + 1))

    def kill(event: Event) -> None:
        if event.done == 6:
            raise KeyboardInterrupt

    monkeypatch.setattr(trainers, "KEEP_EVERY", every)
    killed = run(given, cache, tmp_path / "parts", False)
    killed.progress = kill
    with pytest.raises(KeyboardInterrupt):
        killed.run()
    again = run(given, cache, tmp_path / "parts", True)
    assert again.step == (6 if every < 0 else 4)
    again.run()
    assert _equal(whole.model.state_dict(), again.model.state_dict())
    lines = [(tmp_path / side / "log.jsonl").read_text() for side in ("whole", "parts")]
    assert len(lines[0].splitlines()) == len(lines[1].splitlines()) == whole.steps + 2


def test_the_average_is_what_is_validated_and_picked(
    cache: tuple[Path, list[CaptionRecord]], tmp_path: Path
) -> None:
    given = settings(cache, optimiser={"steps": 5, "batch": 12, "ema": 0.9, "rate": 0.02})
    trainer = run(given, cache, tmp_path, False)
    trainer.epoch = 5
    found = trainer.run()
    picked = load(tmp_path / "picked.pt")["model"]
    assert _equal(picked, trainer.average.weights)
    assert not _equal(picked, trainer.model.state_dict())
    with_average = evaluate(load_model(tmp_path)[0], trainer.validation)["text to video"]
    assert found.results["text to video"].values == with_average.values


def test_a_gradient_that_is_no_number_stops_the_run(
    cache: tuple[Path, list[CaptionRecord]], tmp_path: Path
) -> None:
    trainer = run(settings(cache), cache, tmp_path, False)
    with torch.no_grad():
        trainer.model.heads.seen.bias.fill_(float("nan"))
    with pytest.raises(UsageError, match="step 1 is no number"):
        trainer.run()


def test_a_log_that_was_ahead_is_cut(
    cache: tuple[Path, list[CaptionRecord]], tmp_path: Path
) -> None:
    given = settings(cache, optimiser={"epochs": 2, "batch": 8})
    run(given, cache, tmp_path / "run", False).run(until=2)
    log = tmp_path / "run" / "log.jsonl"
    log.write_text(log.read_text() + '{"step": 3, "loss": 9.0}\n{"st')
    run(given, cache, tmp_path / "run", True).run()
    steps = [json.loads(line) for line in log.read_text().splitlines()]
    assert [one["step"] for one in steps if "loss" in one] == list(range(1, 13))


def test_other_settings_do_not_go_on(
    cache: tuple[Path, list[CaptionRecord]], tmp_path: Path
) -> None:
    run(settings(cache), cache, tmp_path / "run", False).run(until=1)
    with pytest.raises(UsageError, match="other settings"):
        run(settings(cache, seed=1), cache, tmp_path / "run", True)
    with pytest.raises(UsageError, match="holds a run already"):
        train(settings(cache), tmp_path / "run")


def test_a_run_from_before_a_setting_was_there_goes_on(
    cache: tuple[Path, list[CaptionRecord]], tmp_path: Path
) -> None:
    given = settings(cache)
    run(given, cache, tmp_path / "run", False).run(until=1)
    state = load(tmp_path / "run" / "last.pt")
    told = json.loads(state["settings"])
    del told["backbone"]
    torch.save({**state, "settings": json.dumps(told)}, tmp_path / "run" / "last.pt")
    assert run(given, cache, tmp_path / "run", True).step == 1


def test_seeds_differ_and_repeat(cache: tuple[Path, list[CaptionRecord]], tmp_path: Path) -> None:
    found = []
    for number, seed in enumerate((0, 0, 1)):
        given = settings(cache, seed=seed, matcher="test-steps")
        trainer = run(given, cache, tmp_path / str(number), False)
        trainer.run(until=2)
        found.append(trainer.model.state_dict())
    assert _equal(found[0], found[1])
    assert not _equal(found[0], found[2])


@pytest.mark.parametrize(
    "losses",
    [
        {"hardness-weighted": {}}, {"several-positives": {}}, {"continuously-weighted": {}},
        {"max-margin-intra": {}}, {"max-margin": {"hardest": True}}, {"sigmoid": {}},
        {"mil-nce": {}}, {"matryoshka": {"dimensions": [4]}},
        {"info-nce": {"weight": 0.5}, "teach-text": {"weight": 2.0}},
    ],
)  # fmt: skip
def test_every_loss_trains(
    cache: tuple[Path, list[CaptionRecord]], tmp_path: Path, losses: dict[str, dict[str, object]]
) -> None:
    import numpy as np

    some = [one for one in cache[1] if one.split == "train"]
    order = list(dict.fromkeys(one.video for one in some))
    np.save(tmp_path / "teacher.npy", [[float(one.video == v) for v in order] for one in some])
    given = settings(
        cache,
        losses=losses,
        data={
            "cache": str(cache[0]), "records": "", "texts_per_video": 2,
            "teachers": [str(tmp_path / "teacher.npy")],
        },
        optimiser={"epochs": 12, "batch": 8, "rate": 0.02},
    )  # fmt: skip
    run(given, cache, tmp_path / "run", False).run()
    lines = (tmp_path / "run" / "log.jsonl").read_text().splitlines()
    steps = [json.loads(line) for line in lines if '"loss"' in line]
    assert sum(one["loss"] for one in steps[-4:]) < sum(one["loss"] for one in steps[:4])
    assert set(losses) <= set(steps[0])


def test_bf16_learns_too(cache: tuple[Path, list[CaptionRecord]], tmp_path: Path) -> None:
    given = settings(cache, optimiser={"epochs": 30, "batch": 12, "rate": 0.02, "bf16": True})
    trainer = run(given, cache, tmp_path / "run", False)
    found = trainer.run()
    assert found.results["text to video"]["R@1"] > 0.8
    assert all(one.dtype == torch.float32 for one in trainer.model.parameters())


class Dots(nn.Module):
    """Pixels to frames, by a map that is trained with the rest."""

    def __init__(self) -> None:
        super().__init__()
        self.see = nn.Linear(16, 16, bias=False)
        nn.init.eye_(self.see.weight)

    def forward(self, videos: Videos | None, texts: Texts | None) -> tuple[Videos, Texts]:
        if videos is not None:
            pixels = videos.pixels.flatten(2) if videos.pixels is not None else videos.frames
            videos = Videos(self.see(pixels) * videos.mask[..., None], videos.mask)
        return videos, texts  # type: ignore[return-value]


class Pixels:
    """A source without any frames: the same numbers as pictures of 1 x 4 x 4."""

    def __init__(self, cache: Cache) -> None:
        self.cache = cache
        self.texts = cache.texts

    def videos(self, names: list[str]) -> Videos:
        found = self.cache.videos(names)
        pixels = found.frames.view(*found.mask.shape, 1, 4, 4)
        return Videos(torch.zeros(*found.mask.shape, 0), found.mask, pixels=pixels)


def test_end_to_end_through_a_backbone(
    cache: tuple[Path, list[CaptionRecord]], tmp_path: Path
) -> None:
    given = settings(cache, head={"kind": "none"}, optimiser={
        "epochs": 40, "batch": 12, "rate": 0.02, "rates": {"backbone": 0.03, "log_scale": 0.001},
    })  # fmt: skip
    source = Pixels(Cache(cache[0]))
    some = [
        Captions.of(source, [one for one in cache[1] if one.split == split])
        for split in ("train", "val")
    ]
    model = build(given, source.cache.sizes, backbone=Dots())
    found = Trainer(given, model, source.cache.sizes, *some, tmp_path).run()
    assert found.results["text to video"]["R@1"] > 0.9
    again, _, _ = load_model(tmp_path, backbone=Dots())
    assert evaluate(again, some[1])["text to video"]["R@1"] == found.results["text to video"]["R@1"]
