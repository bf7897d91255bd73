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


def held(some: Iterable[Labelled]) -> set[str]:
    """Labels that training never has, to choose by: a third of those of ``caltech101``."""
    return set(sorted({one.label for one in some if one.collection == "caltech101"})[::3])


def own(listed: Path) -> list[Labelled]:
    """Pictures of one's own: a JSONL file whose rows have ``image`` and ``captions`` or ``label``.

    ``image`` is a path, relative to the file; ``split`` is ``train`` (if absent) or ``dev``.

    Raises
    ------
    ValueError
        If a row is not understood; the sentence names its line.
    """
    found = []
    try:
        lines = listed.read_text("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise ValueError(f"{listed} is no text in UTF-8") from error
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                found.append(_own(line, listed.parent))
            except ValueError as error:
                raise ValueError(f"{listed}, line {number}: {error}") from error
    if not found:
        raise ValueError(f"{listed} names no picture: write one a line")
    return found


def _own(line: str, folder: Path) -> Labelled:
    """A picture of one's own."""
    row = json.loads(line)
    if not isinstance(row, dict):
        raise ValueError('write {"image": "a.jpg", "captions": ["..."]}, or "label"')
    captions, label = row.get("captions", []), row.get("label", "")
    captions = [captions] if isinstance(captions, str) else captions
    if not isinstance(captions, list) or not all(isinstance(c, str) for c in (*captions, label)):
        raise ValueError("captions are a list of texts, and a label is a text")
    image, split = row.get("image"), row.get("split", "train")
    if not (any(captions) or label) or not isinstance(image, str):
        raise ValueError("give an image, and captions or a label")
    if split not in ("train", "dev"):
        raise ValueError(f"the split is train or dev, not {split!r}")
    if not (folder / image).is_file():
        raise ValueError(f"there is no picture {folder / image}")
    try:
        with Image.open(folder / image) as opened:
            opened.verify()
    except (OSError, SyntaxError, RuntimeError) as error:
        raise ValueError(f"{folder / image} cannot be read as a picture") from error
    return Labelled(folder, image, split, tuple(c for c in captions if c), label, "own")


def key(one: Labelled) -> str:
    """What tells a picture from others; of one in a folder also what the file is now."""
    name = f"{one.archive.name}/{one.collection}/{one.name}"
    if not one.archive.is_dir():
        return name
    file = (one.archive / one.name).resolve()
    return f"{file} {file.stat().st_size} {file.stat().st_mtime_ns}"


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
