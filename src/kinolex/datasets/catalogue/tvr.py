"""TVR: queries on pieces of TV shows that need the picture, the subtitles or both."""

from __future__ import annotations

from collections.abc import Iterator

from kinolex.datasets.dataset import Split, dataset
from kinolex.datasets.folder import File, Folder
from kinolex.datasets.records import MomentRecord, windows_of


def _episode(video: str) -> str:
    return video.partition("_seg")[0].partition("_clip")[0]


@dataset(
    "tvr",
    title="TVR (TV show Retrieval)",
    task="moment retrieval in a corpus, video retrieval",
    licence="MIT (repository)",
    citation="Lei, Yu, Berg, Bansal: TVR: A Large-Scale Dataset for Video-Subtitle Moment"
    " Retrieval. ECCV 2020.",
    homepage="https://github.com/jayleicn/TVRetrieval",
    revision="jayleicn/TVRetrieval@d99a9ea7e724",
    splits=(Split("train", "train"), Split("val", "val", 2179, 10895)),
    files=(
        File("tvr_train_release.jsonl", ("train",), path="data/tvr_train_release.jsonl"),
        File(
            "tvr_val_release.jsonl",
            ("val",),
            also=("tvr_val.jsonl",),
            sha256="033d358632c5333cc5492ff308d4dd2c85f714f352bc92cd35fbae5797c5fbec",
            source="jayleicn/TVRetrieval@d99a9ea7e724",
            path="data/tvr_val_release.jsonl",
        ),
    ),
    defects=(
        "The truth of the two test splits is secret: papers report val.",
        "The videos are not handed out, only features.",
    ),
    source_of=_episode,
)
def read(folder: Folder, split: str) -> Iterator[MomentRecord]:
    """One record a query, with one window; ``more`` has its type: ``v``, ``t`` or ``vt``."""
    for one in folder.objects(folder.of(split)):
        yield MomentRecord(
            id=str(one["desc_id"]),
            video=one["vid_name"],
            text=one["desc"].strip(),
            windows=windows_of([one["ts"]]),
            duration=float(one["duration"]),
            more={"type": one["type"]},
        )
