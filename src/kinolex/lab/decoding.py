"""Filling a cache of pixels and tokens, or of a lab backbone's frames, patches and words."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from kinolex.benchmark.items import Films, Sampling, Seen, Written, items_in
from kinolex.datasets.records import CaptionRecord, Record
from kinolex.encoders.preprocess import PictureRule, overridden
from kinolex.encoders.tokens import Tokens
from kinolex.errors import KinolexError, UsageError
from kinolex.lab import tokenizing
from kinolex.lab.backbone.loading import Loaded, load
from kinolex.lab.features import Writer
from kinolex.lab.filling import TOGETHER, captions_of, refuse_gaps
from kinolex.progress import Event, Listener, silent
from kinolex.settings import Settings

__all__ = ["fill_from_backbone", "fill_pixels"]

Picture = npt.NDArray[np.uint8]
Rows = Mapping[str, npt.NDArray[Any]]
AT_ONCE = 64
"""Pictures, or texts, that go through a backbone together."""


@dataclass(frozen=True)
class _Filling:
    """One call: where to, of what, and who hears of it."""

    writer: Writer
    captions: Sequence[CaptionRecord]
    items: Films
    sampling: Sampling
    settings: Settings
    partly: bool
    progress: Listener

    def texts(self, say: Callable[[Sequence[str]], Iterable[Rows]]) -> None:
        """Add what ``say`` makes of texts that are not there yet."""
        given = dict.fromkeys(one.text for one in self.captions)
        new = [one for one in given if not self.writer.has_text(one)]
        begun = time.monotonic()
        for first in range(0, len(new), AT_ONCE):
            some = new[first : first + AT_ONCE]
            for text, rows in zip(some, say(some), strict=True):
                self.writer.add_text(text, **rows)
            self.writer.flush()
            _report(self.progress, "texts", first + len(some), len(new), begun)

    def videos(self, rule: PictureRule, look: Callable[[list[Picture]], Rows]) -> tuple[str, ...]:
        """Add what ``look`` makes of pictures of videos that are not there yet; who is left out."""
        given = dict.fromkeys(one.video for one in self.captions)
        new = [one for one in given if not self.writer.has_video(one)]
        left = [f"{one}: not among the media" for one in new if not self.items.has(one)]
        if not self.partly:
            refuse_gaps(left, len(new), "Add")
        here = [one for one in new if self.items.has(one)]
        square = rule.resize == "squash" and not rule.widest
        plan, begun = self.sampling.plan(rule.short_side, square=square), time.monotonic()
        for number, (name, seen) in enumerate(self.items.read(here, plan, self.settings), 1):
            try:
                self.writer.add_video(name, **_looked(name, seen, look))
            except KinolexError as error:
                left.append(f"{name}: {error}")
            if number % TOGETHER == 0:
                self.writer.flush()
            _report(self.progress, "videos", number, len(here), begun)
        self.writer.flush()
        return tuple(left)


def _looked(name: str, seen: Seen | KinolexError, look: Callable[[list[Picture]], Rows]) -> Rows:
    """Rows of all frames of a video, a few of its pictures in memory at once."""
    if isinstance(seen, KinolexError):
        raise seen
    found: list[Rows] = []
    frames: Iterator[tuple[float, Picture]] = iter(seen.frames)
    while some := [picture for _, picture in islice(frames, AT_ONCE)]:
        found.append(look(some))
    if not found:
        raise UsageError(f"{name} has no pictures.")
    return {what: np.concatenate([one[what] for one in found]) for what in found[0]}


def fill_pixels(
    to: Path | str,
    records: Iterable[Record],
    media: Films | Written | Path | str,
    size: int,
    *,
    backbone: Path | str | None = None,
    sampling: Sampling = Sampling(),  # noqa: B008 - frozen
    settings: Settings | None = None,
    partly: bool = False,
    progress: Listener = silent,
) -> tuple[str, ...]:
    """Keep pictures of videos, and tokens of texts, that captions name and the cache lacks.

    Parameters
    ----------
    to : path-like
        The folder of the cache; one that is there is gone on with.
    records, media, sampling, settings, partly, progress
        As in `kinolex.lab.filling.fill`.
    size : int
        Side of the pictures in pixels.
    backbone : path-like, optional
        Published weights by whose rule pictures are resized and texts become tokens. Without, the
        shorter side is resized and the centre cut out, and a tokeniser is learnt once, from the
        captions of the split ``train`` (where there is none: from all).

    Returns
    -------
    tuple of str
        Videos that are left out, with the reason.

    Raises
    ------
    UsageError
        If videos are missing, or the cache is of something else.
    """
    captions, items = captions_of(records), _films(media)
    rule, words, about = _prepared(Path(to), captions, size, backbone)

    def look(pictures: list[Picture]) -> Rows:
        seen = [rule.levels(one).transpose(2, 0, 1) for one in pictures]
        return {"pixels": np.stack(seen)}

    def say(texts: Sequence[str]) -> list[Rows]:
        return [{"ids": one} for one in tokenizing.ids_of(words, texts)]

    name = f"pixels ({rule.resize}, {rule.interpolation}), {sampling}"
    with Writer(to, model=name, dimensions=0, pixels=size, tokens=about) as writer:
        if backbone is not None:
            shutil.copyfile(_beside(backbone), Path(to) / tokenizing.FILE)
        filling = _Filling(
            writer, captions, items, sampling, settings or Settings(), partly, progress
        )
        filling.texts(say)
        return filling.videos(rule, look)


def _prepared(
    to: Path, captions: Sequence[CaptionRecord], size: int, backbone: Path | str | None
) -> tuple[PictureRule, Tokens, dict[str, Any]]:
    """How pictures and texts are prepared, and what the cache says of tokens."""
    if not 8 <= size <= 4096:
        raise UsageError(f"Pictures of {size} pixels cannot be kept.", hint="Say --pixels 224.")
    if backbone is not None:
        loaded = load(Path(backbone))
        words = _words(loaded, backbone)
        return _sized(loaded.pictures, size), words, tokenizing.told(_beside(backbone), words)
    place = to / tokenizing.FILE
    _refuse_other(to, place)
    words = tokenizing.learnt(place, _to_learn_from(captions))
    return PictureRule(size, size, resize_to=size), words, tokenizing.told(place, words)


def fill_from_backbone(
    to: Path | str,
    backbone: Path | str,
    records: Iterable[Record],
    media: Films | Written | Path | str,
    *,
    patches: bool = False,
    words: bool = False,
    sampling: Sampling = Sampling(),  # noqa: B008 - frozen
    settings: Settings | None = None,
    partly: bool = False,
    progress: Listener = silent,
) -> tuple[str, ...]:
    """Keep what published weights make of frames and texts, patches and words too.

    Vectors are not scaled to length 1.

    Parameters
    ----------
    to, records, media, sampling, settings, partly, progress
        As in `fill_pixels`.
    backbone : path-like
        Weights that `kinolex.lab.backbone.loading` reads, with their ``tokenizer.json``.
    patches, words : bool
        Whether each patch of a frame and each word of a text is kept, too.
    """
    captions, items = captions_of(records), _films(media)
    loaded = load(Path(backbone))
    look, say = _by_towers(loaded, _words(loaded, backbone), patches, words)
    count = len(look([np.zeros((8, 8, 3), np.uint8)])["patches"][0]) if patches else 0
    name = f"{Path(backbone).name} (lab backbone), {sampling}"
    dimensions = loaded.backbone.shape.dimensions
    with Writer(to, model=name, dimensions=dimensions, patches=count, words=words) as writer:
        filling = _Filling(
            writer, captions, items, sampling, settings or Settings(), partly, progress
        )
        filling.texts(say)
        return filling.videos(loaded.pictures, look)


def _by_towers(
    loaded: Loaded, read: Tokens, patches: bool, words: bool
) -> tuple[Callable[[list[Picture]], Rows], Callable[[Sequence[str]], Sequence[Rows]]]:
    """What towers make of pictures, and of texts."""
    towers = loaded.backbone

    def look(pictures: list[Picture]) -> Rows:
        pixels = torch.from_numpy(loaded.pictures.batch(pictures))
        with torch.no_grad():
            seen = towers.videos(pixels.unsqueeze(0), patches=patches)
        found = {"frames": seen.frames[0].numpy()}
        return found if seen.patches is None else {**found, "patches": seen.patches[0].numpy()}

    def say(texts: Sequence[str]) -> Sequence[Rows]:
        numbers, mask = (torch.from_numpy(one) for one in read.encode(texts))
        there = mask > 0
        with torch.no_grad():
            said = towers.texts(numbers, there)
        found = [{"sentence": one.numpy()} for one in said.sentences]
        if words and said.words is not None:
            for one, each, here in zip(found, said.words, there, strict=True):
                one["words"] = each[here].numpy()
        return found

    return look, say


def _films(media: Films | Written | Path | str) -> Films:
    found = media if isinstance(media, (Films, Written)) else items_in(media)
    if isinstance(found, Written):
        raise UsageError("The media are texts; a backbone looks at pictures.")
    return found


def _refuse_other(to: Path, place: Path) -> None:
    """No tokeniser is put into a cache that has none."""
    if (to / "cache.json").exists() and not place.is_file():
        raise UsageError(
            f"{to} is a cache without {tokenizing.FILE}: it holds something else than pixels.",
            hint="Name another folder.",
        )


def _to_learn_from(captions: Sequence[CaptionRecord]) -> list[str]:
    train = [one.text for one in captions if one.split == "train"]
    return train or [one.text for one in captions]


def _sized(rule: PictureRule, size: int) -> PictureRule:
    """The rule of the weights, for another size where one is wanted."""
    return rule if (rule.height, rule.width) == (size, size) else overridden(rule, {"size": size})


def _beside(backbone: Path | str) -> Path:
    place = Path(backbone)
    return (place if place.is_dir() else place.parent) / tokenizing.FILE


def _words(loaded: Loaded, backbone: Path | str) -> Tokens:
    if loaded.words is None:
        raise UsageError(
            f"There is no {tokenizing.FILE} at {_beside(backbone)}.",
            hint="Put that of the weights there: texts become tokens by it.",
        )
    return loaded.words


def _report(progress: Listener, what: str, done: int, total: int, begun: float) -> None:
    left = (time.monotonic() - begun) * (total - done) / done
    progress(Event("step", stage=what, done=done, total=total, overall=done / total, eta=left))
