"""LSMDC: clips of films with what audio describers say; 1,000 clips are the usual test."""

from kinolex.datasets.dataset import Split, described
from kinolex.datasets.folder import File

described(
    "lsmdc",
    title="LSMDC (Large Scale Movie Description Challenge)",
    task="text-to-video retrieval",
    licence="research only, after signing an agreement",
    citation="Rohrbach, Torabi, Rohrbach, Tandon, Pal, Larochelle, Courville, Schiele: Movie"
    " Description. IJCV 123, 2017.",
    homepage="https://sites.google.com/site/describingmovies/",
    splits=(
        Split("train", "train", 101079, 101079, checked=False),
        Split("val", "val", 7408, 7408, checked=False),
        Split("test-1k", "test", 1000, 1000, note="LSMDC16_challenge_1000_publictect.csv."),
    ),
    files=(
        File("LSMDC16_annos_training.csv", ("train",)),
        File("LSMDC16_annos_val.csv", ("val",)),
        File("LSMDC16_challenge_1000_publictect.csv", ("test-1k",)),
    ),
    defects=(
        "The videos and the texts may not be passed on.",
        "Published retrieval code has no validation set: it chooses epochs on the 1,000"
        " test clips.",
    ),
)
