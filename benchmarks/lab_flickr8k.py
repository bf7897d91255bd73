"""Training on real pictures, R@1 a CPU-minute: ``python -m benchmarks.lab_flickr8k``.

Flickr8k by the features of the encoder that ships, which itself was trained on the train split
(`docs/starter.md`); the rule of every run picks on pictures that no side trained on, test is asked
once.

- *one frame*: a picture is a video of one frame; a linear head before mean pooling, in all 512
  dimensions and down to fewer, trained on the train split or on the dev split, which the encoder
  never saw;
- *windows*: six windows that pan over the picture are its frames; matchers behind a head to 128
  dimensions, trained on some of the train split.

One thread, processor seconds, three seeds. Features stay in ``--keep`` and are made once (eight
minutes); the rest takes as long again. With ``--only`` the rows of the other parts stay in the
file. ``--quick`` shows that it runs.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

for _name in ("OMP", "OPENBLAS", "MKL"):
    os.environ[f"{_name}_NUM_THREADS"] = "1"

import torch  # noqa: E402

from benchmarks.harness import RESULTS, Table, cost_of  # noqa: E402
from benchmarks.lab_costs import with_others  # noqa: E402
from benchmarks.lab_flickr8k_data import (  # noqa: E402
    SIX,
    Data,
    Sizes,
    archive,
    in_windows,
    whole,
)
from benchmarks.quality_pictures import pictures_of  # noqa: E402
from kinolex.encoders.protocols import PictureEncoder  # noqa: E402
from kinolex.encoders.registry import load_picture  # noqa: E402
from kinolex.lab.dataset import Captions, split_of  # noqa: E402
from kinolex.lab.evaluating import evaluate  # noqa: E402
from kinolex.lab.features import Cache  # noqa: E402
from kinolex.lab.training.checkpoints import load_model  # noqa: E402
from kinolex.lab.training.model import Model, build  # noqa: E402
from kinolex.lab.training.running import train  # noqa: E402
from kinolex.lab.training.settings import Settings, read  # noqa: E402
from kinolex.settings import Settings as Common  # noqa: E402

KEEP = RESULTS.parents[1] / "build" / "lab-flickr8k"
WAYS = {"text to video": "t2v", "video to text": "v2t"}
DEV = {"train": "val", "validation": "", "hold_out": 0.2}
"""Trained on four fifths of the dev split, picked on the fifth that is held out."""
MATCHERS = (
    "mean-pooling", "query-scoring", "x-pool", "clip4clip-seq-transf", "video-colbert",
)  # fmt: skip
KNOWN = 1000
"""Pictures of the train split that the encoder is asked about."""


@dataclass(frozen=True)
class Trial:
    """A training: what tables call it, and its settings but for seed and data."""

    title: str
    matcher: str
    optimiser: Mapping[str, Any]
    dimensions: int = 512
    data: Mapping[str, Any] | None = None

    def settings(self, data: Data, seed: int) -> Settings:
        """As a run has them."""
        places = {"cache": str(data.cache), "records": str(data.records)}
        head = {"kind": "linear", "dimensions": self.dimensions}
        return read(
            {
                "matcher": self.matcher,
                "seed": seed,
                "head": head,
                "optimiser": dict(self.optimiser),
                "data": {**places, "frames": SIX, **(self.data or {})},
            }
        )


WHOLE = (
    Trial("linear head", "mean-pooling", {"epochs": 10, "batch": 256, "rate": 1e-4}),
    Trial("linear head, on dev", "mean-pooling", {"epochs": 20, "batch": 200, "rate": 3e-4},
          data=DEV),
    Trial("linear head to 128", "mean-pooling", {"epochs": 10, "batch": 256}, 128),
    Trial("linear head to 64", "mean-pooling", {"epochs": 10, "batch": 256}, 64),
    Trial("linear head to 64, on dev", "mean-pooling", {"epochs": 30, "batch": 200}, 64, DEV),
)  # fmt: skip
IN_WINDOWS = tuple(
    Trial(f"{name}, head to 128", name, {"epochs": 8, "batch": 128}, 128) for name in MATCHERS
)


def captions_of(data: Data, split: str, most: int = 0) -> Captions:
    """Of a split; with ``most``, of its first pictures."""
    given = split_of(data.captions(), split)
    if most:
        names = set(list(dict.fromkeys(one.video for one in given))[:most])
        given = [one for one in given if one.video in names]
    return Captions.of(Cache(data.cache, frames=SIX), given)


def recalls(model: Model, captions: Captions) -> dict[str, float]:
    """R@1 in percent by direction."""
    found = evaluate(model, captions, measures=("R@1",))
    return {WAYS[way]: 100 * one["R@1"] for way, one in found.items()}


def untrained(matcher: str, captions: Captions) -> Model:
    """The encoder alone, behind a matcher that has nothing to learn."""
    return build(read({"matcher": matcher}), captions.source.sizes)  # type: ignore[attr-defined]


def cut(dimensions: int, captions: Captions) -> Model:
    """The encoder alone, its vectors cut to the first numbers."""
    head = {"kind": "linear", "dimensions": dimensions}
    sizes = captions.source.sizes  # type: ignore[attr-defined]
    model = build(read({"matcher": "mean-pooling", "head": head}), sizes)
    with torch.no_grad():
        for one in (model.heads.seen, model.heads.said):
            one.weight.copy_(torch.eye(*one.weight.shape))
    return model


def shorter(table: Table, part: str, data: Data, lengths: Sequence[int]) -> None:
    """What is left of the encoder's recall where vectors are cut, beside which heads stand."""
    test = captions_of(data, "test")
    for length in lengths:
        for short, value in recalls(cut(length, test), test).items():
            what = f"{part}: first {length} numbers, nothing trained"
            table.add(f"{what}: {short} R@1", value, "%")


def beginning(
    table: Table, part: str, data: Data, names: Sequence[str], known: int = KNOWN
) -> None:
    """What a guess reaches, and the encoder alone: on test, and on pictures that it knows."""
    test = captions_of(data, "test")
    for name in names:
        model = untrained(name, test)
        found = evaluate(model, test, measures=("R@1",))
        for way, result in found.items():
            short = WAYS[way]
            if name == names[0]:
                table.add(f"{part}: guess: {short} R@1", 100 * result.guess["R@1"], "%")
            table.add(f"{part}: {name}, nothing trained: {short} R@1", 100 * result["R@1"], "%")
    if known:
        for short, value in recalls(untrained(names[0], test), captions_of(
                data, "train", known)).items():  # fmt: skip
            table.add(f"{part}: the same of {known} train pictures: {short} R@1", value, "%")


def trial(table: Table, part: str, one: Trial, data: Data, seeds: int) -> None:
    """All seeds of a training: where each begins, where it ends, and what that took."""
    test = captions_of(data, "test")
    start: dict[str, list[float]] = {"t2v": [], "v2t": []}
    ended: dict[str, list[float]] = {"t2v": [], "v2t": []}
    minutes = []
    for seed in range(seeds):
        settings = one.settings(data, seed)
        before = recalls(build(settings, Cache(data.cache, frames=SIX).sizes), test)
        with tempfile.TemporaryDirectory() as scratch:
            run = Path(scratch) / "run"
            minutes.append(
                cost_of(lambda settings=settings, run=run: train(settings, run)).cpu / 60
            )
            after = recalls(load_model(run)[0], test)
        for way in start:
            start[way].append(before[way])
            ended[way].append(after[way])
        print(f"  {part}, {one.title}, seed {seed}: {before} {after}", file=sys.stderr)
    for way in start:
        table.add(f"{part}: {one.title}: {way} R@1 before", start[way], "%")
        table.add(f"{part}: {one.title}: {way} R@1", ended[way], "%")
    table.add(f"{part}: {one.title}: training", [60 * m for m in minutes], "s")
    gained = [(b - a) / m for a, b, m in zip(start["t2v"], ended["t2v"], minutes, strict=True)]
    table.add(f"{part}: {one.title}: t2v R@1 gained a CPU-minute", gained, "points")


def encoding(table: Table, encoder: PictureEncoder, shared: Path, data: Data, runs: int) -> None:
    """What features cost: a picture (a window costs as much), a caption."""
    given = data.captions()
    names = list(dict.fromkeys(one.video for one in given))[: 64 * runs]
    pictures = list(pictures_of(archive(shared), names))
    texts = [one.text for one in given][: 64 * runs]
    seen, said = [], []
    for first in range(0, len(pictures), 64):
        some, told = pictures[first : first + 64], texts[first : first + 64]
        seen.append(1000 * cost_of(lambda some=some: encoder.encode_pictures(some)).cpu / len(some))
        work = cost_of(lambda told=told: encoder.encode_words(told, query=True))
        said.append(1000 * work.cpu / len(told))
    table.add("encoding a picture or a window", seen[1:] or seen, "ms")
    table.add("encoding a caption", said[1:] or said, "ms")


PARTS = ("encoding", "cut", "one frame", "windows")


def measured(shared: Path, keep: Path, parts: Sequence[str], *, quick: bool, seeds: int) -> Table:
    """Some of it, or all."""
    encoder = load_picture("starter", Common(threads=1))
    sizes = Sizes(24, 16, 8) if quick else Sizes()
    table = Table("lab-flickr8k: heads and matchers on features of Flickr8k")
    pictures = whole(shared, keep, encoder, sizes)
    if "encoding" in parts:
        encoding(table, encoder, shared, pictures, 2 if quick else 6)
    if "cut" in parts:
        shorter(table, "one frame", pictures, (128, 64))
    if "one frame" in parts:
        beginning(table, "one frame", pictures, ("mean-pooling",))
        for one in WHOLE:
            trial(table, "one frame", one, pictures, seeds)
    if "windows" in parts:
        panned = in_windows(shared, keep, encoder, pictures, sizes)
        beginning(table, "windows", panned, ("mean-pooling", "query-scoring"), 0)
        for one in IN_WINDOWS:
            trial(table, "windows", one, panned, seeds)
    return table


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and save."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", type=Path, required=True, help="folder with data/flickr8k")
    parser.add_argument("--keep", type=Path, help="where features are kept; else under build/")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--only", choices=PARTS, action="append", help="some parts")
    parser.add_argument("--quick", action="store_true", help="a few pictures; not saved")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    given = parser.parse_args(arguments)
    torch.set_num_threads(1)
    keep = given.keep or KEEP.with_name(KEEP.name + "-quick" if given.quick else KEEP.name)
    seeds = 1 if given.quick else given.seeds
    table = measured(given.shared, keep, given.only or PARTS, quick=given.quick, seeds=seeds)
    print(table)
    if given.json or not given.quick:
        place = given.json or RESULTS / "lab-flickr8k.json"
        written = with_others(table, place) if given.only else table
        print(f"\n{written.save(place)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
