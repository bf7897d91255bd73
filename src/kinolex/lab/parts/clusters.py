"""Tokens merged into fewer: density peaks of nearest neighbours, then attention to all of them.

Zeng et al., Not All Tokens Are Equal (TCFormer), arXiv:2204.08680; HBI merges words and
frames with it, in the order of jpthu17/HBI@53556998 ``HBI/models/cluster.py`` (``CTM.forward``,
``cluster_dpc_knn``, ``merge_tokens``, ``TCBlock.forward``).
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn.functional import one_hot

from kinolex.lab.parts.masking import cleared, masked_softmax
from kinolex.lab.parts.sequence import Attention

__all__ = ["MergeTokens", "density_peaks", "remaining"]

_LAST_BIT = 1e-6  # so that a share which is a whole number is not rounded up to the next


def remaining(count: int, ratio: float) -> int:
    """How many clusters ``count`` tokens make: this share of them, rounded up.

    Examples
    --------
    >>> remaining(12, 0.25), remaining(5, 0.25), remaining(10, 0.7)
    (3, 2, 7)
    """
    return math.ceil(count * ratio - _LAST_BIT)


def density_peaks(
    tokens: Tensor, mask: Tensor, ratio: float, neighbours: int
) -> tuple[Tensor, Tensor]:
    """Which cluster each token belongs to, and which clusters there are.

    A token's density is high where its nearest neighbours (itself among them) are near; centres
    are those that are dense and far from whatever is denser. The same tokens always give the same
    clusters: of two equally dense the first counts as denser.

    Parameters
    ----------
    tokens : Tensor, shape (rows, tokens, dimensions)
    mask : Tensor of bool, shape (rows, tokens)
    ratio : float
        Clusters of a row: this share of its tokens, rounded up.
    neighbours : int

    Returns
    -------
    cluster : Tensor of int64, shape (rows, tokens)
    there : Tensor of bool, shape (rows, clusters)
    """
    tokens = tokens.detach().float() if tokens.dtype != torch.float64 else tokens.detach()
    apart = torch.cdist(tokens, tokens, compute_mode="donot_use_mm_for_euclid_dist")
    apart = apart / math.sqrt(tokens.shape[-1])
    both = mask[:, :, None] & mask[:, None, :]
    nearest = apart.masked_fill(~both, torch.inf).topk(
        min(neighbours, mask.shape[1]), dim=-1, largest=False
    )[0]
    found = nearest.isfinite()
    squared = nearest.masked_fill(~found, 0.0).square().sum(dim=-1)
    density = (-squared / found.sum(dim=-1).clamp_min(1)).exp().masked_fill(~mask, 0.0)
    order = torch.arange(mask.shape[1], device=mask.device)
    denser = density[:, None, :] > density[:, :, None]
    denser |= (density[:, None, :] == density[:, :, None]) & (order[None, :] < order[:, None])
    farthest = apart.masked_fill(~both, 0.0).flatten(1).amax(dim=1)[:, None]
    to_denser = apart.masked_fill(~(denser & both), torch.inf).amin(dim=-1)
    to_denser = torch.where(to_denser.isfinite(), to_denser, farthest)
    score = (to_denser * density).masked_fill(~mask, -1.0)
    count = remaining(mask.shape[1], ratio)
    centres = score.sort(dim=-1, descending=True, stable=True)[1][:, :count]
    wanted = (mask.sum(dim=-1).double() * ratio - _LAST_BIT).ceil().long()
    there = torch.arange(count, device=mask.device) < wanted[:, None]
    to_centres = apart.gather(1, centres[:, :, None].expand(-1, -1, mask.shape[1]))
    cluster = to_centres.masked_fill(~there[:, :, None], torch.inf).argmin(dim=1)
    own = torch.arange(count, device=mask.device).expand_as(centres)
    itself = torch.where(there, own, cluster.gather(1, centres))
    return cluster.scatter(1, centres, itself), there


class MergeTokens(nn.Module):
    """Fewer tokens: weighted means of clusters, which then look at all tokens.

    Parameters
    ----------
    dimensions : int
    ratio : float
        Tokens that remain, as a share of those that there are, rounded up.
    neighbours : int
        For the density.
    """

    def __init__(self, dimensions: int, ratio: float, *, neighbours: int = 3) -> None:
        super().__init__()
        self.ratio, self.neighbours = ratio, neighbours
        self.near = nn.Conv1d(dimensions, dimensions, 3, padding=1, bias=False)
        self.after_near = nn.LayerNorm(dimensions)
        # A bias would cancel in both softmaxes.
        self.importance = nn.Linear(dimensions, 1, bias=False)
        self.before_attention = nn.LayerNorm(dimensions)
        self.attention = Attention(dimensions, math.gcd(dimensions, 8))

    def forward(self, tokens: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Merged tokens (rows, clusters, dimensions), and which of them there are.

        All padding stands at the end and is zeros.
        """
        tokens = self.after_near(tokens + self.near(tokens.transpose(1, 2)).transpose(1, 2))
        importance = self.importance(tokens).squeeze(-1)
        cluster, there = density_peaks(tokens, mask, self.ratio, self.neighbours)
        members = (one_hot(cluster, there.shape[1]).bool() & mask.unsqueeze(-1)).transpose(1, 2)
        shares = masked_softmax(importance.unsqueeze(1).expand(members.shape), members)
        merged = shares @ cleared(tokens, mask)
        found = self.attention(
            self.before_attention(merged), self.before_attention(tokens), mask, importance
        )
        return cleared(merged + found, there), there
