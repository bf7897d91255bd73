"""What is kept of a training: the last state to go on from, and the picked weights to use."""

from __future__ import annotations

import json
import os
import pickle
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from kinolex.errors import UsageError
from kinolex.lab.matchers.base import Sizes
from kinolex.lab.training.front import front_from
from kinolex.lab.training.model import Backbone, Model, build
from kinolex.lab.training.settings import Settings, read

__all__ = ["LAST", "PICKED", "load", "load_model", "save"]

LAST, PICKED = "last.pt", "picked.pt"
"""Files of a run's folder."""

SCHEMA = "kinolex.lab.checkpoint/1"


def save(place: Path, settings: Settings, sizes: Sizes, state: Mapping[str, Any]) -> None:
    """Write a checkpoint, whole or not at all."""
    about = {"schema": SCHEMA, "settings": settings.model_dump_json(), "sizes": asdict(sizes)}
    part = place.with_suffix(".part")
    torch.save({**about, **state}, part)
    os.replace(part, place)


def load(place: Path) -> dict[str, Any]:
    """Read a checkpoint; nothing in it is run.

    Raises
    ------
    UsageError
        If it is none.
    """
    try:
        found = torch.load(place, map_location="cpu", weights_only=True)
    except (OSError, RuntimeError, EOFError, ValueError, pickle.UnpicklingError) as error:
        raise UsageError(f"{place} is no checkpoint, or a damaged one.") from error
    if not isinstance(found, dict) or found.get("schema") != SCHEMA:
        raise UsageError(f"{place} is no checkpoint of the form {SCHEMA}.")
    return found


def load_model(
    run: Path | str, *, device: str = "cpu", backbone: Backbone | None = None
) -> tuple[Model, Settings, dict[str, Any]]:
    """The picked model of a run's folder (or of a file), ready to score.

    A backbone of ``[backbone]`` comes with it, weights and all; one of the matcher's own that was
    published is read once more from where it lay.

    Returns
    -------
    Model, Settings, dict
        The dict holds what else the checkpoint says, such as ``step`` and ``seconds``.

    Raises
    ------
    UsageError
        If there is none, or its matcher is not known here.
    """
    place = Path(run)
    found = load(place / PICKED if place.is_dir() else place)
    settings = read(json.loads(found["settings"]), device=device)
    if backbone is None and "front" in found:
        backbone = front_from(found["front"], settings.backbone)
    model = build(settings, Sizes(**found["sizes"]), backbone=backbone)
    model.load_state_dict(found["model"])
    more = {name: one for name, one in found.items() if name not in ("settings", "model")}
    return model.eval(), settings, more
