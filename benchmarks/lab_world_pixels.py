"""Matchers that change the picture tower, as `benchmarks.lab_world` trains them: from pixels.

Cached vectors cannot feed them: every step runs the tower. They start from the same backbone as
the others, and their text tower is trained as it is there. What of the picture tower is learnt is
their own rule: VoP and TempMe leave it as it is and learn what they add, Prompt Switch and Frozen
in Time train it on. Mean pooling over a tower that is trained on stands beside these two.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from torch import nn

from benchmarks.lab_world_scenes import FRAMES
from kinolex.lab.backbone.backbone import Backbone
from kinolex.lab.matchers.base import Sizes, find
from kinolex.lab.training.model import Model
from kinolex.lab.training.settings import Settings

__all__ = ["PIXELS", "Row", "model", "rates"]

SLOW = 3e-4
"""Learning rate of a picture tower that is trained on."""


@dataclass(frozen=True)
class Row:
    """A row of the tables: a matcher, its options, and what it learns at the rate of positions."""

    matcher: str
    options: Mapping[str, Any] = field(default_factory=dict)
    added: tuple[str, ...] = ()


_PROMPTS = ("seen", "said", "placed", "together", "places")
PIXELS = {
    "mean-pooling-trained": Row("mean-pooling"),
    "vop": Row("vop", added=_PROMPTS),
    "vop-f-p": Row("vop", {"positions": True, "together": 1}, _PROMPTS),
    "tempme": Row(
        "tempme", {"frames": FRAMES, "at": "1-2", "joined": "2-4", "few": 1}, ("places",)
    ),
    "prompt-switch": Row("prompt-switch", {"prompts": FRAMES}, ("prompts",)),
    "frozen-in-time": Row("frozen-in-time", added=("times",)),
}
"""By the name in the tables. TempMe joins frames to pairs, and these to the video, in the last two
of three layers; VoP-F+P reads all frames in the last one."""


def model(name: str, settings: Settings, sizes: Sizes, backbone: Backbone) -> Model:
    """A row's model over a copy of the backbone.

    Parameters
    ----------
    name : str
        Of `PIXELS`.
    settings : Settings
        Of which nothing but the start of the scale is used.
    sizes : Sizes
    backbone : Backbone
    """
    row, own = PIXELS[name], copy.deepcopy(backbone)
    own.scale.requires_grad_(False)
    if name == "mean-pooling-trained":
        return Model(find(row.matcher)(sizes), backbone=own, scale=settings.scale or 20.0)
    made = find(row.matcher)(sizes, backbone=own, **row.options)
    own.text.requires_grad_(True)
    return Model(made, scale=settings.scale or 20.0)


def rates(name: str, given: nn.Module, added: float) -> dict[str, float]:
    """Learning rates: of a picture tower that is trained on, and of what stands in front of it.

    Parameters
    ----------
    name : str
        Of `PIXELS`.
    given : Module
        As `model` gives it.
    added : float
        For the row's prompts, places and times; TempMe's low-rank maps learn like other weights.
    """
    found = {}
    for parameter, one in given.named_parameters():
        parts = parameter.split(".")
        if not one.requires_grad:
            continue
        if "picture" in parts and "backbone" in parts:
            found[parameter] = SLOW
        elif parts[0] == "matcher" and parts[1] in PIXELS[name].added:
            found[parameter] = added
    return found
