"""Video-MME: 2,700 questions with four options on short, medium and long videos."""

from kinolex.datasets.dataset import Split, described

described(
    "video-mme",
    title="Video-MME",
    task="multiple-choice questions",
    licence="academic research only",
    citation="Fu, Dai, Luo and others: Video-MME: The First-Ever Comprehensive Evaluation"
    " Benchmark of Multi-modal LLMs in Video Analysis. CVPR 2025.",
    homepage="https://video-mme.github.io",
    splits=(
        Split(
            "test",
            "test",
            900,
            2700,
            note="300 videos each are short, medium and long.",
            checked=False,
        ),
    ),
    defects=(
        "Two commas are missing in the published extractor of answers, so that some right"
        " ones count as wrong.",
        "Answers that cannot be read leave the denominator of the published figure.",
    ),
)
