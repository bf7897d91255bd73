"""Pictures with their words: which there are, how they are read, and the views trained on."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageEnhance, ImageOps

from recipes.starter.settings import MORE, SIZE, WIDEST

Picture = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Labelled:
    """One picture of a collection: its texts, and whether they are captions or a label."""

    archive: Path
    name: str
    split: str
    captions: tuple[str, ...] = ()
    label: str = ""
    collection: str = field(default="flickr8k")


def flickr8k(shared: Path, limit: int = 0) -> list[Labelled]:
    """The captioned pictures; split ``train``, ``dev``, ``test`` or ``none``, test in its order."""
    folder = shared / "data" / "flickr8k"
    rows = [
        json.loads(line) for line in (folder / "captions.jsonl").read_text("utf-8").splitlines()
    ]
    order = {name: i for i, name in enumerate((folder / "test_1k.txt").read_text().split())}
    rows.sort(key=lambda row: (row["split"], order.get(row["image"], 0), row["image"]))
    found = [
        Labelled(folder / "images_160.zip", row["image"], row["split"], tuple(row["captions"]))
        for row in rows
    ]
    return few(found, limit)


def more(shared: Path, limit: int = 0) -> list[Labelled]:
    """The labelled pictures of other collections, and a few captioned ones; all for training."""
    found = []
    for name in MORE:
        folder = shared / "data" / "more" / name
        for line in (folder / "pairs.jsonl").read_text("utf-8").splitlines():
            row = json.loads(line)
            found.append(
                Labelled(
                    folder / "pictures.zip",
                    row["file"],
                    "train",
                    tuple(row.get("captions", ())),
                    row.get("label", ""),
                    name,
                )
            )
    return few(found, limit)


def own(listed: Path) -> list[Labelled]:
    """Pictures of one's own: a JSONL file whose rows have ``image`` and ``captions`` or ``label``.

    ``image`` is a path, relative to the file; ``split`` is ``train`` (if absent) or ``dev``.

    Raises
    ------
    ValueError
        If a row is not understood; the sentence names its line.
    """
    found = []
    for number, line in enumerate(listed.read_text("utf-8").splitlines(), 1):
        try:
            row = json.loads(line)
            captions, label = tuple(row.get("captions", ())), row.get("label", "")
            if not (captions or label) or not (listed.parent / row["image"]).is_file():
                raise ValueError("give captions or a label, and an image that is there")
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"{listed}, line {number}: {error}") from error
        split = row.get("split", "train")
        found.append(Labelled(listed.parent, row["image"], split, captions, label, "own"))
    return found


def few(found: list[Labelled], limit: int) -> list[Labelled]:
    """At most so many of each split, for a trial run; 0 = all."""
    if not limit:
        return found
    kept: list[Labelled] = []
    counts: dict[tuple[str, str], int] = {}
    for one in found:
        key = (one.collection, one.split)
        counts[key] = counts.get(key, 0) + 1
        if counts[key] <= limit:
            kept.append(one)
    return kept


def read(found: list[Labelled]) -> Iterator[Image.Image]:
    """Open the pictures in order, as RGB."""
    archives: dict[Path, zipfile.ZipFile] = {}
    try:
        for one in found:
            if one.archive.is_dir():
                data = (one.archive / one.name).read_bytes()
            else:
                if one.archive not in archives:
                    archives[one.archive] = zipfile.ZipFile(one.archive)
                data = archives[one.archive].read(one.name)
            with Image.open(io.BytesIO(data)) as image:
                yield ImageOps.exif_transpose(image).convert("RGB")
    finally:
        for archive in archives.values():
            archive.close()


def packed(archive: Path, images: Iterable[tuple[str, Image.Image]]) -> None:
    """Write pictures with their names as an archive of JPEGs: whole, or not at all."""
    archive.parent.mkdir(parents=True, exist_ok=True)
    part = archive.with_suffix(".part")
    with zipfile.ZipFile(part, "w") as files:
        for name, image in images:
            data = io.BytesIO()
            image.save(data, "JPEG", quality=85)
            files.writestr(name, data.getvalue())
    part.rename(archive)


def plain(image: Image.Image, size: int = SIZE) -> Picture:
    """The view that the shipped encoder sees: the middle of a picture, squashed to a square."""
    width, height = image.size
    w, h = min(width, round(height * WIDEST)), min(height, round(width * WIDEST))
    left, top = (width - w) // 2, (height - h) // 2
    if (w, h) != image.size:
        image = image.crop((left, top, left + w, top + h))
    return np.asarray(image.resize((size, size), Image.Resampling.BICUBIC))


def view(image: Image.Image, rng: np.random.Generator, size: int = SIZE) -> Picture:
    """A training view: part of the picture at another aspect, maybe mirrored, other colours.

    Aspects range widely, since Flickr8k's pictures came squashed to a square.
    """
    width, height = image.size
    area = rng.uniform(0.5, 1.0)
    aspect = np.exp(rng.uniform(np.log(0.6), np.log(1.67)))
    w = min(1.0, np.sqrt(area * aspect))
    h = min(1.0, np.sqrt(area / aspect))
    x, y = rng.uniform(0, 1 - w), rng.uniform(0, 1 - h)
    box = (x * width, y * height, (x + w) * width, (y + h) * height)
    part = image.resize((size, size), Image.Resampling.BICUBIC, box=box)
    if rng.random() < 0.5:
        part = ImageOps.mirror(part)
    for change in (ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color):
        part = change(part).enhance(float(rng.uniform(0.75, 1.25)))
    return np.asarray(part)
