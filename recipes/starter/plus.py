"""A larger sister of the starter: a pair of heads on each of two backbones, laid end to end.

Backbones that differ make mistakes that differ, more so than two pairs of heads on one. Of the
starter the first member is taken as it is; the other member learns in the same way, in three runs
of its own, on `SECOND`. Which classes a picture shows the starter's backbone says for both, so that
one classifier ships. One space of 512 dimensions again. Of every picture the middle is looked
at too, and pictures that come near to whatever is asked lose by it (`kinolex.encoders.hubness`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor

from recipes.starter import backbone, cache, chosen, export, finish, prepare, train
from recipes.starter.heads import Joined, PairedPictures
from recipes.starter.pictures import Labelled
from recipes.starter.prepare import Sets
from recipes.starter.settings import BACKBONE, CROPS, SECOND, Trial
from recipes.starter.texts import Texts
from recipes.starter.train import Run

NAME = "starter-plus"
NETWORKS = (BACKBONE, SECOND)


@dataclass(frozen=True)
class Pair:
    """Two members, each with the trained top of its backbone, as one space.

    ``alone``: with a classifier each, as they were trained; to see what sharing one costs.
    """

    runs: tuple[Run, Run]
    known: Texts
    folder: Path
    alone: bool = False

    @property
    def pictures(self) -> PairedPictures:
        """The picture heads as one."""
        members = [heads.members[0].picture for heads, _ in self.runs]
        return PairedPictures(members, self.runs[0][0].opinion).eval()

    @property
    def words(self) -> Joined:
        """The text heads as one."""
        return Joined([heads.members[0].text for heads, _ in self.runs]).eval()

    @torch.inference_mode()
    def seen(self, some: list[Labelled], name: str) -> Tensor:
        """Unit vectors of pictures, (n, d)."""
        features = [
            chosen.pooled(top, cache.seen(some, self.folder, name, views=1, network=network))
            for network, (_, top) in zip(NETWORKS, self.runs, strict=True)
        ]
        if self.alone:
            rows = [one.shown(x) for one, x in zip(self._members, features, strict=True)]
            return torch.cat(rows, dim=-1) / 2**0.5
        return torch.nn.functional.normalize(self.pictures(*features), dim=-1)

    def told(self, said: Sequence[str]) -> Tensor:
        """Unit vectors of texts, (n, d)."""
        ids = self.known.ids(said)
        rows = [one.all_told(self.known, ids) for one in self._members]
        return torch.cat(rows, dim=-1) / 2**0.5

    @property
    def _members(self) -> list[train.Heads]:
        return [train.Heads(heads.members[:1], heads.opinion) for heads, _ in self.runs]


def make(
    first: Run,
    sets: Sets,
    known: Texts,
    classes: Sequence[Sequence[str]],
    out: Path,
    trial: Trial,
    each: Sequence[Run] = (),
) -> dict[str, float]:
    """Train the second member and write ``out/plus``; gives the figures of the dev sets.

    Parameters
    ----------
    first : (Heads, Top)
        The starter.
    sets, known, classes
        As the starter was trained on them.
    out : Path
        ``out/work`` keeps what is done.
    trial : Trial
        The starter's; of the second member everything is the same but the backbone.
    each : sequence of (Heads, Top)
        Runs of the starter, each to be written with a run of the second member, as
        ``out/plus-run-N``: what a seed changes.
    """
    work = out / "work"
    second = replace(trial, name=NAME, backbone=SECOND, members=1)
    data = prepare.data_of(sets, known, classes, work, SECOND)
    runs = train.both(second, data, work)
    asked, size = finish.questions(sets, [c[0] for c in classes]), 2 * trial.dimensions
    pair = Pair((first, train.averaged(runs)), known, work)
    _write(pair, sets, asked, out / "plus", size)
    for number, both in enumerate(zip(each, runs, strict=False), 1):
        alone = Pair(both, known, work)
        _write(alone, sets, asked, out / f"plus-run-{number}", size)
        print(f"run {number}: {chosen.figures(alone, sets)}")
    print(f"with a classifier each: {chosen.figures(replace(pair, alone=True), sets)}")
    return chosen.figures(pair, sets)


def _write(pair: Pair, sets: Sets, asked: Sequence[str], out: Path, size: int) -> None:
    bottoms = [backbone.Bottom(backbone.whole(network)) for network in NETWORKS]
    picture = export.PairSide(bottoms, [top for _, top in pair.runs], pair.pictures)
    text = export.TextSide(pair.words)
    finish.files(picture, text, sets, pair.folder, out, size, asked=asked, crops=CROPS)
