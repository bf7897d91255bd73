"""A model over a data set, for ``kinolex evaluate``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from kinolex.errors import UsageError

if TYPE_CHECKING:
    from kinolex.benchmark.features import Features
    from kinolex.benchmark.items import Sampling
    from kinolex.benchmark.task import Choice
    from kinolex.datasets.records import Record
    from kinolex.evaluation.result import Result

__all__ = ["Given", "over_model"]

TOLD = 10
"""Videos that could not be had and are named."""


@dataclass(frozen=True, slots=True)
class Given:
    """What the command line says about a model and what it is evaluated on."""

    model: str = ""
    mock: bool = False
    records: str = ""
    dataset: str = ""
    split: str = ""
    folder: str = ""
    media: str = ""
    frames: int | None = None
    every: float | None = None
    pool: str = "mean"
    features: str = ""
    keep: str = ""
    partly: bool = False
    normalise: tuple[str, ...] = ()

    @property
    def any(self) -> bool:
        """Whether a model is meant at all."""
        return bool(self.model or self.features or self.mock)


def over_model(
    given: Given, protocol: str, measures: Sequence[str], settings: Sequence[str]
) -> tuple[dict[str, Result], int]:
    """Results of a model, by its name and what they are of; and the exit code: 1 if partly."""
    if given.mock:
        return _mock(given), 0
    from kinolex.benchmark import features
    from kinolex.benchmark.door import PARTLY, evaluate_features

    # Whatever is wrong with the call is said before a model runs for hours.
    kept = features.load(given.features) if given.features else None
    records = _records(given, kept)
    choice = _choice(given, records, protocol, measures, settings)
    if given.keep:
        features.writable(given.keep)
    if kept is None:
        kept = _made(given, records)
    found = evaluate_features(kept, records, choice, partly=given.partly)
    part = any(PARTLY in note for one in found.values() for note in one.notes)
    return _named(kept.model, found), int(part)


def _named(model: str, found: dict[str, Result]) -> dict[str, Result]:
    return {f"{model}, {what}" if what else model: one for what, one in found.items()}


def _mock(given: Given) -> dict[str, Result]:
    from kinolex.benchmark.mock import mock
    from kinolex.benchmark.models import open_model

    model = open_model(given.model)
    return _named(model.name, mock(model))


def _choice(
    given: Given,
    records: Sequence[Record],
    protocol: str,
    measures: Sequence[str],
    settings: Sequence[str],
) -> Choice:
    from kinolex.benchmark.task import Choice, task_of
    from kinolex.cli.evaluate_files import options_of
    from kinolex.evaluation.normalise import NORMALISERS
    from kinolex.registries import nearest

    task = task_of(records)
    for name in given.normalise:
        if name not in NORMALISERS:
            raise UsageError(
                f"There is no normalisation {name!r}.{nearest(name, NORMALISERS)}",
                hint=f"Choose {', '.join(NORMALISERS)}.",
            )
    if given.normalise and task.kinds[0] != "caption":
        raise UsageError("Scores are normalised for records of captions only.")
    plain = Choice(protocol, given.pool)  # type: ignore[arg-type]
    options = options_of(task.protocol(records, plain), measures, settings)
    return replace(plain, options=options, normalise=given.normalise)


def _records(given: Given, kept: Features | None) -> list[Record]:
    """From a file of records, a data set, or the subfolders that videos lie in."""
    if given.records and given.dataset:
        raise UsageError("Records come from --records or from --dataset, not from both.")
    if given.records:
        return _one_split(given)
    if given.dataset:
        return _of_dataset(given)
    from kinolex.benchmark.door import classes_in
    from kinolex.benchmark.items import items_in

    if kept is not None:
        return list(classes_in(kept))
    if given.media:
        return list(classes_in(items_in(given.media)))
    raise UsageError(
        "Nothing says what is true of which video.",
        hint="Give --records FILE, --dataset NAME --folder FOLDER, or --media FOLDER with one"
        " subfolder a class.",
    )


def _one_split(given: Given) -> list[Record]:
    """Records of a file; of one split, where it holds several."""
    from kinolex.datasets import records

    found = list(records.read(given.records))
    splits = list(dict.fromkeys(one.split for one in found if one.kind != "class"))
    if given.split:
        chosen = [one for one in found if one.split == given.split or one.kind == "class"]
        if given.split not in splits:
            raise UsageError(
                f"{given.records} has no split {given.split!r}.",
                hint=f"It has {', '.join(filter(None, splits)) or 'none that is named'}.",
            )
        return chosen
    if len(splits) > 1:
        raise UsageError(
            f"{given.records} holds {len(splits)} splits: {', '.join(map(repr, splits))}.",
            hint="Choose one with --split SPLIT.",
        )
    return found


def _of_dataset(given: Given) -> list[Record]:
    from kinolex.datasets.dataset import find

    one = find(given.dataset)
    if not given.folder:
        raise UsageError(
            f"Say where the annotation files of {given.dataset} are.", hint="Give --folder FOLDER."
        )
    tests = [split.name for split in one.splits if split.role == "test"]
    if not given.split and len(tests) != 1:
        what = "several test splits" if tests else "no test split"
        names = ", ".join(split.name for split in one.splits)
        raise UsageError(f"{one.title} has {what}.", hint=f"Choose --split from {names}.")
    return list(one.load(given.folder, given.split or tests[0]))


def _made(given: Given, records: Sequence[Record]) -> Features:
    """New features, kept where that is asked for; what could not be had is named."""
    from kinolex.benchmark import features
    from kinolex.benchmark.door import features_of
    from kinolex.cli.out import say

    if not given.media:
        raise UsageError(
            "Say where the videos are.", hint="Give --media FOLDER (or a zip of pictures)."
        )
    from kinolex.cli.live import shown

    with shown() as progress:
        made = features_of(
            given.model,
            records,
            Path(given.media),
            sampling=_sampling(given),
            partly=given.partly,
            progress=progress,
        )
    if given.keep:
        features.save(made.features, given.keep)
    if not given.partly:
        made.demand_all()
    for name in made.missing[:TOLD]:
        say(f"{name}: not among the media")
    for name, why in made.failed[:TOLD]:
        say(f"{name}: {why}")
    lost = len(made.missing) + len(made.failed)
    if lost > TOLD:
        say(f"{lost} videos in all are missing or cannot be read")
    return made.features


def _sampling(given: Given) -> Sampling | None:
    from kinolex.benchmark.items import Sampling

    if given.frames is not None and given.every is not None:
        raise UsageError("Give --frames or --every, not both.")
    if given.frames is not None:
        if given.frames < 1:
            raise UsageError("--frames is a number from 1.")
        return Sampling(frames=given.frames)
    return Sampling(frames=0, every=given.every) if given.every is not None else None
