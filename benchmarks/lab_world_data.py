"""Pictures of `benchmarks.lab_world` as cached vectors, and captions over them for the trainer."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

from benchmarks import lab_world_scenes as scenes
from benchmarks.lab_world_backbone import SIZE, as_pixels, known, numbers
from benchmarks.lab_world_scenes import FRAMES
from kinolex.datasets.records import CaptionRecord
from kinolex.lab.backbone.backbone import Backbone
from kinolex.lab.backbone.points import At, Points
from kinolex.lab.dataset import Captions
from kinolex.lab.matchers.base import Texts, Videos
from kinolex.world.drawing import clip, even_times
from kinolex.world.scene import Scene
from kinolex.world.words.telling import caption

__all__ = ["Family", "Memory", "Pool", "TextTower", "pool"]

TOGETHER = 32
CONTEXT, SOUND = 4, 2
LENGTH = 10.0
"""Of cached vectors: that of CLIP's, to which settings of some matchers are made."""


@dataclass(frozen=True)
class Pool:
    """Clips and what the backbone sees in them.

    Parameters
    ----------
    scenes : list of Scene
    frames : Tensor, shape (clips, 8, dimensions)
    patches : Tensor of float16, shape (clips, 8, 16, dimensions)
    times : sequence of float, optional
        When frames are taken; None: evenly.
    """

    scenes: list[Scene]
    frames: Tensor
    patches: Tensor
    times: Sequence[float] | None = None

    @functools.cached_property
    def pictures(self) -> npt.NDArray[np.uint8]:
        """The frames themselves, (clips, 8, height, width, 3); drawn when first asked for."""
        return np.stack([drawn(one, self.times) for one in self.scenes])


def drawn(scene: Scene, times: Sequence[float] | None = None) -> npt.NDArray[np.uint8]:
    """Frames of a scene, at even times or at those given."""
    return clip(scene, times or even_times(scene, FRAMES), SIZE)


def pool(
    given: Sequence[Scene], backbone: Backbone, keep: Path, times: Sequence[float] | None = None
) -> Pool:
    """Draw and encode clips, at even times or at those given; kept in a file."""
    if keep.exists():
        held = torch.load(keep, weights_only=True)
        return Pool(list(given), held["frames"], held["patches"], times)
    frames, patches = [], []
    for first in range(0, len(given), TOGETHER):
        some = given[first : first + TOGETHER]
        pictures = np.stack([drawn(one, times) for one in some])
        with torch.no_grad():
            seen = backbone.videos(as_pixels(pictures), patches=True)
        frames.append(LENGTH * normalize(seen.frames, dim=-1))
        patches.append((LENGTH * normalize(seen.patches, dim=-1)).half())
    found = Pool(list(given), torch.cat(frames), torch.cat(patches), times)
    keep.parent.mkdir(parents=True, exist_ok=True)
    torch.save({"frames": found.frames, "patches": found.patches}, keep)
    return found


@dataclass(frozen=True)
class Memory:
    """A `kinolex.lab.dataset.Source` in memory; names of videos are their rows.

    Parameters
    ----------
    pool : Pool
    rows : Tensor of int64, shape (videos, frames)
        Which frames of the pool a video holds: eight times the clip, plus the place in it.
    needs : frozenset of str
        What is given beside frames. Sound is silence, context is empty: the World has no sound that
        says what is to be seen, and these clips have no neighbours.
    """

    pool: Pool
    rows: Tensor
    needs: frozenset[str] = frozenset()

    @property
    def count(self) -> int:
        """Frames of a video."""
        return self.rows.shape[1]

    def videos(self, names: Sequence[str]) -> Videos:
        """Videos by their rows."""
        rows = self.rows[[int(one) for one in names]]
        frames = self.pool.frames.flatten(0, 1)[rows]
        wide = frames.shape[-1]
        patches = pixels = sound = context = None
        if "patches" in self.needs:
            patches = self.pool.patches.flatten(0, 1)[rows].float()
        if "pixels" in self.needs:
            pictures = self.pool.pictures
            pixels = as_pixels(pictures.reshape(-1, *pictures.shape[2:])[rows.numpy()])
        if "sound" in self.needs:
            sound = torch.zeros(len(rows), SOUND, wide)
        if "context" in self.needs:
            context = torch.zeros(len(rows), CONTEXT, wide)
        mask = torch.ones(rows.shape, dtype=torch.bool)
        return Videos(frames, mask, patches, pixels, sound=sound, context=context)

    def texts(self, texts: Sequence[str]) -> Texts:
        """Token numbers; the text tower makes sentences and words of them."""
        ids = numbers(texts)
        return Texts(torch.zeros(len(texts), 1), mask=ids != 0, ids=ids)


class TextTower(nn.Module):
    """What stands before a matcher: the text tower, trained with it; frames stay as they are."""

    def __init__(self, backbone: Backbone) -> None:
        super().__init__()
        self.tower = backbone.text

    def forward(
        self, videos: Videos | None, texts: Texts | None
    ) -> tuple[Videos | None, Texts | None]:
        """Texts with sentences and words."""
        if texts is not None:
            tokens = self.tower.tokens(texts.ids, At(videos=len(texts)), Points())
            words = self.tower.each(tokens) * texts.mask[..., None]
            texts = Texts(self.tower.pooled(tokens, texts.ids), words, texts.mask, texts.ids)
        return videos, texts


@dataclass(frozen=True)
class Family:
    """One set of questions.

    Parameters
    ----------
    train, validation, test : Captions
    more : dict
        Other captions to test on, by name.
    together : int
        So many videos, one behind the other, are always in one batch.
    """

    name: str
    train: Captions
    validation: Captions
    test: Captions
    more: dict[str, Captions] = field(default_factory=dict)
    together: int = 1

    @property
    def frames(self) -> int:
        """Of a video."""
        return int(self.train.source.count)  # type: ignore[attr-defined]

    def fed(self, needs: frozenset[str]) -> Family:
        """The same for a matcher that needs more than frames and words."""

        def fed(one: Captions) -> Captions:
            return replace(one, source=replace(one.source, needs=needs))  # type: ignore[type-var]

        more = {name: fed(one) for name, one in self.more.items()}
        return replace(
            self,
            train=fed(self.train),
            validation=fed(self.validation),
            test=fed(self.test),
            more=more,
        )


def captions(source: Memory, texts: Sequence[Sequence[str]]) -> Captions:
    """Several texts of each video."""
    return Captions.of(
        source,
        [
            CaptionRecord(id=f"{row}/{at}", video=str(row), text=text)
            for row, several in enumerate(texts)
            for at, text in enumerate(several)
        ],
    )


class Data:
    """All families over one backbone.

    Parameters
    ----------
    backbone : Backbone
    folder : Path
        Where vectors are kept.
    sizes : dict of str to int
        How many of each: clips to ``train``, to validate (``val``) and to ``test``, ``gallery`` of
        ordinary questions, ``pairs`` of videos in two orders and those ``asked``, ``twins``.
    """

    def __init__(self, backbone: Backbone, folder: Path, sizes: dict[str, int]) -> None:
        self.backbone, self.folder, self.sizes = backbone, folder, sizes
        self._pools: dict[str, Pool] = {}

    def _pool(
        self, name: str, given: Sequence[Scene], times: Sequence[float] | None = None
    ) -> Pool:
        if name not in self._pools:
            keep = self.folder / f"{name}-{len(given)}.pt"
            self._pools[name] = pool(given, self.backbone, keep, times)
        return self._pools[name]

    def known(self) -> dict[str, float]:
        """What the frame vectors tell of test frames, and the text tower can ask."""
        found = self.clips("test")
        return known(self.backbone, found.scenes, found.frames)

    def _whole(self, name: str, given: Sequence[Scene]) -> Memory:
        """Whole scenes as videos."""
        rows = torch.arange(len(given) * FRAMES).view(-1, FRAMES)
        return Memory(self._pool(name, given), rows)

    def clips(self, split: str) -> Pool:
        """Sampled clips of a split."""
        return self._pool(split, scenes.clips(split, self.sizes[split]))

    def ordinary(self) -> Family:
        """Sampled scenes; unseen pairs and their twins besides."""

        def of(split: str, times: int, many: int | None = None) -> Captions:
            found = scenes.clips(split, self.sizes[split])
            texts = [[caption(one, "long", at) for at in range(times)] for one in found[:many]]
            return captions(self._whole(split, found), texts)

        both = scenes.twins(self.sizes["twins"])
        more = {}
        for at, name in enumerate(("unseen", "seen")):
            source = self._whole(name, [(one.unseen, one.seen)[at] for one in both])
            more[name] = captions(source, [[one.texts[at]] for one in both])
        asked = of("test", 1, self.sizes["gallery"])
        return Family("ordinary", of("train", 3), of("val", 1), asked, more)

    def order(self) -> Family:
        """Pairs of videos with the same frames, one behind the other."""
        times = scenes.order_times()

        def of(split: str, many: int, said: int) -> Captions:
            pairs = scenes.ordered(split, many)
            texts = [
                [scenes.both_ways(one, seed)[at] for seed in range(said)]
                for one in pairs
                for at in range(2)
            ]
            found = self._pool(f"order-{split}", [one.scenes[0] for one in pairs], times)
            rows = torch.arange(len(pairs) * FRAMES).view(-1, 1, FRAMES)
            both = torch.cat([rows, rows.roll(FRAMES // 2, dims=2)], dim=1).flatten(0, 1)
            return captions(Memory(found, both), texts)

        train, asked = of("train", self.sizes["pairs"], 3), of("test", self.sizes["asked"], 1)
        return Family("order", train, of("val", self.sizes["val"], 1), asked, together=2)

    def distractors(self) -> Family:
        """Eight clips of three frames; the text tells one."""

        def of(split: str, times: int) -> Captions:
            found = self.clips(split)
            films = scenes.with_distractors(self.sizes[split] // 2, 8, self.sizes[split], 1)
            texts = [
                [caption(found.scenes[film[place]], "paragraph", at) for at in range(times)]
                for film, place in films
            ]
            return captions(_films(found, [film for film, _ in films], (1, 4, 6)), texts)

        return Family("distractors", of("train", 3), of("val", 1), of("test", 1))

    def several(self) -> Family:
        """Three clips of four frames; the text tells an event of each."""

        def of(split: str, videos: int, times: int) -> Captions:
            found = self.clips(split)
            films = scenes.of_several(videos, 3, max(6, videos // 3), 1)
            texts = [
                [
                    " ".join(scenes.event_told(found.scenes[one], at) for one in film)
                    for at in range(times)
                ]
                for film in films
            ]
            return captions(_films(found, films, (0, 2, 5, 7)), texts)

        test = self.sizes["test"] // 2
        return Family(
            "several",
            of("train", self.sizes["train"], 2),
            of("val", self.sizes["val"] // 4, 1),
            of("test", test, 1),
        )


def _films(found: Pool, films: Sequence[Sequence[int]], places: Sequence[int]) -> Memory:
    """Some frames of several clips, one clip behind the other."""
    rows = torch.tensor(films)[:, :, None] * FRAMES + torch.tensor(places)
    return Memory(found, rows.flatten(1))
