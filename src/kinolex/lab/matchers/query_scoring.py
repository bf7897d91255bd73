"""Query-scored mean: frames are weighted by how well they fit the text."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import normalize

from kinolex.lab.matchers.base import Matcher, Representation, Sizes, Texts, Videos, matcher
from kinolex.lab.parts.masking import cleared, masked_softmax

__all__ = ["QueryScoring"]


@matcher
class QueryScoring(Matcher):
    """Cosine of the sentence with a mean of frames that the sentence itself weights.

    Bain et al. 2022, A CLIP-Hitchhiker's Guide to Long Video Retrieval, arXiv:2205.08508 (its
    query-scoring, for whose equations, which were out of reach, stands the code): weights are the
    softmax over frames of cosine divided by a temperature. As in m-bain/clip-hitchhiker@4cb1cc7
    query_scoring.py, ``similarity_queryscoring`` with ``mean="feats"``, frames are averaged as they
    come, not scaled to length 1, and the temperature is 0.1.

    Differs: padding has no weight. The averaged vector of a pair is never made: its dot product
    with the sentence is the weighted mean of dot products, and its length follows from the dot
    products among the frames, so that a pair costs numbers by the frame, not by the dimension.

    Parameters
    ----------
    sizes : Sizes
    temperature : float
        Near 0 it is max pooling, large it is the plain mean.
    """

    name = "query-scoring"
    title = "Query-scored mean"
    paper = "Bain et al., A CLIP-Hitchhiker's Guide to Long Video Retrieval, 2022, arXiv:2205.08508"
    kind = "conditioned"

    def __init__(self, sizes: Sizes, *, temperature: float = 0.1) -> None:
        super().__init__(sizes)
        self.temperature = temperature

    def represent_video(self, videos: Videos) -> Representation:
        """Frames as they come, and the dot products among them."""
        frames = cleared(videos.frames, videos.mask)
        among = frames @ frames.transpose(1, 2)
        return Representation(self.kind, {"frames": frames, "mask": videos.mask, "among": among})

    def represent_text(self, texts: Texts) -> Representation:
        """One unit vector a text."""
        return Representation(self.kind, {"vector": normalize(texts.sentences, dim=-1)})

    def score(self, texts: Representation, videos: Representation) -> Tensor:
        """Cosines with the weighted means."""
        products = torch.einsum("td,vfd->tvf", texts["vector"], videos["frames"])
        squares = videos["among"].diagonal(dim1=1, dim2=2)
        cosines = products * squares.clamp_min(1e-16).rsqrt()
        weights = masked_softmax(cosines / self.temperature, videos["mask"])
        squared = torch.einsum("tvf,vfg,tvg->tv", weights, videos["among"], weights)
        return (weights * products).sum(dim=-1) * squared.clamp_min(1e-16).rsqrt()
