"""UATVR: learned tokens beside words and frames, and distributions instead of points."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

from kinolex.lab.matchers.base import Matcher, Representation, Sizes, Texts, Videos, matcher
from kinolex.lab.parts.inputs import in_order, needed
from kinolex.lab.parts.masking import cleared, masked_mean, masked_softmax
from kinolex.lab.parts.sequence import Layers
from kinolex.lab.parts.token_wise import TokenWeights, token_similarities, weighted_token_wise

__all__ = ["Uatvr"]


@matcher
class Uatvr(Matcher):
    """Token-wise interaction of frames, words and learned tokens that look at all of them.

    Fang et al., UATVR: Uncertainty-Adaptive Text-Video Retrieval (arXiv:2301.06309). Dynamic
    semantic adaptation: a few learned tokens join the frames, as many the words, in the same
    transformer; all of them score by weighted token-wise interaction. Distribution-based
    uncertainty adaptation: a text and a video are Gaussians around their pooled tokens; in training
    samples of them must find each other (a loss over several positives), and a divergence keeps
    them near the normal distribution.

    For the paper's equations, which were out of reach, stands the published code beside the
    abstract. Order of operations and constants follow bofang98/UATVR@cc23ad61
    ``modules/modeling.py`` (``_loose_similarity``, ``weighted_token_wise_intersection``,
    ``probabilistic_video``, ``probabilistic_text``), ``modules/until_module.py``
    (``MILNCELoss_BoF``, ``KLdivergence``), @65e53c26 ``prob_models/pie_model.py`` and
    ``prob_models/uncertainty_module.py``, and @1c56ae60 ``train.sh`` (2 tokens, 7 samples). As
    there, the score itself is that of the tokens: distributions shape them in training and are not
    stored.

    Differs: padding is nobody's best match and has no share of a pooled token (there it has); in
    evaluation mode the losses take the means in the place of samples, so that they repeat; the
    transformer starts as the identity and not from CLIP's weights.

    Parameters
    ----------
    sizes : Sizes
    extra : int
        Learned tokens of either side.
    layers : int
    samples : int
        Of each distribution, in training.
    sampled, spread : float
        Weights of the two losses.
    """

    name = "uatvr"
    title = "UATVR"
    paper = "Fang et al., UATVR, ICCV 2023, arXiv:2301.06309"
    kind = "late"
    needs = frozenset({"frames", "words"})

    def __init__(
        self,
        sizes: Sizes,
        *,
        extra: int = 2,
        layers: int = 4,
        samples: int = 7,
        sampled: float = 1e-2,
        spread: float = 1e-4,
    ) -> None:
        super().__init__(sizes)
        size = sizes.dimensions
        self.samples, self.sampled, self.spread = samples, sampled, spread
        self.extra_frames = nn.Parameter(0.02 * torch.randn(extra, size))
        self.extra_words = nn.Parameter(0.02 * torch.randn(extra, size))
        self.frame_positions = nn.Parameter(torch.zeros(sizes.frames, size))
        self.word_positions = nn.Parameter(torch.zeros(sizes.words, size))
        self.layers = Layers(size, layers)
        self.frame_weights = TokenWeights(size, size)
        self.word_weights = TokenWeights(size, size)
        self.frame_gaussian = _Gaussian(size)
        self.word_gaussian = _Gaussian(size)

    def represent_video(self, videos: Videos) -> Representation:
        """Unit tokens with weights, the learned ones last."""
        given = videos.frames, videos.mask
        frames, mask = in_order(self, *given, self.sizes.frames, "frames")
        tokens, there = self._tokens(frames, mask, self.frame_positions, self.extra_frames)
        weights = self.frame_weights(tokens, there)
        return Representation(self.kind, {"tokens": tokens, "mask": there, "weights": weights})

    def represent_text(self, texts: Texts) -> Representation:
        """Unit tokens with weights, the learned ones last."""
        given = needed(self, texts, "words"), needed(self, texts, "mask")
        words, mask = in_order(self, *given, self.sizes.words, "words")
        tokens, there = self._tokens(words, mask, self.word_positions, self.extra_words)
        weights = self.word_weights(tokens, there)
        return Representation(self.kind, {"tokens": tokens, "mask": there, "weights": weights})

    def _tokens(
        self, tokens: Tensor, mask: Tensor, positions: Tensor, extra: Tensor
    ) -> tuple[Tensor, Tensor]:
        count = tokens.shape[1]
        more = extra.expand(len(tokens), -1, -1)
        there = torch.cat([mask, mask.new_ones(more.shape[:2])], dim=1)
        found = self.layers(torch.cat([tokens + positions[:count], more], dim=1), there)
        found = torch.cat([found[:, :count] + tokens, found[:, count:]], dim=1)
        return cleared(normalize(found, dim=-1), there), there

    def score(self, texts: Representation, videos: Representation) -> Tensor:
        """Weighted token-wise interaction."""
        cosines = token_similarities(
            texts["tokens"], texts["mask"], videos["tokens"], videos["mask"]
        )
        return weighted_token_wise(cosines, texts["weights"], videos["weights"])

    def extra_losses(self, texts: Representation, videos: Representation) -> dict[str, Tensor]:
        """Samples of a text must find those of its video; distributions stay near the normal."""
        # The begin of a text is none of its words.
        of_texts, texts_apart = self._drawn(self.word_gaussian, texts, self.extra_words, first=1)
        of_videos, videos_apart = self._drawn(self.frame_gaussian, videos, self.extra_frames)
        count = of_texts.shape[1]
        owner = torch.arange(len(texts), device=of_texts.device).repeat_interleave(count)
        alike = of_texts.flatten(0, 1) @ of_videos.flatten(0, 1).T
        same = (owner[:, None] == owner).to(alike.dtype) / count
        both = (same * alike.log_softmax(dim=1)).sum() + (same * alike.log_softmax(dim=0)).sum()
        return {
            "sampled": -self.sampled * both / (2 * len(alike)),
            "spread": self.spread * (texts_apart + videos_apart),
        }

    def _drawn(
        self, gaussian: _Gaussian, given: Representation, extra: Tensor, first: int = 0
    ) -> tuple[Tensor, Tensor]:
        """Samples (rows, samples, dimensions), and how far they are from the normal."""
        count = given["tokens"].shape[1] - len(extra)
        tokens, mask = given["tokens"][:, :count], given["mask"][:, :count]
        pooled = normalize(masked_mean(tokens[:, first:], mask[:, first:]), dim=-1)
        mean, log = gaussian(pooled, tokens, mask)
        samples = mean.unsqueeze(1)
        if self.training:
            noise = torch.randn(len(mean), self.samples, mean.shape[1], device=mean.device)
            samples = samples + noise.to(mean.dtype) * log.exp().unsqueeze(1)
        apart = 1 + log - samples.mean(dim=1).square() - log.exp()
        return samples, -apart.sum() / 2


class _Pooled(nn.Module):
    """Tokens weighted by a small network."""

    def __init__(self, dimensions: int) -> None:
        super().__init__()
        self.wide = nn.Linear(dimensions, dimensions // 2, bias=False)
        self.narrow = nn.Linear(dimensions // 2, 1, bias=False)

    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        shares = masked_softmax(self.narrow(self.wide(tokens).tanh()).squeeze(-1), mask)
        return (shares.unsqueeze(1) @ tokens).squeeze(1)


class _Gaussian(nn.Module):
    """Mean, of length 1, and logarithm of the standard deviation, of pooled tokens."""

    def __init__(self, dimensions: int) -> None:
        super().__init__()
        self.for_mean, self.for_spread = _Pooled(dimensions), _Pooled(dimensions)
        self.mean = nn.Linear(dimensions, dimensions)
        self.norm = nn.LayerNorm(dimensions)
        self.spread = nn.Linear(dimensions, dimensions)
        self.pooled_spread = nn.Linear(dimensions, dimensions)

    def forward(self, pooled: Tensor, tokens: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        seen = self.mean(self.for_mean(tokens, mask)).sigmoid()
        log = self.spread(self.for_spread(tokens, mask)) + self.pooled_spread(pooled)
        return normalize(self.norm(pooled + seen), dim=-1), log
