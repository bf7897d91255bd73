"""TempMe: like tokens of a frame, then of neighbouring frames, become one on the way through."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize, scaled_dot_product_attention

from kinolex.errors import UsageError
from kinolex.lab.backbone.backbone import Backbone
from kinolex.lab.backbone.points import At, Points
from kinolex.lab.backbone.shape import PictureShape
from kinolex.lab.matchers.base import Matcher, Representation, Sizes, Texts, Videos, matcher
from kinolex.lab.parts.low_rank import LowRank
from kinolex.lab.parts.masking import in_front
from kinolex.lab.parts.token_merging import matched
from kinolex.lab.parts.towers import SMALL, backbone_of, pixels_of, sentences_of

__all__ = ["Cost", "Plan", "TempMe"]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is merged where.

    Parameters
    ----------
    layers, frames : int
        Of the tower and of a video.
    joined : mapping of int to int
        At the entry of which layers, from 0, how many neighbours become one clip.
    few : int
        Tokens that go in each layer before.
    across, inside : float
        Part of all tokens that goes when clips are joined, and in each layer from there on.
    """

    layers: int
    frames: int
    joined: dict[int, int]
    few: int = 2
    across: float = 0.3
    inside: float = 0.1

    def going(self, layer: int, tokens: int, first: int) -> tuple[int, int]:
        """How many tokens go at the entry of a layer and behind its attention.

        Parameters
        ----------
        layer : int
        tokens, first : int
            Of a clip, before it is joined with others; ``first`` of them are class tokens.
        """
        count = self.joined.get(layer, 1)
        early = 0
        if count > 1:
            early = min((tokens - first) * count // 2, int(tokens * count * self.across))
        left, first = tokens * count - early, first * count
        wanted = self.few if layer < min(self.joined, default=0) else int(left * self.inside)
        return early, min((left - first) // 2, wanted)


@dataclass(frozen=True, slots=True)
class Cost:
    """What a video costs: tokens (of all clips) into each attention and each MLP, and out.

    ``giga`` are thousand million multiplications with addition, patches included.
    """

    attended: tuple[int, ...]
    thought: tuple[int, ...]
    giga: float


@matcher
class TempMe(Matcher):
    """Token merging in frames, and across clips that grow from frame to video.

    Shen et al. 2025, TempMe: Video Temporal Token Merging for Efficient Text-Video Retrieval,
    arXiv:2409.01156: in the first layers each frame loses a few tokens (ImgMe), then at some layers
    neighbouring clips become one and lose a part of their tokens across clips before attention and
    inside of the clip behind it (ClipMe). What merges is found as in *Token Merging* (Bolya et al.
    2023, arXiv:2210.09461): of two halves of the tokens, each of the first half finds its most like
    in the second, and the likest pairs become their mean, weighted by how many patches each stands
    for, whose logarithm is added to the logits of attention. Class tokens stay, and are at the end
    those of the frames: a video is the mean of their unit vectors. What is learnt are low-rank
    additions to queries, keys and values of both towers, and a position for each clip that is
    joined. Written from the abstract and the authors' code, as hahuy2004/CLIPKG4Clip has it
    (``modules/module_tome_patch.py`` @88b9ea9, ``modules/module_tome_merge.py`` @e75e3b6), which
    stands for the equations, out of reach here.

    Differs: a video of another length is brought to ``frames`` by repeating or leaving out; no
    layer merges more tokens than half of what may merge, at the first layers neither. With the
    published code's defaults (ViT-B/32, 12 frames) 97 of 600 tokens come out, for 34.7 instead of
    52.9 GFLOPs (`cost`); the abstract's 95 % and 51 % are of a setting that it does not name.

    Parameters
    ----------
    sizes : Sizes
    backbone : str or Backbone
        See `kinolex.lab.parts.towers.backbone_of`.
    frames : int
        That a video is brought to.
    at, joined : str
        Layers, from 0, at whose entry clips are joined, and how many: ``8-9-10`` and ``2-2-3``.
        Without ``at``, so many layers before the last.
    few : int
        Tokens that go in each layer before.
    across, inside : float
        Part that goes when clips are joined, and in each layer from there on.
    rank : int
        Of the additions.
    frozen : bool
        Whether only these and the positions are learnt.
    """

    name = "tempme"
    title = "TempMe"
    paper = "Shen et al., TempMe, ICLR 2025, arXiv:2409.01156"
    kind = "pooled"
    needs = frozenset({"pixels"})

    def __init__(
        self,
        sizes: Sizes,
        *,
        backbone: str | Backbone = SMALL,
        frames: int = 12,
        at: str = "",
        joined: str = "2-2-3",
        few: int = 2,
        across: float = 0.3,
        inside: float = 0.1,
        rank: int = 8,
        frozen: bool = True,
    ) -> None:
        super().__init__(sizes)
        self.backbone = backbone_of(sizes, backbone)
        if frozen:
            self.backbone.freeze("*")
        near, far = self.backbone.picture.shape.layers, self.backbone.text.shape.layers
        self.plan = Plan(
            near.count, frames, _joins(at, joined, near.count, frames), few, across, inside
        )
        self.seen = nn.ModuleList(LowRank(near.width, rank) for _ in range(near.count))
        self.said = nn.ModuleList(LowRank(far.width, rank) for _ in range(far.count))
        clips, self.places = frames, nn.ParameterDict()
        for layer, count in self.plan.joined.items():
            self.places[str(layer)] = nn.Parameter(torch.zeros(clips, near.width))
            clips //= count

    def represent_video(self, videos: Videos) -> Representation:
        """One unit vector a video."""
        pixels, mask = in_front(pixels_of(self, self.backbone, videos), videos.mask)
        steps = torch.arange(self.plan.frames, device=mask.device)
        which = steps * mask.sum(dim=1, keepdim=True) // self.plan.frames
        rows = torch.arange(len(mask), device=mask.device)[:, None]
        at = At(len(mask), self.plan.frames)
        points = Points(
            entering=self._joined,
            projected=partial(_added, self.seen),
            attending=_by_size,
            after_attention=self._merged,
        )
        tokens = self.backbone.picture.tokens(pixels[rows, which].flatten(0, 1), at, points)
        first = self._class_tokens(tokens, at.videos)
        frames = normalize(self.backbone.picture.pooled(first.unsqueeze(1)), dim=-1)
        whole = frames.unflatten(0, (at.videos, -1)).mean(dim=1)
        return Representation(self.kind, {"vector": normalize(whole, dim=-1)})

    def represent_text(self, texts: Texts) -> Representation:
        """One unit vector a text."""
        points = Points(projected=partial(_added, self.said))
        found = sentences_of(self, self.backbone, texts, points)
        return Representation(self.kind, {"vector": normalize(found, dim=-1)})

    def score(self, texts: Representation, videos: Representation) -> Tensor:
        """Cosines."""
        return texts["vector"] @ videos["vector"].T

    def cost(self) -> Cost:
        """What the picture tower costs for a video with merging."""
        return _cost(self.plan, self.backbone.picture.shape)

    def cost_without(self) -> Cost:
        """What it costs without."""
        plan = Plan(self.plan.layers, self.plan.frames, {}, 0, 0, 0)
        return _cost(plan, self.backbone.picture.shape)

    def _class_tokens(self, tokens: Tensor, videos: int) -> Tensor:
        each = self.plan.frames * videos // len(tokens)
        return tokens[:, :each].flatten(0, 1)

    def _joined(self, tokens: Tensor, at: At) -> Tensor:
        ones = torch.ones(tokens.shape[:2], device=tokens.device)
        sizes = at.notes.get("sizes", ones)
        first, count = at.notes.get("first", 1), self.plan.joined.get(at.layer, 1)
        early, late = self.plan.going(at.layer, tokens.shape[1], first)
        if count > 1:
            places = self.places[str(at.layer)].repeat(at.videos, 1).unsqueeze(1)
            alike = _neighbours(tokens, first, count)
            tokens = _neighbours(tokens + places.to(tokens.dtype), first, count)
            sizes = _neighbours(sizes.unsqueeze(-1), first, count).squeeze(-1)
            if early:
                tokens, sizes = matched(alike, first * count, early).mean(tokens, sizes)
        at.notes.update(sizes=sizes, first=first * count, late=late)
        return tokens

    def _merged(self, tokens: Tensor, at: At) -> Tensor:
        if at.notes["late"]:
            merge = matched(at.keys.mean(dim=1), at.notes["first"], at.notes["late"])
            tokens, at.notes["sizes"] = merge.mean(tokens, at.notes["sizes"])
        return tokens


def _added(
    each: nn.ModuleList, three: tuple[Tensor, Tensor, Tensor], tokens: Tensor, at: At
) -> tuple[Tensor, ...]:
    more = each[at.layer](tokens).chunk(3, dim=-1)
    return tuple(one + other for one, other in zip(three, more, strict=True))


def _by_size(asks: Tensor, keys: Tensor, values: Tensor, at: At) -> Tensor:
    sizes = at.notes["sizes"].to(asks.dtype).log()
    return scaled_dot_product_attention(asks, keys, values, attn_mask=sizes[:, None, None])


def _neighbours(tokens: Tensor, first: int, count: int) -> Tensor:
    """Each ``count`` clips as one, all their class tokens in front."""
    each = tokens.unflatten(0, (-1, count))
    return torch.cat([each[:, :, :first].flatten(1, 2), each[:, :, first:].flatten(1, 2)], dim=1)


def _joins(at: str, joined: str, layers: int, frames: int) -> dict[int, int]:
    counts = _numbers(joined)
    start = max(0, layers - 1 - len(counts))
    where = _numbers(at) or list(range(start, min(layers, start + len(counts))))
    if (at and len(where) != len(counts)) or where != sorted(set(where)):
        raise UsageError(
            f"Clips are to be joined at layers {at!r} by {joined!r}, which do not fit.",
            hint="Name the layers in order, and one number for each.",
        )
    found = dict(zip(where, counts, strict=False))
    left = frames
    for layer, count in found.items():
        if not 0 <= layer < layers or left % count:
            raise UsageError(
                f"{left} clips cannot be joined by {count} at layer {layer} of {layers}.",
                hint="Choose frames that the numbers of `joined` divide one after the other.",
            )
        left //= count
    return found


def _numbers(words: str) -> list[int]:
    try:
        return [int(one) for one in words.split("-") if one]
    except ValueError as error:
        raise UsageError(f"{words!r} are no numbers such as 2-2-3.") from error


def _cost(plan: Plan, shape: PictureShape) -> Cost:
    width, hidden = shape.layers.width, shape.layers.inside
    clips, tokens, first = plan.frames, shape.patches + 1, 1
    attended, thought = [], []
    total = plan.frames * shape.patches * 3 * shape.patch**2 * width
    for layer in range(plan.layers):
        early, late = plan.going(layer, tokens, first)
        count = plan.joined.get(layer, 1)
        clips, tokens, first = clips // count, tokens * count - early, first * count
        attended.append(clips * tokens)
        total += clips * (4 * tokens * width**2 + 2 * tokens**2 * width)
        tokens -= late
        thought.append(clips * tokens)
        total += clips * 2 * tokens * width * hidden
    return Cost(tuple(attended), tuple(thought), total / 1e9)
