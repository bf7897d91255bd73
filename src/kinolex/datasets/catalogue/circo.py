"""CIRCO: composed queries on COCO with several right pictures each."""

from kinolex.datasets.dataset import Split, described
from kinolex.datasets.folder import File

described(
    "circo",
    title="CIRCO",
    task="composed picture retrieval",
    licence="CC BY-NC 4.0",
    citation="Baldrati, Agnolucci, Bertini, Del Bimbo: Zero-Shot Composed Image Retrieval with"
    " Textual Inversion. ICCV 2023, arXiv:2303.15247.",
    homepage="https://github.com/miccunifi/CIRCO",
    splits=(
        Split("val", "val", None, 220),
        Split("test", "test", None, 800, note="Its targets are secret: a server scores it."),
    ),
    files=(
        File("annotations/val.json", ("val",)),
        File("annotations/test.json", ("test",)),
    ),
    defects=("Several pictures of COCO 2017 unlabeled are right for a query, 4.53 on average.",),
)
