"""VidChapters-7M: chapters that uploaders wrote into the descriptions of their videos."""

from kinolex.datasets.dataset import Split, described

described(
    "vidchapters",
    title="VidChapters-7M",
    task="video chapters, chapter grounding",
    licence="MIT (repository)",
    citation="Yang, Nagrani, Laptev, Sivic, Schmid: VidChapters-7M: Video Chapters at Scale."
    " NeurIPS 2023, arXiv:2309.13952.",
    homepage="https://antoyang.github.io/vidchapters.html",
    splits=(
        Split("train", "train"),
        Split("val", "val"),
        Split("test", "test"),
    ),
    defects=(
        "817,000 videos with 7 million chapters in all, written by uploaders: titles may be"
        " jokes or adverts.",
        "Many of the YouTube videos are gone.",
    ),
)
