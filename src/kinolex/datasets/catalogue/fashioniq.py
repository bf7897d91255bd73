"""FashionIQ: a garment and two sentences of what should be different name another."""

from kinolex.datasets.dataset import Split, described

described(
    "fashioniq",
    title="FashionIQ",
    task="composed picture retrieval",
    licence="Community Data License Agreement",
    citation="Wu, Gao, Guo, Al-Halah, Rennie, Grauman, Feris: Fashion IQ: A New Dataset"
    " Towards Retrieving Images by Natural Language Feedback. CVPR 2021,"
    " arXiv:1905.12794.",
    homepage="https://github.com/XiaoxiaoGuo/fashion-iq",
    splits=(
        Split("train", "train", None, 18000, checked=False),
        Split(
            "val",
            "val",
            None,
            6016,
            note="What papers report, for dress, shirt and toptee.",
            checked=False,
        ),
    ),
    defects=(
        "Two galleries are in use for val (all pictures of the split, or those of the"
        " triplets): say which.",
        "Some pictures are gone from the shop.",
    ),
)
