"""S3MA: cosines in the backbone's space, and in a sparse space of concepts that words teach."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, normalize

from kinolex.errors import UsageError
from kinolex.lab.matchers.base import Matcher, Representation, Sizes, Texts, Videos, matcher
from kinolex.lab.parts.inputs import in_order, needed
from kinolex.lab.parts.masking import cleared, in_front, pooled
from kinolex.lab.parts.sequence import FrameSequence

__all__ = ["S3ma"]


@matcher
class S3ma(Matcher):
    """Sentence with video and with its best frame, densely and by shared sparse concepts.

    Wang and Shi, Video-Text Retrieval by Supervised Sparse Multi-Grained Learning
    (arXiv:2302.09473). A finite number of concepts, each a cluster of words, spans a space that
    both sides share; sentences, videos and frames are described in it by their cosines with the
    concepts; the concepts that a text's own words belong to are the anchor that a similarity loss
    and an alignment loss pull both sides to; the score joins coarse and fine similarities of both
    spaces; a temporal encoder sits on the frames.

    No public code of it was found, and the paper's equations were out of reach: it is written from
    the abstract and from the claims that a review site (zeGXjQYhXz at openreview) lists of it, such
    as that cosines suit it better than an MLP, that anchors and both losses help, and that no word
    is compared by itself. What is ours where these say no more:
    a code is the part of the cosines above zero; fine is the best frame, coarse the mean; the four
    similarities count the same; the similarity loss is a contrast of codes of videos with anchors
    in both directions, the alignment loss the squared distance of unit codes of either side from
    their unit anchor.

    Differs: a word's concept is the one nearest to its vector, which knows its sentence (in the
    paper a word belongs to the cluster of its own embedding); begin and end are no words. Concepts
    start at random; `gather` starts them from clusters of word vectors, as in the paper.

    Parameters
    ----------
    sizes : Sizes
    concepts : int
    layers : int
        Of the transformer over the frames.
    temperature : float
        Of the similarity loss.
    similarity, alignment : float
        Weights of the losses.
    """

    name = "s3ma"
    title = "S3MA"
    paper = "Wang and Shi, S3MA, Findings of EMNLP 2023, arXiv:2302.09473"
    kind = "late"
    needs = frozenset({"frames", "words"})

    def __init__(
        self,
        sizes: Sizes,
        *,
        concepts: int = 1024,
        layers: int = 4,
        temperature: float = 0.05,
        similarity: float = 0.1,
        alignment: float = 0.1,
    ) -> None:
        super().__init__(sizes)
        self.temperature = temperature
        self.weights = {"similarity": similarity, "alignment": alignment}
        self.sequence = FrameSequence(sizes.dimensions, sizes.frames, layers)
        self.concepts = nn.Parameter(normalize(torch.randn(concepts, sizes.dimensions), dim=-1))

    def gather(self, words: Tensor, *, rounds: int = 20) -> None:
        """Start concepts from clusters of word vectors (k-means on unit vectors).

        Parameters
        ----------
        words : Tensor, shape (words, dimensions)
            One a word of the vocabulary; at least as many as there are concepts.
        rounds : int

        Raises
        ------
        UsageError
            If there are fewer words than concepts.
        """
        count = len(self.concepts)
        if len(words) < count:
            raise UsageError(
                f"{len(words)} words cannot fill {count} concepts.",
                hint="Give more words, or build S3MA with fewer concepts.",
            )
        with torch.no_grad():
            given = normalize(words.to(self.concepts), dim=-1)
            # Words spread evenly over the list: the same words give the same concepts.
            middle = given[torch.arange(count) * len(given) // count].clone()
            for _ in range(rounds):
                nearest = (given @ middle.T).argmax(dim=1)
                total = torch.zeros_like(middle).index_add_(0, nearest, given)
                filled = nearest.bincount(minlength=count) > 0
                middle[filled] = normalize(total[filled], dim=-1)
            self.concepts.copy_(middle)

    def represent_video(self, videos: Videos) -> Representation:
        """Unit vectors and unit codes, of the video and of its frames."""
        given = videos.frames, videos.mask
        frames, mask = in_order(self, *given, self.sizes.frames, "frames")
        frames = self.sequence(frames, mask)
        video, frames = pooled(frames, mask), normalize(frames, dim=-1)
        tensors = {"vector": video, "code": self._code(video), "frames": frames, "mask": mask}
        return Representation(self.kind, {**tensors, "codes": cleared(self._code(frames), mask)})

    def represent_text(self, texts: Texts) -> Representation:
        """A unit vector, its unit code, and which concepts its words belong to."""
        words, mask = in_front(needed(self, texts, "words"), needed(self, texts, "mask"))
        vector = normalize(texts.sentences, dim=-1)
        tensors = {"vector": vector, "code": self._code(vector)}
        return Representation(self.kind, {**tensors, "anchor": self._anchor(words, mask)})

    def _code(self, unit: Tensor) -> Tensor:
        return normalize((unit @ normalize(self.concepts, dim=-1).T).relu(), dim=-1)

    def _anchor(self, words: Tensor, mask: Tensor) -> Tensor:
        """1 at each concept that is nearest to a word."""
        place = torch.arange(mask.shape[1], device=mask.device)
        inner = mask & (place > 0) & (place < mask.sum(dim=1, keepdim=True) - 1)
        inner = torch.where(inner.any(dim=1, keepdim=True), inner, mask)
        near = (words.detach() @ normalize(self.concepts.detach(), dim=-1).T).argmax(dim=-1)
        found = words.new_zeros(len(words), len(self.concepts))
        return found.scatter_reduce(1, near, inner.to(found.dtype), "amax")

    def score(self, texts: Representation, videos: Representation) -> Tensor:
        """Mean of coarse and fine similarities of both spaces."""
        total = texts["vector"] @ videos["vector"].T + texts["code"] @ videos["code"].T
        for said, seen in ((texts["vector"], "frames"), (texts["code"], "codes")):
            each = torch.einsum("td,vfd->tvf", said, videos[seen])
            total = total + each.masked_fill(~videos["mask"], -1.0).amax(dim=-1)
        return total / 4

    def extra_losses(self, texts: Representation, videos: Representation) -> dict[str, Tensor]:
        """Codes are drawn to the anchors of the texts' own words."""
        anchors = normalize(texts["anchor"], dim=-1)
        alike = videos["code"] @ anchors.T / self.temperature
        true = torch.arange(len(texts), device=alike.device)
        contrast = (cross_entropy(alike, true) + cross_entropy(alike.T, true)) / 2
        apart = [(side["code"] - anchors).square().sum(dim=-1).mean() for side in (texts, videos)]
        return {
            "similarity": self.weights["similarity"] * contrast,
            "alignment": self.weights["alignment"] * (apart[0] + apart[1]) / 2,
        }
