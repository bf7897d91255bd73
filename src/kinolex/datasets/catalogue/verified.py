"""VERIFIED: finer sentences for the moments of Charades-STA, DiDeMo and ActivityNet Captions."""

from kinolex.datasets.dataset import Split, described
from kinolex.datasets.folder import File

described(
    "verified",
    title="VERIFIED (Charades-FIG, DiDeMo-FIG, ActivityNet-FIG)",
    task="fine-grained moment retrieval in a corpus",
    citation="Chen, Wang, Chen, Zhang, Feng, Huang, Jia, Zhu: VERIFIED: A Video Corpus Moment"
    " Retrieval Benchmark for Fine-Grained Video Understanding. NeurIPS 2024,"
    " arXiv:2410.08593.",
    homepage="https://github.com/hlchen23/VERIFIED",
    splits=(
        Split("charades-train", "train"),
        Split("charades-test", "test"),
        Split("didemo-val", "val"),
        Split("didemo-test", "test"),
    ),
    files=(
        File("charades_fig_train.jsonl", ("charades-train",)),
        File("charades_fig_test.jsonl", ("charades-test",)),
        File("didemo_fig_val.jsonl", ("didemo-val",)),
        File("didemo_fig_test.jsonl", ("didemo-test",)),
    ),
    defects=(
        "Texts were written by models, and filtered; times are those of the older sets.",
        "Test videos are those of the older sets: training on one of these leaks into it.",
    ),
)
