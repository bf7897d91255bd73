"""CASTELLA: queries on what is heard in recordings of one to five minutes."""

from __future__ import annotations

from collections.abc import Iterator

from kinolex.datasets.dataset import Split, dataset
from kinolex.datasets.folder import File, Folder
from kinolex.datasets.forms import moments
from kinolex.datasets.records import MomentRecord


@dataset(
    "castella",
    title="CASTELLA",
    task="audio moment retrieval",
    licence="Apache-2.0 (repository of these files)",
    citation="Munakata, Imamura, Nishimura, Komatsu: CASTELLA: Long Audio Dataset with Captions and"
    " Temporal Boundaries. arXiv:2511.15131, 2025.",
    homepage="https://h-munakata.github.io/CASTELLA-demo/",
    revision="line/lighthouse@d095eaa552ce",
    splits=(
        Split("train", "train", None, None, "1,009 recordings in the paper."),
        Split("val", "val", None, None, "213 recordings in the paper."),
        Split("test", "test", 566, 1347, "640 recordings in the paper."),
    ),
    files=(
        File("castella_train_release.jsonl", ("train",), also=("castella_train.jsonl",)),
        File("castella_val_release.jsonl", ("val",), also=("castella_val.jsonl",)),
        File(
            "castella_test_release.jsonl",
            ("test",),
            also=("castella_test.jsonl",),
            sha256="044f141630d4daff984f1bfce1622071520edc27e5f7e49930571c761e6fcaa4",
            source="line/lighthouse@d095eaa552ce",
            path="data/castella/castella_test_release.jsonl",
        ),
    ),
    defects=(
        "The test file of this revision names 566 recordings, the paper 640.",
        "Times are whole seconds; some windows end up to 2 s after their recording.",
    ),
)
def read(folder: Folder, split: str) -> Iterator[MomentRecord]:
    """One record a query, with all its windows."""
    yield from moments(folder.objects(folder.of(split)))
