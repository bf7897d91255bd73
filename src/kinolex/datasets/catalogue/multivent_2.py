"""MultiVENT 2.0: 218,000 news videos in several languages, queries for events."""

from kinolex.datasets.dataset import Split, described

described(
    "multivent-2",
    title="MultiVENT 2.0",
    task="video retrieval by event",
    citation="Kriz, Sanders, Etter, Murray and others: MultiVENT 2.0: A Massive Multilingual"
    " Benchmark for Event-Centric Video Retrieval. CVPR 2025, arXiv:2410.11619.",
    homepage="https://huggingface.co/datasets/hltcoe/MultiVENT2.0",
    splits=(
        Split("train", "train"),
        Split("test", "test"),
    ),
    defects=(
        "The paper counts more than 218,000 videos and 3,906 queries in both splits together.",
    ),
)
