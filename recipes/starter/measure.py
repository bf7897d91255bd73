"""What trials are compared by: recall, and accuracy among classes."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor


def recall(texts: Tensor, pictures: Tensor, owner: Tensor) -> dict[str, float]:
    """Both directions of retrieval, in percent; rank of the right one, ties counted half.

    Parameters
    ----------
    texts : (m, d)
    pictures : (n, d)
    owner : (m,) int64
        The picture of each text.
    """
    scores = texts @ pictures.T
    right = scores.gather(1, owner[:, None])
    ranks = (scores > right).sum(1) + ((scores == right).sum(1) - 1) / 2
    belongs = owner[None] == torch.arange(len(pictures))[:, None]
    back = scores.T
    best = torch.where(belongs, back, -torch.inf).amax(1, keepdim=True)
    others = torch.where(belongs, -torch.inf, back)
    back_ranks = (others > best).sum(1).double()
    found = {f"t2i R@{k}": 100 * float((ranks < k).double().mean()) for k in (1, 5, 10)}
    found["t2i MdR"] = float(np.median(ranks.numpy())) + 1
    found |= {f"i2t R@{k}": 100 * float((back_ranks < k).double().mean()) for k in (1, 5, 10)}
    return found


def accuracy(pictures: Tensor, classes: Tensor, right: Tensor) -> dict[str, float]:
    """Share of pictures, in percent, whose class is the nearest, or among the nearest five."""
    order = (pictures @ classes.T).topk(min(5, len(classes)), dim=1).indices
    hits = order == right[:, None]
    return {
        "top-1": 100 * float(hits[:, 0].double().mean()),
        "top-5": 100 * float(hits.any(1).double().mean()),
    }


def area(right: Tensor, wrong: Tensor) -> float:
    """How often a right one is above a wrong one: the area under the ROC curve; ties are half.

    >>> area(torch.tensor([3.0, 1.0]), torch.tensor([2.0, 1.0]))
    0.625
    """
    above = (right[:, None] > wrong).float() + 0.5 * (right[:, None] == wrong).float()
    return float(above.mean())
