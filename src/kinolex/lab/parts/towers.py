"""A backbone inside of a matcher that changes it, and what such a matcher reads."""

from __future__ import annotations

import re
from pathlib import Path

import torch
from torch import Tensor

from kinolex.errors import UsageError
from kinolex.lab.backbone.backbone import Backbone
from kinolex.lab.backbone.loading import load
from kinolex.lab.backbone.picture import PictureTower
from kinolex.lab.backbone.points import At, Points
from kinolex.lab.backbone.shape import Layers, PictureShape, Shape, TextShape
from kinolex.lab.matchers.base import Matcher, Sizes, Texts, Videos
from kinolex.lab.parts.inputs import needed

__all__ = ["SMALL", "backbone_of", "pixels_of", "sentences_of"]

SMALL = "32/16-32x2"
"""The smallest backbone; see `backbone_of`."""

_SIZES = r"(\d+)/(\d+)-(\d+)x(\d+)"


def backbone_of(sizes: Sizes, which: str | Backbone) -> Backbone:
    """The backbone that a matcher's setting names; what cosines are scaled with is not learnt.

    Parameters
    ----------
    sizes : Sizes
        Its space, of one that is new.
    which : str or Backbone
        A backbone, which is taken as it is and not copied; a folder or file of published weights
        (see `kinolex.lab.backbone.loading`); or ``PICTURE/PATCH-WIDTHxLAYERS`` such as
        ``96/16-128x4``: two new towers of that size that read CLIP's tokens (the end token has the
        highest number).

    Raises
    ------
    UsageError
        If it is neither, or its picture tower is no transformer with a class token.

    Examples
    --------
    >>> backbone_of(Sizes(dimensions=8), "32/8-64x3").shape.picture.patches
    16
    """
    found = None if isinstance(which, Backbone) else re.fullmatch(_SIZES, which)
    if isinstance(which, Backbone):
        backbone = which
    elif found:
        image, patch, width, count = (int(one) for one in found.groups())
        layers = Layers(width, count, max(1, width // 32))
        text = TextShape(layers, context=max(77, sizes.words))
        backbone = Backbone(Shape(PictureShape(layers, image, patch), text, sizes.dimensions))
    elif Path(which).exists():
        backbone = load(Path(which)).backbone
    else:
        raise UsageError(
            f"There is no backbone {which!r}.",
            hint="Name a folder of weights, or a size such as 96/16-128x4.",
        )
    name = "the backbone" if isinstance(which, Backbone) else repr(which)
    if not isinstance(backbone.picture, PictureTower) or backbone.picture.shape.pool != "class":
        raise UsageError(
            f"The picture tower of {name} has no class token, which this matcher needs.",
            hint="Take weights of CLIP.",
        )
    backbone.scale.requires_grad_(False)
    if backbone.bias is not None:
        backbone.bias.requires_grad_(False)
    return backbone


def pixels_of(matcher: Matcher, backbone: Backbone, videos: Videos) -> Tensor:
    """Pictures of the right size, (videos, frames, 3, height, width).

    Raises
    ------
    UsageError
        If there are none, or they have another size.
    """
    return backbone.fitting(needed(matcher, videos, "pixels"))


def sentences_of(
    matcher: Matcher, backbone: Backbone, texts: Texts, points: Points | None = None
) -> Tensor:
    """One vector a text, not scaled to length 1.

    Raises
    ------
    UsageError
        If there are no tokens, or more than the tower reads.
    """
    ids, shape = needed(matcher, texts, "ids"), backbone.shape.text
    mask = backbone.text.there(ids) if texts.mask is None else texts.mask
    ids = ids.masked_fill(~mask, shape.padding)
    if shape.pool == "last":  # such a tower reads its padding
        spare = max(0, shape.context - ids.shape[1])
        ids = torch.nn.functional.pad(ids, (0, spare), value=shape.padding)
    else:
        ids = ids[:, : max(1, int(mask.any(dim=0).sum()))]
    tokens = backbone.text.tokens(ids, At(videos=len(ids)), points or Points())
    return backbone.text.pooled(tokens, ids)
