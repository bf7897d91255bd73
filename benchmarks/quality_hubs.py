"""What hubness and crops give, chosen on held-out pictures: ``python -m benchmarks.quality_hubs``.

Both starters' own weights, looking at a picture once, or at parts of it too (`PictureRule.crops`),
with hubness (`kinolex.encoders.hubness`) of several weights, told by captions and names of classes
or by captions alone. Captions of Flickr8k's dev split are asked of its pictures, names that no
label of training named (a third of Caltech-101's) of these and their own: what the recipe chooses
by. Nothing of the test split, of the ImageNet sample, or of the clips.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.harness import Table
from benchmarks.quality_pictures import Vectors, recall
from kinolex.encoders.hubness import Hubness
from kinolex.encoders.picture import OnnxPictures
from kinolex.encoders.preprocess import Box, PictureRule
from kinolex.encoders.registry import cards
from kinolex.encoders.sources import resolve
from recipes.starter import pictures
from recipes.starter.settings import ASKED, CROPS, HUBNESS, NAMED, SERVED

PARTS: dict[str, Box] = {
    "top left": (0.0, 0.0, 0.7, 0.7),
    "top right": (0.3, 0.0, 1.0, 0.7),
    "bottom left": (0.0, 0.3, 0.7, 1.0),
    "bottom right": (0.3, 0.3, 1.0, 1.0),
    "middle": CROPS[0],
}

WAYS: dict[str, tuple[str, ...]] = {
    "the whole": (),
    "the whole and the middle": ("middle",),
    "the whole and two corners": ("top left", "bottom right"),
    "the whole and the other two": ("top right", "bottom left"),
    "the whole and four corners": ("top left", "top right", "bottom left", "bottom right"),
}

BANKS = {
    "none": (0, 0, 0.0),
    "weight 0.3": (ASKED, NAMED, 0.3),
    "as it ships": (ASKED, NAMED, HUBNESS),
    "weight 0.8": (ASKED, NAMED, 0.8),
    "captions alone": (ASKED + NAMED, 0, HUBNESS),
    "four times as many": (4 * ASKED, 4 * NAMED, HUBNESS),
}
"""Captions, names, and the weight; the nearest of 100 questions counts."""


@dataclass(frozen=True)
class Held:
    """What is asked of held-out pictures, and what tells hubness, as texts."""

    captioned: list[pictures.Labelled]
    named: list[pictures.Labelled]
    captions: list[str]
    names: list[str]

    @property
    def asked(self) -> tuple[list[str], list[str]]:
        """Captions of all captioned pictures, and each label once."""
        return (
            [text for one in self.captioned for text in one.captions],
            sorted({one.label for one in self.named}),
        )


def held(shared: Path) -> Held:
    """From the folder of data."""
    flickr, more = pictures.flickr8k(shared), pictures.more(shared)
    labels = pictures.held(more)
    classes = json.loads((shared / "data" / "imagenet_sample" / "classes.json").read_text("utf-8"))
    rng = np.random.default_rng(4)
    told = [one.captions[0] for one in flickr if one.split == "train"]
    return Held(
        [one for one in flickr if one.split == "dev"],
        [one for one in more if one.collection == "caltech101" and one.label in labels],
        [told[i] for i in rng.permutation(len(told))],
        [classes[i]["name"] for i in rng.permutation(len(classes))],
    )


def plain(name: str, scratch: Path) -> OnnxPictures:
    """A starter that looks once and knows no hubness."""
    source = resolve(cards()[name])
    assert source is not None
    folder = Path(shutil.copytree(source, scratch / name))
    rules = folder / "visual" / "preprocess_cfg.json"
    given = json.loads(rules.read_text("utf-8"))
    given.pop("crops", None)
    rules.write_text(json.dumps(given), "utf-8")
    for file in ("hubness.json", "questions.npy"):
        (folder / file).unlink(missing_ok=True)
    return OnnxPictures(name, folder)


def views(encoder: OnnxPictures, some: Sequence[pictures.Labelled]) -> dict[str, Vectors]:
    """Vectors of the whole pictures and of each part."""
    images = [np.asarray(image) for image in pictures.read(list(some))]
    found = {"whole": _encoded(encoder, images)}
    for part, box in PARTS.items():
        rule = PictureRule(SERVED, SERVED, crops=(box,))
        found[part] = _encoded(encoder, [rule.views(image)[1] for image in images])
    return found


def _encoded(encoder: OnnxPictures, images: list[npt.NDArray[np.uint8]]) -> Vectors:
    pieces = (images[i : i + 64] for i in range(0, len(images), 64))
    return np.concatenate([encoder.encode_pictures(piece) for piece in pieces])


def precision(scores: npt.NDArray[np.float32], right: npt.NDArray[np.bool_]) -> float:
    """Mean average precision of questions (rows) among pictures."""
    found = []
    for row, own in zip(scores, right, strict=True):
        there = own[np.argsort(-row, kind="stable")]
        found.append((np.cumsum(there) / np.arange(1, len(there) + 1))[there].mean())
    return float(np.mean(found))


def looked(table: Table, name: str, data: Held) -> None:
    """Rows of one encoder."""
    captions, labels = data.asked
    with tempfile.TemporaryDirectory() as scratch:
        encoder = plain(name, Path(scratch))
        seen = views(encoder, [*data.captioned, *data.named])
        every = (captions, labels, data.captions[: 4 * ASKED], data.names)
        told, named, known, names = (encoder.encode_words(some, query=True) for some in every)
    owners = [i for i, one in enumerate(data.captioned) for _ in one.captions]
    own = np.array([["", *labels].index(one.label) - 1 for one in (*data.captioned, *data.named)])
    for way, parts in WAYS.items():
        rows = np.sum([seen["whole"], *(seen[part] for part in parts)], axis=0)
        rows = np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)
        for label, (first, second, weight) in BANKS.items():
            if parts and label not in ("none", "as it ships"):
                continue
            questions = np.concatenate([known[:first], names[:second]])
            count = len(questions) // 100
            hub = Hubness(questions, weight, count, 0.0).of(rows) * weight if count else 0.0
            at = recall((told @ rows.T - hub)[:, : len(data.captioned)], owners, "t2v").at
            what = f"{name}, looks at {way}, hubness: {label}"
            for k in (1, 10):
                table.add(f"{what}: captions R@{k}", at[k], "%")
            right = own == np.arange(len(labels))[:, None]
            table.add(f"{what}: names, mean AP", 100 * precision(named @ rows.T - hub, right), "%")


def main() -> None:
    """Measure both starters, print, save."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", type=Path, required=True, help="folder with data/")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    given = parser.parse_args()
    for name in ("flickr8k", "more", "imagenet_sample"):
        if not (given.shared / "data" / name).is_dir():
            parser.error(f"{given.shared} has no data/{name}: give the folder that holds data/")
    table, data = Table("quality-hubs"), held(given.shared)
    for name in ("starter", "starter-plus"):
        looked(table, name, data)
    print(table)
    print(f"\n{table.save(given.json)}")


if __name__ == "__main__":
    main()
