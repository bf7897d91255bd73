"""Me-Retriever: a video is a bag of key events."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor
from torch.nn.functional import normalize

from kinolex.errors import UsageError
from kinolex.lab.matchers.base import Matcher, Representation, Sizes, Texts, Videos, matcher
from kinolex.lab.parts.masking import cleared, in_front, masked_mean
from kinolex.lab.parts.medoids import key_frames

__all__ = ["MeRetriever"]


@matcher
class MeRetriever(Matcher):
    """Cosine of the sentence with the mean of the key frames, or with the best of them.

    Zhang et al. 2023, Multi-event Video-Text Retrieval, arXiv:2308.11551, its key event
    representation and its two similarities: frames are clustered by K-medoids, each medoid is a key
    event. For the paper's equations, which were out of reach, stands public code. Of
    gengyuanmax/MeVTR@e8800c5: clustering, Euclidean distance of frames as they come and order by
    time (modules/cluster/kmeans.py, ``kmedoids``) and its call (main_task_retrieval_multi.py,
    ``eval_epoch``). Its model and how medoids begin are public as compiled files only; for them,
    its derivative zhang252112914/sorted_mevtr: first medoids (modules/cluster/fast_kmeans.py
    @e43ba08, ``batch_fast_kmedoids``), unit vectors, their mean and a unit vector
    (model/meretriever.py @2333c22, ``_loose_similarity``), and the best of them
    (``get_similarity_multi2multi_logits``).

    Differs: padding is no candidate; clustering of a video does not end with that of its batch. The
    paper's loss, the mean over a video's texts in one direction (modules/until_module.py,
    ``CrossEnMulti``) and a weight between both directions, is a loss of scores: train with
    ``several-positives`` and several texts a video.

    Parameters
    ----------
    sizes : Sizes
    events : int
        Key events of a video.
    over : {"mean", "max"}
        How a video's events become one score.
    """

    name = "me-retriever"
    title = "Me-Retriever"
    paper = "Zhang et al., Multi-event Video-Text Retrieval, ICCV 2023, arXiv:2308.11551"
    kind = "late"

    def __init__(
        self, sizes: Sizes, *, events: int = 4, over: Literal["mean", "max"] = "mean"
    ) -> None:
        super().__init__(sizes)
        if over not in ("mean", "max"):
            raise UsageError(f"Me-Retriever's over is mean or max, not {over!r}.")
        self.events, self.over = events, over

    def represent_video(self, videos: Videos) -> Representation:
        """Unit vectors of the key events, always as many; and which of them there are."""
        frames, mask = in_front(videos.frames, videos.mask)
        which, there = key_frames(frames, mask, self.events)
        wide = which[..., None].expand(-1, -1, frames.shape[-1])
        events = cleared(normalize(frames.gather(1, wide), dim=-1), there)
        lacking = self.events - events.shape[1]
        events = torch.nn.functional.pad(events, (0, 0, 0, lacking))
        there = torch.nn.functional.pad(there, (0, lacking))
        return Representation(self.kind, {"events": events, "mask": there})

    def represent_text(self, texts: Texts) -> Representation:
        """One unit vector a text."""
        return Representation(self.kind, {"vector": normalize(texts.sentences, dim=-1)})

    def score(self, texts: Representation, videos: Representation) -> Tensor:
        """Cosines with the mean, or with the best."""
        if self.over == "mean":
            mean = normalize(masked_mean(videos["events"], videos["mask"]), dim=-1)
            return texts["vector"] @ mean.T
        cosines = torch.einsum("td,ved->tve", texts["vector"], videos["events"])
        return cosines.masked_fill(~videos["mask"], -torch.inf).amax(dim=-1)
