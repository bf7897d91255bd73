"""A recurrent network over the frames of a video."""

from __future__ import annotations

import torch
from torch import Tensor, nn

__all__ = ["BothWays", "Recurrent"]


class Recurrent(nn.Module):
    """One forward LSTM layer, added to what goes in; at the start it changes nothing.

    What is proposed to its memory (the third block of rows, PyTorch's gate ``g``) starts from zero,
    so the memory stays empty and the output is zero until something is learnt. Padding stands
    behind, where a network that only looks back cannot see it: nothing needs to be packed.

    Parameters
    ----------
    dimensions : int
    """

    def __init__(self, dimensions: int) -> None:
        super().__init__()
        self.lstm = nn.LSTM(dimensions, dimensions, batch_first=True)
        proposed = slice(2 * dimensions, 3 * dimensions)
        with torch.no_grad():
            for weight in self.lstm.parameters():
                weight[proposed].zero_()

    def forward(self, frames: Tensor) -> Tensor:
        """Frames (rows, n, dimensions) with all padding at the end, and what came before them."""
        return frames + self.lstm(frames)[0]


class BothWays(nn.Module):
    """An LSTM layer forwards beside one backwards, which begins at the last frame that there is.

    Parameters
    ----------
    dimensions, hidden : int
        Of what goes in, and of what comes out of each of both.
    """

    def __init__(self, dimensions: int, hidden: int) -> None:
        super().__init__()
        self.forwards = nn.LSTM(dimensions, hidden, batch_first=True)
        self.backwards = nn.LSTM(dimensions, hidden, batch_first=True)

    def forward(self, frames: Tensor, mask: Tensor) -> Tensor:
        """Of frames (rows, n, dimensions), all padding at the end: (rows, n, 2 x hidden)."""
        last = mask.sum(dim=1, keepdim=True) - 1
        turned = (last - torch.arange(mask.shape[1], device=mask.device)).clamp_min(0)
        rows = torch.arange(mask.shape[0], device=mask.device)[:, None]
        after = self.backwards(frames[rows, turned])[0][rows, turned]
        return torch.cat([self.forwards(frames)[0], after], dim=-1)
