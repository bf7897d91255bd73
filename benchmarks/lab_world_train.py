"""One matcher, one family, one seed: train it, and say how it did (see `benchmarks.lab_world`)."""

from __future__ import annotations

import copy
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from benchmarks import lab_world_pixels as pixels
from benchmarks.lab_world_data import Family, TextTower
from kinolex.evaluation.protocols.retrieval import retrieval
from kinolex.lab.backbone.backbone import Backbone
from kinolex.lab.dataset import Captions
from kinolex.lab.evaluating import represented
from kinolex.lab.matchers.base import Sizes, find, score_in_pieces
from kinolex.lab.training.model import Model, build
from kinolex.lab.training.sampling import Batches, Indices, Plan
from kinolex.lab.training.settings import Settings, read
from kinolex.lab.training.trainer import Trainer

__all__ = ["EQUAL", "Run", "order_right", "train"]

EQUAL = 1e-5
"""Scores nearer to each other than this are equal: sums of the same numbers in another order are
not the same to the last bit."""

PIECE = 32
PATIENCE = 10.0
RATE, POSITIONS = 1e-3, 3e-2
"""Learning rates, of all numbers and of positions; the latter start from zero here, where the
originals copy those of CLIP's text tower."""

PLACES = frozenset(("positions", "frame_positions", "word_positions", "times"))

LAYERS = {"layers": 2}
OPTIONS: dict[str, dict[str, Any]] = {
    **dict.fromkeys(
        ("clip4clip-seq-transf", "clip4clip-tight-transf", "clip2video", "x-clip", "video-colbert",
         "hbi", "uatvr", "ucofia", "s3ma", "glscl", "diffusionret"), LAYERS),
}  # fmt: skip
"""Transformers over frames have two layers: frames are few and vectors short."""


@dataclass
class Run:
    """A trained matcher.

    Parameters
    ----------
    model : Model
    seconds : float
        Processor seconds of training, with one evaluation of few videos at its end.
    own, trained : int
        Numbers that the matcher brings, and all that were learnt, the text tower too.
    """

    model: Model
    seconds: float
    own: int
    trained: int


class Together(Batches):
    """Batches in which videos that stand together stay together."""

    count = 1

    def plan(self, number: int) -> Plan:
        """The batch of a number."""
        epoch, place = divmod(number, self.per_epoch)
        groups = len(self.captions.videos) // self.count
        order = np.random.default_rng([self.seed, 1, epoch]).permutation(groups)
        each = self.batch // self.count
        some: Indices = order[place * each : (place + 1) * each]
        videos = (some[:, None] * self.count + np.arange(self.count)).ravel()
        random = np.random.default_rng([self.seed, 2, number])
        return Plan(videos, self._some_texts(videos, random), self.each)


def settings_of(name: str, seed: int, steps: int, batch: int) -> Settings:
    """The same for all matchers but their name and layers."""
    row = pixels.PIXELS.get(name)
    return read(
        {
            "matcher": row.matcher if row else name,
            "seed": seed,
            "options": OPTIONS.get(name, {}),
            "optimiser": {"steps": steps, "batch": batch, "rate": RATE, "warmup": 0.1},
        }
    )


def with_rates(settings: Settings, model: Model, name: str) -> Settings:
    """The same, with a rate of their own for parameters that are positions."""
    if name in pixels.PIXELS:
        rates = pixels.rates(name, model, POSITIONS)
    else:
        names = [one for one, _ in model.matcher.named_parameters()]
        rates = {f"matcher.{one}": POSITIONS for one in names if one.split(".")[-1] in PLACES}
    given = settings.optimiser.model_copy(update={"rates": rates})
    return settings.model_copy(update={"optimiser": given})


def train(
    name: str, family: Family, backbone: Backbone, seed: int, *, steps: int, batch: int = 64
) -> Run:
    """Train a matcher and the text tower before it; the weights of the last step are used."""
    settings = settings_of(name, seed, steps, batch)
    wide = backbone.shape.dimensions
    sizes = Sizes(wide, family.frames, backbone.shape.picture.patches, backbone.shape.text.context)
    if name in pixels.PIXELS:
        torch.manual_seed(seed)
        model = pixels.model(name, settings, sizes, backbone)
    else:
        model = build(settings, sizes, backbone=TextTower(copy.deepcopy(backbone)))
    settings = with_rates(settings, model, name)
    learnt = [(n, one) for n, one in model.matcher.named_parameters() if one.requires_grad]
    own = sum(one.numel() for n, one in learnt if not n.startswith("backbone."))
    with tempfile.TemporaryDirectory() as folder:
        trainer = Trainer(settings, model, sizes, family.train, family.validation, Path(folder))
        if family.together > 1:
            trainer.batches.__class__ = Together
            trainer.batches.count = family.together
        trainer.epoch = steps  # validated at the end alone: nothing is picked
        begun = time.process_time()
        done = trainer.run()
        seconds = time.process_time() - begun
    return Run(model, seconds, own, done.trained)


def scores_of(run: Run, given: Captions) -> npt.NDArray[np.float32]:
    """Scores of all texts and videos, in pieces small enough for the processor's memory."""
    run.model.eval()
    with torch.no_grad():
        texts, videos = represented(run.model, given)
        found = score_in_pieces(run.model.matcher, texts, videos, rows=PIECE, columns=PIECE)
    result: npt.NDArray[np.float32] = found.float().numpy()
    return result


def found_first(run: Run, given: Captions) -> dict[str, float]:
    """R@1 both ways, and R@5 of texts; equal scores share their places."""
    scores = scores_of(run, given)
    there = retrieval(scores, given.own, direction="t2v")
    back = retrieval(scores, given.own, direction="v2t")
    return {"R@1": there["R@1"], "R@5": there["R@5"], "R@1 v2t": back["R@1"]}


def order_right(
    own: npt.NDArray[np.float32],
    by_text: npt.NDArray[np.float32],
    by_video: npt.NDArray[np.float32],
) -> dict[str, float]:
    """Shares of right answers about videos that hold the same frames; ties count half.

    Parameters
    ----------
    own : ndarray
        Scores of texts with their videos.
    by_text, by_video : ndarray
        Scores of each text with the other video, and of each video with the other text.

    Returns
    -------
    dict of str to float
        Which of both videos a text tells, which of both texts tells a video; and the share of
        questions whose two scores are equal.

    Examples
    --------
    >>> order_right(*np.array([[0.5, 0.4], [0.5, 0.2], [0.3, 0.5]], dtype=np.float32))
    {'text to video': 0.75, 'video to text': 0.5, 'equal': 0.25}
    """
    margins = np.stack([own - by_text, own - by_video])
    equal = np.abs(margins) < EQUAL
    there, back = np.where(equal, 0.5, margins > 0).mean(axis=1).tolist()
    return {"text to video": there, "video to text": back, "equal": float(equal.mean())}


def order_asked(run: Run, given: Captions) -> dict[str, float]:
    """`order_right` of a trained matcher; text and video of a number belong together."""
    run.model.eval()
    found = []
    with torch.no_grad():
        texts, videos = represented(run.model, given)
        for first in range(0, len(videos), PIECE):
            some = slice(first, first + PIECE)
            scores = run.model.score(texts.some(some), videos.some(some)).numpy()
            rows = np.arange(len(scores))
            found.append((scores[rows, rows], scores[rows, rows ^ 1], scores[rows ^ 1, rows]))
    own, by_text, by_video = (np.concatenate(some) for some in zip(*found, strict=True))
    return order_right(own, by_text, by_video)


def scoring_seconds(run: Run, given: Captions) -> dict[str, float]:
    """Processor seconds to score 1,000 texts against 1,000 videos, represented before.

    The median of three rounds. Where a hundred against a hundred let expect more than `PATIENCE`
    seconds, it is these, a hundred times; ``scored`` says how many a side were really scored.
    """
    run.model.eval()
    with torch.no_grad():
        texts, videos = represented(run.model, given)

        def took(count: int) -> float:
            rows = [torch.arange(count) % len(one) for one in (texts, videos)]
            said, seen = texts.some(rows[0]), videos.some(rows[1])
            begun = time.process_time()
            score_in_pieces(run.model.matcher, said, seen, rows=PIECE, columns=PIECE)
            return time.process_time() - begun

        few = statistics.median(took(100) for _ in range(3)) * 100
        if few > PATIENCE:
            return {"scoring": few, "scored": 100}
        return {"scoring": statistics.median(took(1000) for _ in range(3)), "scored": 1000}


def needs_of(name: str) -> frozenset[str]:
    """What a matcher is fed with."""
    if name in pixels.PIXELS:
        return frozenset({"pixels"})
    return frozenset(getattr(find(name), "needs", ()))
