"""TVSum: 50 YouTube videos of 10 topics, every 2 s rated by 20 people."""

from __future__ import annotations

from collections.abc import Iterator

from kinolex.datasets.dataset import Split, dataset
from kinolex.datasets.folder import File, Folder
from kinolex.datasets.records import HighlightRecord

CLIP = 2.0
"""Seconds of a clip."""


@dataset(
    "tvsum",
    title="TVSum (in the form of QVHighlights)",
    task="highlight detection, summaries",
    licence="Apache-2.0 (repository of these files)",
    citation="Song, Vallmitjana, Stent, Jaimes: TVSum: Summarizing Web Videos Using Titles."
    " CVPR 2015.",
    homepage="https://github.com/yalesong/tvsum",
    revision="line/lighthouse@d095eaa552ce",
    splits=(Split("train", "train", 40, 40), Split("val", "val", 10, 10, "What papers report.")),
    files=(
        File(
            "tvsum_train_release.jsonl",
            ("train",),
            also=("tvsum_train.jsonl",),
            sha256="f23a819e3b97d1404b986995cfd84e2c8e6ec2ab6f1fb8e035984332c8918380",
            source="line/lighthouse@d095eaa552ce",
            path="data/tvsum/tvsum_train_release.jsonl",
        ),
        File(
            "tvsum_val_release.jsonl",
            ("val",),
            also=("tvsum_val.jsonl",),
            sha256="4b0788e8aa8091fd57f5a1d550d8998d9fda206e5014b716e52d3232b2d5a426",
            source="line/lighthouse@d095eaa552ce",
            path="data/tvsum/tvsum_val_release.jsonl",
        ),
    ),
    defects=(
        "``duration`` in these files counts clips of 2 s, not seconds.",
        "The query is the title of the video; it need not tell what the highlights are.",
        "Models are trained and tested on 4 and 1 videos of a topic.",
    ),
)
def read(folder: Folder, split: str) -> Iterator[HighlightRecord]:
    """One record a video: 20 ratings (1 to 5) a clip of 2 s; ``more`` has its ``domain``."""
    for one in folder.objects(folder.of(split)):
        scores = tuple(tuple(float(score) for score in clip) for clip in one["label"])
        yield HighlightRecord(
            id=str(one["qid"]),
            video=one["vid"],
            text=one["query"].strip(),
            duration=len(scores) * CLIP,
            clips=tuple(range(len(scores))),
            scores=scores,
            clip_seconds=CLIP,
            more={"domain": one["domain"]},
        )
