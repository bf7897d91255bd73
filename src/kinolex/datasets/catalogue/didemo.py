"""DiDeMo: sentences for pieces of 5 s of Flickr videos, each placed by at least four people."""

from __future__ import annotations

from collections.abc import Iterator

from kinolex.datasets.dataset import Split, dataset
from kinolex.datasets.folder import File, Folder
from kinolex.datasets.records import MomentRecord

PIECE = 5.0
"""Seconds of a piece."""


@dataset(
    "didemo",
    title="DiDeMo (Distinct Describable Moments)",
    task="moment retrieval, paragraph-to-video retrieval",
    licence="BSD-2-Clause (repository)",
    citation="Hendricks, Wang, Shechtman, Sivic, Darrell, Russell: Localizing Moments in Video with"
    " Natural Language. ICCV 2017.",
    homepage="https://github.com/LisaAnne/LocalizingMoments",
    revision="LisaAnne/LocalizingMoments@b6a555c81345",
    splits=(
        Split("train", "train", None, 33005),
        Split("val", "val", 1094, 4180),
        Split("test", "test", 1037, 4021),
    ),
    files=(
        File(
            "train_data.json", ("train",), also=("didemo_train.json",), path="data/train_data.json"
        ),
        File(
            "val_data.json",
            ("val",),
            also=("didemo_val.json",),
            sha256="b0364cc256553332feb19d46bcc4cd2b09774949fe6c0b25e7ed0ff3c6aefebb",
            source="LisaAnne/LocalizingMoments@b6a555c81345",
            path="data/val_data.json",
        ),
        File(
            "test_data.json",
            ("test",),
            also=("didemo_test.json",),
            sha256="1891c04ec48b3d364c739594b2b6413806b74bd9027c092d896e7ebb930ff1cd",
            source="LisaAnne/LocalizingMoments@b6a555c81345",
            path="data/test_data.json",
        ),
    ),
    defects=(
        "Papers count 1,065 and 1,004 videos of val and test, the files name 1,094 and 1,037.",
        "Videos are longer than the 25 or 30 s that were described; their true length is not told.",
        "A few sentences were placed by 5 or 7 people, not 4.",
    ),
)
def read(folder: Folder, split: str) -> Iterator[MomentRecord]:
    """One record a sentence; each window is the opinion of one person.

    Pieces ``[a, b]``, both inclusive, become ``[5 a, 5 (b + 1)]`` seconds; the length is that of
    all pieces. ``more`` keeps the pieces.
    """
    for one in folder.json(folder.of(split)):
        yield MomentRecord(
            id=str(one["annotation_id"]),
            video=one["video"],
            text=one["description"].strip(),
            windows=tuple((first * PIECE, (last + 1) * PIECE) for first, last in one["times"]),
            alternatives=True,
            duration=one["num_segments"] * PIECE,
            more={"pieces": one["times"]},
        )
