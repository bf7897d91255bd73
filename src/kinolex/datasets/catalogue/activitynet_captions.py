"""ActivityNet Captions: sentences in order for what happens in 20,000 YouTube videos, and when."""

from __future__ import annotations

from collections.abc import Iterator

from kinolex.datasets.dataset import Split, dataset
from kinolex.datasets.folder import File, Folder
from kinolex.datasets.forms import sentences
from kinolex.datasets.records import MomentRecord


@dataset(
    "activitynet-captions",
    title="ActivityNet Captions",
    task="moment retrieval, dense captions, paragraph-to-video retrieval",
    licence="MIT (repository of these files)",
    citation="Krishna, Hata, Ren, Fei-Fei, Niebles: Dense-Captioning Events in Videos. ICCV 2017.",
    homepage="https://cs.stanford.edu/people/ranjaykrishna/densevid/",
    revision="microsoft/VideoX@1744b2159c3d",
    splits=(
        Split("train", "train", 10009, 37421),
        Split("val", "val", 4917, 17505, "val_1."),
        Split("test", "test", 4885, 17031, "val_2, which moment retrieval takes for its test."),
    ),
    files=(
        File(
            "activitynet_captions_train.json",
            ("train",),
            also=("train.json",),
            sha256="704536b2779011c1a729c927ae30e39ea9c90c38557836bbe969499917243d69",
            source="microsoft/VideoX@1744b2159c3d",
            path="2D-TAN/data/ActivityNet/train.json",
        ),
        File(
            "activitynet_captions_val.json",
            ("val",),
            also=(
                "val_1.json",
                "val.json",
            ),
            sha256="466aaccb9ebe45c6db4c98488a4ddbeb5b22faffe62e1bbce81222c14fc29e1c",
            source="microsoft/VideoX@1744b2159c3d",
            path="2D-TAN/data/ActivityNet/val.json",
        ),
        File(
            "activitynet_captions_test.json",
            ("test",),
            also=(
                "val_2.json",
                "test.json",
            ),
            sha256="08fe56568bc92dd02a6150fe1094457a5f2ac72975b8778a922bc9a65aa7f0e9",
            source="microsoft/VideoX@1744b2159c3d",
            path="2D-TAN/data/ActivityNet/test.json",
        ),
    ),
    defects=(
        "val_1 and val_2 are two people's descriptions of the same videos: one must not choose"
        " models for the other.",
        "Some windows end up to 0.01 s after their video; published code cuts them off.",
        "4 windows of train run backwards; papers count 37,417 without them.",
        "Many of the YouTube videos are gone.",
    ),
)
def read(folder: Folder, split: str) -> Iterator[MomentRecord]:
    """One record a sentence, with one window."""
    yield from sentences(folder.json(folder.of(split)))
