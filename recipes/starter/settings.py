"""Every number of the recipe; a trial is this with some of them changed."""

from __future__ import annotations

from dataclasses import dataclass

BACKBONE = "efficientnet-lite2"
SIZE = 240
MEAN, DEVIATION = 127.0, 128.0
FEATURES = 1280

VIEWS = 4
"""Views of a training picture: the plain one first, then random ones."""

DRAWN = 840
"""Pictures that we draw ourselves."""

MORE = (
    "caltech101",
    "coco_captions",
    "flowers5",
    "idenprof",
    "pacs_photo",
    "rooms4",
    "sports22",
    "weather5",
)


@dataclass(frozen=True, slots=True)
class Trial:
    """One way to train; the values here are the chosen one's."""

    name: str = "starter"
    seed: int = 1
    dimensions: int = 384
    nested: tuple[int, ...] = (128,)
    hidden: int = 1024
    picture_dropout: tuple[float, float] = (0.42, 0.6)
    text_hidden: int = 768
    text_layers: int = 0
    text_dropout: float = 0.3
    epochs: int = 80
    batch: int = 512
    captions: int = 1
    rate: float = 1e-3
    decay: float = 0.05
    temperature: float = 0.05
    classes: float = 1.0
    prototypes: float = 0.5
    labels: float = 0.5
    loss: str = "contrast"
    beta: float = 0.0
    mix: float = 0.0
    average: float = 0.998
