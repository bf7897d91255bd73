"""Kinetics-400: YouTube clips of 10 s of 400 human actions; the class names."""

from __future__ import annotations

from collections.abc import Iterator

from kinolex.datasets.dataset import Split, dataset
from kinolex.datasets.folder import File, Folder
from kinolex.datasets.forms import classes
from kinolex.datasets.records import ClassRecord


@dataset(
    "kinetics-400",
    title="Kinetics-400",
    task="action recognition",
    licence="CC BY 4.0 (annotations)",
    citation="Kay, Carreira, Simonyan, Zhang, Hillier and others: The Kinetics Human Action"
    " Video Dataset. arXiv:1705.06950, 2017.",
    homepage="https://github.com/cvdfoundation/kinetics-dataset",
    revision="open-mmlab/mmaction2@4d6c93474730",
    splits=(Split("classes", "classes", None, 400),),
    files=(
        File(
            "label_map_k400.txt",
            ("classes",),
            also=("kinetics400_label_map.txt",),
            sha256="e9f2806fe9109b851a80a74841244f6f8c9d10917fa0229cd82bab67f2f8e28f",
            source="open-mmlab/mmaction2@4d6c93474730",
            path="tools/data/kinetics/label_map_k400.txt",
        ),
    ),
    defects=("Many of the YouTube videos are gone, so that papers test on different clips.",),
)
def read(folder: Folder, split: str) -> Iterator[ClassRecord]:
    """Class names in the order that model heads use."""
    yield from classes(folder.lines(folder.of(split)))
