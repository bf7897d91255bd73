"""CIRR: a photo and a sentence of what should be different name another photo."""

from kinolex.datasets.dataset import Split, described
from kinolex.datasets.folder import File

described(
    "cirr",
    title="CIRR",
    task="composed picture retrieval",
    licence="MIT (annotations)",
    citation="Liu, Rodriguez-Opazo, Teney, Gould: Image Retrieval on Real-life Images with"
    " Pre-trained Vision-and-Language Models. ICCV 2021, arXiv:2108.04024.",
    homepage="https://github.com/Cuberick-Orion/CIRR",
    splits=(
        Split("train", "train", None, 28225, checked=False),
        Split("val", "val", None, 4181),
        Split(
            "test",
            "test",
            None,
            4148,
            note="Its targets are secret: a server scores it.",
            checked=False,
        ),
    ),
    files=(
        File("cap.rc2.train.json", ("train",)),
        File("cap.rc2.val.json", ("val",)),
        File("cap.rc2.test1.json", ("test",)),
    ),
    defects=(
        "Table 2 of the paper says 4,184 pairs of val; there are 4,181.",
        "Other pictures than the target often fit too: recall counts them as wrong.",
    ),
)
