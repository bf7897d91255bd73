"""MobileCLIP-S0's first and last text layer: what stands beside a token, by convolutions.

Order of operations and sizes follow apple/ml-mobileclip@26a6120
``mobileclip/modules/text/repmixer.py`` (``RepMixerBlock``). Branches stay apart, as trained.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

__all__ = ["TextMixing"]


class _Normed(nn.Module):
    """A convolution of each channel along the tokens, and a batch norm."""

    def __init__(self, width: int, size: int) -> None:
        super().__init__()
        self.conv = nn.Conv1d(width, width, size, padding=size // 2, groups=width, bias=False)
        self.batch = nn.BatchNorm1d(width)

    def forward(self, values: Tensor) -> Tensor:
        return self.batch(self.conv(values))


class TextMixing(nn.Module):
    """A convolution along the tokens, then an MLP behind another one.

    Parameters
    ----------
    width, hidden : int
        Of a token, and inside of the MLP.
    size : int
        Tokens that a convolution reads, an odd number.
    """

    def __init__(self, width: int, hidden: int, size: int) -> None:
        super().__init__()
        self.as_is, self.skip = nn.BatchNorm1d(width), nn.BatchNorm1d(width)
        self.near, self.around = _Normed(width, size), _Normed(width, size)
        self.up, self.down = nn.Linear(width, hidden), nn.Linear(hidden, width)
        self.mixer_gain = nn.Parameter(torch.full((width, 1), 1e-5))
        self.after_gain = nn.Parameter(torch.full((width, 1), 1e-5))

    def forward(self, tokens: Tensor) -> Tensor:
        """Tokens (n, tokens, width) that know of those beside them."""
        values = tokens.mT
        mixed = self.skip(values) + self.near(values) - self.as_is(values)
        values = values + self.mixer_gain * mixed
        found = self.down(functional.gelu(self.up(self.around(values).mT)))
        return (values + self.after_gain * found.mT).mT
