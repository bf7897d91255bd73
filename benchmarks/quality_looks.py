"""Looks found by words: black and white, blurry, dark, upside down, among pictures as they are."""

from __future__ import annotations

import statistics
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.harness import Table
from benchmarks.quality_clips import area
from kinolex.encoders.protocols import PictureEncoder
from recipes.starter import looks, pictures
from recipes.starter.pictures import Labelled

Vectors = npt.NDArray[np.float32]

EACH, SEED = 90, 13
"""Pictures in each look; neither training nor choosing made any with this seed."""


def looked(table: Table, encoder: PictureEncoder, shared: Path) -> None:
    """Area under the curve and precision for words that training of the starter never had.

    Pictures of Flickr8k's test split are made again in a look. The area is that of a look's
    pictures against all pictures as they are; precision is counted among these and all looks.
    """
    plain = [one for one in pictures.flickr8k(shared) if one.split == "test"]
    names = list(looks.LOOKS)
    order = np.random.default_rng(SEED).permutation(len(plain))[: EACH * len(names)]
    chosen = [plain[i] for i in order]
    made = [names[i % len(names)] for i in range(len(chosen))]
    seen = _encoded(encoder, plain, None)
    shown = _encoded(encoder, chosen, made)
    areas, precisions = {}, {}
    for name in names:
        own = np.array([one == name for one in made])
        words = encoder.encode_words(list(looks.LOOKS[name].held), query=True)
        areas[name] = statistics.mean(area((shown[own] @ w).tolist(), (seen @ w).tolist())
                                      for w in words)  # fmt: skip
        every, right = np.concatenate([shown, seen]), np.concatenate([own, np.zeros(len(seen))])
        precisions[name] = statistics.mean(
            float(right[np.argsort(-(every @ w))[:10]].mean()) for w in words
        )
    count = sum(len(look.held) for look in looks.LOOKS.values())
    worst = min(areas, key=lambda name: areas[name])
    what = f"looks, {count} wordings of {len(names)}: "
    note = f"chance 0.5; the least for {worst}: {areas[worst]:.2f}"
    table.add(f"{what}area under the curve", statistics.mean(areas.values()), "", "", note)
    share = EACH / (len(seen) + len(shown))
    note = f"chance {100 * share:.1f} %"
    table.add(f"{what}precision@10", 100 * statistics.mean(precisions.values()), "%", "", note)
    for name in names:
        note = f"precision@10 {100 * precisions[name]:.0f} %"
        table.add(f"looks, {name}: area under the curve", areas[name], "", "", note)


def _encoded(encoder: PictureEncoder, some: list[Labelled], made: list[str] | None) -> Vectors:
    """Vectors of pictures as they are, or each in the look beside it."""
    images = pictures.read(some) if made is None else looks.changed(some, made, SEED)
    shown = [np.asarray(image) for image in images]
    pieces = [encoder.encode_pictures(shown[at : at + 64]) for at in range(0, len(shown), 64)]
    return np.concatenate(pieces)
