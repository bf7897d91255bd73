"""FIBER: 1,000 videos with long texts, parted into what is seen and what happens."""

from kinolex.datasets.dataset import Split, described

described(
    "fiber",
    title="FIBER (now CaReBench)",
    task="fine-grained video retrieval",
    citation="Xu, Li, Yang, Meng, Huang, Wang: CaReBench: A Fine-Grained Benchmark for Video"
    " Captioning and Retrieval. ICLR 2026, arXiv:2501.00513; its first version called"
    " the benchmark FIBER.",
    homepage="https://carebench.github.io",
    splits=(Split("test", "test", 1000, 1000),),
    defects=(
        "Texts have some 200 words: text encoders of 77 tokens see a part of them only.",
        "Another set called FIBER (28,000 videos, fill in the blank) is not this one.",
    ),
)
