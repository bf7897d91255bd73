"""Max pooling: a video is its frame that fits the text best."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import normalize

from kinolex.lab.matchers.base import Matcher, Representation, Texts, Videos, matcher
from kinolex.lab.parts.masking import cleared

__all__ = ["MaxPooling"]


@matcher
class MaxPooling(Matcher):
    """Largest cosine of the sentence with a frame; nothing is trained here.

    ClipBERT (Lei et al. 2021, arXiv:2102.06183) aggregates the scores of a video's clips by their
    mean, their largest or a log-sum-exp; this is the second. For the paper's equation, which was
    out of reach, stands jayleicn/ClipBERT@7f67e7e src/tasks/run_video_retrieval.py,
    ``start_training`` with ``score_agg_func`` ``max``. Differs: cosines of single frames stand in
    for the scores of its cross-modal transformer. Order does not count.
    """

    name = "max-pooling"
    title = "Max pooling"
    paper = "Lei et al., ClipBERT, CVPR 2021, arXiv:2102.06183"
    kind = "late"

    def represent_video(self, videos: Videos) -> Representation:
        """Unit vectors of all frames."""
        frames = normalize(cleared(videos.frames, videos.mask), dim=-1)
        return Representation(self.kind, {"frames": frames, "mask": videos.mask})

    def represent_text(self, texts: Texts) -> Representation:
        """One unit vector a text."""
        return Representation(self.kind, {"vector": normalize(texts.sentences, dim=-1)})

    def score(self, texts: Representation, videos: Representation) -> Tensor:
        """Cosines of the best frames."""
        cosines = torch.einsum("td,vfd->tvf", texts["vector"], videos["frames"])
        return cosines.masked_fill(~videos["mask"], -torch.inf).amax(dim=-1)
