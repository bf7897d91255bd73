"""HiREST: how-to queries, the videos, moments and steps that answer them."""

from kinolex.datasets.dataset import Split, described
from kinolex.datasets.folder import File

described(
    "hirest",
    title="HiREST",
    task="video retrieval, moment retrieval, step captions",
    citation="Zala, Cho, Kottur, Chen, Oguz, Mehdad, Bansal: Hierarchical Video-Moment"
    " Retrieval and Step-Captioning. CVPR 2023.",
    homepage="https://github.com/j-min/HiREST",
    splits=(
        Split("train", "train", 1507, note="546 queries."),
        Split("val", "val", 477, note="292 queries."),
        Split(
            "test",
            "test",
            1391,
            note="546 queries; 2,891 more videos as distractors for retrieval.",
        ),
    ),
    files=(
        File("data/splits/all_data_train.json", ("train",)),
        File("data/splits/all_data_val.json", ("val",)),
        File("data/splits/all_data_test.json", ("test",)),
    ),
    defects=("A moment [0, 0] means that the whole video answers.",),
)
