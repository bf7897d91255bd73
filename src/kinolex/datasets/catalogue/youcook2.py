"""YouCook2: recipes on YouTube, each step with a sentence and a window."""

from __future__ import annotations

from collections.abc import Iterator

from kinolex.datasets.dataset import Split, dataset
from kinolex.datasets.folder import File, Folder
from kinolex.datasets.forms import sentences
from kinolex.datasets.records import MomentRecord


@dataset(
    "youcook2",
    title="YouCook2",
    task="dense captions, text-to-clip retrieval",
    licence="MIT (repository of these files)",
    citation="Zhou, Xu, Corso: Towards Automatic Learning of Procedures from Web Instructional"
    " Videos. AAAI 2018.",
    homepage="http://youcook2.eecs.umich.edu/",
    revision="antoyang/VidChapters@fa3900c6508d",
    splits=(
        Split("train", "train", 1333, 10337),
        Split("val", "val", 457, 3492, "What papers report: the truth of the test is secret."),
    ),
    files=(
        File(
            "yc2_train.json",
            ("train",),
            also=("youcook2_train.json",),
            sha256="e73f2e197382289f2b0280d875bfbfe2db34f96f94341168a3407daaadc6354f",
            source="antoyang/VidChapters@fa3900c6508d",
            path="PDVC/data/yc2/captiondata/yc2_train.json",
        ),
        File(
            "yc2_val.json",
            ("val",),
            also=("youcook2_val.json",),
            sha256="8b78420881c40e7fbd0395abdb00edea5113e59094be65488955ff149c4b4288",
            source="antoyang/VidChapters@fa3900c6508d",
            path="PDVC/data/yc2/captiondata/yc2_val.json",
        ),
    ),
    defects=("Many of the YouTube videos are gone, so that papers count fewer of them.",),
)
def read(folder: Folder, split: str) -> Iterator[MomentRecord]:
    """One record a step, with one window."""
    yield from sentences(folder.json(folder.of(split)))
