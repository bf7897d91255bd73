"""ConTra: a clip is what a transformer makes of it among its neighbours."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

from kinolex.errors import UsageError
from kinolex.lab.matchers.base import Matcher, Representation, Sizes, Texts, Videos, matcher
from kinolex.lab.parts.inputs import needed
from kinolex.lab.parts.masking import cleared, pooled
from kinolex.lab.parts.sequence import Layers

__all__ = ["ConTra"]


@matcher
class ConTra(Matcher):
    """Cosine of the sentence with the clip in the context of the clips before and after it.

    Fragomeni et al. 2022, ConTra: (Con)text (Tra)nsformer for Cross-Modal Video Retrieval,
    arXiv:2210.04341, its clip context transformer and its losses: clips of a window get positions,
    a transformer follows, and its output in the middle stands for the clip. Beside the contrast,
    neighbours of the clip are its negatives, and a uniformity loss spreads all vectors. Structure
    as in adrianofragomeni/ConTra@a2d76d3 src/models/contra.py, ``Transformer`` and ``ConTraModel``,
    losses as in src/losses/NCE.py, ``neighbouring_video_loss`` and ``uniformity_loss``, weights of
    1 as in the README's best settings for clip context; for the paper's equations, which were out
    of reach, stand these functions.

    Differs: clips come as vectors of the space that texts share (the middle one is mean pooled from
    its frames), so there is no linear map in front; layers normalise before, not behind, and start
    as the identity, so that an untrained one is mean pooling; negatives are the outputs at all
    places of the window but the middle, there one neighbour is drawn and stands in the middle of
    its own window; texts have no context of their own, as the inputs hold none; what is not there
    in the window is not looked at, there it is filled by repetition.

    Parameters
    ----------
    sizes : Sizes
    neighbours : int
        Clips before and after; `Videos.context` holds twice as many in their order, zeros where
        the film has begun or ended. 3 or 4 in the README's settings.
    layers, heads : int
        1 or 2 layers of 2 or 8 heads there.
    dropout : float
        Of what goes in, in training.
    neighbouring, uniformity : float
        Weights of the two losses.
    temperature : float
        Of the neighbouring loss; this default is ours.
    """

    name = "contra"
    title = "ConTra"
    paper = "Fragomeni et al., ConTra, ACCV 2022, arXiv:2210.04341"
    kind = "pooled"
    needs = frozenset({"frames", "context"})

    def __init__(
        self,
        sizes: Sizes,
        *,
        neighbours: int = 2,
        layers: int = 1,
        heads: int = 8,
        dropout: float = 0.1,
        neighbouring: float = 1.0,
        uniformity: float = 1.0,
        temperature: float = 0.07,
    ) -> None:
        super().__init__(sizes)
        self.neighbours = neighbours
        self.neighbouring, self.uniformity = neighbouring, uniformity
        self.temperature = temperature
        self.positions = nn.Parameter(torch.zeros(2 * neighbours + 1, sizes.dimensions))
        self.drop = nn.Dropout(dropout)
        self.layers = Layers(sizes.dimensions, layers, heads)

    def represent_video(self, videos: Videos) -> Representation:
        """One unit vector a video; in training those of the neighbours too."""
        before, after = self._window(videos)
        clip = pooled(videos.frames, videos.mask)[:, None]
        clips = normalize(torch.cat([before, clip, after], dim=1), dim=-1)
        there = (clips != 0).any(dim=-1)
        found = self.layers(self.drop(clips + self.positions), there)
        units = cleared(normalize(found, dim=-1), there)
        tensors = {"vector": units[:, self.neighbours]}
        if self.training:
            middle = torch.arange(units.shape[1], device=units.device) != self.neighbours
            tensors |= {"others": units[:, middle], "mask": there[:, middle]}
        return Representation(self.kind, tensors)

    def represent_text(self, texts: Texts) -> Representation:
        """One unit vector a text."""
        return Representation(self.kind, {"vector": normalize(texts.sentences, dim=-1)})

    def score(self, texts: Representation, videos: Representation) -> Tensor:
        """Cosines."""
        return texts["vector"] @ videos["vector"].T

    def extra_losses(self, texts: Representation, videos: Representation) -> dict[str, Tensor]:
        """The neighbouring loss (in training) and the uniformity loss."""
        text, video = texts["vector"], videos["vector"]
        every = torch.cat([video, text])
        first, second = torch.triu_indices(len(every), len(every), 1, device=every.device)
        squared = 2 - 2 * (every[first] * every[second]).sum(dim=-1)
        spread = (-2 * squared).exp().mean().log()
        losses = {"uniformity": self.uniformity * spread}
        if "others" in videos.tensors:
            others = torch.einsum("bd,bnd->bn", text, videos["others"])
            others = others.masked_fill(~videos["mask"], -torch.inf)
            own = (text * video).sum(dim=-1, keepdim=True)
            logits = torch.cat([own, others], dim=1) / self.temperature
            losses["neighbouring"] = -self.neighbouring * logits.log_softmax(dim=1)[:, 0].mean()
        return losses

    def _window(self, videos: Videos) -> tuple[Tensor, Tensor]:
        context = needed(self, videos, "context")
        if context.shape[1] != 2 * self.neighbours:
            raise UsageError(
                f"ConTra was made for {self.neighbours} clips before and after, and gets "
                f"{context.shape[1]} in all.",
                hint="Set neighbours to half of the clips in context.",
            )
        return context[:, : self.neighbours], context[:, self.neighbours :]
