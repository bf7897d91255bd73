"""VoP: prompts in every layer of both towers, which themselves stay as they are."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize, scaled_dot_product_attention

from kinolex.errors import UsageError
from kinolex.lab.backbone.backbone import Backbone
from kinolex.lab.backbone.points import At, Points, by_video, inserted, removed
from kinolex.lab.matchers.base import Matcher, Representation, Sizes, Texts, Videos, matcher
from kinolex.lab.parts.inputs import in_order
from kinolex.lab.parts.masking import pooled
from kinolex.lab.parts.recurrent import BothWays
from kinolex.lab.parts.towers import SMALL, backbone_of, pixels_of, sentences_of

__all__ = ["Vop"]

_DEVIATION = 0.02


class _Context(nn.Module):
    """Prompts of each frame from the first tokens of all frames; at first they do not depend."""

    def __init__(self, width: int, prompts: int) -> None:
        super().__init__()
        self.prompts = prompts
        self.recurrent = BothWays(width, width)
        self.out = nn.Linear(2 * width, prompts * width)
        nn.init.zeros_(self.out.weight)
        nn.init.normal_(self.out.bias, std=_DEVIATION)

    def forward(self, first: Tensor, mask: Tensor) -> Tensor:
        """Of (videos, frames, width): (videos x frames, prompts, width)."""
        found = self.out(self.recurrent(first, mask))
        return found.unflatten(-1, (self.prompts, -1)).flatten(0, 1)


@matcher
class Vop(Matcher):
    """New prompts behind the first token of every layer, of pictures and of words.

    Huang et al. 2023, VoP: Text-Video Co-operative Prompt Tuning for Cross-Modal Retrieval,
    arXiv:2211.12764, in the version of CVPR 2023: equations 3 and 4 (VoP); 5 with ``positions``
    (VoP-P: prompts for each place of a frame in its video); 6 to 8 with ``context`` (VoP-C: a
    bidirectional LSTM over the frames' class tokens and a linear map make prompts, both shared by
    all layers); 9 with ``together`` (VoP-F: the last layers attend over all frames, behind a
    position for each frame and with prompts for the whole video). VoP-F+P and VoP-F+C are
    ``together`` with one of the others. By section 4.1 half of 8 prompts are those of a place or of
    context, and 4 of 12 layers are together; section 4.1 has 8 prompts of a text, too, the
    published code 4. How wide the LSTM is follows from the numbers of parameters in table 1.

    As in modelscope/modelscope@22242ee ``models/cv/vop_retrieval/model.py``, which has VoP alone:
    8 prompts a picture, 4 a text, begun with a deviation of 0.02; those of one layer go before
    those of the next come; the first ones pass the norm before the first layer; a video is the mean
    of its frames' unit vectors.

    Differs: words keep their positions and prompts have none, where that code numbers both through;
    what context makes starts as if it were learnt like the others, and positions of frames from
    zero (the paper does not say).

    Parameters
    ----------
    sizes : Sizes
        Its frames are the most that have prompts of their own.
    backbone : str or Backbone
        See `kinolex.lab.parts.towers.backbone_of`.
    pictures, words : int
        Prompts of a picture and of a text.
    positions, context : bool
        Whether some prompts depend on the place of a frame in its video, or on what all frames
        show; not both.
    special : int
        How many of the prompts of a picture these are.
    together : int
        Last layers that read all frames of a video at once, fewer than there are.
    frozen : bool
        Whether only prompts (and what makes them) are learnt.
    """

    name = "vop"
    title = "VoP"
    paper = "Huang et al., VoP, CVPR 2023, arXiv:2211.12764"
    kind = "pooled"
    needs = frozenset({"pixels"})

    def __init__(
        self,
        sizes: Sizes,
        *,
        backbone: str | Backbone = SMALL,
        pictures: int = 8,
        words: int = 4,
        positions: bool = False,
        context: bool = False,
        special: int = 4,
        together: int = 0,
        frozen: bool = True,
    ) -> None:
        super().__init__(sizes)
        self.backbone = backbone_of(sizes, backbone)
        if frozen:
            self.backbone.freeze("*")
        near, far = self.backbone.picture.shape.layers, self.backbone.text.shape.layers
        _fitting(positions, context, special, pictures, together, near.count)
        self.apart, self.pictures = near.count - together, pictures
        special = special if positions or context else 0
        seen = torch.randn(self.apart, pictures - special, near.width) * _DEVIATION
        self.seen = nn.Parameter(seen)
        self.said = nn.Parameter(torch.randn(far.count, words, far.width) * _DEVIATION)
        self.placed = self.context = None
        if positions:
            placed = torch.randn(self.apart, sizes.frames, special, near.width) * _DEVIATION
            self.placed = nn.Parameter(placed)
        if context:
            self.context = _Context(near.width, special)
        if together:
            self.together = nn.Parameter(torch.randn(together, pictures, near.width) * _DEVIATION)
            self.places = nn.Parameter(torch.zeros(sizes.frames, near.width))

    def represent_video(self, videos: Videos) -> Representation:
        """One unit vector a video."""
        pixels, most = pixels_of(self, self.backbone, videos), self.sizes.frames
        pixels, mask = in_order(self, pixels, videos.mask, most, "frames")
        at = At(len(mask), mask.shape[1], mask)
        points = Points(entering=self._shown, attending=self._attended, leaving=self._without_shown)
        tokens = self.backbone.picture.tokens(pixels.flatten(0, 1), at, points)
        tokens = tokens.reshape(at.videos * at.frames, -1, tokens.shape[-1])
        frames = by_video(self.backbone.picture.pooled(tokens), at)
        return Representation(self.kind, {"vector": pooled(frames, mask)})

    def represent_text(self, texts: Texts) -> Representation:
        """One unit vector a text."""
        points = Points(entering=self._told, leaving=self._without_told)
        found = sentences_of(self, self.backbone, texts, points)
        return Representation(self.kind, {"vector": normalize(found, dim=-1)})

    def score(self, texts: Representation, videos: Representation) -> Tensor:
        """Cosines."""
        return texts["vector"] @ videos["vector"].T

    def _shown(self, tokens: Tensor, at: At) -> Tensor:
        if at.layer >= self.apart:
            if at.layer == self.apart:
                placed = by_video(tokens, at) + self.places[: at.frames, None].to(tokens.dtype)
                tokens = placed.flatten(1, 2)
            return inserted(tokens, self.together[at.layer - self.apart])
        prompts = self.seen[at.layer].expand(tokens.shape[0], -1, -1)
        if self.placed is not None:
            placed = self.placed[at.layer, : at.frames].repeat(at.videos, 1, 1)
            prompts = torch.cat([prompts, placed], dim=1)
        if self.context is not None:
            made = self.context(by_video(tokens, at)[:, :, 0], at.mask)
            prompts = torch.cat([prompts, made], dim=1)
        if at.layer == 0 and self.backbone.picture.shape.norm_before:
            prompts = self.backbone.picture.norm_before(prompts)
        return inserted(tokens, prompts)

    def _attended(self, asks: Tensor, keys: Tensor, values: Tensor, at: At) -> Tensor:
        if at.layer < self.apart:
            return scaled_dot_product_attention(asks, keys, values)
        prompts = self.pictures
        each = (asks.shape[2] - prompts) // at.frames
        there = at.mask.repeat_interleave(each, dim=1)
        there = torch.cat([there[:, :1].expand(-1, prompts), there], dim=1)  # the first always is
        return scaled_dot_product_attention(asks, keys, values, attn_mask=there[:, None, None])

    def _without_shown(self, tokens: Tensor, at: At) -> Tensor:
        return removed(tokens, self.pictures)

    def _told(self, tokens: Tensor, at: At) -> Tensor:
        return inserted(tokens, self.said[at.layer])

    def _without_told(self, tokens: Tensor, at: At) -> Tensor:
        return removed(tokens, self.said.shape[1])


def _fitting(
    positions: bool, context: bool, special: int, pictures: int, together: int, layers: int
) -> None:
    if positions and context:
        raise UsageError("VoP's prompts depend on the place of a frame or on context, not on both.")
    if not 0 < special <= pictures and (positions or context):
        raise UsageError(f"VoP cannot make {special} of {pictures} prompts special.")
    if not 0 <= together < layers:
        raise UsageError(
            f"VoP cannot read all frames at once in {together} of {layers} layers.",
            hint=f"Set together to 0 (none) up to {layers - 1}.",
        )
