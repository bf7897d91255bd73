"""CLIP2Video: differences between frames, and centres at which frames and words are aligned."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

from kinolex.lab.losses.contrastive import info_nce
from kinolex.lab.matchers.base import Matcher, Representation, Sizes, Texts, Videos, matcher
from kinolex.lab.parts.inputs import in_order, needed
from kinolex.lab.parts.masking import cleared, in_front, pooled
from kinolex.lab.parts.sequence import Layers
from kinolex.lab.parts.temporal_difference import TemporalDifference

__all__ = ["Clip2Video"]


@matcher
class Clip2Video(Matcher):
    """Two cosines: of sentence and video in time, and of words and frames at shared centres.

    Fang et al. 2021, CLIP2Video: Mastering Video-Text Retrieval via Image CLIP, arXiv:2106.11097,
    its temporal difference block and its temporal alignment block. The paper's body was out of
    reach: for its equations stands the code named below. Whole: frames with difference tokens
    between them go through a transformer, whose frame tokens are added to the frames and mean
    pooled. Aligned: tokens are assigned softly to learned centres, what is left of them after other
    centres is summed by centre, scaled to length 1 and averaged; frames come twice there, as they
    are and every second one behind a difference block and a layer of its own. Order of operations,
    5 centres and equal weights follow CryhanFang/CLIP2Video@e941318 modules/modeling.py,
    ``_similarity_TDB``, ``get_extra_TAB_embedding`` and ``get_TAB_embedding`` with ``center_proj``
    ``TAB_TDB``. Both cosines are one dot product of vectors twice as long, so any index finds it.

    Differs: padding is not looked at (see `TemporalDifference`) and stands behind; the first token
    of a text is left out, as there, but not if it is the only one; layers, positions and types
    start from zero, so that the whole part of an untrained one is mean pooling, where the original
    copies CLIP's text layers. The paper's loss is the contrast of each part: these are the extra
    losses, at CLIP's scale of 100.

    Parameters
    ----------
    sizes : Sizes
    layers : int
        4 in the paper.
    centres : int
    whole : float
        Weight of the whole; the aligned part has the rest.
    """

    name = "clip2video"
    title = "CLIP2Video"
    paper = "Fang et al., CLIP2Video, 2021, arXiv:2106.11097"
    kind = "pooled"
    needs = frozenset({"frames", "words"})

    def __init__(
        self, sizes: Sizes, *, layers: int = 4, centres: int = 5, whole: float = 0.5
    ) -> None:
        super().__init__(sizes)
        wide = sizes.dimensions
        self.whole = whole
        self.difference = TemporalDifference(wide, sizes.frames)
        self.layers = Layers(wide, layers)
        self.sparse_layers = Layers(wide, 1)
        self.assigning = nn.Parameter(torch.randn(centres, wide) / 8)
        self.centres = nn.Parameter(torch.randn(centres, wide) / 8)

    def represent_video(self, videos: Videos) -> Representation:
        """One unit vector a video, of both parts."""
        given = videos.frames, videos.mask
        frames, there = in_order(self, *given, self.sizes.frames, "frames")
        whole = pooled(frames + self._in_time(frames, there, self.layers), there)
        some, some_there = frames[:, ::2], there[:, ::2]
        sparse = some + self._in_time(some, some_there, self.sparse_layers)
        tokens, mask = torch.cat([frames, sparse], dim=1), torch.cat([there, some_there], dim=1)
        return self._joined(whole, self._aligned(tokens, mask))

    def represent_text(self, texts: Texts) -> Representation:
        """One unit vector a text, of both parts."""
        words, there = in_front(needed(self, texts, "words"), needed(self, texts, "mask"))
        first = torch.arange(there.shape[1], device=there.device) == 0
        there = there & ~(first & (there.sum(dim=1, keepdim=True) > 1))
        return self._joined(normalize(texts.sentences, dim=-1), self._aligned(words, there))

    def score(self, texts: Representation, videos: Representation) -> Tensor:
        """Weighted means of both cosines."""
        return texts["vector"] @ videos["vector"].T

    def extra_losses(self, texts: Representation, videos: Representation) -> dict[str, Tensor]:
        """The contrast of each part, weighted as in the score."""
        own = torch.arange(len(texts), device=texts["vector"].device)
        positive = own[:, None] == own
        scale = texts["vector"].new_full((), 100.0)
        found = {}
        for at, (name, weight) in enumerate((("whole", self.whole), ("aligned", 1 - self.whole))):
            text, video = (one["vector"].chunk(2, dim=1)[at] for one in (texts, videos))
            scores = normalize(text, dim=-1) @ normalize(video, dim=-1).T
            found[name] = weight * info_nce(scores, own, positive, scale)
        return found

    def _in_time(self, frames: Tensor, there: Tensor, layers: Layers) -> Tensor:
        """What layers over frames and differences say at the frames."""
        return layers(*self.difference(frames, there))[:, ::2]

    def _aligned(self, tokens: Tensor, mask: Tensor) -> Tensor:
        shares = cleared((tokens @ self.assigning.T).softmax(dim=-1), mask)
        left = shares.transpose(1, 2) @ cleared(tokens, mask)
        left = left - shares.sum(dim=1)[..., None] * self.centres
        return normalize(normalize(left, dim=-1).mean(dim=1), dim=-1)

    def _joined(self, whole: Tensor, aligned: Tensor) -> Representation:
        parts = math.sqrt(self.whole) * whole, math.sqrt(1 - self.whole) * aligned
        return Representation(self.kind, {"vector": torch.cat(parts, dim=1)})
