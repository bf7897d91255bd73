"""Mean pooling: a video is the mean of its frames."""

from __future__ import annotations

from torch import Tensor
from torch.nn.functional import normalize

from kinolex.lab.matchers.base import Matcher, Representation, Texts, Videos, matcher
from kinolex.lab.parts.masking import pooled

__all__ = ["MeanPooling"]


@matcher
class MeanPooling(Matcher):
    """Cosine of the sentence with the mean of the frames' unit vectors; nothing is trained here.

    CLIP4Clip's ``meanP`` (Luo et al. 2021, arXiv:2104.08860, section 3.3; in
    ArrowLuo/CLIP4Clip@85cf908 modules/modeling.py ``_mean_pooling_for_similarity_visual`` and
    ``_loose_similarity``): frames are scaled to length 1, averaged over those that there are, and
    scaled again. Order does not count, and neither does what is asked. Differs: padding may stand
    anywhere.
    """

    name = "mean-pooling"
    title = "Mean pooling"
    paper = "Luo et al., CLIP4Clip, Neurocomputing 2022, arXiv:2104.08860"
    kind = "pooled"

    def represent_video(self, videos: Videos) -> Representation:
        """One unit vector a video."""
        return Representation(self.kind, {"vector": pooled(videos.frames, videos.mask)})

    def represent_text(self, texts: Texts) -> Representation:
        """One unit vector a text."""
        return Representation(self.kind, {"vector": normalize(texts.sentences, dim=-1)})

    def score(self, texts: Representation, videos: Representation) -> Tensor:
        """Cosines."""
        return texts["vector"] @ videos["vector"].T
