"""What is minimised: the losses that settings name, with their weights, of one batch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import normalize

from kinolex.errors import UsageError
from kinolex.lab.dataset import Captions
from kinolex.lab.losses.base import Pairs, find
from kinolex.lab.matchers.base import Representation
from kinolex.lab.training.model import Model
from kinolex.lab.training.sampling import Plan
from kinolex.lab.training.settings import Settings

__all__ = ["Objective"]


class Objective:
    """Losses of settings over captions.

    Parameters
    ----------
    settings : Settings
    captions : Captions
        Of the training split.

    Raises
    ------
    UsageError
        If teachers' files are missing or of another split.
    """

    def __init__(self, settings: Settings, captions: Captions) -> None:
        self.captions, self.device = captions, settings.device
        self.extra = settings.extra
        self.losses = [
            (name, find(name), float(given.get("weight", 1.0)), _without_weight(given))
            for name, given in settings.losses.items()
        ]
        takes = {field for _, one, _, _ in self.losses for field in one.takes}
        self._guides = bool(takes & {"text_guide", "video_guide"})
        self._scores = "scores" in takes
        shape = len(captions.texts), len(captions.videos)
        self._teachers = [_teacher(Path(one), shape) for one in settings.data.teachers]

    def parts(
        self,
        model: Model,
        texts: Representation,
        videos: Representation,
        plan: Plan,
        positive: Tensor,
    ) -> dict[str, Tensor]:
        """Weighted losses by name; those of the matcher itself too.

        Parameters
        ----------
        model : Model
        texts, videos : Representation
            Of the plan's texts and videos.
        plan : Plan
        positive : Tensor of bool, shape (texts, videos)
        """
        own = plan.own.to(self.device)
        scores = model.score(texts, videos) if self._scores else torch.zeros(0)
        pairs = Pairs(
            scores=scores,
            own=own,
            positive=positive.to(self.device),
            scale=model.scale,
            bias=model.bias,
            texts=texts,
            videos=videos,
            sources=torch.from_numpy(self.captions.films[plan.videos]).to(self.device),
            teachers=self._taught(plan),
            **self._guided(plan),
        )
        found = {
            name: weight * one(pairs, **settings) for name, one, weight, settings in self.losses
        }
        # Where text i is of video i already, no copy of all videos, and no way back through it.
        paired = videos if plan.each == 1 else videos.some(own)
        for name, one in model.matcher.extra_losses(texts, paired).items():
            found[name] = self.extra.get(name, 1.0) * one
        return found

    def _taught(self, plan: Plan) -> Tensor | None:
        if not self._teachers:
            return None
        cells = np.ix_(plan.texts, plan.videos)
        found = np.stack([one[cells] for one in self._teachers]).astype(np.float32)
        return torch.from_numpy(found).to(self.device)

    def _guided(self, plan: Plan) -> dict[str, Tensor]:
        """Unit vectors of texts, and of the mean of each video's unit frames, as cached."""
        if not self._guides:
            return {}
        said = self.captions.source.texts([self.captions.texts[at] for at in plan.texts])
        seen = self.captions.source.videos([self.captions.videos[at] for at in plan.videos])
        mean = (normalize(seen.frames, dim=-1) * seen.mask[..., None]).sum(dim=1)
        guides: dict[str, Any] = {"text_guide": said.sentences, "video_guide": mean}
        return {name: normalize(one, dim=-1).to(self.device) for name, one in guides.items()}


def _without_weight(given: dict[str, Any]) -> dict[str, Any]:
    return {name: one for name, one in given.items() if name != "weight"}


def _teacher(place: Path, shape: Sequence[int]) -> Any:
    try:
        found = np.load(place, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise UsageError(f"{place} cannot be read as scores of a teacher: {error}.") from error
    if found.shape != tuple(shape):
        raise UsageError(
            f"{place} has the shape {found.shape}, not {tuple(shape)}.",
            hint="A teacher scores all texts and videos of the training split, in their order.",
        )
    return found
