"""CLIP4Clip with one transformer over the sentence and the frames together."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from kinolex.lab.matchers.base import Matcher, Representation, Sizes, Texts, Videos, matcher
from kinolex.lab.parts.inputs import in_order
from kinolex.lab.parts.sequence import Layers

__all__ = ["Clip4ClipTightTransf"]


@matcher
class Clip4ClipTightTransf(Matcher):
    """A transformer reads the sentence and the frames of a pair, and a linear map judges them.

    CLIP4Clip's ``tightTransf`` (Luo et al. 2021, arXiv:2104.08860, section 3.3, tight type), in the
    order of ArrowLuo/CLIP4Clip@85cf908 modules/modeling.py, ``_cross_similarity``, and
    modules/module_cross.py@c19b819, ``CrossModel``: the sentence stands first, frames follow,
    positions are added, CLIP's layers, a norm; the first token goes through a linear map with quick
    GELU and another to one number.

    Differs: positions and layers start from random weights of CLIP's scale, not from CLIP's text
    layers, and there is no way to start as mean pooling. The number is multiplied by ``scale``:
    the original trains it as the logit itself, here scores are divided by a temperature such as
    0.01 later. The types of tokens are left out, as in the original, which has them commented out.

    Parameters
    ----------
    sizes : Sizes
    layers : int
        4 in the paper.
    dropout : float
        Of the tokens that go in, in training.
    scale : float
        Of the scores.
    """

    name = "clip4clip-tight-transf"
    title = "CLIP4Clip, tightTransf"
    paper = "Luo et al., CLIP4Clip, Neurocomputing 2022, arXiv:2104.08860"
    kind = "conditioned"

    def __init__(
        self, sizes: Sizes, *, layers: int = 4, dropout: float = 0.1, scale: float = 0.01
    ) -> None:
        super().__init__(sizes)
        wide = sizes.dimensions
        self.scale = scale
        self.positions = nn.Parameter(0.01 * torch.randn(1 + sizes.frames, wide))
        self.drop = nn.Dropout(dropout)
        self.layers = Layers(wide, layers)
        self.norm = nn.LayerNorm(wide)
        self.dense = nn.Linear(wide, wide)
        self.judge = nn.Linear(wide, 1)
        deviation = (2 * max(layers, 1) * wide) ** -0.5
        for layer in self.layers.layers:
            nn.init.normal_(layer.attention.out.weight, std=deviation)
            nn.init.normal_(layer.narrow.weight, std=deviation)

    def represent_video(self, videos: Videos) -> Representation:
        """Frames as they come."""
        given = videos.frames, videos.mask
        frames, there = in_order(self, *given, self.sizes.frames, "frames")
        return Representation(self.kind, {"frames": frames, "mask": there})

    def represent_text(self, texts: Texts) -> Representation:
        """The sentence as it comes."""
        return Representation(self.kind, {"vector": texts.sentences})

    def score(self, texts: Representation, videos: Representation) -> Tensor:
        """Judgements of all pairs."""
        # Not len(): an export must see that these may be other numbers.
        said, seen = texts["vector"].shape[0], videos["frames"].shape[0]
        frames = videos["frames"].expand(said, -1, -1, -1)
        first = texts["vector"][:, None, None].expand(-1, seen, -1, -1)
        tokens = torch.cat([first, frames], dim=2).flatten(0, 1)
        mask = nn.functional.pad(videos["mask"], (1, 0), value=True).repeat(said, 1)
        tokens = self.drop(tokens + self.positions[: tokens.shape[1]])
        wide = self.dense(self.norm(self.layers(tokens, mask)[:, 0]))
        judged = self.judge(wide * torch.sigmoid(1.702 * wide))
        return self.scale * judged.view(said, seen)
