"""Condensed Movies: key scenes of more than 3,000 films, each with a sentence of the story."""

from kinolex.datasets.dataset import Split, described
from kinolex.datasets.folder import File

described(
    "condensed-movies",
    title="Condensed Movies (CMD)",
    task="text-to-video retrieval",
    citation="Bain, Nagrani, Brown, Zisserman: Condensed Movies: Story Based Retrieval with"
    " Contextual Embeddings. ACCV 2020, arXiv:2005.04208.",
    homepage="https://github.com/m-bain/CondensedMovies",
    splits=(
        Split("train", "train"),
        Split("val", "val"),
        Split("test", "test"),
    ),
    files=(
        File(
            "metadata/clips.csv",
            (
                "train",
                "val",
                "test",
            ),
        ),
        File(
            "metadata/split.csv",
            (
                "train",
                "val",
                "test",
            ),
        ),
    ),
    defects=(
        "A text tells the story, often more than the clip shows.",
        "Some YouTube videos are gone or closed to some countries.",
    ),
)
