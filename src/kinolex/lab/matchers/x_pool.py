"""X-Pool: the text attends to the frames, and what it finds is the video."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

from kinolex.lab.matchers.base import Matcher, Representation, Sizes, Texts, Videos, matcher
from kinolex.lab.parts.masking import cleared, masked_softmax

__all__ = ["XPool"]


@matcher
class XPool(Matcher):
    """Cosine of the sentence with the frames as its attention pools them.

    Gorti et al. 2022, X-Pool: Cross-Modal Language-Video Attention for Text-Video Retrieval,
    arXiv:2203.15086 (its section on the X-Pool model, for whose equations, which were out of reach,
    stands the code): queries
    of the sentence, keys and values of the frames, scaled dot-product attention, norms, a residual
    linear map. Order of operations, one norm for both sides before the attention, and the start of
    all maps from identity and zero follow layer6ai-labs/xpool@e0b4040 modules/transformer.py,
    ``MultiHeadedAttention`` and ``Transformer``; frames and sentences come in as they are
    (model/clip_transformer.py@21db3af).

    Differs: padding has no weight. Keys and values are stored instead of frames.

    Parameters
    ----------
    sizes : Sizes
    heads : int
        1 in the paper.
    dropout : float
        In the residual branch, in training.
    """

    name = "x-pool"
    title = "X-Pool"
    paper = "Gorti et al., X-Pool, CVPR 2022, arXiv:2203.15086"
    kind = "conditioned"

    def __init__(self, sizes: Sizes, *, heads: int = 1, dropout: float = 0.3) -> None:
        super().__init__(sizes)
        wide = sizes.dimensions
        self.heads = heads
        self.before = nn.LayerNorm(wide)
        self.queries, self.keys, self.values, self.out, self.residual = (
            nn.Linear(wide, wide) for _ in range(5)
        )
        for one in (self.queries, self.keys, self.values, self.out, self.residual):
            nn.init.eye_(one.weight)
            nn.init.zeros_(one.bias)
        self.between = nn.LayerNorm(wide)
        self.after = nn.LayerNorm(wide)
        self.drop = nn.Dropout(dropout)

    def represent_video(self, videos: Videos) -> Representation:
        """Keys and values of the frames, by head."""
        frames = self.before(cleared(videos.frames, videos.mask))
        keys, values = (self._split(one(frames)) for one in (self.keys, self.values))
        return Representation(self.kind, {"keys": keys, "values": values, "mask": videos.mask})

    def represent_text(self, texts: Texts) -> Representation:
        """A unit vector, and what it asks, by head."""
        asks = self._split(self.queries(self.before(texts.sentences)))
        vector = normalize(texts.sentences, dim=-1)
        return Representation(self.kind, {"vector": vector, "queries": asks})

    def score(self, texts: Representation, videos: Representation) -> Tensor:
        """Cosines with the videos as each text sees them."""
        asks, keys = texts["queries"], videos["keys"]
        logits = torch.einsum("thd,vfhd->tvhf", asks, keys) / math.sqrt(asks.shape[-1])
        weights = masked_softmax(logits, videos["mask"][:, None])
        found = torch.einsum("tvhf,vfhd->tvhd", weights, videos["values"]).flatten(2)
        found = self.between(self.out(found))
        found = self.after(found + self.drop(self.residual(found)))
        return torch.einsum("td,tvd->tv", texts["vector"], normalize(found, dim=-1))

    def _split(self, x: Tensor) -> Tensor:
        return x.unflatten(-1, (self.heads, -1))
