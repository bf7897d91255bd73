"""Charades-STA: sentences for moments of the Charades videos."""

from __future__ import annotations

from collections.abc import Iterator

from kinolex.datasets.dataset import Split, dataset
from kinolex.datasets.folder import File, Folder
from kinolex.datasets.records import MomentRecord

LENGTHS = "charades_test_release.jsonl"


@dataset(
    "charades-sta",
    title="Charades-STA",
    task="moment retrieval",
    licence="MIT (repository of these files); Charades itself: non-commercial",
    citation="Gao, Sun, Yang, Nevatia: TALL: Temporal Activity Localization via Language Query."
    " ICCV 2017.",
    homepage="https://github.com/jiyanggao/TALL",
    revision="microsoft/VideoX@1744b2159c3d",
    splits=(
        Split("train", "train", 5338, 12408),
        Split("test", "test", 1334, 3720),
    ),
    files=(
        File(
            "charades_sta_train.txt",
            ("train",),
            also=(),
            sha256="47ec9b6b488fca753373d9cc29b07a959f7237a922cb29463cd088cd6198e805",
            source="microsoft/VideoX@1744b2159c3d",
            path="2D-TAN/data/Charades-STA/charades_sta_train.txt",
        ),
        File(
            "charades_sta_test.txt",
            ("test",),
            also=(),
            sha256="fab341679c20b0917173dcffffde367a71113fe63f3a645558cef2ebfbfefb55",
            source="microsoft/VideoX@1744b2159c3d",
            path="2D-TAN/data/Charades-STA/charades_sta_test.txt",
        ),
        File(
            "charades_test_release.jsonl",
            ("test",),
            also=("charades_test.jsonl",),
            sha256="13d6e9152794d87bb501a827edcbe69e5c0428f0af60e926e6b87e4f452ad5b2",
            source="line/lighthouse@d095eaa552ce",
            path="data/charades/charades_test_release.jsonl",
            optional=True,
        ),
        File("Charades_v1_train.csv", ("train",), optional=True),
        File("Charades_v1_test.csv", ("test",), optional=True),
    ),
    defects=(
        "The text files do not know how long the videos are: lengths come from the Charades tables"
        " or, for test, from charades_test_release.jsonl, where these are there.",
        "4 windows of train run backwards or are empty; published code leaves them out.",
        "562 windows of test end up to 1.5 s after their video; published code cuts them off.",
        "Sentences were made from action labels by rules: many are equal or nearly so.",
    ),
)
def read(folder: Folder, split: str) -> Iterator[MomentRecord]:
    """One record a line ``VIDEO START END##SENTENCE``; the id is the video and the line from 0."""
    lengths = _lengths(folder, split)
    for number, line in enumerate(folder.lines(folder.of(split))):
        where, marks, text = line.partition("##")
        if not marks:
            raise ValueError(f"{line!r} has no ##")
        video, start, end = where.split()
        yield MomentRecord(
            id=f"{video}#{number}",
            video=video,
            text=text.strip(),
            windows=((float(start), float(end)),),
            duration=lengths.get(video),
        )


def _lengths(folder: Folder, split: str) -> dict[str, float]:
    table = f"Charades_v1_{split}.csv"
    if folder.has(table):
        return {row["id"]: float(row["length"]) for row in folder.rows(table)}
    if split == "test" and folder.has(LENGTHS):
        return {row["vid"]: float(row["duration"]) for row in folder.objects(LENGTHS)}
    return {}
