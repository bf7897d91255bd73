"""Flickr8k: 8,000 photos with five captions each; pictures, so a "video" is a photo here."""

from __future__ import annotations

from collections.abc import Iterator

from kinolex.datasets.dataset import Split, dataset
from kinolex.datasets.folder import File, Folder
from kinolex.datasets.records import CaptionRecord

CAPTIONS = "Flickr8k.token.txt"


@dataset(
    "flickr8k",
    title="Flickr8k",
    task="text-to-picture retrieval",
    licence="non-commercial research and teaching",
    citation="Hodosh, Young, Hockenmaier: Framing Image Description as a Ranking Task. JAIR 47,"
    " 2013.",
    homepage="https://hockenmaier.cs.illinois.edu/8k-pictures.html",
    splits=(
        Split("train", "train", 6000, 30000),
        Split("dev", "val", 1000, 5000),
        Split("test", "test", 1000, 5000),
    ),
    files=(
        File(CAPTIONS, ("train", "dev", "test"), also=("captions.jsonl",)),
        *(
            File(f"Flickr_8k.{split}Images.txt", (split,), optional=True)
            for split in ("train", "dev", "test")
        ),
    ),
    defects=(
        "A few captions are broken: two are a single letter.",
        "Captions repeat: some stand for several photos.",
    ),
)
def read(folder: Folder, split: str) -> Iterator[CaptionRecord]:
    """One record a caption; the id is ``PHOTO#NUMBER``.

    From the authors' ``Flickr8k.token.txt`` with the list of the split, or from ``captions.jsonl``
    (``image``, ``split`` and ``captions`` a line).
    """
    place = folder.place(CAPTIONS)
    if place is not None and ".jsonl" in place.name:
        for one in folder.objects(CAPTIONS):
            if one["split"] == split:
                yield from _photo(one["image"], one["captions"])
        return
    captions: dict[str, list[str]] = {}
    for line in folder.lines(CAPTIONS):
        name, tab, text = line.partition("\t")
        if not tab:
            raise ValueError(f"{line!r} has no tab")
        captions.setdefault(name.partition("#")[0], []).append(text)
    for line in folder.lines(f"Flickr_8k.{split}Images.txt"):
        yield from _photo(line.strip(), captions[line.strip()])


def _photo(name: str, captions: list[str]) -> Iterator[CaptionRecord]:
    for number, text in enumerate(captions):
        yield CaptionRecord(id=f"{name}#{number}", video=name, text=text.strip())
