"""TACoS: 127 long videos of cooking, from one kitchen, with many short sentences each."""

from __future__ import annotations

from collections.abc import Iterator

from kinolex.datasets.dataset import Split, dataset
from kinolex.datasets.folder import File, Folder
from kinolex.datasets.records import MomentRecord


@dataset(
    "tacos",
    title="TACoS (in the form of 2D-TAN)",
    task="moment retrieval",
    licence="MIT (repository of these files)",
    citation="Regneri, Rohrbach, Wetzel, Thater, Schiele, Pinkal: Grounding Action Descriptions in"
    " Videos. TACL 2013.",
    homepage="https://github.com/microsoft/VideoX",
    revision="microsoft/VideoX@1744b2159c3d",
    splits=(
        Split("train", "train", 75, 9790),
        Split("val", "val", 27, 4436),
        Split("test", "test", 25, 4001),
    ),
    files=(
        File(
            "tacos_train.json",
            ("train",),
            also=("train.json",),
            sha256="ee5e1527885122f0d3cf1dbfcf0efb0de0c54f8290937fe3ff8b5844742112e9",
            source="microsoft/VideoX@1744b2159c3d",
            path="2D-TAN/data/TACoS/train.json",
        ),
        File(
            "tacos_val.json",
            ("val",),
            also=("val.json",),
            sha256="f8f350e5727e8c0ab3ca2a5d4df93027dcd0546aebe8e2087ae220c850db59fe",
            source="microsoft/VideoX@1744b2159c3d",
            path="2D-TAN/data/TACoS/val.json",
        ),
        File(
            "tacos_test.json",
            ("test",),
            also=("test.json",),
            sha256="1c64c8a5ada2b812ee7e230d1577139c5ee8e1e5d9ae2141479c980a0c3fb847",
            source="microsoft/VideoX@1744b2159c3d",
            path="2D-TAN/data/TACoS/test.json",
        ),
    ),
    defects=(
        "Times are frame numbers; they become seconds by the frame rate in the same file.",
        "Some windows end after the last frame.",
        "An older form of the same set (TALL) has 10,146, 4,589 and 4,083 sentences: figures on"
        " the two cannot be compared.",
    ),
)
def read(folder: Folder, split: str) -> Iterator[MomentRecord]:
    """One record a sentence, with one window; ``more`` keeps its frames."""
    for video, one in folder.json(folder.of(split)).items():
        rate = float(one["fps"])
        pairs = zip(one["timestamps"], one["sentences"], strict=True)
        for number, ((start, end), text) in enumerate(pairs):
            yield MomentRecord(
                id=f"{video}#{number}",
                video=video,
                text=text.strip(),
                windows=((start / rate, end / rate),),
                duration=one["num_frames"] / rate,
                more={"frames": [start, end]},
            )
