"""Kinetics-700: YouTube clips of 10 s of 700 human actions; the class names."""

from __future__ import annotations

from collections.abc import Iterator

from kinolex.datasets.dataset import Split, dataset
from kinolex.datasets.folder import File, Folder
from kinolex.datasets.forms import classes
from kinolex.datasets.records import ClassRecord


@dataset(
    "kinetics-700",
    title="Kinetics-700",
    task="action recognition",
    licence="CC BY 4.0 (annotations)",
    citation="Carreira, Noland, Hillier, Zisserman: A Short Note on the Kinetics-700 Human Action"
    " Dataset. arXiv:1907.06987, 2019.",
    homepage="https://github.com/cvdfoundation/kinetics-dataset",
    revision="open-mmlab/mmaction2@4d6c93474730",
    splits=(Split("classes", "classes", None, 700),),
    files=(
        File(
            "label_map_k700.txt",
            ("classes",),
            also=("kinetics700_label_map.txt",),
            sha256="2f265d35aa76060219f7e83aff12f5aaba9d1fe27360aa83f11aad7a3648fc51",
            source="open-mmlab/mmaction2@4d6c93474730",
            path="tools/data/kinetics/label_map_k700.txt",
        ),
    ),
    defects=("Many of the YouTube videos are gone, so that papers test on different clips.",),
)
def read(folder: Folder, split: str) -> Iterator[ClassRecord]:
    """Class names in the order that model heads use."""
    yield from classes(folder.lines(folder.of(split)))
