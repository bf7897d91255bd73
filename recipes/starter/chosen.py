"""The figures that trials are compared by, all of them on pictures that training never saw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from recipes.starter import cache, measure
from recipes.starter.backbone import Top
from recipes.starter.looks import LOOKS
from recipes.starter.pictures import Labelled
from recipes.starter.prepare import Sets, label_forms, recoloured
from recipes.starter.settings import BACKBONE
from recipes.starter.texts import Texts
from recipes.starter.train import Heads, Seen


@dataclass(frozen=True)
class _Space:
    """Pictures and texts as vectors, all of them or their first dimensions."""

    heads: Heads
    known: Texts
    folder: Path
    dimensions: int
    top: Top | None
    network: str

    def short(self, rows: Tensor) -> Tensor:
        return F.normalize(rows[:, : self.dimensions], dim=-1) if self.dimensions else rows

    def seen(self, some: list[Labelled], name: str) -> Tensor:
        """(pictures, d)"""
        found = cache.seen(some, self.folder, name, views=1, network=self.network)
        features = found.features[:, 0] if self.top is None else pooled(self.top, found)
        return self.short(self.heads.shown(features))

    def told(self, said: Sequence[str]) -> Tensor:
        """(texts, d)"""
        return self.short(self.heads.all_told(self.known, self.known.ids(said)))


def chosen_by(
    heads: Heads,
    sets: Sets,
    known: Texts,
    folder: Path,
    dimensions: int = 0,
    top: Top | None = None,
    network: str = BACKBONE,
) -> dict[str, float]:
    """All of them, in percent; with the frozen top where none is given.

    Recall of captions (``dev``, and ``far``: of another source), the area under the curve of looks,
    how often a caption is nearer to its picture than the same with another colour, and accuracy
    among labels for pictures whose labels training never had.
    """
    return figures(_Space(heads.eval(), known, folder, dimensions, top, network), sets)


class Space(Protocol):
    """What is measured: pictures and texts as vectors."""

    def seen(self, some: list[Labelled], name: str) -> Tensor:
        """Unit vectors of pictures, (n, d); ``name`` is that of their collection."""
        ...

    def told(self, said: Sequence[str]) -> Tensor:
        """Unit vectors of texts, (n, d)."""
        ...


def figures(space: Space, sets: Sets) -> dict[str, float]:
    """What `chosen_by` gives, of any space."""
    found: dict[str, float] = {}
    for name, some in (("dev", sets.dev), ("far", sets.far)):
        if some:
            found |= {f"{name} {k}": v for k, v in _recall(space, some, name).items()}
    if sets.looks:
        found["looks area"] = _looks(space, sets)
    if recoloured(sets.dev):
        found["right colour"] = _colours(space, sets.dev)
    if sets.unknown:
        found |= {f"unknown {k}": v for k, v in _unknown(space, sets).items()}
    return {k: round(v, 2) for k, v in found.items()}


def _recall(space: Space, some: list[Labelled], name: str) -> dict[str, float]:
    said = [(i, c) for i, p in enumerate(some) for c in p.captions]
    owner = torch.tensor([i for i, _ in said])
    shares = measure.recall(space.told([c for _, c in said]), space.seen(some, name), owner)
    return {k: shares[k] for k in ("t2i R@1", "t2i R@10")}


def _looks(space: Space, sets: Sets) -> float:
    plain, looked = space.seen(sets.dev, "dev"), space.seen(sets.looks, "looks")
    areas = []
    for name in sorted({p.label for p in sets.looks}):
        own = looked[[i for i, p in enumerate(sets.looks) if p.label == name]]
        areas += [measure.area(own @ t, plain @ t) for t in space.told(LOOKS[name].held)]
    return 100 * sum(areas) / len(areas)


def _colours(space: Space, dev: list[Labelled]) -> float:
    changed = recoloured(dev)
    shown = space.seen(dev, "dev")[[i for i, _, _ in changed]]
    right = (space.told([text for _, text, _ in changed]) * shown).sum(1)
    wrong = (space.told([text for _, _, text in changed]) * shown).sum(1)
    return 100 * float((right > wrong).double().mean())


def _unknown(space: Space, sets: Sets) -> dict[str, float]:
    named = [p for p in (*sets.labelled, *sets.unknown) if p.collection != "looks"]
    labels = sorted({p.label for p in named})
    forms = [space.told(several) for several in zip(*map(label_forms, labels), strict=True)]
    told = F.normalize(torch.stack(forms).sum(0), dim=-1)
    right = torch.tensor([labels.index(p.label) for p in sets.unknown])
    return measure.accuracy(space.seen(sets.unknown, "unknown"), told, right)


@torch.inference_mode()
def pooled(top: Top, found: Seen) -> Tensor:
    """Features of the plain views by a trained top."""
    pieces = (
        part[i : i + 64, 0].astype(np.float32)
        for part in found.activations
        for i in range(0, len(part), 64)
    )
    return torch.cat([top(torch.from_numpy(piece)) for piece in pieces])
