"""The whole of what is trained: backbone (if any), heads, matcher, scale and bias."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from kinolex.errors import UsageError
from kinolex.lab.losses.base import find as find_loss
from kinolex.lab.matchers.base import Matcher, Representation, Sizes, Texts, Videos, find
from kinolex.lab.options import check_options
from kinolex.lab.parts.heads import Heads
from kinolex.lab.parts.joining import together
from kinolex.lab.training.front import Front, hold
from kinolex.lab.training.settings import Settings

__all__ = ["Backbone", "Model", "build"]

Backbone = Callable[[Videos | None, Texts | None], tuple[Videos, Texts]]
"""Turns pixels into frames and tokens into sentences; an `nn.Module` is trained with the rest.

Either side may be None, and comes back as None.
"""

SEEN_AT_ONCE = 256
"""Pictures that are looked at together where nothing is learnt from them."""


class Model(nn.Module):
    """A matcher with what stands before and behind it.

    Parameters
    ----------
    matcher : Matcher
    heads : Heads, optional
    backbone : Backbone, optional
    scale, bias : float
        With which training begins.
    learn : bool
        Whether these two are learnt.
    """

    def __init__(
        self,
        matcher: Matcher,
        heads: Heads | None = None,
        backbone: Backbone | None = None,
        *,
        scale: float = 20.0,
        bias: float = 0.0,
        learn: bool = True,
    ) -> None:
        super().__init__()
        self.matcher = matcher
        self.heads = heads
        self.backbone = backbone
        self.log_scale = nn.Parameter(torch.tensor(math.log(scale)), requires_grad=learn)
        self.bias = nn.Parameter(torch.tensor(float(bias)), requires_grad=learn)

    @property
    def scale(self) -> Tensor:
        """At most 100, as in CLIP."""
        return self.log_scale.clamp(max=math.log(100.0)).exp()

    def represent(
        self, videos: Videos | None, texts: Texts | None
    ) -> tuple[Representation | None, Representation | None]:
        """Both sides, or one of them.

        Pixels that nothing is learnt from are looked at in pieces, so that memory is that of one.
        """
        if videos is not None and videos.pixels is not None and not self.training:
            most = max(1, SEEN_AT_ONCE // videos.mask.shape[1])
            if len(videos) > most:
                firsts = range(0, len(videos), most)
                parts = [self.represent(videos[at : at + most], None)[0] for at in firsts]
                return together([one for one in parts if one]), self.represent(None, texts)[1]
        if self.backbone is not None:
            videos, texts = self.backbone(videos, texts)
        if self.heads is not None:
            videos, texts = self.heads(videos, texts)
        return (
            None if videos is None else self.matcher.represent_video(videos),
            None if texts is None else self.matcher.represent_text(texts),
        )

    def score(self, texts: Representation, videos: Representation) -> Tensor:
        """Scores of all pairs, in float32."""
        return self.matcher.score(texts, videos).float()

    def trained(self) -> int:
        """How many numbers are learnt."""
        return sum(one.numel() for one in self.parameters() if one.requires_grad)


def build(
    settings: Settings,
    sizes: Sizes,
    *,
    gives: frozenset[str] | None = None,
    backbone: Backbone | None = None,
) -> Model:
    """The model that settings describe, with weights by their seed.

    Parameters
    ----------
    settings : Settings
    sizes : Sizes
        Of what comes out of the cache or backbone.
    gives : frozenset of str, optional
        What there is, to refuse a matcher that needs more.
    backbone : Backbone, optional

    Raises
    ------
    UsageError
        If there is no such matcher or option, or it needs what is not there.
    """
    torch.manual_seed(settings.seed)
    kind = find(settings.matcher)
    needed: frozenset[str] = frozenset(getattr(kind, "needs", ()))
    lacking = frozenset() if gives is None else needed - gives
    if lacking:
        raise UsageError(
            f"{settings.matcher} needs {', '.join(sorted(lacking))}, and the cache has none.",
            hint="Fill it from a backbone that gives them; see docs/lab.md.",
        )
    options = dict(settings.options)
    if isinstance(backbone, Front) and backbone.own:
        options["backbone"] = backbone.own
    check_options(f"The matcher {settings.matcher}", _made_by(kind), options)
    heads = None
    if settings.head.kind == "linear":
        heads = Heads(sizes, settings.head.dimensions, sound="sound" in needed)
    matcher = kind(heads.sizes if heads else sizes, **options)
    if isinstance(backbone, Front) and backbone.own:
        hold(matcher.backbone, settings.backbone)
    first = find_loss(next(iter(settings.losses)))
    found = Model(
        matcher,
        heads,
        backbone,
        scale=settings.scale or first.scale,
        bias=first.bias,
        learn=settings.learn_scale,
    )
    return found.to(settings.device)


def _made_by(kind: Any) -> Callable[..., Any]:
    """The constructor of a class, or a function that makes one."""
    return kind.__init__ if isinstance(kind, type) else kind  # type: ignore[misc]
