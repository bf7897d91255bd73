"""Contrasts with a softmax: InfoNCE both ways, several positives, weights by hardness or likeness.

All take logits of a batch in which a text has one video of its own and a video may have several
texts. From video to text each own text is asked for by itself, and the video's other texts are
left out of its denominator; where every video has one text this is the usual symmetric loss.
"""

from __future__ import annotations

import math
from typing import Literal

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from kinolex.lab.losses.base import loss

__all__ = ["continuously_weighted", "hardness_weighted", "info_nce", "several_positives"]

Direction = Literal["both", "t2v", "v2t"]


@loss("info-nce", paper="Radford et al., CLIP, ICML 2021, arXiv:2103.00020, figure 3")
def info_nce(
    scores: Tensor, own: Tensor, positive: Tensor, scale: Tensor, *, direction: Direction = "both"
) -> Tensor:
    """Symmetric InfoNCE: the mean of the cross-entropies of rows and of columns.

    CLIP's figure 3, which CLIP4Clip (arXiv:2104.08860) trains by too. Differs: pairs that nobody
    can tell from own ones are no negatives. Local or gathered is the same formula over the batch
    of one process or of all (`kinolex.lab.training.sharing`).

    Examples
    --------
    >>> one = torch.eye(2)
    >>> round(info_nce(one, torch.arange(2), one.bool(), torch.tensor(1.0)).item(), 4)
    0.3133
    """
    return _both(scale * scores, own, positive, direction)


@loss("hardness-weighted", paper="Lan et al., LLaVE, EMNLP 2025 Findings, arXiv:2503.04812")
def hardness_weighted(
    scores: Tensor,
    own: Tensor,
    positive: Tensor,
    scale: Tensor,
    *,
    alpha: float = 9.0,
    direction: Direction = "both",
) -> Tensor:
    """InfoNCE whose negatives weigh ``exp(alpha * sg(score))`` each: the harder, the more.

    Equation 5 of the paper (weights: the text before it; alpha 9: section 4.1); the stopped
    gradient sg makes equation 6 hold. Differs: the paper asks from query to target only
    (``direction="t2v"``), here both ways.
    """
    logits = scale * scores
    harder = logits + alpha * scores.detach()
    return _both(torch.where(_is_own(own, scores), logits, harder), own, positive, direction)


@loss("several-positives", paper="Khosla et al., NeurIPS 2020, arXiv:2004.11362")
def several_positives(
    scores: Tensor, positive: Tensor, scale: Tensor, *, direction: Direction = "both"
) -> Tensor:
    """Mean of log-softmax over all positives of a row (and of a column), outside the logarithm.

    Equation 2 (``L_out``) of Supervised Contrastive Learning, between texts and videos instead of
    two views of pictures, so that an anchor is never among its own candidates.
    """
    logits = scale * scores
    weights = positive.to(logits.dtype)
    rows, columns = _soft(logits, weights), _soft(logits.T, weights.T)
    return _mixed(rows, columns, direction)


@loss("continuously-weighted", paper="Srinivasa et al., CWCL, NeurIPS 2023, arXiv:2309.14580")
def continuously_weighted(
    scores: Tensor,
    own: Tensor,
    positive: Tensor,
    scale: Tensor,
    text_guide: Tensor,
    video_guide: Tensor,
    *,
    guide: Literal["texts", "videos"] = "texts",
) -> Tensor:
    """Cross-entropy towards all candidates, each weighed by its likeness to the right one.

    Weights are ``(1 + cosine) / 2`` in the frozen space of the guiding side, divided by their sum.
    The other direction is plain InfoNCE. For the paper's equations, which were out of reach, stands
    how Lu et al., CellCLIP, NeurIPS 2025, arXiv:2506.06290, restates them in its section 3 and its
    footnote 3: weights are half a cosine plus a half, the plain contrast asks the other way, both
    are added. Differs: both directions count half.
    """
    logits = scale * scores
    if guide == "videos":
        likeness = video_guide[own] @ video_guide.T
        plain = _both(logits, own, positive, "v2t")
        return (_soft(logits, (1 + likeness) / 2) + plain) / 2
    likeness = text_guide @ text_guide.T
    plain = _both(logits, own, positive, "t2v")
    return (_soft(logits.T[own], (1 + likeness) / 2) + plain) / 2


def _is_own(own: Tensor, scores: Tensor) -> Tensor:
    return own[:, None] == torch.arange(scores.shape[1], device=own.device)


def _both(logits: Tensor, own: Tensor, positive: Tensor, direction: Direction) -> Tensor:
    """InfoNCE of logits; other positives are neither asked for nor negatives."""
    other = positive & ~_is_own(own, logits)
    rows = cross_entropy(logits.masked_fill(other, -math.inf), own)
    if direction == "t2v":
        return rows
    asked = torch.arange(len(own), device=own.device)
    columns = logits.T[own]
    left = positive.T[own] & (asked[:, None] != asked)
    return _mixed(rows, cross_entropy(columns.masked_fill(left, -math.inf), asked), direction)


def _soft(logits: Tensor, weights: Tensor) -> Tensor:
    """Cross-entropy of rows towards weights, divided by their sum."""
    shares = weights / weights.sum(dim=1, keepdim=True)
    return -(shares * logits.log_softmax(dim=1)).sum(dim=1).mean()


def _mixed(rows: Tensor, columns: Tensor, direction: Direction) -> Tensor:
    return {"both": (rows + columns) / 2, "t2v": rows, "v2t": columns}[direction]
