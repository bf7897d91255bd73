"""Panda-70M: 70 million clips of YouTube with captions by models."""

from kinolex.datasets.dataset import Split, described
from kinolex.datasets.folder import File

described(
    "panda-70m",
    title="Panda-70M",
    task="training pairs of video and text",
    citation="Chen, Siarohin, Menapace and others: Panda-70M: Captioning 70M Videos with"
    " Multiple Cross-Modality Teachers. CVPR 2024.",
    homepage="https://github.com/snap-research/Panda-70M",
    splits=(
        Split(
            "train",
            "train",
            3779763,
            70723513,
            note="Videos are those that were cut.",
            checked=False,
        ),
        Split("train-10m", "train", 3755240, 10473922, checked=False),
        Split("train-2m", "train", 800000, 2400000, checked=False),
        Split("val", "val", 2000, 6000, checked=False),
        Split("test", "test", 2000, 6000, checked=False),
    ),
    files=(
        File("panda70m_training_full.csv", ("train",)),
        File("panda70m_training_10m.csv", ("train-10m",)),
        File("panda70m_training_2m.csv", ("train-2m",)),
        File("panda70m_validation.csv", ("val",)),
        File("panda70m_testing.csv", ("test",)),
    ),
    defects=(
        "Captions were written by models.",
        "Sizes count the long videos that clips were cut from; many are gone.",
    ),
)
