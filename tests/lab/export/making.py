"""A tiny encoder of our own, written by the lab, for tests of what is exported."""

from __future__ import annotations

from pathlib import Path

import torch
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.processors import TemplateProcessing

from kinolex.lab.backbone.backbone import Backbone
from kinolex.lab.backbone.shape import Layers, PictureShape, Shape, TextShape

torch.set_num_threads(1)

WORDS = ("a", "red", "green", "blue", "yellow", "white", "black", "then", "and", "dog")
SIDE = 32


def write_tokenizer(place: Path) -> Path:
    """Whole words, with begin and end; the end has the highest number, as CLIP wants it."""
    known = {"[PAD]": 0, "[UNK]": 1, "[BEGIN]": 2}
    known |= {word: 3 + at for at, word in enumerate(WORDS)}
    known["[END]"] = len(known)
    tokenizer = Tokenizer(WordLevel(known, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.post_processor = TemplateProcessing(
        single="[BEGIN] $A [END]",
        special_tokens=[("[BEGIN]", known["[BEGIN]"]), ("[END]", known["[END]"])],
    )
    tokenizer.save(str(place))
    return place


def make_backbone(pool: str = "class", seed: int = 0) -> Backbone:
    """Two small towers with random weights."""
    torch.manual_seed(seed)
    end = 3 + len(WORDS)
    layers = Layers(width=32, count=2, heads=2)
    picture = PictureShape(layers, image=SIDE, patch=8, pool=pool)  # type: ignore[arg-type]
    text = TextShape(layers, vocabulary=end + 1, context=12, end=end)
    made = Backbone(Shape(picture, text, dimensions=24))
    with torch.no_grad():  # stronger than usual, so that what goes in decides
        made.text.token.weight.mul_(30)
    return made.eval()
