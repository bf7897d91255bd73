"""X-CLIP: sentence, words, video and frames compared at every grain, with attention over scores."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

from kinolex.lab.matchers.base import Matcher, Representation, Sizes, Texts, Videos, matcher
from kinolex.lab.parts.inputs import in_order, needed
from kinolex.lab.parts.masking import cleared, masked_softmax, pooled
from kinolex.lab.parts.sequence import FrameSequence

__all__ = ["XClip"]


@matcher
class XClip(Matcher):
    """Mean of four contrasts: video-sentence, video-word, sentence-frame and frame-word.

    Ma et al. 2022, X-CLIP: End-to-End Multi-grained Contrastive Learning for Video-Text Retrieval,
    arXiv:2207.07285 (equations counted in its LaTeX source): frames behind a transformer and their
    mean are equations 1 and 2; the four contrasts 3 to 6, sentences and words against frames from
    before the transformer; attention over the similarity matrix (AOSM) 7 and 8 for rows, 9 to 13
    for the matrix of words and frames, read in both orders; the mean of four 14; the loss, which
    is InfoNCE in both directions, 15 to 17.
    What the equations leave out follows xuguohai/X-CLIP@55cd223 modules/modeling_xclip.py,
    ``_loose_similarity`` and ``_attenion_over_fine_grained_sim_matrix`` (so spelt) with
    ``use_original_clip_for_frame_features``: a row's softmax is taken times a learned matrix that
    starts as the identity, at temperature 0.01.

    Differs: padding is kept out of every softmax and sum (there it takes part), and frames and
    words come before it, wherever it stands; the transformer over frames has four layers (in the
    paper three), and starts as the identity and not from CLIP's text layers.

    Parameters
    ----------
    sizes : Sizes
    layers : int
        Of the transformer over the frames.
    temperature : float
        Of the attention over cosines.
    """

    name = "x-clip"
    title = "X-CLIP"
    paper = "Ma et al., X-CLIP, ACM Multimedia 2022, arXiv:2207.07285"
    kind = "conditioned"
    needs = frozenset({"frames", "words"})

    def __init__(self, sizes: Sizes, *, layers: int = 4, temperature: float = 0.01) -> None:
        super().__init__(sizes)
        self.temperature = temperature
        self.sequence = FrameSequence(sizes.dimensions, sizes.frames, layers)

        def identity(size: int) -> nn.Parameter:
            return nn.Parameter(torch.eye(size))

        self.whole, self.local = identity(sizes.dimensions), identity(sizes.dimensions)
        self.words_to_video, self.words_first, self.words_last = (
            identity(sizes.words) for _ in range(3)
        )
        self.frames_to_sentence, self.frames_first, self.frames_last = (
            identity(sizes.frames) for _ in range(3)
        )

    def represent_video(self, videos: Videos) -> Representation:
        """A unit vector of all, and unit vectors of the frames."""
        given = videos.frames, videos.mask
        frames, there = in_order(self, *given, self.sizes.frames, "frames")
        vector = pooled(self.sequence(frames, there), there)
        units = normalize(frames, dim=-1)
        return Representation(self.kind, {"vector": vector, "frames": units, "mask": there})

    def represent_text(self, texts: Texts) -> Representation:
        """A unit vector of the sentence, and unit vectors of the words."""
        given = needed(self, texts, "words"), needed(self, texts, "mask")
        words, there = in_order(self, *given, self.sizes.words, "words")
        vector = normalize(texts.sentences, dim=-1)
        units = normalize(words, dim=-1)
        return Representation(self.kind, {"vector": vector, "words": units, "mask": there})

    def score(self, texts: Representation, videos: Representation) -> Tensor:
        """Means of the four contrasts."""
        sentence, words, spoken = texts["vector"], texts["words"], texts["mask"]
        video, frames, seen = videos["vector"], videos["frames"], videos["mask"]
        spoken, seen = spoken[:, None], seen[None]
        coarse = sentence @ self.whole @ video.T
        of_words = torch.einsum("twd,vd->tvw", words, video)
        of_frames = torch.einsum("td,vfd->tvf", sentence, frames)
        fine = torch.einsum("twd,vfd->tvwf", words @ self.local, frames)
        parts = (
            coarse,
            self._attended(of_words, spoken, self.words_to_video),
            self._attended(of_frames, seen, self.frames_to_sentence),
            self._fine(fine, spoken, seen),
        )
        return torch.stack(parts).mean(dim=0)

    def _fine(self, cosines: Tensor, spoken: Tensor, seen: Tensor) -> Tensor:
        """Of (texts, videos, words, frames): over words then frames, and the other way round."""
        by_frame = self._attended(cosines.transpose(2, 3), spoken[:, :, None], self.words_first)
        by_word = self._attended(cosines, seen[:, :, None], self.frames_first)
        frames_last = self._attended(by_frame, seen, self.frames_last)
        words_last = self._attended(by_word, spoken, self.words_last)
        return (frames_last + words_last) / 2

    def _attended(self, cosines: Tensor, mask: Tensor, weight: Tensor) -> Tensor:
        """Sums of the last dimension, weighted by its softmax times a learned matrix."""
        size = cosines.shape[-1]
        mask = mask.expand_as(cosines)
        shares = masked_softmax(cosines / self.temperature, mask) @ weight[:size, :size]
        return (shares * cleared(cosines, mask)).sum(dim=-1)
