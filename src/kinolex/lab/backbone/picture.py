"""The picture tower of the ViT type (Dosovitskiy et al. 2021, arXiv:2010.11929), as in CLIP."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from kinolex.lab.backbone.blocks import AttentionPool, Stack
from kinolex.lab.backbone.points import At, Points
from kinolex.lab.backbone.shape import PictureShape, Projection

__all__ = ["ConvolutionStem", "PictureTower", "projection"]


def projection(width: int, dimensions: int, how: Projection) -> nn.Module:
    """The last map into the joint space."""
    return nn.Identity() if how == "none" else nn.Linear(width, dimensions, bias=how == "bias")


class ConvolutionStem(nn.Module):
    """MobileCLIP-B's patches: three convolutions of 4, 2 and 2 pixels a step."""

    def __init__(self, width: int) -> None:
        super().__init__()
        narrow = width // 4
        self.first = nn.Conv2d(3, narrow, 4, stride=4, bias=False)
        self.first_norm = nn.BatchNorm2d(narrow)
        self.second = nn.Conv2d(narrow, narrow, 2, stride=2, bias=False)
        self.second_norm = nn.BatchNorm2d(narrow)
        self.third = nn.Conv2d(narrow, width, 2, stride=2)

    def forward(self, pixels: Tensor) -> Tensor:
        """(n, 3, height, width) to (n, width of a token, height / 16, width / 16)."""
        found = functional.gelu(self.first_norm(self.first(pixels)))
        return self.third(functional.gelu(self.second_norm(self.second(found))))


class PictureTower(nn.Module):
    """Pictures to tokens, and these to vectors of the joint space."""

    def __init__(self, shape: PictureShape, dimensions: int) -> None:
        super().__init__()
        self.shape = shape
        width, epsilon = shape.layers.width, shape.layers.epsilon
        if shape.stem == "convolutions":
            self.patch: nn.Module = ConvolutionStem(width)
        else:
            self.patch = nn.Conv2d(3, width, shape.patch, stride=shape.patch, bias=shape.patch_bias)
        if shape.class_token:
            self.class_token = nn.Parameter(torch.randn(width) * width**-0.5)
        spare = shape.class_token and shape.positions == "all"
        self.positions = nn.Parameter(torch.randn(shape.patches + spare, width) * width**-0.5)
        if shape.norm_before:
            self.norm_before = nn.LayerNorm(width, eps=epsilon)
        self.layers = Stack(shape.layers)
        self.norm_after = nn.LayerNorm(width, eps=epsilon)
        if shape.pool == "attention":
            self.pool = AttentionPool(shape.layers)
        self.projection = projection(width, dimensions, shape.projection)

    def embedded(self, pixels: Tensor) -> Tensor:
        """Tokens before the first layer; the class token, if there is one, first."""
        tokens = self.patch(pixels.to(self.positions.dtype)).flatten(2).transpose(1, 2)
        if self.shape.positions == "patches":
            tokens = tokens + self.positions
        if self.shape.class_token:
            first = self.class_token.expand(tokens.shape[0], 1, -1)
            tokens = torch.cat([first, tokens], dim=1)
        if self.shape.positions == "all":
            tokens = tokens + self.positions
        return self.norm_before(tokens) if self.shape.norm_before else tokens

    def tokens(self, pixels: Tensor, at: At, points: Points) -> Tensor:
        """Tokens behind the last layer, before its norm: (n, tokens, width)."""
        return self.layers(self.embedded(pixels), at, points)

    def pooled(self, tokens: Tensor) -> Tensor:
        """A vector of the joint space for each row of tokens: (n, dimensions)."""
        if self.shape.pool == "class":
            return self.projection(self.norm_after(tokens[:, 0]))
        normed = self.norm_after(tokens)
        if self.shape.pool == "attention":
            return self.projection(self.pool(normed))
        return self.projection(normed[:, int(self.shape.class_token) :].mean(dim=1))

    def each(self, tokens: Tensor) -> Tensor:
        """Each patch in the joint space, without the class token: (n, patches, dimensions).

        Where attention pools, a patch goes through it as if it were the only one.
        """
        normed = self.norm_after(tokens[:, int(self.shape.class_token) :])
        return self.projection(self.pool.each(normed) if self.shape.pool == "attention" else normed)
