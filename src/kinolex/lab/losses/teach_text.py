"""TeachText: the scores of teachers are what the student's scores should look like."""

from __future__ import annotations

from torch import Tensor
from torch.nn.functional import smooth_l1_loss

from kinolex.lab.losses.base import loss

__all__ = ["teach_text"]


@loss("teach-text", paper="Croitoru et al., TeachText, ICCV 2021, arXiv:2104.08271")
def teach_text(scores: Tensor, teachers: Tensor, *, delta: float = 1.0) -> Tensor:
    """Huber distance of each score to the mean of the teachers' scores of that pair.

    Teachers (in the paper the same model with other text encoders) are aggregated by their mean.
    It is added to a ranking loss. As in albanie/collaborative-experts@561c3b7 trainer/trainer.py,
    ``_train_epoch`` and ``tt_loss``, which stand for the paper's equations, out of reach here: the
    mean over all pairs, ``delta`` 1 and a weight of 1.
    """
    return smooth_l1_loss(scores, teachers.mean(dim=0).to(scores.dtype), beta=delta) * delta
