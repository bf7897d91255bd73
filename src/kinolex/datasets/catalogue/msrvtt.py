"""MSR-VTT: 10,000 web videos, 20 captions each; 1k-A is the usual test of text-to-video search."""

from __future__ import annotations

from collections.abc import Iterator

from kinolex.datasets.dataset import Split, dataset
from kinolex.datasets.folder import File, Folder
from kinolex.datasets.records import CaptionRecord, Record, VideoRecord

DATA = "MSRVTT_data.json"
TEST = "MSRVTT_JSFUSION_test.csv"
TRAIN = "MSRVTT_train.9k.csv"


@dataset(
    "msrvtt",
    title="MSR-VTT",
    task="text-to-video retrieval",
    licence=None,
    citation="Xu, Mei, Yao, Rui: MSR-VTT: A Large Video Description Dataset for Bridging Video and"
    " Language. CVPR 2016. Split 1k-A: Yu, Kim, Kim: A Joint Sequence Fusion Model. ECCV 2018.",
    homepage="https://github.com/ArrowLuo/CLIP4Clip",
    revision="layer6ai-labs/xpool@bc8871819900",
    splits=(
        Split(
            "train-9k",
            "train",
            9000,
            note="All videos but those of 1k-A; ids only without MSRVTT_data.json.",
        ),
        Split("test-1ka", "test", 1000, 1000, "One caption a video (JSFusion)."),
        Split("train", "train", 6513, note="Official."),
        Split("val", "val", 497, note="Official."),
        Split("test", "test", 2990, note="Official, all captions."),
    ),
    files=(
        File(
            "MSRVTT_train.9k.csv",
            ("train-9k",),
            also=("msrvtt_train_9k_ids.csv",),
            sha256="0a7ece2418e1f7ac5680555a04ddfef8950293ac3c4bdd6584fb0fa6cc0ff7d3",
            source="layer6ai-labs/xpool@bc8871819900",
            path="data/MSRVTT/MSRVTT_train.9k.csv",
        ),
        File(
            "MSRVTT_JSFUSION_test.csv",
            ("test-1ka",),
            also=("msrvtt_jsfusion_test_1k.csv",),
            sha256="e61144b312c8a2fc2126f96504c981f8c23c05b3ba9655a56e2af50ac8a4b16a",
            source="layer6ai-labs/xpool@bc8871819900",
            path="data/MSRVTT/MSRVTT_JSFUSION_test.csv",
        ),
        File(DATA, ("train", "val", "test")),
    ),
    defects=(
        "In 1k-A 4 sentences stand for 9 videos, so that equal texts cannot all be right: at most"
        " 99.5 % text-to-video R@1 without ties.",
        "1k-A is a part of the official test split, and the rest of that split is in the 9k"
        " training set: a model of one must not be tested on the other.",
        "Usual code has no validation split for 1k-A: epochs are chosen on the test videos.",
        "Captions repeat inside and across videos; two official test videos have 19, not 20.",
    ),
)
def read(folder: Folder, split: str) -> Iterator[Record]:
    """One record a caption; ids of videos alone where ``MSRVTT_data.json`` is not there."""
    if split == "test-1ka":
        for row in folder.rows(TEST):
            yield CaptionRecord(id=row["key"], video=row["video_id"], text=row["sentence"].strip())
        return
    if split == "train-9k":
        videos = [row["video_id"] for row in folder.rows(TRAIN)]
        if not folder.has(DATA):
            yield from (VideoRecord(id=video, video=video) for video in videos)
            return
        yield from _captions(folder, set(videos))
        return
    meant = "validate" if split == "val" else split
    known = folder.json(DATA)["videos"]
    yield from _captions(folder, {one["video_id"] for one in known if one["split"] == meant})


def _captions(folder: Folder, videos: set[str]) -> Iterator[CaptionRecord]:
    for one in folder.json(DATA)["sentences"]:
        if one["video_id"] in videos:
            yield CaptionRecord(
                id=str(one["sen_id"]), video=one["video_id"], text=one["caption"].strip()
            )
