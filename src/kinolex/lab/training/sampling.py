"""Which videos and texts each batch holds: a function of seed and number, so nothing is kept."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from kinolex.lab.dataset import Captions
from kinolex.lab.losses.mixing import mixed
from kinolex.lab.matchers.base import Texts, Videos

__all__ = ["Batches", "Plan", "moved"]

Indices = npt.NDArray[np.intp]
_Side = TypeVar("_Side", Videos, Texts)


@dataclass(frozen=True)
class Plan:
    """One batch by numbers: ``each`` texts of every video, one video after the other.

    Parameters
    ----------
    videos, texts : ndarray of intp
        Rows of the captions.
    each : int
    partners : tuple of ndarray, optional
        Videos and texts to mix with.
    share : ndarray of float32, optional
        How much of each pair is its own; 1: all.
    """

    videos: Indices
    texts: Indices
    each: int
    partners: tuple[Indices, Indices] | None = None
    share: npt.NDArray[np.float32] | None = None

    def part(self, first: int, end: int) -> Plan:
        """The videos from ``first`` and before ``end``, with their texts."""
        videos, texts = slice(first, end), slice(first * self.each, end * self.each)
        partners = self.partners and (self.partners[0][videos], self.partners[1][texts])
        share = None if self.share is None else self.share[videos]
        return Plan(self.videos[videos], self.texts[texts], self.each, partners, share)

    @property
    def own(self) -> Tensor:
        """The column of each text's video."""
        return torch.arange(len(self.videos)).repeat_interleave(self.each)

    def load(self, captions: Captions, device: str) -> tuple[Videos, Texts]:
        """Read it, and mix it where it says so."""
        videos, texts = _read(captions, self.videos, self.texts)
        if self.partners is not None and self.share is not None:
            seen, said = _read(captions, *self.partners)
            others = _as_wide(seen, videos), _as_wide(said, texts)
            videos, texts = _as_wide(videos, seen), _as_wide(texts, said)
            videos, texts = mixed(videos, texts, others, torch.from_numpy(self.share))
        return moved(videos, device), moved(texts, device)


def _read(captions: Captions, videos: Indices, texts: Indices) -> tuple[Videos, Texts]:
    return (
        captions.source.videos([captions.videos[at] for at in videos]),
        captions.source.texts([captions.texts[at] for at in texts]),
    )


def _as_wide(one: _Side, other: _Side) -> _Side:
    """The same, padded to as many frames (words) as the other has."""
    masks = one.mask, other.mask
    if masks[0] is None or masks[1] is None:
        return one
    left = masks[1].shape[1] - masks[0].shape[1]
    if left <= 0:
        return one
    changed: dict[str, Tensor] = {}
    for name in ("frames", "patches", "pixels", "words", "ids", "mask"):
        values: Any = getattr(one, name, None)
        if values is not None:
            blank = values.new_zeros((len(values), left, *values.shape[2:]))
            changed[name] = torch.cat([values, blank], dim=1)
    kept = {name: getattr(one, name) for name in one.__slots__}
    return type(one)(**{**kept, **changed})


def moved(one: _Side, device: str) -> _Side:
    """The same on a device."""
    if device == "cpu":
        return one
    values = {name: getattr(one, name) for name in one.__slots__}
    return type(one)(**{n: None if v is None else v.to(device) for n, v in values.items()})


class Batches:
    """All batches of a training.

    Every video comes once an epoch, in another order each time, with ``each`` of its texts (all
    different while it has as many). Videos that do not fill a batch wait for the next epoch's
    order.

    Parameters
    ----------
    captions : Captions
    batch, each, seed : int
    mixing : float
        Chance that a pair is mixed with another of the same class.
    """

    def __init__(
        self, captions: Captions, *, batch: int, each: int = 1, seed: int = 0, mixing: float = 0.0
    ) -> None:
        self.captions, self.each, self.seed, self.mixing = captions, each, seed, mixing
        self.batch = min(batch, len(captions.videos))
        self.per_epoch = len(captions.videos) // self.batch
        self._texts_of = captions.texts_of
        self._names = np.unique(np.array(captions.texts), return_inverse=True)[1]
        self._order: tuple[int, Indices] = (-1, np.zeros(0, np.intp))
        self._members: dict[str, list[int]] = defaultdict(list)
        for at, groups in enumerate(captions.groups):
            for group in sorted(groups):
                self._members[group].append(at)

    def plan(self, number: int) -> Plan:
        """The batch of a number, counted through all epochs."""
        epoch, place = divmod(number, self.per_epoch)
        if self._order[0] != epoch:
            order = np.random.default_rng([self.seed, 1, epoch]).permutation(
                len(self.captions.videos)
            )
            self._order = epoch, order
        videos = self._order[1][place * self.batch : (place + 1) * self.batch]
        random = np.random.default_rng([self.seed, 2, number])
        texts = self._some_texts(videos, random)
        if not self.mixing:
            return Plan(videos, texts, self.each)
        partners, share = self._partners(videos, random)
        return Plan(videos, texts, self.each, (partners, self._some_texts(partners, random)), share)

    def _some_texts(self, videos: Indices, random: np.random.Generator) -> Indices:
        """So many texts of each video; again from the first where it has fewer."""
        found = []
        for video in videos:
            known = self._texts_of[video]
            if len(known) > 1:
                known = random.permutation(known)
            if len(known) < self.each:
                known = np.resize(known, self.each)
            found.append(known[: self.each])
        return np.concatenate(found)

    def _partners(
        self, videos: Indices, random: np.random.Generator
    ) -> tuple[Indices, npt.NDArray[np.float32]]:
        """Another video that shares a class, and Beta(1, 1) shares; 1 where nothing is mixed."""
        partners, share = videos.copy(), np.ones(len(videos), np.float32)
        for at, video in enumerate(videos):
            chance, part, which, whom = random.random(4)
            groups = sorted(self.captions.groups[video])
            if chance >= self.mixing or not groups:
                continue
            others = [v for v in self._members[groups[int(which * len(groups))]] if v != video]
            if others:
                partners[at], share[at] = others[int(whom * len(others))], part
        return partners, share

    def positive(self, plan: Plan) -> Tensor:
        """Own pairs, and pairs of a text with videos that have an equal text in the batch."""
        said = self._names[plan.texts]
        if len(np.unique(said)) == len(said):
            return plan.own[:, None] == torch.arange(len(plan.videos))
        names = torch.from_numpy(said)
        of = torch.zeros(len(plan.texts), len(plan.videos))
        of[torch.arange(len(plan.texts)), plan.own] = 1
        equal = (names[:, None] == names).float()
        return (equal @ of) > 0
