"""From the folder of a training to a matcher that the engine applies."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.nn.functional import normalize

from kinolex.datasets import records
from kinolex.encoders.matcher import MatcherCard
from kinolex.encoders.picture import OnnxPictures
from kinolex.errors import UsageError
from kinolex.lab.dataset import Captions, Source
from kinolex.lab.evaluating import similarity
from kinolex.lab.export.encoder import export_encoder
from kinolex.lab.export.matcher import CLOSE, export_matcher, fits, free, space_of, write_card
from kinolex.lab.features import Cache
from kinolex.lab.filling import captions_of
from kinolex.lab.matchers.base import Sizes, Texts, Videos
from kinolex.lab.tokenizing import FILE
from kinolex.lab.training.checkpoints import load_model
from kinolex.lab.training.front import Front
from kinolex.lab.training.model import Model
from kinolex.lab.training.running import held_of
from kinolex.lab.training.settings import Settings

__all__ = ["export_run"]

_LOOKED_AT = 256
_LOOSE = 0.01
"""How far lengths may be from 1: halves round, means of several looks do not."""


def export_run(run: Path | str, out: Path | str, *, name: str = "", space: str = "") -> MatcherCard:
    """Write the picked model of a run, judged on the captions that picked it.

    A run with a backbone gives two: the encoder in ``OUT/NAME-encoder``, to index with, and the
    matcher that stands on its vectors.

    Parameters
    ----------
    run : path-like
        A folder of `kinolex train`; its cache and records have to be where they were.
    out : path-like
        A folder that is not there, or empty.
    name : str
        For tables; else that of the settings.
    space : str
        ``NAME@VERSION`` of the encoder of the vectors; else as the cache says.

    Raises
    ------
    UsageError
        If something is missing, or the model cannot be written; see
        `kinolex.lab.export.matcher.export_matcher`.
    """
    if not Path(run).is_dir():
        raise UsageError(f"{run} is no folder of a run.", hint="Name what `kinolex train` made.")
    model, settings, said = load_model(run)
    bare = _without_backbone(model)
    fits(bare)
    about: dict[str, Any] = {"sizes": Sizes(**said["sizes"]), "name": name or settings.title,
             "more": _more(settings, said)}  # fmt: skip
    free(Path(out), about["name"])
    _check_paths(settings)
    cache = Cache(settings.data.cache, frames=settings.data.frames, words=settings.data.words)
    _check_cache(cache, model, about["sizes"], Path(run))
    given = captions_of(records.read(settings.data.records))
    held = Captions.of(cache, held_of(cache, given, settings)[1])
    if isinstance(model.backbone, Front):
        if space:
            raise UsageError(
                "This run has an encoder of its own, which is written beside the matcher.",
                hint="Leave --space out.",
            )
        return _both(model, bare, held, Path(run), Path(out), about)
    found = space or space_of(str(cache.about["model"]))
    if not found:
        raise UsageError(
            f"Nothing says which encoder the vectors of {settings.data.cache} are of.",
            hint="Say --space NAME@VERSION, as `kinolex status --json` names it.",
        )
    if not all(found.rpartition("@")[::2]):
        raise UsageError(
            f"{found!r} is no space of vectors.",
            hint="Say --space NAME@VERSION, as `kinolex status --json` names it.",
        )
    _check_lengths(cache, held)
    return export_matcher(bare, out, space=found, held=held, **about)


def _check_paths(settings: Settings) -> None:
    """Say it where cache or records are not where the run's settings say they are."""
    for name, place in (("cache", settings.data.cache), ("records", settings.data.records)):
        if not Path(place).exists():
            raise UsageError(
                f"The {name} of the run, {place}, are not there.",
                hint="Put them back; paths that are not absolute count from where you are.",
            )


def _check_cache(cache: Cache, model: Model, sizes: Sizes, run: Path) -> None:
    """Refuse what was put where the run's cache was; what it was not trained on tells nothing."""
    pixels = isinstance(model.backbone, Front)
    if bool(cache.pixels) != pixels or not (pixels or cache.dimensions == sizes.dimensions):
        held = "pixels" if cache.pixels else f"vectors of {cache.dimensions} numbers"
        wanted = "pixels" if pixels else f"vectors of {sizes.dimensions}"
        raise UsageError(
            f"{cache.place} holds {held} now; the run was trained on {wanted}.",
            hint="Put the cache that it was trained on there again, or train again.",
        )
    result = run / "result.json"
    told = json.loads(result.read_text(encoding="utf-8")) if result.is_file() else {}
    features = told.get("features", cache.about["model"])
    if features != cache.about["model"]:
        raise UsageError(
            f"{cache.place} holds features of {cache.about['model']} now; the run was trained on"
            f" those of {features}.",
            hint="Put the cache that it was trained on there again, or train again.",
        )


def _check_lengths(cache: Cache, held: Captions) -> None:
    """Refuse vectors that no library holds."""
    some = cache.videos(held.videos[:_LOOKED_AT])
    said = cache.texts(held.texts[:_LOOKED_AT])
    lengths = torch.cat([some.frames[some.mask], said.sentences]).norm(dim=-1)
    if bool(((lengths - 1).abs() > _LOOSE).any()):
        raise UsageError(
            f"Vectors of {cache.place} are not of length 1, as those of libraries are.",
            hint="Fill the cache with `kinolex features --indexed` or --model, and train again.",
        )


def _without_backbone(model: Model) -> Model:
    """The same heads and matcher, to which frames and sentences come as vectors."""
    if isinstance(model.backbone, Front):
        return Model(model.matcher, model.heads, learn=False).eval()
    return model


@dataclass(frozen=True)
class _Seen:
    """What the engine would give to a matcher: vectors of length 1 from the run's backbone."""

    source: Source
    front: Front

    def videos(self, names: Sequence[str]) -> Videos:
        with torch.no_grad():
            found = self.front(self.source.videos(names), None)[0]
        assert found is not None
        frames = normalize(found.frames, dim=-1) * found.mask[..., None]
        return Videos(frames, found.mask)

    def texts(self, texts: Sequence[str]) -> Texts:
        with torch.no_grad():
            found = self.front(None, self.source.texts(texts))[1]
        assert found is not None
        return Texts(normalize(found.sentences, dim=-1))


def _both(
    model: Model, bare: Model, held: Captions, run: Path, out: Path, about: dict[str, Any]
) -> MatcherCard:
    """The encoder, and the matcher that stands on its vectors."""
    front = model.backbone
    assert isinstance(front, Front)
    assert front.towers is not None
    seen = replace(held, source=_Seen(held.source, front))
    apart = float(np.abs(similarity(model, held) - similarity(bare, seen)).max())
    if not apart <= CLOSE:
        raise UsageError(
            f"{model.matcher.title} reads how long vectors are (scores differ by {apart:.2g}), and"
            " libraries keep vectors of length 1.",
            hint="Write the encoder alone (kinolex.lab.export.encoder), index with it, and train"
            " the matcher on its vectors: `kinolex features --indexed`.",
        )
    card = export_matcher(bare, out, space="", held=seen, **about)
    place = out / f"{card.name}-encoder"
    try:
        export_encoder(
            front.towers,
            place,
            tokenizer=run / FILE,
            picture=front.rule,
            text=front.text_rule,
        )
        encoder = OnnxPictures(place.name, place)
    except BaseException:
        shutil.rmtree(out, ignore_errors=True)
        raise
    return _standing_on(out, card, f"{encoder.name}@{encoder.version}")


def _more(settings: Settings, said: dict[str, Any]) -> dict[str, Any]:
    """What the card tells people about the training."""
    kept = {name: said[name] for name in ("step", "seconds") if name in said}
    return {
        "seed": settings.seed,
        "options": dict(settings.options),
        "head": settings.head.kind,
        "picked_by": settings.pick,
        **{name: value for name, value in kept.items() if isinstance(value, (int, float))},
    }


def _standing_on(out: Path, card: MatcherCard, space: str) -> MatcherCard:
    """The card again, with the space of the encoder beside it."""
    found = replace(card, space=space)
    write_card(out, found)
    return found
