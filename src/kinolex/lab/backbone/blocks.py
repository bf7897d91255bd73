"""The layers of both towers: attention and MLP, with the points of `backbone.points`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.checkpoint import checkpoint

from kinolex.lab.backbone.points import At, Points
from kinolex.lab.backbone.shape import Activation, Layers

__all__ = ["Attention", "AttentionPool", "Block", "Mlp", "Stack", "joined", "split"]


def split(tokens: Tensor, heads: int) -> Tensor:
    """(n, tokens, width) to (n, heads, tokens, width of a head)."""
    return tokens.unflatten(-1, (heads, -1)).transpose(1, 2)


def joined(tokens: Tensor) -> Tensor:
    """(n, heads, tokens, width of a head) to (n, tokens, width)."""
    return tokens.transpose(1, 2).flatten(2)


def _activated(values: Tensor, how: Activation) -> Tensor:
    if how == "quick_gelu":
        return values * torch.sigmoid(1.702 * values)
    return functional.gelu(values, approximate="tanh" if how == "gelu_tanh" else "none")


class Attention(nn.Module):
    """Self-attention of several heads; queries, keys and values are one linear map."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)

    def forward(self, tokens: Tensor, at: At, points: Points, causal: bool) -> Tensor:
        """What each token attends to."""
        three = self.qkv(tokens).chunk(3, dim=-1)
        if points.projected is not None:
            three = points.projected(three, tokens, at)
        queries, keys, values = (split(one, self.heads) for one in three)
        at.keys = keys
        if points.attending is not None:
            mixed = points.attending(queries, keys, values, at)
        else:
            mixed = functional.scaled_dot_product_attention(queries, keys, values, is_causal=causal)
        return self.out(joined(mixed))


class Mlp(nn.Module):
    """Two linear maps with an activation between them."""

    def __init__(self, width: int, hidden: int, activation: Activation) -> None:
        super().__init__()
        self.activation = activation
        self.up = nn.Linear(width, hidden)
        self.down = nn.Linear(hidden, width)

    def forward(self, tokens: Tensor) -> Tensor:
        """Of each token by itself."""
        return self.down(_activated(self.up(tokens), self.activation))


class Block(nn.Module):
    """One layer."""

    def __init__(self, layers: Layers) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(layers.width, eps=layers.epsilon)
        self.attention = Attention(layers.width, layers.heads)
        self.norm2 = nn.LayerNorm(layers.width, eps=layers.epsilon)
        self.mlp = Mlp(layers.width, layers.inside, layers.activation)

    def forward(self, tokens: Tensor, at: At, points: Points, causal: bool) -> Tensor:
        """The tokens of the next layer."""
        if points.entering is not None:
            tokens = points.entering(tokens, at)
        read = tokens if points.reading is None else points.reading(tokens, at)
        found = self.attention(self.norm1(read), at, points, causal)
        if points.attention_output is not None:
            found = points.attention_output(found, read, at)
        tokens = tokens + found
        if points.after_attention is not None:
            tokens = points.after_attention(tokens, at)
        found = self.mlp(self.norm2(tokens))
        if points.mlp_output is not None:
            found = points.mlp_output(found, tokens, at)
        tokens = tokens + found
        return tokens if points.leaving is None else points.leaving(tokens, at)


class Stack(nn.ModuleList):
    """Layers, one after the other.

    ``save_memory`` keeps only what goes from layer to layer for the gradient and computes the rest
    again (gradient checkpointing); the gradient is the same.
    """

    def __init__(self, layers: Layers, causal: bool = False) -> None:
        super().__init__(Block(layers) for _ in range(layers.count))
        self.causal = causal
        self.save_memory = False

    def forward(self, tokens: Tensor, at: At, points: Points) -> Tensor:
        """The tokens behind the last layer."""
        at.layers = len(self)
        if points.embedded is not None:
            tokens = points.embedded(tokens, at)
        saving = self.save_memory and torch.is_grad_enabled()
        for layer, block in enumerate(self):
            arguments = (block, tokens, at.on(layer, block), points, self.causal)
            if saving:
                tokens, at.notes = checkpoint(_run, *arguments, use_reentrant=False)
            else:
                tokens, at.notes = _run(*arguments)
        return tokens


def _run(
    block: Block, tokens: Tensor, at: At, points: Points, causal: bool
) -> tuple[Tensor, dict[str, Any]]:
    """One layer; ``at`` stays as it is, so that running it again gives the same."""
    here = replace(at, notes=dict(at.notes))
    return block(tokens, here, points, causal), here.notes


class AttentionPool(nn.Module):
    """One learned question to all tokens, then an MLP (SigLIP's head)."""

    def __init__(self, layers: Layers) -> None:
        super().__init__()
        self.heads = layers.heads
        self.probe = nn.Parameter(torch.randn(layers.width) * layers.width**-0.5)
        self.qkv = nn.Linear(layers.width, 3 * layers.width)
        self.out = nn.Linear(layers.width, layers.width)
        self.norm = nn.LayerNorm(layers.width, eps=layers.epsilon)
        self.mlp = Mlp(layers.width, layers.inside, layers.activation)

    def forward(self, tokens: Tensor) -> Tensor:
        """(n, tokens, width) to (n, width)."""
        asks, keys, values = self.qkv.weight.chunk(3)
        biases = self.qkv.bias.chunk(3)
        query = functional.linear(self.probe.expand(tokens.shape[0], 1, -1), asks, biases[0])
        key = functional.linear(tokens, keys, biases[1])
        value = functional.linear(tokens, values, biases[2])
        mixed = functional.scaled_dot_product_attention(
            *(split(one, self.heads) for one in (query, key, value))
        )
        return self._ended(joined(mixed))[:, 0]

    def each(self, tokens: Tensor) -> Tensor:
        """Every token as if it were the only one: (n, tokens, width), where `forward` mixes."""
        width = tokens.shape[-1]
        values = functional.linear(tokens, self.qkv.weight[-width:], self.qkv.bias[-width:])
        return self._ended(values)

    def _ended(self, mixed: Tensor) -> Tensor:
        found = self.out(mixed)
        return found + self.mlp(self.norm(found))
