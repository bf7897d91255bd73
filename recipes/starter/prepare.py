"""From pictures and captions to what training reads: features of views, texts, who belongs to whom.

Held out of training, to choose by: Flickr8k's dev split, all of ``coco_captions``, and a third of
the classes of ``caltech101``. Nothing is chosen on Flickr8k's test split, on the ImageNet sample or
on the real clips.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from recipes.starter import cache, looks, measure, pictures, texts, wordnet
from recipes.starter.backbone import Top
from recipes.starter.drawn import packed
from recipes.starter.looks import LOOKS
from recipes.starter.pictures import Labelled
from recipes.starter.settings import DRAWN, LABELLED_VIEWS, LOOKED, VIEWS
from recipes.starter.train import Data, Heads, Seen


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


def sets_of(shared: Path, work: Path, limit: int = 0) -> Sets:
    """Split what is in the folder; at most ``limit`` pictures a collection and split (0 = all)."""
    flickr = pictures.flickr8k(shared, limit)
    more = pictures.more(shared, limit)
    held = set(sorted({m.label for m in more if m.collection == "caltech101"})[::3])
    unknown = [m for m in more if m.collection == "caltech101" and m.label in held]
    train = [f for f in flickr if f.split in ("train", "none")]
    dev = [f for f in flickr if f.split == "dev"]
    looked = looks.packed(work, train, LOOKED)
    return Sets(
        train=train + looked + packed(work, limit or DRAWN),
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


def label_forms(label: str) -> list[str]:
    """How a label is said."""
    return list(LOOKS[label].said) if label in LOOKS else [label, f"a photo of {label}"]


def texts_of(sets: Sets, classes: Sequence[Sequence[str]], folder: Path) -> texts.Texts:
    """Token vectors of everything said in training or in choosing."""
    said = [
        c for some in (sets.train, sets.dev, sets.test, sets.far) for p in some for c in p.captions
    ]
    said += [f for p in (*sets.labelled, *sets.unknown) for f in label_forms(p.label)]
    said += [text for several in classes for text in several]
    said += [text for look in LOOKS.values() for text in look.held]
    return texts.encoded(said, folder, "texts")


def data_of(sets: Sets, known: texts.Texts, classes: Sequence[Sequence[str]], folder: Path) -> Data:
    """What training reads."""
    labels = sorted({p.label for p in sets.labelled})
    return Data(
        texts=known,
        views=cache.seen(sets.train, folder, "train", views=VIEWS),
        captions=[known.ids(p.captions) for p in sets.train],
        groups=_groups(sets.train),
        label_views=cache.seen(sets.labelled, folder, "labelled", views=LABELLED_VIEWS),
        labels=[labels.index(p.label) for p in sets.labelled],
        label_texts=[known.ids(label_forms(label)) for label in labels],
        class_texts=[known.ids(several) for several in classes],
        classes=cache.classifier(),
    )


def _groups(some: Sequence[Labelled]) -> Tensor:
    """A number a picture; the same for drawn ones that the same words describe."""
    keys = [p.captions[0] if p.collection == "drawn" else p.name for p in some]
    places = {key: i for i, key in enumerate(dict.fromkeys(keys))}
    return torch.tensor([places[key] for key in keys])


def chosen_by(
    heads: Heads,
    sets: Sets,
    known: texts.Texts,
    folder: Path,
    dimensions: int = 0,
    top: Top | None = None,
) -> dict[str, float]:
    """The figures that trials are compared by; with the frozen top where none is given."""
    heads.eval()

    def short(rows: Tensor) -> Tensor:
        return F.normalize(rows[:, :dimensions], dim=-1) if dimensions else rows

    def seen(some: list[Labelled], name: str) -> Tensor:
        found = cache.seen(some, folder, name, views=1)
        features = found.features[:, 0] if top is None else pooled(top, found)
        return short(heads.shown(features))

    found: dict[str, float] = {}
    for name, some in (("dev", sets.dev), ("far", sets.far)):
        if not some:
            continue
        said = [(i, c) for i, p in enumerate(some) for c in p.captions]
        told = short(heads.all_told(known, known.ids(c for _, c in said)))
        figures = measure.recall(told, seen(some, name), torch.tensor([i for i, _ in said]))
        found |= {f"{name} {k}": v for k, v in figures.items() if k in ("t2i R@1", "t2i R@10")}
    if sets.looks:
        plain, looked = seen(sets.dev, "dev"), seen(sets.looks, "looks")
        areas = []
        for name in sorted({p.label for p in sets.looks}):
            told = short(heads.all_told(known, known.ids(LOOKS[name].held)))
            own = looked[[i for i, p in enumerate(sets.looks) if p.label == name]]
            areas += [measure.area(own @ t, plain @ t) for t in told]
        found["looks area"] = 100 * sum(areas) / len(areas)
    if not sets.unknown:
        return {k: round(v, 2) for k, v in found.items()}
    named = [p for p in (*sets.labelled, *sets.unknown) if p.collection != "looks"]
    labels = sorted({p.label for p in named})
    forms = [
        heads.all_told(known, known.ids(f)) for f in zip(*map(label_forms, labels), strict=True)
    ]
    told = short(F.normalize(torch.stack(list(forms)).sum(0), dim=-1))
    right = torch.tensor([labels.index(p.label) for p in sets.unknown])
    figures = measure.accuracy(seen(sets.unknown, "unknown"), told, right)
    return {
        k: round(v, 2) for k, v in (found | {f"unknown {k}": v for k, v in figures.items()}).items()
    }


@torch.inference_mode()
def pooled(top: Top, found: Seen) -> Tensor:
    """Features of the plain views by a trained top."""
    assert found.activations is not None
    plain = found.activations[:, 0]
    pieces = (plain[i : i + 64].astype(np.float32) for i in range(0, len(plain), 64))
    return torch.cat([top(torch.from_numpy(piece)) for piece in pieces])


def class_texts(shared: Path) -> list[tuple[str, ...]]:
    """Texts of the 1,000 classes; none where WordNet or their list is missing, with a warning."""
    try:
        return wordnet.class_texts(shared)
    except FileNotFoundError as error:
        print(f"Training goes on without the 1,000 classes: {error}")
        return []
