"""From pictures and captions to what training reads: features of views, texts, who belongs to whom.

Held out of training, to choose by: Flickr8k's dev split, all of ``coco_captions``, and a third of
the classes of ``caltech101``. Nothing is chosen on Flickr8k's test split, on the ImageNet sample or
on the real clips.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from recipes.starter import cache, looks, pictures, screens, texts, things, wordnet
from recipes.starter.drawn import packed
from recipes.starter.looks import LOOKS
from recipes.starter.pictures import Labelled
from recipes.starter.settings import (
    BACKBONE,
    COLOURED,
    DRAWN,
    LABELLED_VIEWS,
    LOOKED,
    SCREENS,
    VIEWS,
)
from recipes.starter.train import Data

MADE = ("drawn", "coloured", "screens")
"""Collections whose pictures with the same first caption are alike."""


_COLOURS = ("red", "green", "blue", "yellow", "purple", "pink", "brown", "black", "white")
_COLOUR = re.compile(rf"\b({'|'.join(_COLOURS)})\b")


@dataclass(frozen=True)
class Sets:
    """Pictures by what they are for."""

    train: list[Labelled]
    dev: list[Labelled]
    test: list[Labelled]
    labelled: list[Labelled]
    far: list[Labelled] = field(default_factory=list)
    """Captioned pictures of another source, to choose by."""
    unknown: list[Labelled] = field(default_factory=list)
    """Pictures of classes that no label of training names, to choose by."""
    looks: list[Labelled] = field(default_factory=list)
    """Pictures of the dev split made again in a look, to choose by."""
    made: list[Labelled] = field(default_factory=list)
    """Things in colours that we give them, and screens: for training, with captions."""


def sets_of(shared: Path, work: Path, limit: int = 0) -> Sets:
    """Split what is in the folder; at most ``limit`` pictures a collection and split (0 = all)."""
    flickr = pictures.flickr8k(shared, limit)
    more = pictures.more(shared, limit)
    held = pictures.held(more)
    unknown = [m for m in more if m.collection == "caltech101" and m.label in held]
    train = [f for f in flickr if f.split in ("train", "none")]
    dev = [f for f in flickr if f.split == "dev"]
    looked = looks.packed(work, train, LOOKED)
    cut = things.packed(work, limit or COLOURED, train)
    return Sets(
        train=train + looked + packed(work, limit or DRAWN),
        made=[one for one in cut if not any(things.names(label, one) for label in held)]
        + screens.packed(work, limit or SCREENS, train),
        dev=dev,
        test=[f for f in flickr if f.split == "test"],
        labelled=[m for m in more if m.label and m not in unknown] + looked,
        looks=looks.packed(work, dev, LOOKED, seed=12),
        far=[m for m in more if m.captions],
        unknown=unknown,
    )


def with_own(listed: Path, work: Path, sets: Sets | None = None) -> Sets:
    """Pictures of one's own, alone or added to others; without a dev split a tenth becomes it.

    Alone they are made again in looks too.
    """
    mine = pictures.own(listed)
    if all(one.split != "dev" for one in mine):
        mine = [replace(one, split="dev" if i % 10 == 9 else "train") for i, one in enumerate(mine)]
    captioned = [one for one in mine if one.captions]
    train, dev = ([one for one in captioned if one.split == split] for split in ("train", "dev"))
    labelled = [one for one in mine if one.label and not one.captions]
    if sets is None:
        looked = looks.packed(work, train, LOOKED)
        shown = looks.packed(work, dev, LOOKED, seed=12)
        return Sets(train + looked, dev, [], labelled + looked, looks=shown)
    return replace(
        sets,
        train=sets.train + train,
        dev=sets.dev + dev,
        labelled=sets.labelled + labelled,
    )


def recoloured(found: Sequence[Labelled]) -> list[tuple[int, str, str]]:
    """Captions that name a colour: of which picture, as it is, and with another colour instead."""
    rng = np.random.default_rng(19)
    made = []
    for i, one in enumerate(found):
        for said in one.captions:
            there = _COLOUR.search(said)
            if there:
                others = [c for c in _COLOURS if c != there[0]]
                other = others[int(rng.integers(len(others)))]
                made.append((i, said, said[: there.start()] + other + said[there.end() :]))
    return made


def label_forms(label: str) -> list[str]:
    """How a label is said."""
    return list(LOOKS[label].said) if label in LOOKS else [label, f"a photo of {label}"]


def texts_of(sets: Sets, classes: Sequence[Sequence[str]], folder: Path) -> texts.Texts:
    """Token vectors of everything said in training or in choosing."""
    captioned = (*sets.train, *sets.made, *sets.dev, *sets.test, *sets.far)
    said = [c for p in captioned for c in p.captions]
    said += [f for p in (*sets.labelled, *sets.unknown) for f in label_forms(p.label)]
    said += [text for several in classes for text in several]
    said += [text for look in LOOKS.values() for text in look.held]
    said += [text for _, _, text in recoloured(sets.dev)]
    return texts.encoded(said, folder, "texts")


def data_of(
    sets: Sets,
    known: texts.Texts,
    classes: Sequence[Sequence[str]],
    folder: Path,
    network: str = BACKBONE,
) -> Data:
    """What training reads, as a backbone sees it."""
    seen = functools.partial(cache.seen, folder=folder, network=network)
    captioned = sets.train + sets.made
    labels = sorted({p.label for p in sets.labelled})
    return Data(
        texts=known,
        views=seen(sets.train, name="train", views=VIEWS)
        + seen(sets.made, name="made", views=VIEWS),
        captions=[known.ids(p.captions) for p in captioned],
        groups=_groups(captioned),
        label_views=seen(sets.labelled, name="labelled", views=LABELLED_VIEWS),
        labels=[labels.index(p.label) for p in sets.labelled],
        label_texts=[known.ids(label_forms(label)) for label in labels],
        class_texts=[known.ids(several) for several in classes],
        classes=cache.classifier(network),
    )


def _groups(some: Sequence[Labelled]) -> Tensor:
    """A number a picture; the same for drawn ones that the same words describe."""
    keys = [p.captions[0] if p.collection in MADE else p.name for p in some]
    places = {key: i for i, key in enumerate(dict.fromkeys(keys))}
    return torch.tensor([places[key] for key in keys])


def class_texts(shared: Path) -> list[tuple[str, ...]]:
    """Texts of the 1,000 classes; none where WordNet or their list is missing, with a warning."""
    try:
        return wordnet.class_texts(shared)
    except FileNotFoundError as error:
        print(f"Training goes on without the 1,000 classes: {error}")
        return []
