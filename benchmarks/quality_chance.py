"""Is a chance of 0.7 right seven times in ten? Reliability on pictures and clips never trained on.

Libraries are drawn from Flickr8k's test pictures and from ImageNet's, and asked for captions and
names, half of the time with the picture that answers and half of the time without. What the engine
would say of the best picture, its chance, stands against whether it is the right one. Where a
caption's own picture is there but another comes first, nobody knows whether that one fits too: left
out. Nothing here took part in the fit of ``calibration.json`` (`recipes.starter.calibration`).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

import kinolex
from benchmarks.harness import Table
from benchmarks.quality_clips import name, questions
from benchmarks.quality_pictures import Vectors, encoded, flickr_test
from kinolex.encoders.protocols import PictureEncoder
from kinolex.search.calibrate import unpopular
from kinolex.search.likeness import GENERAL, Calibration, picture_background, picture_chance

SIZES = (60, 200, 600)
BINS = 10


@dataclass(frozen=True)
class Said:
    """A chance that was said, and whether it came true."""

    chance: float
    right: bool


@dataclass(frozen=True)
class Pool:
    """Pictures of a source with what is asked of them: picture ``i`` answers question ``i``."""

    seen: Vectors
    told: Vectors
    exact: bool
    """Whether another picture that comes first is surely wrong."""


def error(said: Sequence[Said]) -> float:
    """Expected calibration error over ten bins of equal width (Guo et al., arXiv:1706.04599).

    Examples
    --------
    >>> round(error([Said(0.75, True)] * 3 + [Said(0.75, False)]), 3)
    0.0
    """
    return sum(count * abs(said_ - came) for said_, came, count in bins(said)) / max(1, len(said))


def bins(said: Sequence[Said]) -> list[tuple[float, float, int]]:
    """Mean chance, share that came true, and count of each bin that has any."""
    found = []
    for k in range(BINS):
        mine = [s for s in said if min(BINS - 1, int(s.chance * BINS)) == k]
        if mine:
            chances, came = [s.chance for s in mine], [s.right for s in mine]
            found.append((float(np.mean(chances)), float(np.mean(came)), len(mine)))
    return found


def pictures(table: Table, encoder: PictureEncoder, shared: Path) -> list[Said]:
    """Chances of best pictures, calibrated as shipped and, beside it, without calibration."""
    flickr, imagenet = _flickr(encoder, shared), _imagenet(encoder, shared)
    given = encoder.calibration() if hasattr(encoder, "calibration") else None
    shipped = Calibration(**given) if given else Calibration()
    general = encoder.encode_words(list(GENERAL), query=True)
    kept: list[Said] = []
    for label, known in (("as shipped", shipped), ("plain scores", Calibration())):
        said = []
        for mine, other in ((flickr, imagenet), (imagenet, flickr)):
            said += _asked(mine, other, encoder.background(), general, known)
        note = f"{len(said)} questions, {100 * np.mean([s.right for s in said]):.0f} % right"
        table.add(f"chance of the best picture, {label}: calibration error", error(said), note=note)
        kept = kept or said
    return kept


def _asked(
    mine: Pool, other: Pool, bank: Vectors | None, general: Vectors, known: Calibration
) -> list[Said]:
    rng = np.random.default_rng(21)
    said = []
    for place, question in enumerate(mine.told):
        less = unpopular(question, general, known.popularity)
        for size in SIZES:
            present = bool(rng.random() < 0.5)
            # A name may well be shown by a picture of the other source, and a caption's sense by
            # a neighbour: without its own picture a question is asked where it hardly has one.
            pool = mine if present or mine.exact else other
            others = rng.permutation(len(pool.seen))[:size]
            others = others[others != place] if pool is mine else others
            library = pool.seen[others]
            if present:
                library = np.concatenate([mine.seen[place][None], library])
            ground = picture_background(
                bank @ question if bank is not None else None, library @ question, len(library)
            )
            ground = replace(ground, calibration=known)
            scores = library @ less
            best = int(np.argmax(scores))
            chance = picture_chance(ground.standard(scores[best]), ground.line(len(library)))
            right = present and best == 0
            if right or not present or mine.exact:
                said.append(Said(float(chance), right))
    return said


def _flickr(encoder: PictureEncoder, shared: Path) -> Pool:
    names, texts = flickr_test(shared)
    first = dict(reversed(texts))
    told = encoder.encode_words([first[i] for i in range(len(names))], query=True)
    seen = encoded(encoder, shared / "data" / "flickr8k" / "images_160.zip", names)
    return Pool(seen, told, False)


def _imagenet(encoder: PictureEncoder, shared: Path) -> Pool:
    folder = shared / "data" / "imagenet_sample"
    classes = json.loads((folder / "classes.json").read_text("utf-8"))
    seen = encoded(encoder, folder / "images_160.zip", [c["image"] for c in classes])
    return Pool(seen, encoder.encode_words([c["name"] for c in classes], query=True), True)


def clips(
    table: Table, library: kinolex.Library, folder: Path, absent: Sequence[str]
) -> list[Said]:
    """Scores of the first moments, by pictures and by all channels: is it the right video?"""
    groups, moments = questions(folder)
    asked: list[tuple[str, tuple[str, ...]]] = [(q.text, q.files) for q in (*groups, *moments)]
    asked += [(text, ()) for text in absent]
    kept: list[Said] = []
    for label, channels in (("pictures alone", ("picture",)), ("all channels", None)):
        said = []
        for text, files in asked:
            answer = library.search(text.replace('"', " "), channels=channels)
            for first in (answer.moments or answer.weak)[:1]:
                said.append(Said(first.score, name(first) in files))
        note = f"{len(said)} questions, {100 * np.mean([s.right for s in said]):.0f} % right"
        table.add(
            f"clips, score of the first moment, {label}: calibration error", error(said), note=note
        )
        kept = said
    return kept


def curve(said: Sequence[Said]) -> npt.NDArray[np.float64]:
    """Bins as rows of (chance, share that came true, count)."""
    return np.array(bins(said))
