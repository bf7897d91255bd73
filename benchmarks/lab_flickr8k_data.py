"""Flickr8k as features of the starter encoder: whole pictures, and windows that pan over them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.quality_pictures import pictures_of
from kinolex.datasets import records
from kinolex.datasets.dataset import find
from kinolex.datasets.records import CaptionRecord
from kinolex.encoders.protocols import PictureEncoder
from kinolex.lab.features import Cache, Writer
from kinolex.lab.filling import captions_of, fill
from kinolex.settings import Settings

Picture = npt.NDArray[np.uint8]

SPLITS = {"train": "train", "dev": "val", "test": "test"}
"""What the data set calls splits, and what trainings call them."""
SIX = 6
"""Windows of a picture."""


@dataclass(frozen=True)
class Data:
    """A cache of features, and the captions that belong to it."""

    cache: Path
    records: Path

    def captions(self) -> list[CaptionRecord]:
        """All of them."""
        return captions_of(records.read(self.records))


@dataclass(frozen=True)
class Sizes:
    """How many pictures: of each split as they are, and of training and validation in windows."""

    each: int = 8000
    windows: int = 2000
    held: int = 200


def archive(shared: Path) -> Path:
    """The pictures."""
    return shared / "data" / "flickr8k" / "images_160.zip"


def captions(shared: Path, each: int) -> list[CaptionRecord]:
    """Those of at most so many pictures of each split."""
    found: list[CaptionRecord] = []
    for split, name in SPLITS.items():
        given = captions_of(find("flickr8k").load(shared / "data" / "flickr8k", split))
        some = set(list(dict.fromkeys(one.video for one in given))[:each])
        found += [replace(one, split=name) for one in given if one.video in some]
    return found


def whole(shared: Path, keep: Path, encoder: PictureEncoder, sizes: Sizes) -> Data:
    """Every picture a video of one frame, as `kinolex features` makes it."""
    found = Data(keep / "whole", keep / "whole.jsonl")
    given = captions(shared, sizes.each)
    keep.mkdir(parents=True, exist_ok=True)
    records.write(given, found.records)
    fill(found.cache, encoder, given, archive(shared), settings=Settings(threads=1))
    return found


def windows(picture: Picture, part: float = 0.6) -> Iterator[Picture]:
    """Six windows: along the top from left to right, along the bottom back.

    Examples
    --------
    >>> [one.shape for one in windows(np.zeros((10, 20, 3), np.uint8))][:2]
    [(6, 12, 3), (6, 12, 3)]
    """
    high, wide = (round(side * part) for side in picture.shape[:2])
    down, right = picture.shape[0] - high, picture.shape[1] - wide
    steps = [0, right // 2, right]
    for top, lefts in ((0, steps), (down, steps[::-1])):
        for left in lefts:
            yield np.ascontiguousarray(picture[top : top + high, left : left + wide])


def some(given: Sequence[CaptionRecord], sizes: Sizes) -> list[CaptionRecord]:
    """Drawn pictures to train on, a few to pick on, and of each test picture one caption."""
    names = {
        split: list(dict.fromkeys(one.video for one in given if one.split == split))
        for split in SPLITS.values()
    }
    order = np.random.default_rng(0).permutation(len(names["train"]))[: sizes.windows]
    wanted = {names["train"][at] for at in order} | set(names["val"][: sizes.held])
    wanted |= set(names["test"])
    return [
        one
        for one in given
        if one.video in wanted and (one.split != "test" or one.id.endswith("#0"))
    ]


def spoken(text: str) -> list[str]:
    """Its words.

    Examples
    --------
    >>> spoken("A dog 's toy .")
    ['a', 'dog', "'s", 'toy']
    """
    return re.findall(r"[a-z0-9']+", text.lower()) or ["."]


def in_windows(
    shared: Path, keep: Path, encoder: PictureEncoder, before: Data, sizes: Sizes
) -> Data:
    """Windows as frames; captions' vectors from before, with each word encoded by itself."""
    found = Data(keep / "windows", keep / "windows.jsonl")
    given = some(before.captions(), sizes)
    records.write(given, found.records)
    held, model = Cache(before.cache), f"{encoder.name} {encoder.version}, windows"
    with Writer(found.cache, model=model, dimensions=encoder.dimensions, words=True) as to:
        texts = [one for one in dict.fromkeys(one.text for one in given) if not to.has_text(one)]
        words = sorted({word for text in texts for word in spoken(text)})
        vectors = dict(zip(words, _encoded(encoder, words), strict=True))
        for text in texts:
            of_words = np.stack([vectors[word] for word in spoken(text)])
            to.add_text(text, held.texts([text]).sentences[0].numpy(), of_words)
        left = [v for v in dict.fromkeys(one.video for one in given) if not to.has_video(v)]
        for name, picture in zip(left, pictures_of(archive(shared), left), strict=True):
            to.add_video(name, encoder.encode_pictures(list(windows(picture))))
    return found


def _encoded(encoder: PictureEncoder, words: Sequence[str]) -> list[npt.NDArray[np.float32]]:
    found: list[npt.NDArray[np.float32]] = []
    for first in range(0, len(words), 256):
        found += list(encoder.encode_words(words[first : first + 256], query=True))
    return found
