"""A backbone: pixels and token numbers to `Videos` and `Texts` that matchers take."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from fnmatch import fnmatchcase

import torch
from torch import Tensor, nn

from kinolex.errors import UsageError
from kinolex.lab.backbone.blocks import Stack
from kinolex.lab.backbone.convolutions import ConvolutionTower
from kinolex.lab.backbone.picture import PictureTower
from kinolex.lab.backbone.points import At, Points
from kinolex.lab.backbone.shape import ConvolutionShape, Shape
from kinolex.lab.backbone.text import TextTower
from kinolex.lab.matchers.base import Texts, Videos

__all__ = ["Backbone"]

_NONE = Points()


class Backbone(nn.Module):
    """Two towers into one space.

    Made by itself it has random weights, as CLIP began; `kinolex.lab.backbone.loading.load` gives
    published ones. ``.to(torch.bfloat16)`` halves it; vectors come in its own precision.

    Parameters
    ----------
    shape : Shape

    Attributes
    ----------
    picture, text : Module
        The towers. ``tokens``, ``pooled`` and ``each`` of them are the steps of `videos` and
        `texts`, for matchers that go between.
    scale : Parameter, shape ()
        Natural logarithm of what cosines are multiplied with.
    bias : Parameter, shape (), or None
        What is then added (SigLIP).
    patches : bool
        Whether `forward` gives patches, too; at first not.

    Examples
    --------
    >>> from kinolex.lab.backbone.shape import Layers, PictureShape, TextShape
    >>> small = Layers(width=16, count=1, heads=2)
    >>> shape = Shape(PictureShape(small, image=32), TextShape(small, vocabulary=9), dimensions=8)
    >>> backbone = Backbone(shape)
    >>> videos = backbone.videos(torch.rand(2, 3, 3, 32, 32), patches=True)
    >>> tuple(videos.frames.shape), tuple(videos.patches.shape)
    ((2, 3, 8), (2, 3, 4, 8))
    >>> tuple(backbone.texts(torch.tensor([[1, 2, 8, 0]])).sentences.shape)
    (1, 8)
    """

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.patches = False
        if isinstance(shape.picture, ConvolutionShape):
            self.picture: nn.Module = ConvolutionTower(shape.picture, shape.dimensions)
        else:
            self.picture = PictureTower(shape.picture, shape.dimensions)
        self.text = TextTower(shape.text, shape.dimensions)
        self.scale = nn.Parameter(torch.tensor(math.log(10.0 if shape.bias else 1 / 0.07)))
        self.bias = nn.Parameter(torch.tensor(-10.0)) if shape.bias else None
        self.apply(_begin)
        for one in self.modules():
            if isinstance(one, Stack):
                _begin_layers(one)

    def forward(
        self, videos: Videos | None, texts: Texts | None
    ) -> tuple[Videos | None, Texts | None]:
        """Frames of pixels and sentences of tokens, as training calls it; None stays None.

        What else there is (sound, context) stays, too.

        Raises
        ------
        UsageError
            If videos come without pixels, or texts without tokens.
        """
        if videos is not None:
            pixels = _needed(videos.pixels, "Videos", "pixels")
            seen = self.videos(pixels, videos.mask, patches=self.patches)
            videos = replace(videos, frames=seen.frames, patches=seen.patches)
        if texts is not None:
            texts = self.texts(_needed(texts.ids, "Texts", "tokens"), texts.mask)
        return videos, texts

    def videos(
        self,
        pixels: Tensor,
        mask: Tensor | None = None,
        *,
        points: Points = _NONE,
        patches: bool = False,
    ) -> Videos:
        """What videos show.

        Parameters
        ----------
        pixels : Tensor, shape (videos, frames, 3, height, width)
            Normalised as the weights want it.
        mask : Tensor of bool, shape (videos, frames), optional
            Which frames there are; None: all.
        points : Points
            What stands in the picture tower.
        patches : bool
            Whether `Videos.patches` are wanted.

        Raises
        ------
        UsageError
            If pictures have another size than the tower reads.
        """
        videos, frames = pixels.shape[:2]
        if mask is None:
            mask = torch.ones(videos, frames, dtype=torch.bool, device=pixels.device)
        at = At(videos=videos, frames=frames, there=mask)
        tokens = self.picture.tokens(self.fitting(pixels).flatten(0, 1), at, points)
        found = self.picture.pooled(tokens).unflatten(0, (videos, frames))
        found = found.masked_fill(~mask.unsqueeze(-1), 0)
        each = None
        if patches:
            each = self.picture.each(tokens).unflatten(0, (videos, frames))
            each = each.masked_fill(~mask[:, :, None, None], 0)
        return Videos(found, mask, patches=each, pixels=pixels)

    def texts(self, ids: Tensor, mask: Tensor | None = None, *, points: Points = _NONE) -> Texts:
        """What texts say.

        Parameters
        ----------
        ids : Tensor of int64, shape (texts, words)
            Token numbers, padded as the weights want it.
        mask : Tensor of bool, shape (texts, words), optional
            Which tokens are words, begin or end; None: found from ``ids``. It says which `words`
            there are; the tower itself reads padding where it was trained with it.
        points : Points
            What stands in the text tower.
        """
        if mask is None:
            mask = self.text.there(ids)
        tokens = self.text.tokens(ids, At(videos=len(ids)), points)
        words = self.text.each(tokens).masked_fill(~mask.unsqueeze(-1), 0)
        return Texts(self.text.pooled(tokens, ids), words, mask, ids)

    def fitting(self, pixels: Tensor) -> Tensor:
        """The same pictures, if they have the size that the tower reads.

        Raises
        ------
        UsageError
            If they have another.
        """
        side = self.shape.picture.image
        if pixels.shape[-2:] != (side, side):
            high, wide = pixels.shape[-2:]
            raise UsageError(
                f"Pictures of {wide} x {high} pixels come; the backbone reads {side} x {side}.",
                hint="Prepare pictures by the rule that comes with the weights.",
            )
        return pixels

    def save_memory(self, wanted: bool = True) -> None:
        """Compute layers again for the gradient instead of keeping what they found."""
        for one in self.modules():
            if isinstance(one, (Stack, ConvolutionTower)):
                one.save_memory = wanted

    def freeze(self, *patterns: str, but: Sequence[str] = ()) -> int:
        """Stop training parameters by their names; how many numbers are trained after that.

        Parameters
        ----------
        *patterns : str
            Such as ``picture.*`` or ``*.layers.0.*``, with the wildcards of a shell.
        but : sequence of str
            Patterns of those that are trained all the same.

        Raises
        ------
        UsageError
            If a pattern fits no parameter.
        """
        named = dict(self.named_parameters())
        for pattern in (*patterns, *but):
            if not any(fnmatchcase(name, pattern) for name in named):
                raise UsageError(
                    f"No parameter of the backbone is called {pattern!r}.",
                    hint=f"Names are such as {next(iter(named))}.",
                )
        for name, one in named.items():
            if any(fnmatchcase(name, pattern) for pattern in but):
                one.requires_grad_(True)
            elif any(fnmatchcase(name, pattern) for pattern in patterns):
                one.requires_grad_(False)
        self.train(self.training)
        return sum(one.numel() for one in named.values() if one.requires_grad)

    def train(self, mode: bool = True) -> Backbone:
        """As of any module; frozen batch norms stay as they are."""
        super().train(mode)
        for one in self.modules():
            if isinstance(one, (nn.BatchNorm1d, nn.BatchNorm2d)) and not one.weight.requires_grad:
                one.eval()
        return self


def _needed(given: Tensor | None, whose: str, what: str) -> Tensor:
    if given is None:
        raise UsageError(
            f"{whose} come to the backbone without {what}.",
            hint="Train on cached features without a backbone, or give it what it reads.",
        )
    return given


def _begin(module: nn.Module) -> None:
    """Random weights as in openai/CLIP ``clip/model.py`` ``initialize_parameters``."""
    if isinstance(module, nn.Embedding):
        nn.init.normal_(module.weight, std=0.02)
    elif isinstance(module, nn.Linear):
        nn.init.normal_(module.weight, std=module.in_features**-0.5)
        if module.bias is not None:
            nn.init.zeros_(module.bias)


def _begin_layers(stack: Stack) -> None:
    """Of transformers, the same: what is added to the tokens is smaller, the deeper they are."""
    for block in stack:
        width = block.norm1.normalized_shape[0]
        inner = width**-0.5 * (2 * len(stack)) ** -0.5
        nn.init.normal_(block.attention.qkv.weight, std=width**-0.5)
        nn.init.normal_(block.attention.out.weight, std=inner)
        nn.init.normal_(block.mlp.up.weight, std=(2 * width) ** -0.5)
        nn.init.normal_(block.mlp.down.weight, std=inner)
