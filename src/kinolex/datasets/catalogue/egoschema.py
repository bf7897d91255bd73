"""EgoSchema: one question with five options on each three minutes of Ego4D."""

from kinolex.datasets.dataset import Split, described
from kinolex.datasets.folder import File

described(
    "egoschema",
    title="EgoSchema",
    task="multiple-choice questions",
    licence="videos: that of Ego4D",
    citation="Mangalam, Akshulakov, Malik: EgoSchema: A Diagnostic Benchmark for Very"
    " Long-form Video Language Understanding. NeurIPS 2023.",
    homepage="https://github.com/egoschema/EgoSchema",
    splits=(
        Split(
            "test",
            "test",
            5031,
            5031,
            note="Answers are secret: a server scores it.",
            checked=False,
        ),
        Split("subset", "test", 500, 500, note="With public answers."),
    ),
    files=(
        File(
            "questions.json",
            (
                "test",
                "subset",
            ),
        ),
        File("subset_answers.json", ("subset",)),
    ),
    defects=("Figures on the subset are not figures on the whole set: say which.",),
)
