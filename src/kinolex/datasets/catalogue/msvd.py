"""MSVD: 1,970 short YouTube clips with about 40 captions each."""

from __future__ import annotations

from collections.abc import Iterator

from kinolex.datasets.dataset import Split, dataset
from kinolex.datasets.folder import File, Folder
from kinolex.datasets.forms import cut_from
from kinolex.datasets.records import CaptionRecord

CAPTIONS = "captions_msvd.json"


@dataset(
    "msvd",
    title="MSVD (Microsoft Video Description)",
    task="text-to-video retrieval",
    licence=None,
    citation="Chen, Dolan: Collecting Highly Parallel Data for Paraphrase Evaluation. ACL 2011.",
    homepage="https://www.cs.utexas.edu/users/ml/clamp/videoDescription/",
    revision="layer6ai-labs/xpool@bc8871819900",
    splits=(
        Split("train", "train", 1200, 48774),
        Split("val", "val", 100, 4290),
        Split("test", "test", 670, 27763),
    ),
    files=(
        File(
            "captions_msvd.json",
            (
                "train",
                "val",
                "test",
            ),
            also=("msvd_captions.json",),
            sha256="11bc68e8441438121c1c7321526ef1d1fc6553d3b801baef1cca1d3429e306b1",
            source="layer6ai-labs/xpool@bc8871819900",
            path="data/MSVD/captions_msvd.json",
        ),
        File(
            "train_list.txt",
            ("train",),
            also=("msvd_train_list.txt",),
            sha256="abfb8ab5660b464cf547d63a37a369920ff92c5f547af80f07aedd709df335d3",
            source="layer6ai-labs/xpool@bc8871819900",
            path="data/MSVD/train_list.txt",
        ),
        File(
            "val_list.txt",
            ("val",),
            also=("msvd_val_list.txt",),
            sha256="9527cf1ef6c8fe2fb1ecfda0e1856acc563fecef5ff0a409b5d908b65c1e6ed4",
            source="layer6ai-labs/xpool@bc8871819900",
            path="data/MSVD/val_list.txt",
        ),
        File(
            "test_list.txt",
            ("test",),
            also=("msvd_test_list.txt",),
            sha256="95eacd1fddb1d88cd7144267913ef02d0ecb8cc94a88bc484035433a2d8f9c7a",
            source="layer6ai-labs/xpool@bc8871819900",
            path="data/MSVD/test_list.txt",
        ),
    ),
    defects=(
        "Many captions repeat, for one video and for several: one stands for 196 videos of train.",
        "One YouTube video was cut for train and for val.",
    ),
    source_of=cut_from,
)
def read(folder: Folder, split: str) -> Iterator[CaptionRecord]:
    """One record a caption, videos in the order of the list; the id is video and number."""
    captions = folder.json(CAPTIONS)
    for line in folder.lines(f"{split}_list.txt"):
        video = line.strip()
        for number, text in enumerate(captions[video]):
            yield CaptionRecord(id=f"{video}#{number}", video=video, text=text.strip())
