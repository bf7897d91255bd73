"""The trainer: batches of cached features (or of a backbone's input), steps, validation.

A run is a folder: ``settings.json``, ``log.jsonl``, ``last.pt`` (the state to go on from),
``picked.pt`` (the weights that the named rule picked on validation) and ``result.json``. All
random numbers are functions of the seed, the number of the step and the process, so that a run
that was interrupted and goes on gives the same weights, bit for bit on one processor.
"""

from __future__ import annotations

import json
import time
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from kinolex.errors import UsageError
from kinolex.evaluation.result import Result
from kinolex.lab.dataset import Captions
from kinolex.lab.evaluating import evaluate
from kinolex.lab.matchers.base import Representation, Sizes
from kinolex.lab.training import checkpoints, sharing
from kinolex.lab.training.caching import backward
from kinolex.lab.training.front import Front
from kinolex.lab.training.journal import Journal
from kinolex.lab.training.model import Model
from kinolex.lab.training.objective import Objective
from kinolex.lab.training.optimising import Average, optimiser, share_of_rate
from kinolex.lab.training.picking import Rule
from kinolex.lab.training.sampling import Batches, Plan
from kinolex.lab.training.settings import Settings, read
from kinolex.progress import Event, Listener, silent

__all__ = ["Outcome", "Trainer"]

KEEP_EVERY = 60.0
"""Seconds after which the state is kept inside an epoch too."""


@dataclass(frozen=True)
class Outcome:
    """What a training came to.

    Parameters
    ----------
    results : dict of Result
        Of validation, by direction, at the picked step.
    step, steps : int
        The picked one, and how many there are.
    seconds : float
        Of training alone, without validation.
    trained : int
        How many numbers were learnt.
    """

    results: dict[str, Result]
    step: int
    steps: int
    seconds: float
    trained: int


class Trainer:
    """One training.

    Parameters
    ----------
    settings : Settings
    model : Model
        As `kinolex.lab.training.model.build` makes it.
    sizes : Sizes
        With which it was made.
    train, validation : Captions
    out : Path
        The run's folder.
    resume : bool
        Go on from ``last.pt`` where there is one.
    progress : Listener
    """

    def __init__(
        self,
        settings: Settings,
        model: Model,
        sizes: Sizes,
        train: Captions,
        validation: Captions,
        out: Path,
        *,
        resume: bool = False,
        progress: Listener = silent,
    ) -> None:
        given = settings.optimiser
        self.settings, self.model, self.sizes = settings, model, sizes
        self.train, self.validation, self.out = train, validation, out
        self.progress = progress
        self.batches = Batches(
            train,
            batch=given.batch,
            each=settings.data.texts_per_video,
            seed=settings.seed,
            mixing=settings.data.mixing,
        )
        self._check_shares()
        self.epoch = max(1, self.batches.per_epoch // given.accumulate)
        self.steps = given.steps or given.epochs * self.epoch
        self.rule = Rule.of(settings.pick)
        self.objective = Objective(settings, train)
        sharing.copy_of_first(model)
        self.optimiser = optimiser(model, given)
        self.average = Average(model, given.ema) if given.ema else None
        self.step, self.seconds = 0, 0.0
        self.best: dict[str, Any] = {"value": None, "step": 0}
        if resume and (out / checkpoints.LAST).exists():
            self._go_on(checkpoints.load(out / checkpoints.LAST))

    def _check_shares(self) -> None:
        if self.batches.batch < 2:
            raise UsageError("There is one video to train on: nothing can be contrasted.")
        if self.batches.batch % sharing.world():
            raise UsageError(
                f"A batch of {self.batches.batch} videos cannot be shared out evenly among"
                f" {sharing.world()} processes.",
                hint="Set optimiser.batch to a multiple of their number.",
            )

    def _go_on(self, state: dict[str, Any]) -> None:
        if read(json.loads(state["settings"])) != self.settings:
            raise UsageError(
                f"{self.out} is a run with other settings.",
                hint="Name another folder, or train without --resume.",
            )
        self.model.load_state_dict(state["model"])
        self.optimiser.load_state_dict(state["optimiser"])
        if self.average is not None:
            self.average.weights, self.average.steps = state["average"], state["averaged"]
        self.step, self.seconds, self.best = state["step"], state["seconds"], state["best"]

    def run(self, *, until: int = 0) -> Outcome:
        """Train to the end, or until a step (and keep the state there).

        Raises
        ------
        UsageError
            If the loss is no number any more.
        """
        first, kept = sharing.rank() == 0, time.monotonic()
        journal = Journal(self.out, self.step) if first else None
        try:
            while self.step < (until or self.steps):
                told = self._one_step()
                if journal is not None:
                    journal.write(self.step, told)
                if self.step % self.epoch == 0 or self.step == self.steps:
                    told = self._validate()
                    if journal is not None:
                        journal.write(self.step, {"validation": told})
                    self._keep()
                    kept = time.monotonic()
                elif time.monotonic() - kept > KEEP_EVERY:
                    self._keep()
                    kept = time.monotonic()
                self._report()
            self._keep()
        finally:
            if journal is not None:
                journal.close()
        return self._outcome()

    def _one_step(self) -> dict[str, Any]:
        begun = time.perf_counter()
        given = self.settings.optimiser
        if not self.model.training:
            self.model.train()
        # Not the state of one long stream, which every process would have to keep and find again.
        seed = np.random.SeedSequence([self.settings.seed, self.step, sharing.rank()])
        _draw_from(int(seed.generate_state(1, np.uint64)[0] >> 1), self.settings.device)
        self.optimiser.zero_grad(set_to_none=True)
        told: dict[str, float] = {}
        for turn in range(given.accumulate):
            plan = self.batches.plan(self.step * given.accumulate + turn)
            for name, value in self._backward(plan).items():
                told[name] = told.get(name, 0.0) + value / given.accumulate
        learnt = [one for one in self.model.parameters() if one.requires_grad]
        sharing.average_gradients(learnt)
        norm = torch.nn.utils.clip_grad_norm_(learnt, given.clip or float("inf"))
        if not torch.isfinite(norm):
            raise UsageError(
                f"The gradient of step {self.step + 1} is no number.",
                hint="Lower optimiser.rate, or train without optimiser.bf16.",
            )
        share = share_of_rate(self.step, self.steps, given.warmup)
        for group in self.optimiser.param_groups:
            group["lr"] = group["highest"] * share
        self.optimiser.step()
        if self.average is not None:
            self.average.update(self.model)
        self.step += 1
        took = time.perf_counter() - begun
        self.seconds += took
        rate = given.rate * share
        return {**told, "norm": float(norm), "rate": rate, "seconds": round(took, 6)}

    def _backward(self, plan: Plan) -> dict[str, float]:
        """Gradients of one batch; what it came to by losses."""
        device = self.settings.device
        share = len(plan.videos) // sharing.world()
        mine = plan.part(sharing.rank() * share, (sharing.rank() + 1) * share)
        each = self.settings.optimiser.pieces or share
        told: dict[str, float] = {}

        def loss_of(texts: Representation, videos: Representation) -> Tensor:
            seen = mine
            if self.settings.negatives == "gathered":
                texts, videos, seen = sharing.gathered(texts), sharing.gathered(videos), plan
            parts = self.objective.parts(
                self.model, texts, videos, seen, self.batches.positive(seen)
            )
            told.update({name: float(one.detach()) for name, one in parts.items()})
            total = sum(parts.values(), torch.zeros((), device=device))
            told["loss"] = float(total.detach())
            return total / self.settings.optimiser.accumulate

        pieces = [
            lambda first=first: mine.part(first, first + each).load(self.train, device)
            for first in range(0, share, each)
        ]
        backward(self.model, pieces, loss_of, self._cast)
        return told

    def _cast(self) -> AbstractContextManager[object]:
        if not self.settings.optimiser.bf16:
            return nullcontext()
        kind = self.settings.device.split(":")[0]
        found: AbstractContextManager[object] = torch.autocast(kind, torch.bfloat16)
        return found

    def _validate(self) -> dict[str, Any]:
        """Evaluate; keep the weights where the rule says so. Every process does the same."""
        held = None
        if self.average is not None:
            held = {name: one.clone() for name, one in self.model.state_dict().items()}
            self.model.load_state_dict(self.average.weights)
        results = evaluate(
            self.model,
            self.validation,
            measures=(self.rule.measure,),
            device=self.settings.device,
        )
        value = self.rule.value(results)
        if self.rule.better(value, than=self.best["value"]):
            self.best = {"value": value, "step": self.step}
            self._save(checkpoints.PICKED, {"model": self.model.state_dict(), "step": self.step})
        if held is not None:
            self.model.load_state_dict(held)
        return {name: dict(one.values) for name, one in results.items()}

    def _keep(self) -> None:
        state = {
            "model": self.model.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "step": self.step,
            "seconds": self.seconds,
            "best": self.best,
        }
        if self.average is not None:
            state |= {"average": self.average.weights, "averaged": self.average.steps}
        self._save(checkpoints.LAST, state)

    def _save(self, name: str, state: dict[str, Any]) -> None:
        if sharing.rank() != 0:
            return
        if isinstance(self.model.backbone, Front):
            state = {**state, "front": self.model.backbone.about()}
        checkpoints.save(self.out / name, self.settings, self.sizes, state)

    def _report(self) -> None:
        done = self.step / self.steps
        left = self.seconds / self.step * (self.steps - self.step)
        self.progress(
            Event(
                "step", stage="training", done=self.step, total=self.steps, overall=done, eta=left
            )
        )

    def _outcome(self) -> Outcome:
        """Of the picked weights, evaluated once more: they are what is used."""
        if self.best["value"] is None:
            return Outcome({}, 0, self.steps, self.seconds, self.model.trained())
        held = {name: one.clone() for name, one in self.model.state_dict().items()}
        if sharing.rank() == 0:
            picked = checkpoints.load(self.out / checkpoints.PICKED)
            self.model.load_state_dict(picked["model"])
        sharing.copy_of_first(self.model)
        results = evaluate(
            self.model,
            self.validation,
            measures=(self.rule.measure,),
            device=self.settings.device,
        )
        self.model.load_state_dict(held)
        return Outcome(results, self.best["step"], self.steps, self.seconds, self.model.trained())


def _draw_from(seed: int, device: str) -> None:
    """Seed what dropout draws from.

    `torch.manual_seed` writes down the stack for devices that are not there, which costs more than
    many a step's loss.
    """
    torch.default_generator.manual_seed(seed)
    if device.startswith("cuda"):
        torch.cuda.manual_seed_all(seed)
