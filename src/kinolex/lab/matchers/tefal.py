"""TEFAL: the text attends to what is seen and, on its own, to what is heard."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import normalize

from kinolex.lab.matchers.base import Matcher, Representation, Sizes, Texts, Videos, matcher
from kinolex.lab.parts.conditioned import Conditioned
from kinolex.lab.parts.inputs import needed
from kinolex.lab.parts.masking import cleared

__all__ = ["Tefal"]


@matcher
class Tefal(Matcher):
    """Cosine of the sentence with what it finds in the frames plus what it finds in the sound.

    Ibrahimi et al., Audio-Enhanced Text-to-Video Retrieval using Text-Conditioned Feature Alignment
    (arXiv:2307.12964): two independent cross-modal attention blocks let the text attend to the
    frames and to the sound separately, so that neither drowns the other; both are joined and
    compared with the text. No public code of it was found, and the paper's equations were out of
    reach: it is written from the abstract and the introduction. The blocks are X-Pool's
    (`Conditioned`), which the paper builds upon.

    What is ours where the paper was not at hand: the two vectors are added, with the same weight.
    Differs: the sound encoder is not part of it, pieces of sound come as vectors of the space of
    texts; pieces that are all zeros are silence and get no attention, and of a video without any
    sound the frames decide alone.

    Parameters
    ----------
    sizes : Sizes
    dropout : float
        In the residual branches, in training.
    """

    name = "tefal"
    title = "TEFAL"
    paper = "Ibrahimi et al., TEFAL, ICCV 2023, arXiv:2307.12964"
    kind = "conditioned"
    needs = frozenset({"frames", "sound"})

    def __init__(self, sizes: Sizes, *, dropout: float = 0.3) -> None:
        super().__init__(sizes)
        self.seen = Conditioned(sizes.dimensions, dropout=dropout)
        self.heard = Conditioned(sizes.dimensions, dropout=dropout)

    def represent_video(self, videos: Videos) -> Representation:
        """Keys and values of frames and of pieces of sound."""
        sound = needed(self, videos, "sound")
        keys, values = self.seen.offered(cleared(videos.frames, videos.mask))
        tensors = {"keys": keys, "values": values, "mask": videos.mask}
        tensors["sound_keys"], tensors["sound_values"] = self.heard.offered(sound)
        return Representation(self.kind, {**tensors, "sound_mask": (sound != 0).any(dim=-1)})

    def represent_text(self, texts: Texts) -> Representation:
        """A unit vector, and what it looks for in frames and in sound."""
        said = texts.sentences
        tensors = {"vector": normalize(said, dim=-1), "seen": self.seen.asked(said)}
        return Representation(self.kind, {**tensors, "heard": self.heard.asked(said)})

    def score(self, texts: Representation, videos: Representation) -> Tensor:
        """Cosines with the videos as each text sees and hears them."""
        found = self.seen(texts["seen"], videos["keys"], videos["values"], videos["mask"])
        mask = videos["sound_mask"]
        heard = self.heard(texts["heard"], videos["sound_keys"], videos["sound_values"], mask)
        found = found + heard * mask.any(dim=-1)[None, :, None]
        return torch.einsum("td,tvd->tv", texts["vector"], normalize(found, dim=-1))
