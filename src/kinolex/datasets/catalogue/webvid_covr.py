"""WebVid-CoVR: a video and a sentence of what should be different name another video."""

from kinolex.datasets.dataset import Split, described

described(
    "webvid-covr",
    title="WebVid-CoVR",
    task="composed video retrieval",
    licence="MIT (repository)",
    citation="Ventura, Yang, Schmid, Varol: CoVR: Learning Composed Video Retrieval from Web"
    " Video Captions. AAAI 2024, arXiv:2308.14746.",
    homepage="https://github.com/lucas-ventura/CoVR",
    splits=(
        Split("train", "train", note="About 1.6 million triplets."),
        Split("val", "val"),
        Split("test", "test", None, 2556, note="Checked by hand."),
    ),
    defects=(
        "Texts of train were written by a model from captions.",
        "WebVid is no longer handed out: its videos must be fetched one by one.",
    ),
)
