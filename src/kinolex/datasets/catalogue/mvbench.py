"""MVBench: 20 tasks of time with 200 multiple-choice questions each, from older data sets."""

from kinolex.datasets.dataset import Split, described

described(
    "mvbench",
    title="MVBench",
    task="multiple-choice questions",
    licence="MIT",
    citation="Li, Wang, He, Li and others: MVBench: A Comprehensive Multi-modal Video"
    " Understanding Benchmark. CVPR 2024, arXiv:2311.17005.",
    homepage="https://huggingface.co/datasets/OpenGVLab/MVBench",
    splits=(Split("test", "test", None, 4000, note="20 tasks of 200 questions."),),
    defects=(
        "The published matching counts an empty answer as right.",
        "The videos of one task (NTU RGB+D) must be got apart.",
    ),
)
