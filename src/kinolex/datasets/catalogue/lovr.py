"""LoVR: 467 long videos and 40,804 clips of them, with long texts."""

from kinolex.datasets.dataset import Split, described

described(
    "lovr",
    title="LoVR",
    task="long video retrieval",
    licence="CC BY-NC-SA 4.0",
    citation="LoVR: A Benchmark for Long Video Retrieval in Multimodal Contexts."
    " arXiv:2505.13928, 2025.",
    homepage="https://github.com/TechNomad-ds/LoVR-benchmark",
    splits=(
        Split("videos", "other", 467, 467, note="One text a long video."),
        Split("clips", "other", None, 40804, note="One text a clip."),
    ),
    defects=("Captions were written by models, and filtered.",),
)
