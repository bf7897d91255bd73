"""Training of the two heads on features that were computed once.

One step sees pictures with one caption each (contrast, in all nested sizes), the backbone's own
opinion which of the 1,000 classes each shows (class distillation), artificial features of classes
(prototypes), and labelled pictures among all labels. Weights are averaged over time; a checkpoint
an epoch lets a stopped run go on exactly.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from recipes.starter import losses
from recipes.starter.heads import PictureHead, TextHead
from recipes.starter.settings import Trial
from recipes.starter.texts import Texts

PROTOTYPES, LABELLED = 256, 192
"""Artificial and labelled pictures a step."""


@dataclass(frozen=True)
class Data:
    """What the heads are trained on; ``views`` arrays are (pictures, views, features).

    ``captions`` and ``class_texts`` hold places in ``texts``; pictures of one group share their
    captions; ``classes`` is the backbone's classifier: weights (1000, features) and bias.
    """

    texts: Texts
    views: Tensor
    captions: Sequence[Sequence[int]]
    groups: Tensor
    label_views: Tensor
    labels: Sequence[int]
    label_texts: Sequence[Sequence[int]]
    class_texts: Sequence[Sequence[int]]
    classes: tuple[Tensor, Tensor]


class Heads(nn.Module):
    """Both heads with the temperatures that are learned beside them."""

    def __init__(self, trial: Trial, features: int) -> None:
        super().__init__()
        self.picture = PictureHead(features, trial.dimensions, trial.hidden, trial.picture_dropout)
        self.text = TextHead(
            trial.dimensions, trial.text_hidden, trial.text_layers, trial.text_dropout
        )
        self.scale = nn.Parameter(torch.tensor(math.log(1 / trial.temperature)))
        self.class_scale = nn.Parameter(torch.tensor(math.log(20.0)))
        self.bias = nn.Parameter(torch.tensor(-8.0))

    def told(self, texts: Texts, ids: Sequence[int]) -> Tensor:
        """Vectors of texts by their places, not normalised."""
        if not len(self.text.blocks):
            return self.text.of_sentence(texts.means[torch.as_tensor(ids)])
        found: Tensor = self.text(*texts.tokens(ids))
        return found

    @torch.inference_mode()
    def all_told(self, texts: Texts, ids: Sequence[int]) -> Tensor:
        """Unit vectors of many texts."""
        pieces = [self.told(texts, ids[i : i + 512]) for i in range(0, len(ids), 512)]
        return F.normalize(torch.cat(pieces), dim=-1)

    @torch.inference_mode()
    def shown(self, features: Tensor) -> Tensor:
        """Unit vectors of pictures."""
        return F.normalize(self.picture(features.float()), dim=-1)


class Training:
    """One run: its weights, optimiser, average and place, all in one checkpoint."""

    def __init__(self, trial: Trial, data: Data) -> None:
        torch.manual_seed(trial.seed)
        self.trial, self.data = trial, data
        self.heads = Heads(trial, data.views.shape[2])
        self.heads.picture.fit(data.views[:, 0].float())
        temperatures = [self.heads.scale, self.heads.class_scale, self.heads.bias]
        self.weights = [*self.heads.picture.parameters(), *self.heads.text.parameters()]
        self.optimiser = torch.optim.AdamW(
            [
                {"params": self.weights, "weight_decay": trial.decay},
                {"params": temperatures, "weight_decay": 0.0},
            ],
            lr=trial.rate,
        )
        self.steps_an_epoch = max(1, len(data.views) // trial.batch)
        self.schedule = torch.optim.lr_scheduler.LambdaLR(self.optimiser, self._rate)
        self.average = [p.detach().clone() for p in self.weights]
        self.epoch = 0
        self.mean = data.views[:, 0].float().mean(0)

    def _rate(self, step: int) -> float:
        """Warm-up over a twentieth, then a cosine."""
        total = self.trial.epochs * self.steps_an_epoch
        warm = max(1, total // 20)
        gone = min(1.0, max(0, step - warm) / max(1, total - warm))
        return min(1.0, (step + 1) / warm) * 0.5 * (1 + math.cos(math.pi * gone))

    def run(self, checkpoint: Path | None = None, every: int = 5) -> Heads:
        """Train to the end, from a checkpoint where there is one; the averaged heads."""
        if checkpoint is not None and checkpoint.exists():
            self._restore(torch.load(checkpoint, weights_only=False))
        while self.epoch < self.trial.epochs:
            self._an_epoch(np.random.default_rng([self.trial.seed, self.epoch]))
            self.epoch += 1
            last = self.epoch == self.trial.epochs
            if checkpoint is not None and (last or self.epoch % every == 0):
                torch.save(self._state(), checkpoint)
        if self.trial.average:
            for mean, weight in zip(self.average, self.weights, strict=True):
                weight.data.copy_(mean)
        return self.heads.eval()

    def _an_epoch(self, rng: np.random.Generator) -> None:
        torch.manual_seed(int(rng.integers(2**31)))
        self.heads.train()
        size = min(self.trial.batch, len(self.data.views))
        order = rng.permutation(len(self.data.views))
        for i in range(self.steps_an_epoch):
            loss = self._loss(order[i * size : (i + 1) * size], rng)
            self.optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(self.weights, 5.0)
            self.optimiser.step()
            self.schedule.step()
            self.heads.scale.data.clamp_(max=math.log(100))
            self._remember()

    def _remember(self) -> None:
        step = self.schedule.last_epoch
        keep = min(self.trial.average, (1 + step) / (10 + step))
        with torch.no_grad():
            for mean, weight in zip(self.average, self.weights, strict=True):
                mean.mul_(keep).add_(weight, alpha=1 - keep)

    def _loss(self, chosen: npt.NDArray[np.int64], rng: np.random.Generator) -> Tensor:
        data, trial, heads = self.data, self.trial, self.heads
        features = _drawn(data.views, chosen, rng)
        captions = [rng.choice(data.captions[i], trial.captions) for i in chosen]
        told = heads.told(data.texts, np.concatenate(captions).tolist())
        shown = heads.picture(features)
        groups = data.groups[chosen]
        owners = groups.repeat_interleave(trial.captions)
        loss = self._contrast(shown, told, owners[None] == groups[:, None])
        if trial.mix:
            loss = loss + 0.5 * self._mixed(features, told, rng)
        texts = [some[rng.integers(len(some))] for some in data.class_texts]
        if texts and (trial.classes or trial.prototypes):
            classes = F.normalize(heads.told(data.texts, texts), dim=-1)
            loss = loss + self._of_classes(features, shown, classes, rng)
        if trial.labels and len(data.label_views):
            loss = loss + trial.labels * self._labelled(rng)
        return loss

    def _contrast(self, shown: Tensor, told: Tensor, same: Tensor) -> Tensor:
        trial, heads = self.trial, self.heads
        sizes = (trial.dimensions, *trial.nested)
        loss = torch.zeros(())
        for p, t in losses.nested(shown, told, sizes):
            if trial.loss == "sigmoid":
                part = losses.sigmoid(p @ t.T, same, heads.scale.exp(), heads.bias)
            elif trial.beta:
                part = losses.hard_contrast(p @ t.T * heads.scale.exp(), same, trial.beta)
            else:
                part = losses.contrast(p @ t.T * heads.scale.exp(), same)
            loss = loss + part / len(sizes)
        return loss

    def _mixed(self, features: Tensor, told: Tensor, rng: np.random.Generator) -> Tensor:
        """Two pictures mixed belong to both captions (mixup, arXiv:1710.09412)."""
        count = len(features)
        share = torch.from_numpy(rng.beta(self.trial.mix, self.trial.mix, count)).float()
        other = torch.from_numpy(rng.permutation(count))
        mixed = share[:, None] * features + (1 - share[:, None]) * features[other]
        texts = F.normalize(told.reshape(count, self.trial.captions, -1).mean(1), dim=-1)
        shown = F.normalize(self.heads.picture(mixed), dim=-1)
        found = F.log_softmax(shown @ texts.T * self.heads.scale.exp(), dim=1)
        places = torch.arange(count)
        return -(share * found[places, places] + (1 - share) * found[places, other]).mean()

    def _of_classes(
        self, features: Tensor, shown: Tensor, classes: Tensor, rng: np.random.Generator
    ) -> Tensor:
        """Class distillation, and artificial features of classes."""
        weight, bias = self.data.classes
        scale = self.heads.class_scale.exp()
        with torch.no_grad():
            teacher = torch.softmax(features @ weight.T + bias, dim=1)
        logits = F.normalize(shown, dim=-1) @ classes.T * scale
        loss = self.trial.classes * losses.distilled(logits, teacher)
        if not self.trial.prototypes:
            return loss
        kinds = torch.from_numpy(rng.integers(0, len(weight), PROTOTYPES))
        base = _drawn(self.data.views, rng.integers(0, len(self.data.views), PROTOTYPES), rng)
        steps = torch.from_numpy(rng.uniform(2, 6, (PROTOTYPES, 1))).float()
        made = (0.5 * base + 0.5 * self.mean + steps * weight[kinds]).clamp(min=0)
        logits = F.normalize(self.heads.picture(made), dim=-1) @ classes.T * scale
        return loss + self.trial.prototypes * F.cross_entropy(logits, kinds)

    def _labelled(self, rng: np.random.Generator) -> Tensor:
        data = self.data
        chosen = rng.integers(0, len(data.label_views), LABELLED)
        texts = [some[rng.integers(len(some))] for some in data.label_texts]
        told = F.normalize(self.heads.told(data.texts, texts), dim=-1)
        shown = self.heads.picture(_drawn(data.label_views, chosen, rng))
        logits = F.normalize(shown, dim=-1) @ told.T * self.heads.class_scale.exp()
        return F.cross_entropy(logits, torch.as_tensor([data.labels[i] for i in chosen]))

    def _state(self) -> dict[str, object]:
        return {
            "epoch": self.epoch,
            "heads": self.heads.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "schedule": self.schedule.state_dict(),
            "average": self.average,
        }

    def _restore(self, state: dict[str, object]) -> None:
        self.epoch = int(state["epoch"])  # type: ignore[call-overload]
        self.heads.load_state_dict(state["heads"])  # type: ignore[arg-type]
        self.optimiser.load_state_dict(state["optimiser"])  # type: ignore[arg-type]
        self.schedule.load_state_dict(state["schedule"])  # type: ignore[arg-type]
        self.average = state["average"]  # type: ignore[assignment]


def _drawn(views: Tensor, chosen: npt.NDArray[np.int64], rng: np.random.Generator) -> Tensor:
    """One view of each chosen picture."""
    return views[chosen, rng.integers(0, views.shape[1], len(chosen))].float()
