"""QuerYD: YouTube videos with what volunteers of YouDescribe tell blind people."""

from __future__ import annotations

import gzip
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kinolex.datasets.dataset import Split, dataset
from kinolex.datasets.folder import File, Folder, readable
from kinolex.datasets.records import MomentRecord, windows_of
from kinolex.errors import UsageError

CAPTIONS = "raw_captions_combined_filtered"
TIMES = "times_captions_combined_filtered"
SPLITS = ("train", "val", "test")


def _file(name: str) -> File:
    """JSON, which nothing can hide in, goes before the pickles that the authors hand out."""
    ends = ("-v2.json", ".pkl", "-v2.pkl")
    deep = (f"structured-symlinks/{name}.pkl",)
    return File(f"{name}.json", SPLITS, also=(*(name + end for end in ends), *deep))


@dataset(
    "queryd",
    title="QuerYD",
    task="moment retrieval, paragraph-to-video retrieval",
    citation="Oncescu, Henriques, Liu, Zisserman, Albanie: QuerYD: A Video Dataset with"
    " High-Quality Text and Audio Narrations. ICASSP 2021, arXiv:2011.11071.",
    homepage="https://github.com/oncescuandreea/QuerYD_downloader",
    splits=(
        Split("train", "train"),
        Split("val", "val"),
        Split("test", "test"),
    ),
    files=(
        *(File(f"{split}_list.txt", (split,)) for split in SPLITS),
        _file(CAPTIONS),
        _file(TIMES),
    ),
    defects=(
        "Texts are transcripts of spoken descriptions, made by speech recognition.",
        "Annotations are Python pickles, which can run what they like; here one that asks for"
        " anything but lists, words and numbers is refused.",
        "There are two versions: lists, texts and times must be of the same one.",
    ),
    unverified="The files were not at hand: they are read as published code reads them"
    " (albanie/collaborative-experts@4b611aabf456 data_loader/QuerYD_dataset.py, the lists;"
    " RenShuhuai-Andy/TimeChat@f8152a6d2344 utils/construct_it_data/process_dvc_data.py, JSON;"
    " cn-ryh/VideoMind@fda27cb37497 videomind/dataset/sub_classes/queryd.py, pickles).",
)
def read(folder: Folder, split: str) -> Iterator[MomentRecord]:
    """One record a description with what is said in it; those without a word are left out.

    The id is the video and the number of the description from 0. Published retrieval asks for a
    video with all its descriptions, one after the other.
    """
    captions, times = _value(folder, CAPTIONS), _value(folder, TIMES)
    _demand_one_version(folder)
    for line in folder.lines(f"{split}_list.txt"):
        video = line.strip()
        pairs = zip(captions[video], times[video], strict=True)
        for number, (words, window) in enumerate(pairs):
            text = (words if isinstance(words, str) else " ".join(words)).strip()
            if text:
                yield MomentRecord(
                    id=f"{video}#{number}", video=video, text=text, windows=windows_of([window])
                )


def _value(folder: Folder, name: str) -> Any:
    place = folder.place(f"{name}.json")
    pickled = place is not None and ".pkl" in place.suffixes
    return _unpickled(place) if place and pickled else folder.json(f"{name}.json")


def _demand_one_version(folder: Folder) -> None:
    places = [folder.place(f"{name}.json") for name in (CAPTIONS, TIMES)]
    one, other = (place.name for place in places if place)
    if ("-v2" in one) != ("-v2" in other):
        raise ValueError(f"{one} and {other} are of two versions")


class _Plain(pickle.Unpickler):
    """Lists, words and numbers alone: whatever else a pickle asks for could run anything."""

    def find_class(self, module_name: str, global_name: str) -> Any:
        raise pickle.UnpicklingError(f"it asks for {module_name}.{global_name}")


_DAMAGED = (
    pickle.UnpicklingError, EOFError, ValueError, LookupError, TypeError, AttributeError,
    OverflowError, MemoryError,
)  # fmt: skip
"""What `pickle` runs into where the bytes are no pickle."""


def _unpickled(place: Path) -> Any:
    opens: Any = gzip.open if place.suffix == ".gz" else open
    with readable(place), opens(place, "rb") as file:
        try:
            return _Plain(file).load()
        except _DAMAGED as error:
            raise UsageError(
                f"{place} is no pickle of lists, words and numbers alone: {error}.",
                hint="Write it as JSON under the same name.",
            ) from error
