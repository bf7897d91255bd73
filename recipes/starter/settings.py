"""Every number of the recipe; a trial is this with some of them changed."""

from __future__ import annotations

from dataclasses import dataclass, field

BACKBONE = "efficientnet-lite2"
SECOND = "efficientnet-lite1"
"""What the larger sister stands on beside it."""
SIZE = 240
"""Pixels a side of what training sees."""
SERVED = 240
"""Pixels a side of what ships: as trained.

Of the weights trained at 240, on the dev split, in eight bits: 208, 240, 272, 288, 320 and 352
pixels give R@1 24.7, 26.3, 27.0, 27.5, 27.5, 26.4 and R@10 65.5, 68.2, 68.3, 68.9, 69.8, 69.3, and
take 3.3, 4.3, 5.6, 6.2, 8.1 and 9.9 ms a frame where the processor multiplies eight bits (VNNI).
Where it does not, 240 takes 15 to 20 ms, and 288 would take half as much again. Flickr8k's pictures
of 160 pixels like to be made larger than clips do (docs/starter.md). Training itself at a smaller
size learns less.
"""
MEAN, DEVIATION = 127.0, 128.0
FEATURES = 1280

WIDEST = 4 / 3
"""Of a picture, the middle part up to this ratio of sides is seen, squashed to a square: as
Flickr8k's pictures came, which had been squashed whole and mostly from 4:3."""

CUT = 14
"""Block of the backbone after which it is trained on (0 to 20); up to there it is frozen, and what
it gives is computed once. Both sides of the cut cost about the same at inference."""

VIEWS, LABELLED_VIEWS = 5, 3
"""Views of a captioned and of a labelled picture: the plain one first, then random ones."""

TAIL = 0.75
"""Weight of the dimensions after the first nested ones, set when training is done.

The first 128 are trained alone too and are better for captions; the others know more names. On the
dev split 1.0, 0.8, 0.6, 0.4 gave R@10 63.5, 64.5, 65.0, 65.1 and unknown names top-5 70.9, 70.2,
69.4, 68.2 (after half of the second stage).
"""

HUBNESS = 0.5
"""Weight of how near a picture comes to questions that are not its own (`encoders.hubness`)."""

ASKED, NAMED, NEIGHBOURS = 750, 250, 10
"""Captions and names of classes that it is told by, as both are asked, and how many of the nearest
count. Four times as many gain 0.2 points of R@1 on the dev split and take two megabytes
(`python -m benchmarks.quality_hubs`)."""

CROPS = ((0.15, 0.15, 0.85, 0.85),)
"""Parts that the larger sister looks at beside the whole picture: shares of its sides."""

DRAWN = 840
"""Pictures that we draw ourselves."""

COLOURED = 800
"""Pictures of things in a colour that we give them."""

SCREENS = 350
"""Pictures of screens, titles and pages that we draw."""

LOOKED = 90
"""Pictures of the captioned ones that are made again in each look (black and white, blurry)."""

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
class Stage:
    """How long and how fast one stage learns.

    Parameters
    ----------
    epochs, batch : int
        Captioned pictures are counted.
    rate : float
        Of the heads.
    top : float
        Rate of the backbone's top; 0 keeps it frozen.
    captions : int
        Of each picture, a step.
    labelled : int
        Labelled pictures beside them.
    average : float
        Of weights over time: how much of the old mean stays, a step.
    """

    epochs: int
    batch: int
    rate: float
    top: float = 0.0
    captions: int = 1
    labelled: int = 192
    average: float = 0.998


@dataclass(frozen=True, slots=True)
class Trial:
    """One way to train; the values here are the chosen one's."""

    name: str = "starter"
    backbone: str = field(default=BACKBONE, repr=False)
    seed: int = 1
    members: int = 2
    """Pairs of heads, each with a space of its own, that together make the common one."""
    dimensions: int = 256
    """Of each member."""
    nested: tuple[int, ...] = (128,)
    hidden: int = 320
    picture_dropout: tuple[float, float] = (0.42, 0.6)
    text_hidden: int = 768
    text_layers: int = 0
    text_dropout: float = 0.3
    decay: float = 0.05
    temperature: float = 0.05
    classes: float = 1.0
    prototypes: float = 0.5
    labels: float = 0.5
    keep: float = 1.5
    loss: str = "contrast"
    beta: float = 0.0
    mix: float = 0.0
    first: Stage = Stage(epochs=120, batch=512, rate=1e-3)
    """The heads alone, on frozen features."""
    second: Stage = Stage(
        epochs=8, batch=256, rate=5e-4, top=3e-4, captions=2, labelled=80, average=0.98
    )
    """The heads together with the backbone's top."""
    runs: int = 3
    """Of the second stage, each with a seed of its own; their weights are averaged."""
