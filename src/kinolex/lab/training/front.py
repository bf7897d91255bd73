"""What stands in front of a matcher that is trained end to end: pixels and tokens to vectors.

A cache of pixels gives bytes. A `Front` normalises them by the rule of the weights and sends them
through the towers of a backbone, published or new; a matcher that needs pixels has a backbone of
its own, and gets them normalised.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import pad

from kinolex.encoders.preprocess import PictureRule
from kinolex.encoders.tokens import TextRule
from kinolex.errors import UsageError
from kinolex.lab import tokenizing
from kinolex.lab.backbone.backbone import Backbone
from kinolex.lab.backbone.loading import Loaded, load
from kinolex.lab.backbone.shape import (
    ConvolutionShape,
    Layers,
    PictureShape,
    Shape,
    TextShape,
)
from kinolex.lab.features import Cache
from kinolex.lab.losses.base import find as find_loss
from kinolex.lab.matchers.base import Sizes, Texts, Videos, find
from kinolex.lab.training.settings import Backbone as Given
from kinolex.lab.training.settings import Settings

__all__ = ["Front", "front_from", "front_of", "hold"]

_HELD = {"all": (), "none": ("*",), "picture": ("text.*",), "text": ("picture.*",)}
"""Parameters that are not learnt, by what ``backbone.train`` says."""


class Front(nn.Module):
    """Bytes and token numbers to what a matcher takes.

    Parameters
    ----------
    rule : PictureRule
        Of the weights: mean and deviation of colours.
    towers : Backbone, optional
        None: pixels stay pixels, for a matcher with a backbone of its own.
    patches : bool
        Whether patches are wanted.
    own : str
        What a matcher's own setting ``backbone`` is to be; see
        `kinolex.lab.parts.towers.backbone_of`.
    tokens : mapping
        What `kinolex.lab.tokenizing.told` says of the tokens that come.
    """

    def __init__(
        self,
        rule: PictureRule,
        towers: Backbone | None = None,
        *,
        patches: bool = False,
        own: str = "",
        tokens: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__()
        self.rule, self.own, self.patches, self.tokens = rule, own, patches, dict(tokens or {})
        self.towers = towers
        self.register_buffer("gain", _triple(rule.scale / one for one in rule.std), False)
        shift = (mean / one for mean, one in zip(rule.mean, rule.std, strict=True))
        self.register_buffer("shift", _triple(shift), False)

    def forward(
        self, videos: Videos | None, texts: Texts | None
    ) -> tuple[Videos | None, Texts | None]:
        """Either side may be None, and comes back as None.

        Raises
        ------
        UsageError
            If videos come without pixels, or texts without tokens.
        """
        if videos is not None:
            videos = self._seen(videos)
        if texts is not None and self.towers is not None:
            texts = self._said(texts, self.towers)
        return videos, texts

    def normal(self, pixels: Tensor, mask: Tensor) -> Tensor:
        """Bytes (videos, frames, 3, side, side) as the weights want them; zeros where masked."""
        found = pixels.float() * self.gain - self.shift
        return found.masked_fill(~mask[..., None, None, None], 0)

    def _seen(self, videos: Videos) -> Videos:
        if videos.pixels is None:
            raise UsageError("Videos come without pixels.", hint="Fill a cache with --pixels.")
        pixels = self.normal(videos.pixels, videos.mask)
        if self.towers is None:
            return replace(videos, pixels=pixels)
        # Padding is not looked at: batches of long and short videos would mostly be that.
        there = self.towers.videos(pixels[videos.mask].unsqueeze(0), patches=self.patches)
        frames = _back(there.frames[0], videos.mask)
        patches = None if there.patches is None else _back(there.patches[0], videos.mask)
        return replace(videos, frames=frames, patches=patches, pixels=None)

    def _said(self, texts: Texts, towers: Backbone) -> Texts:
        if texts.ids is None or texts.mask is None:
            raise UsageError("Texts come without tokens.", hint="Fill a cache with --pixels.")
        shape, length = towers.shape.text, texts.ids.shape[1]
        ids = texts.ids.masked_fill(~texts.mask, shape.padding)
        if shape.pool == "last":  # such a tower reads its padding
            ids = pad(ids, (0, max(0, shape.context - length)), value=shape.padding)
        mask = pad(texts.mask, (0, ids.shape[1] - length))
        found = towers.texts(ids, mask)
        words = None if found.words is None else found.words[:, :length]
        return Texts(found.sentences, words, texts.mask, texts.ids)

    @property
    def gives(self) -> frozenset[str]:
        """What matchers may need and find behind it."""
        if self.towers is None:
            return frozenset({"pixels"})
        return frozenset({"frames", "patches", "words"})

    @property
    def text_rule(self) -> TextRule:
        """How a text becomes tokens for it; with the ``tokenizer.json`` of the run."""
        rule = tokenizing.rule_of(self.tokens)
        most = rule.context if self.towers is None else self.towers.shape.text.context
        return replace(rule, context=min(rule.context, most))

    def about(self) -> dict[str, Any]:
        """What a checkpoint keeps of it, plain values; `front_from` makes it again."""
        return {
            "rule": asdict(self.rule),
            "shape": None if self.towers is None else asdict(self.towers.shape),
            "patches": self.patches,
            "own": self.own,
            "tokens": self.tokens,
        }


def _triple(values: Any) -> Tensor:
    return torch.tensor(list(values), dtype=torch.float32).view(3, 1, 1)


def _back(there: Tensor, mask: Tensor) -> Tensor:
    """Rows of what there is, at their places; zeros elsewhere."""
    found = there.new_zeros((*mask.shape, *there.shape[1:]))
    found[mask] = there
    return found


def _patches(shape: PictureShape | ConvolutionShape) -> int:
    if isinstance(shape, PictureShape):
        return shape.patches
    side = math.ceil(shape.image / (4 * 2 ** (len(shape.widths) - 1)))
    return side**2


def front_of(settings: Settings, cache: Cache) -> tuple[Front, Sizes]:
    """What settings put before the matcher, and what comes out of it.

    Parameters
    ----------
    settings : Settings
    cache : Cache
        Of pixels and tokens.

    Raises
    ------
    UsageError
        If settings and cache do not fit the weights, or ask for what only vectors have.
    """
    needs = find(settings.matcher).needs  # type: ignore[attr-defined]
    _refuse(settings, own="pixels" in needs)
    given, tokens = settings.backbone, cache.tokens
    if given.source:
        loaded = load(Path(given.source))
        _check_fits(loaded, given.source, cache)
        towers, rule, name = loaded.backbone, loaded.pictures, given.source
    else:
        rule = PictureRule(cache.pixels, cache.pixels, resize_to=cache.pixels)
        towers = _new(given, cache, settings.seed)
        name = f"{cache.pixels}/{given.patch}-{given.width}x{given.layers}"
    shape, patches = towers.shape, "patches" in needs
    if cache.dimensions not in (0, shape.dimensions):
        raise UsageError(
            f"Vectors of the cache have {cache.dimensions} dimensions, those of the backbone"
            f" {shape.dimensions}."
        )
    count = _patches(shape.picture) if patches else 0
    sizes = Sizes(shape.dimensions, cache.most_frames, count, cache.most_words)
    if "pixels" in needs:
        _check_own(given, tokens)
        return Front(rule, own=name, tokens=tokens), sizes
    hold(towers, given)
    return Front(rule, towers, patches=patches, tokens=tokens), sizes


def front_from(told: Mapping[str, Any], given: Given) -> Front:
    """The same again, of what a checkpoint kept; its weights are loaded with the model's."""
    towers = None if told["shape"] is None else Backbone(_shape(told["shape"]))
    if towers is not None:
        hold(towers, given)
    more = {name: told[name] for name in ("patches", "own", "tokens")}
    return Front(PictureRule(**told["rule"]), towers, **more)


def hold(backbone: Backbone, given: Given) -> None:
    """Keep from learning what settings say; and what cosines are scaled with, always."""
    backbone.scale.requires_grad_(False)
    if backbone.bias is not None:
        backbone.bias.requires_grad_(False)
    if _HELD[given.train]:
        backbone.freeze(*_HELD[given.train])
    backbone.save_memory(given.save_memory)


def _shape(told: Mapping[str, Any]) -> Shape:
    picture, text = dict(told["picture"]), dict(told["text"])
    for side in (picture, text):
        if "layers" in side:
            side["layers"] = Layers(**side["layers"])
    kind: Any = ConvolutionShape if "blocks" in picture else PictureShape
    return Shape(kind(**picture), TextShape(**text), told["dimensions"], told["bias"])


def _refuse(settings: Settings, own: bool) -> None:
    """What only vectors have, or a matcher with a backbone of its own has not."""
    if not settings.backbone.source and not settings.backbone.width:
        raise UsageError(
            "The cache holds pixels, and nothing says what looks at them.",
            hint='Write [backbone] with from = "FOLDER", or with width = 128 for a new one.',
        )
    if settings.data.mixing:
        raise UsageError(
            "Vectors can be mixed, pixels and tokens not.", hint="Set data.mixing to 0."
        )
    for name in settings.losses:
        if {"text_guide", "video_guide"} & set(find_loss(name).takes):
            raise UsageError(
                f"The loss {name} is guided by cached vectors, and this cache holds pixels.",
                hint="Choose another loss.",
            )
    if own and settings.head.kind != "none":
        raise UsageError(
            f"{settings.matcher} looks at pixels itself: no head stands before it.",
            hint="Leave [head] out.",
        )
    if own and "backbone" in settings.options:
        raise UsageError(
            f"Two backbones are named for {settings.matcher}.",
            hint="Name it under [backbone], not under [options].",
        )


def _new(given: Given, cache: Cache, seed: int) -> Backbone:
    """Towers with random weights that are those of the seed, and not of the matcher's numbers."""
    layers = Layers(given.width, given.layers, given.heads or max(1, given.width // 32))
    tokens = cache.tokens
    text = TextShape(
        layers,
        tokens["vocabulary"],
        cache.most_words,
        pool="end" if tokens["end"] >= 0 else "last",
        end=max(0, tokens["end"]),
        padding=tokens["pad_id"],
    )
    picture = PictureShape(layers, cache.pixels, given.patch)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(int(np.random.SeedSequence([seed, 4]).generate_state(1)[0]))
        return Backbone(Shape(picture, text, given.dimensions or given.width))


def _check_fits(loaded: Loaded, place: str, cache: Cache) -> None:
    image = loaded.backbone.shape.picture.image
    if image != cache.pixels:
        raise UsageError(
            f"{cache.place} holds pictures of {cache.pixels} pixels; {place} reads {image}.",
            hint=f"Fill another cache with --pixels {image} --backbone {place}.",
        )
    if loaded.words is None:
        return
    some, most = cache.texts_held()[:64], cache.most_words
    held = cache.texts(some)
    for row, ids in enumerate(tokenizing.ids_of(loaded.words, some)):
        cut = ids if len(ids) <= most else np.append(ids[: most - 1], ids[-1])
        if held.ids[row][held.mask[row]].tolist() != cut.tolist():  # type: ignore[index]
            raise UsageError(
                f"The tokens of {cache.place} are not those of {place}, such as of {some[row]!r}.",
                hint=f"Fill another cache with --backbone {place}.",
            )


def _check_own(given: Given, tokens: Mapping[str, Any]) -> None:
    """A new backbone that a matcher makes itself has heads of 32, and reads tokens like CLIP's."""
    if given.source:
        return
    if given.heads not in (0, max(1, given.width // 32)):
        raise UsageError(
            f"A new backbone of this matcher has {max(1, given.width // 32)} heads.",
            hint="Leave backbone.heads out.",
        )
    if tokens["end"] != tokens["vocabulary"] - 1 or tokens["vocabulary"] > TextShape().vocabulary:
        raise UsageError(
            "A new backbone of this matcher reads tokens whose end has the highest number.",
            hint="Fill a cache without --backbone, or with CLIP's.",
        )
