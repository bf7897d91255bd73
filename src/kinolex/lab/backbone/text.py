"""The text tower: CLIP's causal one, SigLIP's and MobileCLIP's that see all tokens."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from kinolex.errors import UsageError
from kinolex.lab.backbone.blocks import Stack
from kinolex.lab.backbone.picture import projection
from kinolex.lab.backbone.points import At, Points
from kinolex.lab.backbone.shape import TextShape
from kinolex.lab.backbone.text_mixing import TextMixing

__all__ = ["TextTower"]


class TextTower(nn.Module):
    """Token numbers to tokens, and these to vectors of the joint space."""

    def __init__(self, shape: TextShape, dimensions: int) -> None:
        super().__init__()
        self.shape = shape
        width = shape.layers.width
        self.token = nn.Embedding(shape.vocabulary, width)
        self.positions = nn.Parameter(torch.randn(shape.context, width) * 0.01)
        self.layers = Stack(shape.layers, causal=shape.causal)
        self.first: nn.Module = nn.Identity()
        self.last: nn.Module = nn.Identity()
        if shape.mixed:
            self.first, self.last = (
                TextMixing(width, shape.layers.inside, shape.mixed) for _ in range(2)
            )
        self.norm_after = nn.LayerNorm(width, eps=shape.layers.epsilon)
        self.projection = projection(width, dimensions, shape.projection)

    def embedded(self, ids: Tensor) -> Tensor:
        """Tokens before the first layer."""
        if ids.shape[1] > self.shape.context:
            raise UsageError(
                f"A text has {ids.shape[1]} tokens; the backbone reads {self.shape.context}.",
                hint="Cut texts by the tokeniser's rule.",
            )
        return self.token(ids) + self.positions[: ids.shape[1]]

    def tokens(self, ids: Tensor, at: At, points: Points) -> Tensor:
        """Tokens behind the last layer, before its norm: (n, tokens, width)."""
        return self.last(self.layers(self.first(self.embedded(ids)), at, points))

    def ends(self, ids: Tensor) -> Tensor:
        """Which token stands for each text: (n,)."""
        if self.shape.pool == "last":
            return torch.full_like(ids[:, 0], ids.shape[1] - 1)
        if self.shape.pool == "highest":
            return ids.argmax(dim=1)
        return (ids == self.shape.end).int().argmax(dim=1)

    def there(self, ids: Tensor) -> Tensor:
        """Which tokens are words, begin or end, and not padding: bool (n, tokens)."""
        places = torch.arange(ids.shape[1], device=ids.device)
        if self.shape.pool == "last":
            return (ids != self.shape.padding) | (places == 0)
        return places <= self.ends(ids).unsqueeze(1)

    def pooled(self, tokens: Tensor, ids: Tensor) -> Tensor:
        """A vector of the joint space for each text: (n, dimensions)."""
        rows = torch.arange(ids.shape[0], device=ids.device)
        return self.projection(self.norm_after(tokens[rows, self.ends(ids)]))

    def each(self, tokens: Tensor) -> Tensor:
        """Each token in the joint space: (n, tokens, dimensions)."""
        return self.projection(self.norm_after(tokens))
