"""HMDB51: short clips of 51 human actions; the three test splits and the class names."""

from __future__ import annotations

from collections.abc import Iterator

from kinolex.datasets.dataset import Split, dataset
from kinolex.datasets.folder import File, Folder
from kinolex.datasets.forms import classes, labels
from kinolex.datasets.records import Record

NAMES = "hmdb51_label_map.txt"


@dataset(
    "hmdb51",
    title="HMDB51",
    task="action recognition",
    licence="CC BY 4.0",
    citation="Kuehne, Jhuang, Garrote, Poggio, Serre: HMDB: A Large Video Database for Human Motion"
    " Recognition. ICCV 2011.",
    homepage="https://serre-lab.clps.brown.edu/resource/hmdb-a-large-human-motion-database/",
    revision="muzairkhattak/ViFi-CLIP@e2d1948307f5, open-mmlab/mmaction2@4d6c93474730",
    splits=(
        Split("classes", "classes", None, 51),
        Split("test1", "test", 1530, 1530),
        Split("test2", "test", 1530, 1530),
        Split("test3", "test", 1530, 1530),
    ),
    files=(
        File(
            "hmdb51_val1.txt",
            ("test1",),
            also=("val1.txt",),
            sha256="ba5a9187d7ff271dc35b5e43c0b5beb7843fdbd7ed6bc6ee32fed2025ea276d6",
            source="muzairkhattak/ViFi-CLIP@e2d1948307f5",
            path="datasets_splits/hmdb_splits/val1.txt",
        ),
        File(
            "hmdb51_val2.txt",
            ("test2",),
            also=("val2.txt",),
            source="muzairkhattak/ViFi-CLIP@e2d1948307f5",
            path="datasets_splits/hmdb_splits/val2.txt",
        ),
        File(
            "hmdb51_val3.txt",
            ("test3",),
            also=("val3.txt",),
            source="muzairkhattak/ViFi-CLIP@e2d1948307f5",
            path="datasets_splits/hmdb_splits/val3.txt",
        ),
        File(
            "hmdb51_label_map.txt",
            (
                "classes",
                "test1",
                "test2",
                "test3",
            ),
            also=("label_map.txt",),
            sha256="c24c56a7af6f3ea55c8fb2a8e5b2c3a42644fcc5d86e49313536cfbd3499538a",
            source="open-mmlab/mmaction2@4d6c93474730",
            path="tools/data/hmdb51/label_map.txt",
        ),
    ),
    defects=("Some clips were cut from the same film.",),
)
def read(folder: Folder, split: str) -> Iterator[Record]:
    """Class names; or one record a clip of a test split."""
    if split == "classes":
        yield from classes(folder.lines(NAMES))
        return
    names = [one.label for one in classes(folder.lines(NAMES))]
    yield from labels(folder.lines(folder.of(split)), names)
