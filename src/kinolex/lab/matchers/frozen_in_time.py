"""Frozen in Time: a picture tower that also attends along time, with one class token a video."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize, scaled_dot_product_attention

from kinolex.lab.backbone.backbone import Backbone
from kinolex.lab.backbone.blocks import joined, split
from kinolex.lab.backbone.points import At, Points, by_video
from kinolex.lab.matchers.base import Matcher, Representation, Sizes, Texts, Videos, matcher
from kinolex.lab.parts.inputs import in_order
from kinolex.lab.parts.towers import SMALL, backbone_of, pixels_of, sentences_of

__all__ = ["FrozenInTime"]


class _Time(nn.Module):
    """Attention of each patch to the same place in all frames; it begins by finding nothing."""

    def __init__(self, width: int, heads: int, epsilon: float) -> None:
        super().__init__()
        self.heads = heads
        self.norm = nn.LayerNorm(width, eps=epsilon)
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        nn.init.zeros_(self.qkv.weight)
        nn.init.zeros_(self.qkv.bias)
        # Ones: a product of two zeros would never begin to learn.
        nn.init.ones_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, tokens: Tensor, at: At) -> Tensor:
        three = self.qkv(self.norm(tokens)).chunk(3, dim=-1)
        asks, keys, values = (split(one, self.heads) for one in three)
        return self.out(joined(_divided(asks, keys, values, at, "time")))


@matcher
class FrozenInTime(Matcher):
    """Space and time attention in turn, over all patches of a video and one class token.

    Bain et al. 2021, Frozen in Time: A Joint Video and Image Encoder for End-to-End Retrieval,
    arXiv:2104.00650. Patches have a place and, added, a time (learnt, zero at first). In each layer
    a patch attends to its place in all frames, then to its own frame, each time with the class
    token, which attends to everything. What space attention reads is the sum with what time
    attention found; what it finds is added to what came before both. For the paper's equations,
    which were out of reach, stands m-bain/frozen-in-time@4ca18e3 ``model/video_transformer.py``
    (``SpaceTimeBlock``, ``VarAttention``), whose time attention begins with zeros, too: a picture
    is then what the picture tower alone makes of it.

    Differs: the towers are a backbone's (CLIP's), not an ImageNet ViT and DistilBERT; behind the
    norm that CLIP's has before its first layer, times are added. Padded frames are not seen.

    Parameters
    ----------
    sizes : Sizes
        Its frames are the most that have a time.
    backbone : str or Backbone
        See `kinolex.lab.parts.towers.backbone_of`.
    """

    name = "frozen-in-time"
    title = "Frozen in Time"
    paper = "Bain et al., Frozen in Time, ICCV 2021, arXiv:2104.00650"
    kind = "pooled"
    needs = frozenset({"pixels"})

    def __init__(self, sizes: Sizes, *, backbone: str | Backbone = SMALL) -> None:
        super().__init__(sizes)
        self.backbone = backbone_of(sizes, backbone)
        layers = self.backbone.picture.shape.layers
        self.times = nn.Parameter(torch.zeros(sizes.frames, layers.width))
        self.time = nn.ModuleList(
            _Time(layers.width, layers.heads, layers.epsilon) for _ in range(layers.count)
        )

    def represent_video(self, videos: Videos) -> Representation:
        """One unit vector a video."""
        pixels = pixels_of(self, self.backbone, videos)
        pixels, mask = in_order(self, pixels, videos.mask, self.sizes.frames, "frames")
        at = At(len(mask), mask.shape[1], mask)
        points = Points(self._whole, reading=self._timed, attending=_in_space)
        tokens = self.backbone.picture.tokens(pixels.flatten(0, 1), at, points)
        found = self.backbone.picture.pooled(tokens)
        return Representation(self.kind, {"vector": normalize(found, dim=-1)})

    def represent_text(self, texts: Texts) -> Representation:
        """One unit vector a text."""
        found = sentences_of(self, self.backbone, texts)
        return Representation(self.kind, {"vector": normalize(found, dim=-1)})

    def score(self, texts: Representation, videos: Representation) -> Tensor:
        """Cosines."""
        return texts["vector"] @ videos["vector"].T

    def _whole(self, tokens: Tensor, at: At) -> Tensor:
        """(videos x frames, 1 + patches, width) to (videos, 1 + frames x patches, width)."""
        each = by_video(tokens, at)
        timed = each[:, :, 1:] + self.times[: at.frames, None].to(tokens.dtype)
        return torch.cat([each[:, 0, :1], timed.flatten(1, 2)], dim=1)

    def _timed(self, tokens: Tensor, at: At) -> Tensor:
        return tokens + self.time[at.layer](tokens, at)


def _in_space(asks: Tensor, keys: Tensor, values: Tensor, at: At) -> Tensor:
    return _divided(asks, keys, values, at, "space")


def _divided(asks: Tensor, keys: Tensor, values: Tensor, at: At, over: str) -> Tensor:
    """What a class token finds in all patches, and each patch in those of its frame or place.

    Each is (videos, heads, 1 + frames x patches, width of a head).
    """
    first_too = nn.functional.pad(at.mask, (1, 0), value=True)
    patches = (asks.shape[2] - 1) // at.frames
    seen = torch.cat([first_too[:, :1], at.mask.repeat_interleave(patches, dim=1)], dim=1)
    whole = scaled_dot_product_attention(
        asks[:, :, :1], keys, values, attn_mask=seen[:, None, None]
    )
    asked, *known = (_grouped(one[:, :, 1:], at.frames, over) for one in (asks, keys, values))
    groups = asked.shape[2]
    first = (one[:, :, None, :1].expand(-1, -1, groups, -1, -1) for one in (keys, values))
    near, far = (torch.cat(pair, dim=3) for pair in zip(first, known, strict=True))
    mask = first_too[:, None, None, None] if over == "time" else None
    found = scaled_dot_product_attention(asked, near, far, attn_mask=mask)
    if over == "time":
        found = found.transpose(2, 3)
    return torch.cat([whole, found.flatten(2, 3)], dim=2)


def _grouped(values: Tensor, frames: int, over: str) -> Tensor:
    """(videos, heads, frames or places, those of one of them, width of a head)."""
    each = values.unflatten(2, (frames, -1))
    return each.transpose(2, 3) if over == "time" else each
