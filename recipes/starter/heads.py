"""The two trained heads: pooled features and token vectors to unit vectors of one space."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

GAIN = 10.0
"""Of a class's vector: so that a sure class moves a picture as far as its features do."""


class Opinion(nn.Module):
    """What the backbone's own classifier thinks that a picture shows; it stays as it was trained.

    Parameters
    ----------
    weight : (classes, features)
    bias : (classes,)
    """

    def __init__(self, weight: Tensor, bias: Tensor) -> None:
        super().__init__()
        self.register_buffer("weight", weight.detach().clone())
        self.register_buffer("bias", bias.detach().clone())

    def forward(self, features: Tensor) -> Tensor:
        """(n, features) to (n, classes), which sum to 1."""
        return torch.softmax(F.linear(features, self.weight, self.bias), dim=1)


class PictureHead(nn.Module):
    """Standardised features through a linear map plus a small network, and classes by vectors.

    Every class of the backbone has a vector, and a picture is moved along the vectors of the
    classes that the backbone sees in it: as ConSE does with word vectors (Norouzi et al. 2014,
    arXiv:1312.5650), but learned. A small network that is trained with much dropout cannot tell a
    thousand names apart, and need not.

    Parameters
    ----------
    features : int
        Length of what the backbone gives.
    dimensions : int
        Of the common space.
    hidden : int
        Width of the small network.
    dropout : (float, float)
        Before it, and inside.
    classes : int
        Of the backbone.
    """

    def __init__(
        self,
        features: int,
        dimensions: int,
        hidden: int,
        dropout: tuple[float, float],
        classes: int,
    ) -> None:
        super().__init__()
        self.named = nn.Linear(classes, dimensions, bias=False)
        nn.init.zeros_(self.named.weight)
        self.register_buffer("mean", torch.zeros(features))
        self.register_buffer("deviation", torch.ones(features))
        self.straight = nn.Linear(features, dimensions)
        self.before, self.inside = nn.Dropout(dropout[0]), nn.Dropout(dropout[1])
        self.wide, self.narrow = nn.Linear(features, hidden), nn.Linear(hidden, dimensions)

    def fit(self, features: Tensor) -> None:
        """Take location and spread from training features (n, features)."""
        self.mean.copy_(features.mean(0))
        self.deviation.copy_(features.std(0).clamp(min=1e-3))

    def forward(self, features: Tensor, opinion: Tensor) -> Tensor:
        """(n, features) and (n, classes) to (n, dimensions), not normalised."""
        x = self.before((features - self.mean) / self.deviation)
        made: Tensor = self.straight(x) + self.narrow(self.inside(F.gelu(self.wide(x))))
        return made + GAIN * self.named(opinion)


class TextHead(nn.Module):
    """Token vectors of the sentence encoder to one vector.

    The mean of the tokens (what the sentence encoder itself would give) goes through a linear map
    plus a small network; beside it, where ``layers`` > 0, the tokens go through a small transformer
    whose attention-pooled output is added.
    """

    def __init__(
        self, dimensions: int, hidden: int, layers: int, dropout: float, tokens: int = 384
    ) -> None:
        super().__init__()
        self.straight = nn.Linear(tokens, dimensions)
        self.before, self.inside = nn.Dropout(dropout / 3), nn.Dropout(dropout)
        self.wide, self.narrow = nn.Linear(tokens, hidden), nn.Linear(hidden, dimensions)
        self.blocks = nn.ModuleList(Block(tokens, 6, dropout / 2) for _ in range(layers))
        if layers:
            self.look = nn.Linear(tokens, 1)
            self.seen = nn.Linear(tokens, dimensions)

    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        """(n, t, 384) and its mask (n, t) to (n, dimensions), not normalised."""
        share = mask.to(tokens.dtype)[..., None]
        made = self.of_sentence((tokens * share).sum(1) / share.sum(1))
        if len(self.blocks):
            y = tokens * 1.6  # about unit deviation
            hidden = (share - 1) * 1e4
            for block in self.blocks:
                y = block(y, hidden)
            looks = torch.softmax(self.look(y) + hidden, dim=1)
            made = made + self.seen((looks * y).sum(1))
        return made

    def of_sentence(self, mean: Tensor) -> Tensor:
        """What the mean of the tokens (n, 384) alone gives."""
        x = self.before(F.normalize(mean, dim=-1) * mean.shape[-1] ** 0.5)
        made: Tensor = self.straight(x) + self.narrow(self.inside(F.gelu(self.wide(x))))
        return made


class Joined(nn.Module):
    """Heads of one kind side by side: their unit vectors, end to end."""

    def __init__(self, parts: Sequence[nn.Module]) -> None:
        super().__init__()
        self.parts = nn.ModuleList(parts)

    def forward(self, *given: Tensor) -> Tensor:
        """What each head takes, to (n, heads * dimensions)."""
        return torch.cat([F.normalize(part(*given), dim=-1) for part in self.parts], dim=-1)


class JoinedPictures(Joined):
    """Picture heads side by side, which share the backbone's opinion."""

    def __init__(self, parts: Sequence[nn.Module], opinion: Opinion) -> None:
        super().__init__(parts)
        self.opinion = opinion

    def forward(self, *given: Tensor) -> Tensor:
        """Features (n, features) to (n, heads * dimensions)."""
        (features,) = given
        return super().forward(features, self.opinion(features))


class PairedPictures(Joined):
    """Picture heads side by side, each on a backbone of its own; the first has the opinion."""

    def __init__(self, parts: Sequence[nn.Module], opinion: Opinion) -> None:
        super().__init__(parts)
        self.opinion = opinion

    def forward(self, *given: Tensor) -> Tensor:
        """Features of each backbone (n, features) to (n, heads * dimensions)."""
        opinion = self.opinion(given[0])
        rows = [part(x, opinion) for part, x in zip(self.parts, given, strict=True)]
        return torch.cat([F.normalize(row, dim=-1) for row in rows], dim=-1)


class Block(nn.Module):
    """One transformer layer, normalising first; written out so that it exports as plain ONNX."""

    def __init__(self, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads = heads
        self.first, self.second = nn.LayerNorm(width), nn.LayerNorm(width)
        self.all, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.wide, self.narrow = nn.Linear(width, 2 * width), nn.Linear(2 * width, width)
        self.drop = nn.Dropout(dropout)

    def forward(self, x: Tensor, hidden: Tensor) -> Tensor:
        """(n, t, width) and 0 or a large negative number (n, t, 1) to (n, t, width)."""
        n, t, width = x.shape
        q, k, v = self.all(self.first(x)).reshape(n, t, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        scores = q @ k.transpose(-1, -2) / (width / self.heads) ** 0.5
        weights = self.drop(torch.softmax(scores + hidden[:, None, :, 0][:, :, None], dim=-1))
        x = x + self.drop(self.out((weights @ v).permute(0, 2, 1, 3).reshape(n, t, width)))
        made: Tensor = x + self.drop(self.narrow(F.gelu(self.wide(self.second(x)))))
        return made
