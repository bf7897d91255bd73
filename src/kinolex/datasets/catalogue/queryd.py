"""QuerYD: YouTube videos with what volunteers of YouDescribe tell blind people."""

from kinolex.datasets.dataset import Split, described
from kinolex.datasets.folder import File

described(
    "queryd",
    title="QuerYD",
    task="text-to-video retrieval, moment retrieval",
    citation="Oncescu, Henriques, Liu, Zisserman, Albanie: QuerYD: A Video Dataset with"
    " High-Quality Text and Audio Narrations. ICASSP 2021, arXiv:2011.11071.",
    homepage="https://github.com/oncescuandreea/QuerYD_downloader",
    splits=(
        Split("train", "train"),
        Split("val", "val"),
        Split("test", "test"),
    ),
    files=(
        File(
            "raw_captions_combined_filtered.pkl",
            (
                "train",
                "val",
                "test",
            ),
        ),
        File(
            "times_captions_combined_filtered.pkl",
            (
                "train",
                "val",
                "test",
            ),
        ),
    ),
    defects=(
        "Texts are transcripts of spoken descriptions, made by speech recognition.",
        "Annotations are Python pickles: do not open them where they come from strangers.",
    ),
)
