"""UCF101: short clips of 101 human actions; the three test splits and the class names."""

from __future__ import annotations

from collections.abc import Iterator

from kinolex.datasets.dataset import Split, dataset
from kinolex.datasets.folder import File, Folder
from kinolex.datasets.forms import classes, labels
from kinolex.datasets.records import Record

NAMES = "ucf101_label_map.txt"


def _group(video: str) -> str:
    return video.rpartition("_c")[0]


@dataset(
    "ucf101",
    title="UCF101",
    task="action recognition",
    licence=None,
    citation="Soomro, Zamir, Shah: UCF101: A Dataset of 101 Human Actions Classes From Videos"
    " in The Wild. CRCV-TR-12-01, 2012.",
    homepage="https://www.crcv.ucf.edu/data/UCF101.php",
    revision="muzairkhattak/ViFi-CLIP@e2d1948307f5, open-mmlab/mmaction2@4d6c93474730",
    splits=(
        Split("classes", "classes", None, 101),
        Split("test1", "test", 3783, 3783),
        Split("test2", "test", 3734, 3734),
        Split("test3", "test", 3696, 3696),
    ),
    files=(
        File(
            "ucf101_val1.txt",
            ("test1",),
            also=("val1.txt",),
            sha256="4a5e8f71a39606391911d303a1ad5d2e0aca6a7f7cbb20d1d7bb765c3eba71fe",
            source="muzairkhattak/ViFi-CLIP@e2d1948307f5",
            path="datasets_splits/ucf_splits/val1.txt",
        ),
        File(
            "ucf101_val2.txt",
            ("test2",),
            also=("val2.txt",),
            sha256="4674365aa31d6fb2c647a9475e35f26f4937b371be8aa5dd62f6dab683c6bc0a",
            source="muzairkhattak/ViFi-CLIP@e2d1948307f5",
            path="datasets_splits/ucf_splits/val2.txt",
        ),
        File(
            "ucf101_val3.txt",
            ("test3",),
            also=("val3.txt",),
            sha256="bc5638e62f7da9231c96e2cf5f6e87e46fe707794d7fbd35500f221327f2af37",
            source="muzairkhattak/ViFi-CLIP@e2d1948307f5",
            path="datasets_splits/ucf_splits/val3.txt",
        ),
        File(
            "ucf101_label_map.txt",
            (
                "classes",
                "test1",
                "test2",
                "test3",
            ),
            also=("label_map.txt",),
            sha256="fabeefc51625dad8a5b960156ccf75eea4c3b914d95bc02b43618fd61ecd1930",
            source="open-mmlab/mmaction2@4d6c93474730",
            path="tools/data/ucf101/label_map.txt",
        ),
    ),
    defects=(
        "Clips of one group (g01, g02, ...) were cut from one video: splits must not part them.",
    ),
    source_of=_group,
)
def read(folder: Folder, split: str) -> Iterator[Record]:
    """Class names; or one record a clip of a test split."""
    if split == "classes":
        yield from classes(folder.lines(NAMES))
        return
    names = [one.label for one in classes(folder.lines(NAMES))]
    yield from labels(folder.lines(folder.of(split)), names)
