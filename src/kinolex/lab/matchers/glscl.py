"""GLSCL: frames weighted by the sentence without parameters, and concepts that both sides share."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn.functional import mse_loss, normalize

from kinolex.lab.matchers.base import Matcher, Representation, Sizes, Texts, Videos, matcher
from kinolex.lab.parts.inputs import in_order, needed
from kinolex.lab.parts.masking import in_front, masked_softmax
from kinolex.lab.parts.sequence import FrameSequence

__all__ = ["Glscl"]


@matcher
class Glscl(Matcher):
    """Cosine with the frames that the sentence is about, plus cosines of shared concepts.

    Zhang et al., Text-Video Retrieval with Global-Local Semantic Consistent Learning
    (arXiv:2405.12710). Global: a softmax of the sentence's dot products with the frames weights
    them, nothing is learned there. Local: the same learned queries look through the frames and
    through the words, in the same decoder; concept k of a text is compared with concept k of a
    video.

    For the paper's equations, which were out of reach, stands the published code beside the
    abstract. Order of operations and constants follow zchoi/GLSCL@e174368e
    ``tvr/models/modeling.py``, ``DiCoSA.similarity`` and ``DiCoSA._score``, and
    ``train_msrvtt.sh``.

    Differs: padding is kept out of every softmax (there it takes a share of it); the score has its
    local part in evaluation as in training (there ``similarity`` adds it in training only);
    concepts are compared with the target 0.75 in the mean over the batch (there the sum over the
    batch is divided by the number of queries, which moves with the batch); diversity is asked of
    the concepts of both sides, as the abstract has it (there of the videos' only); frames know of
    each other through `FrameSequence`, which starts as the identity and not from CLIP's weights.

    Parameters
    ----------
    sizes : Sizes
    queries : int
        Shared concepts.
    depth : int
        Layers of the decoder.
    layers : int
        Of the transformer over the frames.
    temperature : float
        Divides the dot products of features as they come, not scaled to length 1.
    local : float
        Weight of the concepts in the score.
    diversity, consistency : float
        Weights of the intra-diversity loss, and of the second half of the inter-consistency loss.
    dropout : float
        In the decoder, in training.
    """

    name = "glscl"
    title = "GLSCL"
    paper = "Zhang et al., GLSCL, 2024, arXiv:2405.12710"
    kind = "conditioned"
    needs = frozenset({"frames", "words"})

    def __init__(
        self,
        sizes: Sizes,
        *,
        queries: int = 8,
        depth: int = 3,
        layers: int = 4,
        temperature: float = 3.0,
        local: float = 0.5,
        diversity: float = 1e-4,
        consistency: float = 0.02,
        dropout: float = 0.1,
    ) -> None:
        super().__init__(sizes)
        size = sizes.dimensions
        self.temperature, self.local = temperature, local
        self.diversity, self.consistency = diversity, consistency
        self.sequence = FrameSequence(size, sizes.frames, layers)
        self.queries = nn.Parameter(torch.rand(queries, size))
        layer = nn.TransformerDecoderLayer(
            size, math.gcd(size, 8), 4 * size, dropout=dropout, batch_first=True
        )
        self.decoder = nn.TransformerDecoder(layer, depth)

    def represent_video(self, videos: Videos) -> Representation:
        """Frames, and concepts found in them."""
        given = videos.frames, videos.mask
        frames, mask = in_order(self, *given, self.sizes.frames, "frames")
        frames = self.sequence(frames, mask)
        # The length of a weighted mean comes from these, without a vector for every pair.
        gram = frames @ frames.transpose(1, 2)
        tensors = {"frames": frames, "mask": mask, "gram": gram}
        return Representation(self.kind, {**tensors, "concepts": self._concepts(frames, mask)})

    def represent_text(self, texts: Texts) -> Representation:
        """Sentences, and concepts found in the words."""
        words, mask = in_front(needed(self, texts, "words"), needed(self, texts, "mask"))
        concepts = self._concepts(words, mask)
        return Representation(self.kind, {"sentence": texts.sentences, "concepts": concepts})

    def _concepts(self, tokens: Tensor, mask: Tensor) -> Tensor:
        asked = self.queries.expand(len(tokens), -1, -1)
        found = self.decoder(asked, tokens, memory_key_padding_mask=~mask)
        return normalize(found, dim=-1)

    def score(self, texts: Representation, videos: Representation) -> Tensor:
        """Global cosine plus the weighted mean cosine of the concepts."""
        shared = texts["concepts"].flatten(1) @ videos["concepts"].flatten(1).T
        local = shared / len(self.queries)
        return self._global(texts["sentence"], videos) + self.local * local

    def _global(self, sentences: Tensor, videos: Representation) -> Tensor:
        dots = torch.einsum("ad,bvd->abv", sentences, videos["frames"])
        shares = masked_softmax(dots / self.temperature, videos["mask"])
        squared = torch.einsum("abv,bvw,abw->ab", shares, videos["gram"], shares)
        length = squared.clamp_min(1e-24).sqrt() * sentences.norm(dim=-1, keepdim=True)
        return (shares * dots).sum(dim=-1) / length

    def extra_losses(self, texts: Representation, videos: Representation) -> dict[str, Tensor]:
        """Inter-consistency of concepts of both sides, intra-diversity of those of one side."""
        of_texts, of_videos = texts["concepts"], videos["concepts"]
        alike = (of_texts * of_videos).sum(dim=-1).mean(dim=0)
        near = mse_loss(of_videos.mean(dim=0), of_texts.mean(dim=0))
        return {
            "inter-consistency": near + self.consistency * (alike - 0.75).square().sum(),
            "intra-diversity": self.diversity * (_crowded(of_texts) + _crowded(of_videos)),
        }


def _crowded(concepts: Tensor, margin: float = 0.1) -> Tensor:
    """How far cosines of different concepts come within a margin of those with themselves."""
    count = concepts.shape[1]
    cosines = torch.einsum("bqd,brd->bqr", concepts, concepts).mean(dim=0)
    itself = cosines.diagonal()
    over = (margin + cosines - itself[:, None]).relu() + (margin + cosines - itself).relu()
    apart = ~torch.eye(count, dtype=torch.bool, device=over.device)
    return over[apart].sum() / max(1, count * (count - 1))
