"""Training throughput: the lab's trainer beside plain PyTorch loops of the same model.

All sides train the same modules on the same drawn features with the same loss, batch, clipping and
schedule, on one thread; what a step costs is counted, validation and checkpoints on no side.

- *ours*: `kinolex.lab.training.trainer.Trainer` on a cache of features: float16, memory-mapped;
- *plain*: what people write: a Dataset over the same numbers in memory-mapped NPY files, a
  DataLoader with its usual collation, AdamW with its usual settings;
- *in memory*: the strictest: all features lie in memory as float32 tensors, a batch is one
  indexing, and AdamW is the fused one, which ours is too.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader, Dataset

from benchmarks.harness import Cost, Table, cost_of, in_turn, ratios
from kinolex.datasets.records import CaptionRecord
from kinolex.lab.dataset import Captions
from kinolex.lab.features import Cache, Writer
from kinolex.lab.matchers.base import Sizes, Texts, Videos, matchers
from kinolex.lab.training.journal import Journal
from kinolex.lab.training.model import Model, build
from kinolex.lab.training.settings import Settings, read
from kinolex.lab.training.trainer import Trainer

VIDEOS, BATCH, WORDS = 1280, 64, 16
STEPS = {"mean-pooling": 150, "x-pool": 8, "clip4clip-seq-transf": 4, "video-colbert": 3}
"""Matchers, and steps a round."""
ROUNDS = 9
ENOUGH = 1_000_000
"""Steps of the schedule, so that no round comes to its end."""

Batch = tuple[Videos, Texts]


class Rows(Dataset[tuple[Tensor, ...]]):
    """Videos with their texts from NPY files, one at a time."""

    def __init__(self, place: Path, *, words: bool) -> None:
        self.arrays = [np.load(file, mmap_mode="r") for file in files(place, words=words)]

    def __len__(self) -> int:
        return len(self.arrays[0])

    def __getitem__(self, at: int) -> tuple[Tensor, ...]:
        return tuple(torch.from_numpy(one[at].astype(np.float32)) for one in self.arrays)


def files(place: Path, *, words: bool = True) -> list[Path]:
    """Frames, sentences, and words where they are wanted."""
    names = ("frames", "sentences", "words") if words else ("frames", "sentences")
    return [place / f"{name}.npy" for name in names]


def draw(place: Path, sizes: Sizes, count: int) -> list[CaptionRecord]:
    """The same drawn features as NPY files and as a cache; the records."""
    random = np.random.default_rng(0)
    shapes = (count, sizes.frames, sizes.dimensions), (count, sizes.dimensions)
    shapes += ((count, sizes.words, sizes.dimensions),)
    frames, sentences, words = (random.standard_normal(s).astype(np.float16) for s in shapes)
    for file, array in zip(files(place), (frames, sentences, words), strict=True):
        np.save(file, array)
    for folder, with_words in (("words", True), ("plain", False)):
        with Writer(place / folder, model="drawn", dimensions=sizes.dimensions,
                    words=with_words) as to:  # fmt: skip
            for at in range(count):
                to.add_video(f"v{at}", frames[at])
                more = (words[at],) if with_words else ()
                to.add_text(f"text {at}", sentences[at], *more)
    return [CaptionRecord(id=str(at), video=f"v{at}", text=f"text {at}") for at in range(count)]


def settings(name: str, **options: Any) -> Settings:
    """As all sides use them; what learns nothing by itself gets a head."""
    head = "linear" if name == "mean-pooling" else "none"
    steps = {"batch": BATCH, "steps": ENOUGH}
    return read({"matcher": name, "options": options, "head": {"kind": head}, "optimiser": steps})


def reads_words(given: Settings) -> bool:
    """Whether the matcher is fed with them; nobody reads them for nothing."""
    return "words" in matchers()[given.matcher].needs


def ours(given: Settings, place: Path, records: Sequence[CaptionRecord], out: Path) -> Trainer:
    """The lab's trainer over the cache."""
    cache = Cache(place / ("words" if reads_words(given) else "plain"), words=WORDS)
    captions = Captions.of(cache, records)
    out.mkdir(parents=True, exist_ok=True)
    return Trainer(given, build(given, cache.sizes), cache.sizes, captions, captions, out)


def go(trainer: Trainer, journal: Journal, steps: int) -> None:
    """What `Trainer.run` does for every step."""
    for _ in range(steps):
        told = trainer._one_step()
        journal.write(trainer.step, told)


class Plain:
    """A loop as one writes it for one model.

    Parameters
    ----------
    model : Model
    batches : iterator
    fused : bool
        Of AdamW.
    """

    def __init__(self, model: Model, batches: Iterator[Batch], *, fused: bool) -> None:
        self.model, self.batches = model, batches
        learnt = [one for one in model.parameters() if one.requires_grad]
        options = {"fused": True} if fused else {}
        self.optimiser = torch.optim.AdamW(
            [
                {"params": [one for one in learnt if one.ndim > 1], "weight_decay": 0.01},
                {"params": [one for one in learnt if one.ndim < 2], "weight_decay": 0.0},
            ],
            lr=1e-3,
            betas=(0.9, 0.98),
            eps=1e-6,
            **options,
        )
        self.schedule = torch.optim.lr_scheduler.LambdaLR(self.optimiser, _share)
        self.losses: list[float] = []

    def go(self, steps: int) -> None:
        """So many steps."""
        self.model.train()
        for _ in range(steps):
            loss = self._loss(*next(self.batches))
            self.optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
            self.optimiser.step()
            self.schedule.step()
            self.losses.append(loss.item())

    def _loss(self, videos: Videos, texts: Texts) -> Tensor:
        seen, said = self.model.represent(videos, texts)
        assert seen is not None
        assert said is not None
        logits = self.model.scale * self.model.score(said, seen)
        own = torch.arange(len(logits))
        both = (cross_entropy(logits, own) + cross_entropy(logits.T, own)) / 2
        return both + sum(self.model.matcher.extra_losses(said, seen).values())


def _share(step: int) -> float:
    """Warm-up in a line, then half a cosine; see `kinolex.lab.training.optimising`."""
    first = math.ceil(ENOUGH * 0.1)
    if step < first:
        return (step + 1) / first
    return (1 + math.cos(math.pi * (step - first) / (ENOUGH - first))) / 2


def in_order(frames: Tensor, sentences: Tensor, words: Tensor | None = None) -> Batch:
    """What matchers are fed with; nothing is padded here."""
    seen = Videos(frames, torch.ones(frames.shape[:2], dtype=torch.bool))
    if words is None:
        return seen, Texts(sentences)
    return seen, Texts(sentences, words, torch.ones(words.shape[:2], dtype=torch.bool))


def loaded(place: Path, *, words: bool) -> Iterator[Batch]:
    """Through a DataLoader, for ever."""
    rows = Rows(place, words=words)
    loader = DataLoader(rows, batch_size=BATCH, shuffle=True, drop_last=True)
    while True:
        for some in loader:
            yield in_order(*some)


def held(place: Path, *, words: bool) -> Iterator[Batch]:
    """Out of memory, for ever."""
    given = [np.load(file) for file in files(place, words=words)]
    whole = [torch.from_numpy(one.astype(np.float32)) for one in given]
    while True:
        for some in torch.randperm(len(whole[0])).split(BATCH):
            if len(some) == BATCH:
                yield in_order(*(one[some] for one in whole))


def reading(table: Table, trainer: Trainer, place: Path, rounds: int) -> None:
    """What of a step is reading, each way."""
    sources = {"plain": loaded(place, words=True), "in memory": held(place, words=True)}
    number = iter(range(ENOUGH))

    def of_ours() -> Any:
        return trainer.batches.plan(next(number)).load(trainer.train, "cpu")

    sides: dict[str, Callable[[], Any]] = {"ours": of_ours}
    sides |= {name: lambda source=source: next(source) for name, source in sources.items()}
    costs = in_turn(
        {
            n: lambda side=side: cost_of(lambda: [side() for _ in range(40)])
            for n, side in sides.items()
        },
        rounds,
    )
    for name, found in costs.items():
        each = [1000 * one.cpu / 40 for one in found]
        table.add(f"reading a batch with words: {name}", each, "ms")


def compared(
    table: Table, name: str, place: Path, records: Sequence[CaptionRecord], quick: bool
) -> None:
    """One matcher: steps a processor second, and ours beside the others."""
    steps, given = 1 if quick else STEPS[name], settings(name)
    trainer = ours(given, place, records, place / "runs" / name)
    journal = Journal(trainer.out)
    sizes, words = trainer.sizes, reads_words(given)
    loops = {
        "plain": Plain(build(given, sizes), loaded(place, words=words), fused=False),
        "in memory": Plain(build(given, sizes), held(place, words=words), fused=True),
    }
    sides: dict[str, Callable[[], Cost]] = {
        "ours": lambda: cost_of(lambda: go(trainer, journal, steps))
    }
    for side, loop in loops.items():
        sides[side] = lambda loop=loop: cost_of(lambda: loop.go(steps))
    costs = in_turn(sides, 1 if quick else ROUNDS)
    journal.close()
    for side, found in costs.items():
        table.add(f"{name}: {side}, a step", [1000 * one.cpu / steps for one in found], "ms")
    for side, aim in (("plain", ">= 1"), ("in memory", "")):
        quotients = ratios(costs[side], costs["ours"], "cpu")
        table.add(f"{name}: throughput, ours / {side}", quotients, "x", aim)


def training(table: Table, *, quick: bool) -> None:
    """All matchers on the same features."""
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch)
        records = draw(place, Sizes(512, 12, 0, WORDS), 2 * BATCH if quick else VIDEOS)
        some = ours(settings("video-colbert"), place, records, place / "runs" / "reading")
        reading(table, some, place, 1 if quick else ROUNDS)
        for name in STEPS:
            compared(table, name, place, records, quick)
