"""QVHighlights: queries on pieces of 150 s of YouTube vlogs and news, with windows and ratings."""

from __future__ import annotations

from collections.abc import Iterator

from kinolex.datasets.dataset import Split, dataset
from kinolex.datasets.folder import File, Folder
from kinolex.datasets.forms import cut_from, highlights
from kinolex.datasets.records import HighlightRecord


@dataset(
    "qvhighlights",
    title="QVHighlights",
    task="moment retrieval and highlight detection",
    licence="CC BY-NC-SA 4.0 (annotations)",
    citation="Lei, Berg, Bansal: QVHighlights: Detecting Moments and Highlights in Videos via"
    " Natural Language Queries. NeurIPS 2021.",
    homepage="https://github.com/jayleicn/moment_detr",
    revision="jayleicn/moment_detr@b7e553ac3b0c",
    splits=(
        Split("train", "train", 7100, 7218),
        Split("val", "val", 1519, 1550),
        Split("test", "test", 1529, 1542),
    ),
    files=(
        File(
            "highlight_train_release.jsonl",
            ("train",),
            also=("qvhighlights_train.jsonl",),
            sha256="fd28404187468f57cf99242be2963127dc9b4aef26c7de3cb9469569801f2625",
            source="jayleicn/moment_detr@b7e553ac3b0c",
            path="data/highlight_train_release.jsonl",
        ),
        File(
            "highlight_val_release.jsonl",
            ("val",),
            also=("qvhighlights_val.jsonl",),
            sha256="f668a1eaea156ec5315e14718999cea043a8cf948d3cafbd8e8d655318c3cd02",
            source="jayleicn/moment_detr@b7e553ac3b0c",
            path="data/highlight_val_release.jsonl",
        ),
        File(
            "highlight_test_with_gt.jsonl",
            ("test",),
            also=("qvhighlights_test_with_gt.jsonl",),
            sha256="bd50ec6bb5dd3f72571126ba5fdc7418efdd9219a9487984e483a02e2ce5d493",
            source="jayleicn/moment_detr@b7e553ac3b0c",
            path="data/highlight_test_with_gt.jsonl",
        ),
    ),
    defects=(
        "Some queries stand for several videos, and 11 of train are in val too.",
        "Windows are multiples of 2 s; a clip that nobody rated counts as not relevant.",
    ),
    source_of=cut_from,
)
def read(folder: Folder, split: str) -> Iterator[HighlightRecord]:
    """One record a query: all its windows, and three ratings (0 to 4) a relevant clip of 2 s."""
    yield from highlights(folder.objects(folder.of(split)))
