"""Losses of the recipe, on unit vectors."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812


def contrast(logits: Tensor, same: Tensor) -> Tensor:
    """Symmetric InfoNCE where a row may have several right answers.

    Parameters
    ----------
    logits : (pictures, texts)
    same : (pictures, texts) bool
        Which belong together; the probability wanted is spread evenly over them.
    """
    return (_rows(logits, same) + _rows(logits.T, same.T)) / 2


def _rows(logits: Tensor, same: Tensor) -> Tensor:
    wanted = same.float()
    found = wanted.sum(1) > 0
    wanted = wanted[found] / wanted[found].sum(1, keepdim=True)
    return -(wanted * F.log_softmax(logits[found], dim=1)).sum(1).mean()


def hard_contrast(logits: Tensor, same: Tensor, beta: float) -> Tensor:
    """`contrast` where wrong answers weigh by how near they are (LLaVE, arXiv:2503.04812)."""
    with torch.no_grad():
        weight = beta * (logits - logits.mean()) / logits.std()
        weight = torch.where(same, 0.0, weight - weight.amax())
        weight = weight - weight[~same].exp().mean().log()
        weight = torch.where(same, 0.0, weight)
    return contrast(logits + weight, same)


def sigmoid(cosines: Tensor, same: Tensor, scale: Tensor, bias: Tensor) -> Tensor:
    """Pairwise sigmoid loss (SigLIP, arXiv:2303.15343)."""
    logits = cosines * scale + bias
    signs = torch.where(same, 1.0, -1.0)
    return -F.logsigmoid(signs * logits).sum() / len(cosines)


def distilled(logits: Tensor, teacher: Tensor) -> Tensor:
    """Kullback-Leibler divergence of class probabilities from a teacher's."""
    return F.kl_div(F.log_softmax(logits, dim=1), teacher, reduction="batchmean")


def nested(pictures: Tensor, texts: Tensor, sizes: tuple[int, ...]) -> list[tuple[Tensor, Tensor]]:
    """Unit vectors of the first so many dimensions (Matryoshka, arXiv:2205.13147)."""
    return [
        (F.normalize(pictures[:, :size], dim=-1), F.normalize(texts[:, :size], dim=-1))
        for size in sizes
    ]
