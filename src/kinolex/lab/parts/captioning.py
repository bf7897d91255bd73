"""A decoder that tells a video's caption, token by token: an auxiliary task of training.

Prompt Switch (Deng et al. 2023, arXiv:2308.07648) learns with it; order of operations and
constants follow bladewaltz1/PromptSwitch@6420d3f ``model/prompt_clip.py`` (``PromptCLIP``:
``forward_captioner``) and ``modules/loss.py`` (``CaptionLoss``).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from kinolex.lab.backbone.text import TextTower

__all__ = ["Captioner", "next_words"]

_CLIPS = 49_408  # tokens of CLIP's vocabulary; those below are of it
_FREQUENT = (267, 269, 320, 518, 525, 530, 531, 533, 537, 539, 550, 589, 631, 682, 763, 781, 997,
             49_406, 49_407)  # fmt: skip
"""Comma, stop, a, the, on, in, to, is, and, of, an, this, are, that, here, about, there; begin and
end."""


class Captioner(nn.Module):
    """How probable each token is to come next, of the tokens before it and of frames.

    Parameters
    ----------
    tower : TextTower
        Its sizes; the last map starts as its tokens.
    dimensions : int
        Of the frames.
    layers : int
        Of the decoder.
    rare : float
        Weight of the most frequent words in the loss, where the vocabulary is CLIP's.
    """

    weights: Tensor

    def __init__(
        self, tower: TextTower, dimensions: int, *, layers: int = 2, rare: float = 0.25
    ) -> None:
        super().__init__()
        shape = tower.shape.layers
        width, words = shape.width, len(tower.token.weight)
        self.seen = nn.Identity() if dimensions == width else nn.Linear(dimensions, width)
        self.before = nn.LayerNorm(width)
        layer = nn.TransformerDecoderLayer(
            width, shape.heads, shape.inside, dropout=0.0, batch_first=True
        )
        self.decoder = nn.TransformerDecoder(layer, layers, norm=nn.LayerNorm(width))
        self.head = nn.Linear(width, words)
        weights = torch.ones(words)
        if words == _CLIPS:
            weights[list(_FREQUENT)] = rare
        self.register_buffer("weights", weights, persistent=False)
        with torch.no_grad():
            self.head.weight.copy_(tower.token.weight)
            self.head.bias.zero_()

    def forward(self, words: Tensor, frames: Tensor, mask: Tensor) -> Tensor:
        """Logits (texts, n, vocabulary) of what follows each of n tokens.

        Parameters
        ----------
        words : Tensor, shape (texts, n, width)
            Tokens with their positions, before the first layer of the text tower.
        frames : Tensor, shape (texts, frames, dimensions)
            Of each text's video.
        mask : Tensor of bool, shape (texts, frames)
        """
        count = words.shape[1]
        later = torch.ones(count, count, dtype=torch.bool, device=words.device).triu(1)
        seen = self.seen(frames)
        found = self.decoder(
            self.before(words), seen, tgt_mask=later, memory_key_padding_mask=~mask
        )
        return self.head(found)


def next_words(logits: Tensor, ids: Tensor, there: Tensor, weights: Tensor) -> Tensor:
    """Mean cross-entropy of each token that has one before it, by the weight of the token.

    Parameters
    ----------
    logits : Tensor, shape (texts, n - 1, vocabulary)
    ids : Tensor of int64, shape (texts, n)
    there : Tensor of bool, shape (texts, n)
        Which tokens are words, begin or end, all padding behind.
    weights : Tensor, shape (vocabulary,)
    """
    asked = there[:, 1:]
    return cross_entropy(logits[asked], ids[:, 1:][asked], weight=weights.to(logits.dtype))
