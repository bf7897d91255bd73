"""Video-ColBERT: every word of the text looks for its frame, before and behind a transformer."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

from kinolex.lab.losses.sigmoid import sigmoid
from kinolex.lab.matchers.base import Matcher, Representation, Sizes, Texts, Videos, matcher
from kinolex.lab.parts.inputs import in_order, needed
from kinolex.lab.parts.masking import cleared
from kinolex.lab.parts.sequence import Layers

__all__ = ["VideoColbert"]


@matcher
class VideoColbert(Matcher):
    """Mean over words of the largest cosine with a frame, twice: frames alone, and in context.

    Reddy et al. 2025, Video-ColBERT: Contextualized Late Interaction for Text-to-Video Retrieval,
    arXiv:2503.19009: MeanMaxSim (MMS) between query tokens and frames, and between query tokens and
    what a transformer makes of the frames and of learned visual expansion tokens; padded places of
    the query are expansion tokens that take part as words do; two sigmoid losses (Zhai et al. 2023,
    arXiv:2303.15343), one for each MMS, added with a weight each (here those of ``[extra]``). The
    paper has no public code, and its equations were out of reach: written from its abstract and
    public summaries, which give MMS, their sum and both losses as formulas without numbers, with 2
    visual expansion tokens, 4 layers, and scale ``exp(4.77)`` and bias -12.93 from
    Seyanliu/Video-ColBERT@1072e0c tvr/models/modeling.py, which gives them as the paper's (they are
    those of SigLIP's published weights, where 4.77 is a logarithm; that code takes it as the scale
    itself, as does yogesh-iitj/Video-ColBERT).

    Differs: the score is the mean of both MMS, not their sum, which ranks alike; the query's
    expansion tokens are the sentence plus a learned vector for each place up to ``sizes.words``,
    since cached words lack what the text encoder makes of its padding; the loss is SigLIP's, over
    texts, where the public code divides by pairs.

    Parameters
    ----------
    sizes : Sizes
    layers : int
        Of the transformer over the frames.
    expansions : int
        Visual expansion tokens.
    log_scale, bias : float
        With which the sigmoid losses begin; both learn.
    """

    name = "video-colbert"
    title = "Video-ColBERT"
    paper = "Reddy et al., Video-ColBERT, CVPR 2025, arXiv:2503.19009"
    kind = "late"
    needs = frozenset({"frames", "words"})

    def __init__(
        self,
        sizes: Sizes,
        *,
        layers: int = 4,
        expansions: int = 2,
        log_scale: float = 4.77,
        bias: float = -12.93,
    ) -> None:
        super().__init__(sizes)
        wide = sizes.dimensions
        self.places = nn.Parameter(0.02 * torch.randn(sizes.words, wide))
        self.positions = nn.Parameter(torch.zeros(sizes.frames, wide))
        self.expansions = nn.Parameter(0.02 * torch.randn(expansions, wide))
        self.layers = Layers(wide, layers)
        self.log_scales = nn.Parameter(torch.full((2,), log_scale))
        self.biases = nn.Parameter(torch.full((2,), bias))

    def represent_video(self, videos: Videos) -> Representation:
        """Unit vectors of the frames, and of frames and expansion tokens in context."""
        given = videos.frames, videos.mask
        frames, there = in_order(self, *given, self.sizes.frames, "frames")
        more = self.expansions.expand(len(frames), -1, -1)
        tokens = torch.cat([more, frames + self.positions[: frames.shape[1]]], dim=1)
        mask = nn.functional.pad(there, (more.shape[1], 0), value=True)
        tokens = cleared(normalize(self.layers(tokens, mask), dim=-1), mask)
        units = normalize(frames, dim=-1)
        return Representation(self.kind, {"frames": units, "tokens": tokens, "mask": there})

    def represent_text(self, texts: Texts) -> Representation:
        """Unit vectors of the words and, up to ``sizes.words``, of expansion tokens."""
        given = needed(self, texts, "words"), needed(self, texts, "mask")
        words, there = in_order(self, *given, self.sizes.words, "words")
        lacking = self.sizes.words - words.shape[1]
        words = nn.functional.pad(words, (0, 0, 0, lacking))
        there = nn.functional.pad(there, (0, lacking))
        expanded = normalize(texts.sentences, dim=-1)[:, None] + self.places
        tokens = torch.where(there[..., None], words, expanded)
        return Representation(self.kind, {"tokens": normalize(tokens, dim=-1)})

    def score(self, texts: Representation, videos: Representation) -> Tensor:
        """Means of the two MMS."""
        alone, context = self._both(texts, videos)
        return (alone + context) / 2

    def extra_losses(self, texts: Representation, videos: Representation) -> dict[str, Tensor]:
        """The dual sigmoid loss."""
        names = ("sigmoid-frames", "sigmoid-context")
        positive = torch.eye(len(texts), dtype=torch.bool, device=self.biases.device)
        scales = self.log_scales.exp()
        return {
            name: sigmoid(scores, positive, scales[at], self.biases[at])
            for at, (name, scores) in enumerate(zip(names, self._both(texts, videos), strict=True))
        }

    def _both(self, texts: Representation, videos: Representation) -> tuple[Tensor, Tensor]:
        seen, words = videos["mask"], texts["tokens"]
        more = videos["tokens"].shape[1] - seen.shape[1]
        mask = nn.functional.pad(seen, (more, 0), value=True)
        return _mms(words, videos["frames"], seen), _mms(words, videos["tokens"], mask)


def _mms(words: Tensor, tokens: Tensor, mask: Tensor) -> Tensor:
    cosines = torch.einsum("twd,vfd->tvwf", words, tokens)
    return cosines.masked_fill(~mask[:, None], -torch.inf).amax(dim=-1).mean(dim=-1)
