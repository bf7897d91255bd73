"""A whole training from settings: read the cache, split the captions, train, write the result."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from kinolex.datasets import records
from kinolex.datasets.records import CaptionRecord
from kinolex.errors import UsageError
from kinolex.lab.dataset import Captions, split_of
from kinolex.lab.features import Cache
from kinolex.lab.filling import captions_of
from kinolex.lab.matchers.base import Sizes
from kinolex.lab.tokenizing import FILE
from kinolex.lab.training import checkpoints, sharing
from kinolex.lab.training.front import front_of
from kinolex.lab.training.model import Backbone, build
from kinolex.lab.training.settings import Backbone as Given
from kinolex.lab.training.settings import Data, Settings
from kinolex.lab.training.trainer import Outcome, Trainer
from kinolex.progress import Listener, silent

__all__ = ["held_of", "splits", "train"]


def train(
    settings: Settings,
    out: Path | str,
    *,
    resume: bool = False,
    backbone: Backbone | None = None,
    progress: Listener = silent,
) -> Outcome:
    """Train as settings say, and leave the run in a folder.

    Parameters
    ----------
    settings : Settings
        With ``data.cache`` and ``data.records``.
    out : path-like
        A folder that is not there, or a run that is gone on with.
    resume : bool
        Go on where it was interrupted.
    backbone : Backbone, optional
        Stands between the cache and the heads; else what ``settings.backbone`` says, where the
        cache holds pixels.
    progress : Listener

    Raises
    ------
    UsageError
        If data or settings are wrong, or the folder holds a run already.
    """
    if not settings.data.cache or not settings.data.records:
        raise UsageError(
            "Nothing says what to train on.",
            hint='Set cache = "FOLDER" and records = "FILE" under [data].',
        )
    place = Path(out)
    with sharing.joined(settings.device):
        _claim(place, settings, resume)
        cache = Cache(settings.data.cache, frames=settings.data.frames, words=settings.data.words)
        given = captions_of(records.read(settings.data.records))
        some, held, gone = held_of(cache, given, settings)
        backbone, sizes, gives = _in_front(settings, cache, backbone)
        model = build(settings, sizes, gives=gives, backbone=backbone)
        trainer = Trainer(
            settings,
            model,
            sizes,
            Captions.of(cache, some),
            Captions.of(cache, held),
            place,
            resume=resume,
            progress=progress,
        )
        if sharing.rank() == 0 and (cache.place / FILE).is_file():
            shutil.copyfile(cache.place / FILE, place / FILE)
        found = trainer.run()
        if sharing.rank() == 0:
            more = {"features": cache.about["model"], "left_out": gone}
            _write_result(place, settings, found, more)
    return found


def _in_front(
    settings: Settings, cache: Cache, backbone: Backbone | None
) -> tuple[Backbone | None, Sizes, frozenset[str]]:
    """What stands between cache and matcher, and what comes out of it."""
    if backbone is not None:
        return backbone, cache.sizes, cache.gives
    if cache.pixels:
        front, sizes = front_of(settings, cache)
        return front, sizes, front.gives | (cache.gives - {"pixels"})
    if settings.backbone != Given():
        raise UsageError(
            f"{cache.place} holds vectors: a backbone has nothing to look at.",
            hint="Leave [backbone] out, or fill a cache with `kinolex features --pixels`.",
        )
    return None, cache.sizes, cache.gives


def _claim(place: Path, settings: Settings, resume: bool) -> None:
    """Make the folder; one process does, before the others go on."""
    if sharing.rank() == 0:
        if (place / checkpoints.LAST).exists() and not resume:
            raise UsageError(
                f"{place} holds a run already.", hint="Name another folder, or say --resume."
            )
        try:
            place.mkdir(parents=True, exist_ok=True)
            (place / "settings.json").write_text(settings.model_dump_json(indent=2) + "\n")
        except OSError as error:
            raise UsageError(f"{place} cannot be written: {error.strerror or error}.") from error
    if sharing.world() > 1:
        torch.distributed.barrier()


def splits(
    given: Sequence[CaptionRecord], data: Data, seed: int
) -> tuple[list[CaptionRecord], list[CaptionRecord]]:
    """Captions to train on and to validate on.

    With a validation split both are as the records say; without one whole films are held out, so
    that no clip of a film is on both sides.

    Raises
    ------
    UsageError
        If a split is empty, or a video is in both.
    """
    some = split_of(given, data.train)
    if data.validation:
        held = split_of(given, data.validation)
        both = {one.video for one in some} & {one.video for one in held}
        if both:
            raise UsageError(
                f"{len(both)} videos are in {data.train!r} and in {data.validation!r}, such as"
                f" {min(both)}.",
                hint="What picks the checkpoint must not be trained on.",
            )
        return some, held
    captions = Captions.of(None, some)  # type: ignore[arg-type]
    count = int(captions.films.max()) + 1
    left = max(1, round(count * data.hold_out))
    if left >= count:
        raise UsageError("All videos are of one film: none can be held out.")
    away = set(np.random.default_rng([seed, 3]).permutation(count)[:left].tolist())
    film = dict(zip(captions.videos, captions.films.tolist(), strict=True))
    parts: tuple[list[CaptionRecord], list[CaptionRecord]] = ([], [])
    for one in some:
        parts[film[one.video] in away].append(one)
    return parts


def held_of(
    cache: Cache, given: Sequence[CaptionRecord], settings: Settings
) -> tuple[list[CaptionRecord], list[CaptionRecord], list[str]]:
    """`splits`, of what a cache holds; and the videos that are left out with ``data.partly``.

    Raises
    ------
    UsageError
        If it lacks texts, or videos without that setting, or nothing is left of a side; as
        `splits`.
    """
    some, held = splits(given, settings.data, settings.seed)
    every = [*some, *held]
    videos, texts = cache.missing([one.video for one in every], [one.text for one in every])
    if texts or (videos and not settings.data.partly):
        what = f"{len(videos)} videos and {len(texts)} texts"
        more = "" if texts else ", or set data.partly = true to go on without"
        raise UsageError(
            f"{cache.place} lacks {what} of the records, such as {(videos or texts)[0]!r}.",
            hint=f"Run `kinolex features` with these records again{more}.",
        )
    gone = set(videos)
    some, held = ([one for one in side if one.video not in gone] for side in (some, held))
    if not (some and held):
        raise UsageError(
            f"Without the {len(videos)} videos that {cache.place} lacks nothing is left to"
            f" {'validate' if some else 'train'} on.",
            hint="Run `kinolex features` with these records again.",
        )
    return some, held, videos


def _write_result(place: Path, settings: Settings, found: Outcome, more: Mapping[str, Any]) -> None:
    told = {
        "schema": "kinolex.lab.run/1",
        "name": settings.title,
        "matcher": settings.matcher,
        "seed": settings.seed,
        "rule": settings.pick,
        "step": found.step,
        "steps": found.steps,
        "seconds": found.seconds,
        "trained": found.trained,
        "processes": sharing.world(),
        **more,
        "validation": {name: one.to_dict() for name, one in found.results.items()},
    }
    part = place / "result.part"
    part.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    os.replace(part, place / "result.json")
