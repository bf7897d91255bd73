"""What a loss gets and how settings find it by its name.

A loss is a function with a decorator. What it takes is said by its parameters: those that may be
given by place are fields of `Pairs`, those behind the ``*`` are its own settings.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from kinolex.errors import UsageError
from kinolex.lab.matchers.base import Representation
from kinolex.lab.options import check_options, options_of
from kinolex.registries import load_all, nearest

__all__ = ["Loss", "Pairs", "find", "loss", "losses"]

Compute = Callable[..., Tensor]

_known: dict[str, Loss] = {}


@dataclass(frozen=True, slots=True)
class Pairs:
    """One batch as losses see it: texts in rows, videos in columns, no video twice.

    Parameters
    ----------
    scores : Tensor, shape (texts, videos)
        Of `kinolex.lab.matchers.base.Matcher.score`, before any temperature.
    own : Tensor of int64, shape (texts,)
        The column of each text's own video.
    positive : Tensor of bool, shape (texts, videos)
        Own pairs, and those that nobody could tell from them (equal texts).
    scale, bias : Tensor
        Logits are ``scale * scores + bias``; learnt or not.
    texts, videos : Representation, optional
        What was scored.
    text_guide, video_guide : Tensor, optional
        Unit vectors of the frozen backbone, (texts, dimensions) and (videos, dimensions).
    sources : Tensor of int64, shape (videos,), optional
        Which film each video is cut from.
    teachers : Tensor, shape (teachers, texts, videos), optional
        Scores of the same pairs by other matchers.
    """

    scores: Tensor
    own: Tensor
    positive: Tensor
    scale: Tensor
    bias: Tensor
    texts: Representation | None = None
    videos: Representation | None = None
    text_guide: Tensor | None = None
    video_guide: Tensor | None = None
    sources: Tensor | None = None
    teachers: Tensor | None = None

    @staticmethod
    def of(scores: Tensor, own: Tensor | None = None, **more: Any) -> Pairs:
        """Pairs with the usual rest: text i is of video i, logits are the scores.

        Examples
        --------
        >>> Pairs.of(torch.zeros(2, 2)).own.tolist()
        [0, 1]
        """
        if own is None:
            own = torch.arange(len(scores), device=scores.device)
        positive = own[:, None] == torch.arange(scores.shape[1], device=scores.device)
        usual = {"positive": positive, "scale": scores.new_ones(()), "bias": scores.new_zeros(())}
        return Pairs(scores, own, **{**usual, **more})


@dataclass(frozen=True, slots=True)
class Loss:
    """A loss by its name.

    Parameters
    ----------
    name, paper : str
    compute : callable
    scale, bias : float
        With which training begins where settings do not say.
    """

    name: str
    paper: str
    compute: Compute
    scale: float = 20.0
    bias: float = 0.0

    @property
    def takes(self) -> tuple[str, ...]:
        """Fields of `Pairs`."""
        return _taken(self.compute)

    @property
    def settings(self) -> Mapping[str, Any]:
        """Its own settings and their defaults."""
        return options_of(self.compute)

    def check(self, settings: Mapping[str, Any]) -> None:
        """Refuse settings that it does not have; see `kinolex.lab.options.check_options`."""
        check_options(f"The loss {self.name}", self.compute, settings)

    def __call__(self, pairs: Pairs, **settings: Any) -> Tensor:
        """Compute it of a batch.

        Raises
        ------
        UsageError
            If the batch lacks what it takes.
        """
        given = {name: getattr(pairs, name) for name in self.takes}
        missing = [name for name, one in given.items() if one is None]
        if missing:
            raise UsageError(
                f"The loss {self.name} needs {' and '.join(missing)}.",
                hint="See docs/lab.md, which says where each comes from.",
            )
        return self.compute(**given, **settings)


@functools.cache
def _taken(compute: Compute) -> tuple[str, ...]:
    """Kept, since every step of a training asks."""
    own = options_of(compute)
    return tuple(name for name in inspect.signature(compute).parameters if name not in own)


def loss(
    name: str, *, paper: str, scale: float = 20.0, bias: float = 0.0
) -> Callable[[Compute], Compute]:
    """Make a function a loss that settings can name; the parameters are those of `Loss`.

    Raises
    ------
    ValueError
        If another has the name.
    """

    def add(compute: Compute) -> Compute:
        before = _known.get(name)
        if before is not None and before.compute.__module__ != compute.__module__:
            raise ValueError(f"there are two losses {name}")
        _known[name] = Loss(name, paper, compute, scale, bias)
        return compute

    return add


def losses() -> Mapping[str, Loss]:
    """Every loss by its name, in order."""
    _load()
    return dict(sorted(_known.items()))


@functools.cache
def _load() -> None:
    load_all("kinolex.lab.losses", "kinolex.losses", "losses")


def find(name: str) -> Loss:
    """The loss of a name.

    Raises
    ------
    UsageError
        If there is none, with the nearest name.
    """
    known = losses()
    if name in known:
        return known[name]
    raise UsageError(
        f"There is no loss {name!r}.{nearest(name, known)}", hint=f"Choose {', '.join(known)}."
    )
