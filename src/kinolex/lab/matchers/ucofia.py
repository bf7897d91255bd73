"""UCoFiA: a text meets a video as a whole, its frames and its patches."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

from kinolex.errors import UsageError
from kinolex.lab.matchers.base import Matcher, Representation, Sizes, Texts, Videos, matcher
from kinolex.lab.parts.inputs import in_order, needed
from kinolex.lab.parts.masking import cleared, in_front, masked_softmax, pooled
from kinolex.lab.parts.selection import SelectPatches
from kinolex.lab.parts.sequence import FrameSequence

__all__ = ["Ucofia"]


@matcher
class Ucofia(Matcher):
    """Three levels of cosines, each drawn together by interactive similarity aggregation.

    Wang et al., Unified Coarse-to-Fine Alignment for Video-Text Retrieval (arXiv:2309.10091).
    Coarse: the sentence and the video. Between: the sentence and frames. Fine: words and the chosen
    patches of frames, first over the words and then over the patches, and the other way round.
    Aggregation weights cosines with a softmax of themselves, lets these weights speak with each
    other through a matrix that starts as the identity, and takes a softmax again.

    Sinkhorn normalisation of the levels looks at all texts and videos, so it is a step of the
    evaluation and no part of `score`: normalise what `levels` gives with
    `kinolex.evaluation.normalise.sinkhorn`, level by level, before they are added.

    For the paper's equations, which were out of reach, stands the published code beside the
    abstract. Order of operations and constants follow Ziyang412/UCoFiA@2a0a91d4
    ``train/modules/modeling_ucofia.py`` (``UCoFiA._loose_similarity``), and patches are chosen as
    `SelectPatches` says.

    Differs: patches are scaled to length 1 like everything else and all three levels count the same
    (there patches are not scaled, and the first two levels are multiplied by the temperature while
    the third is not); padding has no share of any softmax (there it has); frames know of each other
    through `FrameSequence`, which starts as the identity and not from CLIP's weights.

    Parameters
    ----------
    sizes : Sizes
    layers : int
        Of the transformer over the frames; only the video as a whole comes from it.
    top : int
        Patches of each frame.
    draws : int
        Of noise, for the choice of patches in training.
    temperature : float
        Of both softmaxes of the aggregation.
    """

    name = "ucofia"
    title = "UCoFiA"
    paper = "Wang et al., UCoFiA, ICCV 2023, arXiv:2309.10091"
    kind = "conditioned"
    needs = frozenset({"frames", "patches", "words"})

    def __init__(
        self,
        sizes: Sizes,
        *,
        layers: int = 4,
        top: int = 3,
        draws: int = 500,
        temperature: float = 0.01,
    ) -> None:
        super().__init__(sizes)
        size = sizes.dimensions
        self.temperature = temperature
        self.top = min(top, sizes.patches)
        self.sequence = FrameSequence(size, sizes.frames, layers)
        self.select = SelectPatches(size, self.top, draws=draws)
        self.sentences, self.videos = _Same(size), _Same(size)
        self.words, self.patches = _Same(size), _Same(size)
        self.mix_frames = _Same(sizes.frames)
        seen = sizes.frames * (1 + self.top)
        self.mix_words, self.mix_words_again = _Same(sizes.words), _Same(sizes.words)
        self.mix_patches, self.mix_patches_again = _Same(seen), _Same(seen)

    def represent_video(self, videos: Videos) -> Representation:
        """The video, its frames, and of each frame itself and the chosen patches."""
        patches = needed(self, videos, "patches")
        if patches.shape[2] < self.top:
            raise UsageError(
                f"UCoFiA chooses {self.top} patches of a frame, these have {patches.shape[2]}.",
                hint="Build it with a smaller top.",
            )
        given = videos.frames, videos.mask
        frames, mask = in_order(self, *given, self.sizes.frames, "frames")
        patches = in_front(patches, videos.mask)[0][:, : mask.shape[1]]
        chosen = self.select(frames.flatten(0, 1), patches.flatten(0, 1))
        chosen = self.patches(normalize(chosen, dim=-1)).unflatten(0, mask.shape)
        whole = self.videos(pooled(self.sequence(frames, mask), mask))
        tensors = {"video": whole, "frames": normalize(frames, dim=-1)}
        tensors |= {"patches": cleared(chosen, mask), "mask": mask}
        return Representation(self.kind, tensors)

    def represent_text(self, texts: Texts) -> Representation:
        """Unit vectors of the sentence and of the words."""
        given = needed(self, texts, "words"), needed(self, texts, "mask")
        words, mask = in_order(self, *given, self.sizes.words, "words")
        sentence = normalize(texts.sentences, dim=-1)
        tensors = {"sentence": sentence, "whole": self.sentences(sentence), "mask": mask}
        words = cleared(self.words(normalize(words, dim=-1)), mask)
        return Representation(self.kind, {**tensors, "words": words})

    def score(self, texts: Representation, videos: Representation) -> Tensor:
        """Mean of the levels."""
        return torch.stack(list(self.levels(texts, videos).values())).mean(dim=0)

    def levels(self, texts: Representation, videos: Representation) -> dict[str, Tensor]:
        """Scores (texts, videos) of each level by itself: video, frames, patches."""
        frames = torch.einsum("ad,bvd->abv", texts["sentence"], videos["frames"])
        return {
            "video": texts["whole"] @ videos["video"].T,
            "frames": self._together(frames, videos["mask"], self.mix_frames),
            "patches": self._fine(texts, videos),
        }

    def _fine(self, texts: Representation, videos: Representation) -> Tensor:
        each = 1 + self.top
        patches, words = videos["patches"].flatten(1, 2), texts["mask"][:, None]
        there = videos["mask"].repeat_interleave(each, dim=1)
        cosines = torch.einsum("awd,bpd->abwp", texts["words"], patches)
        over_words = self._together(cosines.mT, words[:, :, None], self.mix_words)
        over_patches = self._together(cosines, there[None, :, None], self.mix_patches)
        of_patches = self._together(over_words, there, self.mix_patches_again)
        of_words = self._together(over_patches, words, self.mix_words_again)
        return (of_patches + of_words) / 2

    def _together(self, cosines: Tensor, mask: Tensor, mix: _Same) -> Tensor:
        """Interactive similarity aggregation over the last axis."""
        shares = masked_softmax(cosines / self.temperature, mask)
        shares = masked_softmax(mix(shares) / self.temperature, mask)
        return (shares * cosines).sum(dim=-1)


class _Same(nn.Module):
    """A matrix that starts as the identity; of shorter rows it takes the corner."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.eye(size))

    def forward(self, x: Tensor) -> Tensor:
        count = x.shape[-1]
        return x @ self.weight[:count, :count]
