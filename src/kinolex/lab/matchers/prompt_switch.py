"""Prompt Switch: frames exchange what their prompts saw, in every layer of the picture tower."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

from kinolex.lab.backbone.backbone import Backbone
from kinolex.lab.backbone.points import At, Points, by_video
from kinolex.lab.matchers.base import Matcher, Representation, Sizes, Texts, Videos, matcher
from kinolex.lab.parts.captioning import Captioner, next_words
from kinolex.lab.parts.inputs import needed
from kinolex.lab.parts.masking import in_front, pooled
from kinolex.lab.parts.sequence import Attention
from kinolex.lab.parts.towers import SMALL, backbone_of, pixels_of, sentences_of

__all__ = ["PromptSwitch"]


@matcher
class PromptSwitch(Matcher):
    """A cube of prompts, one side frames, one side prompts of a frame, turned in every layer.

    Deng et al. 2023, Prompt Switch: Efficient CLIP Adaptation for Text-Video Retrieval,
    arXiv:2308.07648: of n frames each has n prompts behind its patches, and before the attention of
    a layer prompt j of frame i and prompt i of frame j change places, so that a frame tells every
    other one something. What is added up stays in its place. Written from the abstract and from
    bladewaltz1/PromptSwitch@6420d3f ``model/prompt_clip.py`` (``CLIPEncoderLayerPT``,
    ``CLIPEncoderPT``): the change happens behind the norm, which is the same as before it; more
    frames than prompts are taken n at a time; the video is the mean of its frames' unit vectors.

    ``captions`` adds the auxiliary task of ``forward_captioner`` and ``modules/loss.py``
    (``CaptionLoss``), there with the weight 0.5: a decoder that sees the frames' vectors tells
    each token of the text from those before it. ``gathered`` adds the attention of
    ``CLIPVisionTransformer`` behind the last layer, by which each class token asks the prompts of
    all frames; it starts by finding nothing.

    Differs: two prompts change places where both frames are there, else they stay; the number of
    frames need not be a multiple of the prompts; both additions are off unless they are asked for;
    which words are frequent is known of CLIP's vocabulary only; where the joint space has another
    width than texts, a linear map leads into the decoder.

    Parameters
    ----------
    sizes : Sizes
    backbone : str or Backbone
        See `kinolex.lab.parts.towers.backbone_of`.
    prompts : int
        Of a frame, and frames that exchange.
    captions : float
        Weight of the captions' loss; 0: no decoder.
    caption_layers : int
        Of the decoder.
    gathered : bool
        Whether class tokens ask all prompts behind the last layer.
    """

    name = "prompt-switch"
    title = "Prompt Switch"
    paper = "Deng et al., Prompt Switch, ICCV 2023, arXiv:2308.07648"
    kind = "pooled"
    needs = frozenset({"pixels"})

    def __init__(
        self,
        sizes: Sizes,
        *,
        backbone: str | Backbone = SMALL,
        prompts: int = 6,
        captions: float = 0.0,
        caption_layers: int = 2,
        gathered: bool = False,
    ) -> None:
        super().__init__(sizes)
        self.backbone = backbone_of(sizes, backbone)
        self.captions = captions
        shape = self.backbone.picture.shape.layers
        width = shape.width
        self.prompts = nn.Parameter(torch.randn(prompts, prompts, width) * 0.02 * width**-0.5)
        self.gathering, self.captioner = None, None
        if gathered:
            self.gathering = Attention(width, shape.heads)
            nn.init.zeros_(self.gathering.out.weight)
            nn.init.zeros_(self.gathering.out.bias)
        if captions:
            space = self.backbone.shape.dimensions
            self.captioner = Captioner(self.backbone.text, space, layers=caption_layers)

    def represent_video(self, videos: Videos) -> Representation:
        """One unit vector a video."""
        pixels, mask = in_front(pixels_of(self, self.backbone, videos), videos.mask)
        at = At(len(mask), mask.shape[1], mask)
        points = Points(embedded=self._with_prompts, reading=self._switched)
        tokens = self.backbone.picture.tokens(pixels.flatten(0, 1), at, points)
        if self.gathering is not None:
            tokens = self._gathered(self.gathering, tokens, at)
        frames = by_video(self.backbone.picture.pooled(tokens), at)
        tensors = {"vector": pooled(frames, mask)}
        if self._telling:
            tensors |= {"frames": frames, "mask": mask}
        return Representation(self.kind, tensors)

    def represent_text(self, texts: Texts) -> Representation:
        """One unit vector a text."""
        found = sentences_of(self, self.backbone, texts)
        tensors = {"vector": normalize(found, dim=-1)}
        if self._telling:
            ids = needed(self, texts, "ids")
            there = self.backbone.text.there(ids) if texts.mask is None else texts.mask
            tensors |= {"ids": ids.masked_fill(~there, 0), "there": there}
        return Representation(self.kind, tensors)

    def score(self, texts: Representation, videos: Representation) -> Tensor:
        """Cosines."""
        return texts["vector"] @ videos["vector"].T

    def extra_losses(self, texts: Representation, videos: Representation) -> dict[str, Tensor]:
        """How badly the captions are told, in training, where that is asked for."""
        if self.captioner is None or not self._telling:
            return {}
        ids, there = texts["ids"], texts["there"]
        with torch.no_grad():
            words = self.backbone.text.embedded(ids[:, :-1])
        logits = self.captioner(words, videos["frames"], videos["mask"])
        loss = next_words(logits, ids, there, self.captioner.weights)
        return {"captions": self.captions * loss}

    @property
    def _telling(self) -> bool:
        return self.training and self.captioner is not None

    def _gathered(self, gathering: Attention, tokens: Tensor, at: At) -> Tensor:
        count = len(self.prompts)
        first, asked = by_video(tokens[:, :1], at)[:, :, 0], by_video(tokens[:, -count:], at)
        mask = at.mask.repeat_interleave(count, dim=1)
        found = first + gathering(first, asked.flatten(1, 2), mask)
        return torch.cat([found.flatten(0, 1).unsqueeze(1), tokens[:, 1:]], dim=1)

    def _with_prompts(self, tokens: Tensor, at: At) -> Tensor:
        rows = torch.arange(at.frames, device=tokens.device) % len(self.prompts)
        prompts = self.prompts[rows].repeat(at.videos, 1, 1)
        return torch.cat([tokens, prompts.to(tokens.dtype)], dim=1)

    def _switched(self, tokens: Tensor, at: At) -> Tensor:
        count = len(self.prompts)
        cube = by_video(tokens[:, -count:], at)
        frame = torch.arange(at.frames, device=tokens.device)[:, None]
        prompt = torch.arange(count, device=tokens.device)
        other = frame // count * count + prompt
        there = other < at.frames
        other = other.clamp(max=at.frames - 1)
        both = there & at.mask[:, other]
        turned = cube[:, other, (frame % count).expand_as(other)]
        cube = torch.where(both.unsqueeze(-1), turned, cube)
        return torch.cat([tokens[:, :-count], cube.flatten(0, 1)], dim=1)
