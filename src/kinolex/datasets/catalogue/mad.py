"""MAD: audio descriptions of 650 whole films, to be found in two hours."""

from kinolex.datasets.dataset import Split, described
from kinolex.datasets.folder import File

described(
    "mad",
    title="MAD (Movie Audio Descriptions)",
    task="moment retrieval in long videos",
    licence="after signing an agreement",
    citation="Soldan, Pardo, Alcazar, Caba, Zhao, Giancola, Ghanem: MAD: A Scalable Dataset"
    " for Language Grounding in Videos from Movie Audio Descriptions. CVPR 2022.",
    homepage="https://github.com/Soldelli/MAD",
    splits=(
        Split("train", "train"),
        Split("val", "val"),
        Split("test", "test"),
    ),
    files=(
        File("MAD_train.json", ("train",)),
        File("MAD_val.json", ("val",)),
        File("MAD_test.json", ("test",)),
    ),
    defects=(
        "About 384,000 sentences on 650 films; films are not handed out, only features.",
        "Sentences of train were transcribed and aligned by machine; val and test come from"
        " LSMDC, so that the two sets share films.",
    ),
)
