"""Heads and matcher as a folder that the engine applies; `kinolex.encoders.matcher` is its form.

Three graphs follow the three steps of a matcher, so that what is stored of videos is computed once,
and only `score` runs for every question. Matchers that need frames and sentences alone can be
written; what needs words, patches, pixels, sound or neighbouring clips has nothing to stand on in
the engine's libraries.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from kinolex.encoders.hashes import sha256_of
from kinolex.encoders.matcher import CARD, SIDES, MatcherCard, OnnxMatcher
from kinolex.errors import EncoderError, UsageError
from kinolex.lab.dataset import Captions
from kinolex.lab.evaluating import represented, similarity
from kinolex.lab.export.judging import Line, line_of
from kinolex.lab.export.tracing import write
from kinolex.lab.matchers.base import Matcher, Representation, Sizes, Texts, Videos
from kinolex.lab.training.model import Model

__all__ = ["CLOSE", "export_matcher", "fits", "free", "space_of", "why_not", "write_card"]

CLOSE = 1e-4
"""How far scores of what was written may be from the lab's."""

_NOT = {"me-retriever": "its clusters are found by looking at the numbers, which no graph does"}
"""Matchers that frames would be enough for, and why they cannot be written."""


@dataclass(frozen=True, slots=True)
class _Graph:
    """A module to write, an example of its inputs, and the names of its outputs."""

    module: nn.Module
    given: dict[str, Tensor]
    outputs: tuple[str, ...]


class _Texts(nn.Module):
    def __init__(self, model: Model) -> None:
        super().__init__()
        self.model = model

    def forward(self, sentences: Tensor) -> tuple[Tensor, ...]:
        found = self.model.represent(None, Texts(sentences))[1]
        return tuple(found.tensors.values()) if found else ()


class _Videos(nn.Module):
    def __init__(self, model: Model) -> None:
        super().__init__()
        self.model = model

    def forward(self, frames: Tensor, mask: Tensor) -> tuple[Tensor, ...]:
        found = self.model.represent(Videos(frames, mask), None)[0]
        return tuple(found.tensors.values()) if found else ()


class _Scores(nn.Module):
    def __init__(self, model: Model, texts: Sequence[str], videos: Sequence[str]) -> None:
        super().__init__()
        self.model, self.names = model, (tuple(texts), tuple(videos))

    def forward(self, *given: Tensor) -> Tensor:
        texts, videos = self.names
        kind = self.model.matcher.kind
        return self.model.score(
            Representation(kind, dict(zip(texts, given, strict=False))),
            Representation(kind, dict(zip(videos, given[len(texts) :], strict=True))),
        )


def why_not(matcher: Matcher | type[Matcher]) -> str:
    """Why a matcher cannot be written; "" where it can.

    Examples
    --------
    >>> from kinolex.lab.matchers.base import find
    >>> why_not(find("x-pool")), why_not(find("me-retriever"))[:18]
    ('', 'its clusters are f')
    """
    more = sorted(set(matcher.needs) - {"frames"})
    if more:
        return f"it needs {', '.join(more)}, and libraries hold frames"
    return _NOT.get(matcher.name, "")


def fits(model: Model) -> None:
    """Say whether a model can be written.

    Raises
    ------
    UsageError
        With the reason, if it cannot.
    """
    matcher = model.matcher
    if model.backbone is not None:
        raise UsageError(
            "The backbone is not part of a matcher: write it as an encoder first.",
            hint="kinolex.lab.export.encoder.export_encoder; see docs/lab.md.",
        )
    reason = why_not(matcher)
    if reason:
        raise UsageError(
            f"{matcher.title} ({matcher.name}) cannot be written: {reason}.",
            hint="`kinolex matchers list` says which can.",
        )


def free(place: Path, name: str) -> None:
    """Say whether a matcher of this name can be written there.

    Raises
    ------
    UsageError
        If the folder is in use, or the name is none: part of it names a folder, too.
    """
    if place.is_dir() and any(place.iterdir()):
        raise UsageError(f"{place} is not empty.", hint="Name another folder.")
    if place.exists() and not place.is_dir():
        raise UsageError(f"{place} is a file.", hint="Name a new folder.")
    if not name.strip(" .") or not name.isprintable() or set(name) & set("/\\@"):
        raise UsageError(
            f"A matcher cannot be called {name!r}.",
            hint="Say --name NAME, a word without / \\ and @.",
        )


def space_of(model: str) -> str:
    """The space of frames that a cache's ``model`` names, as the engine calls it; "" for another.

    Examples
    --------
    >>> space_of("starter 0123456789ab, every 1 s")
    'starter@0123456789ab'
    >>> space_of("my own vectors")
    ''
    """
    found = re.match(r"(\S+?)[ @]([0-9a-f]{12})(?=$|[, ])", model)
    return f"{found[1]}@{found[2]}" if found else ""


def export_matcher(
    model: Model,
    out: Path | str,
    *,
    space: str,
    sizes: Sizes,
    name: str,
    held: Captions,
    more: dict[str, Any] | None = None,
) -> MatcherCard:
    """Write a trained model, run it, and say in its card what unrelated pairs score.

    Parameters
    ----------
    model : Model
        Without a backbone of its own.
    out : path-like
        A folder that is not there, or empty.
    space : str
        ``NAME@VERSION`` of the encoder whose vectors it was trained on.
    sizes : Sizes
        Of these vectors: what the cache gives.
    name : str
        For tables.
    held : Captions
        Those that picked the checkpoint: agreement is measured, and the line set, on them.
    more : dict, optional
        For people, into the card.

    Raises
    ------
    UsageError
        If it cannot be written, the folder is in use, or what was written does not agree.
    """
    fits(model)
    place = Path(out)
    free(place, name)
    place.mkdir(parents=True, exist_ok=True)
    before = model.training
    model.eval().cpu()
    try:
        _write_graphs(model, sizes, place)
        scores = similarity(model, held)
        if not np.isfinite(scores).all():
            raise UsageError(
                "Scores of the held captions are no numbers.",
                hint="Train again, with a lower rate.",
            )
        line = line_of(scores, held)
        card = _card(model, place, sizes, line, space=space, name=name, more=more or {})
        write_card(place, card)  # so that the engine opens it as it will be opened
        write_card(place, replace(card, agreement=_tried(model, place, held)))
        return OnnxMatcher(place).card
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise
    finally:
        model.train(before)


def _card(
    model: Model, place: Path, sizes: Sizes, line: Line, *, space: str, name: str, more: Any
) -> MatcherCard:
    matcher = model.matcher
    return MatcherCard(
        name=name,
        matcher=matcher.name,
        title=matcher.title,
        paper=matcher.paper,
        kind=matcher.kind,
        space=space,
        dimensions=sizes.dimensions,
        frames=sizes.frames,
        cosine=line.scale.cosine,
        mean=line.scale.mean,
        deviation=line.scale.deviation,
        shift=line.shift,
        agreement=0.0,
        files={one: sha256_of(place / one) for one in SIDES},
        more={**more, "line": line.told()},
    )


def write_card(place: Path, card: MatcherCard) -> None:
    """Write what a matcher's folder says of itself."""
    (place / CARD).write_text(json.dumps(card.to_dict(), indent=2) + "\n", encoding="utf-8")


def _write_graphs(model: Model, sizes: Sizes, place: Path) -> None:
    for name, one in _graphs(model, sizes).items():
        axes = {n: {0: n.partition("_")[0]} for n in (*one.given, *one.outputs)}
        if name == "score.onnx":
            axes["scores"] = {0: "text", 1: "video"}
        write(one.module, one.given, one.outputs, place / name, free=axes)


def _graphs(model: Model, sizes: Sizes) -> dict[str, _Graph]:
    """All three, with examples of two texts and three videos."""
    generator = torch.Generator().manual_seed(0)
    sentences = torch.randn(2, sizes.dimensions, generator=generator)
    mask = torch.ones(3, sizes.frames, dtype=torch.bool)
    mask[1, 1:] = False
    frames = torch.randn(3, sizes.frames, sizes.dimensions, generator=generator)
    frames = frames * mask[..., None]
    with torch.no_grad():
        said = model.represent(None, Texts(sentences))[1]
        seen = model.represent(Videos(frames, mask), None)[0]
    assert said is not None
    assert seen is not None
    sides = {f"text_{n}": one for n, one in said.tensors.items()}
    sides |= {f"video_{n}": one for n, one in seen.tensors.items()}
    texts, videos = tuple(said.tensors), tuple(seen.tensors)
    return {
        "text.onnx": _Graph(
            _Texts(model), {"sentences": sentences}, tuple(f"text_{n}" for n in texts)
        ),
        "video.onnx": _Graph(
            _Videos(model), {"frames": frames, "mask": mask}, tuple(f"video_{n}" for n in videos)
        ),
        "score.onnx": _Graph(_Scores(model, texts, videos), sides, ("scores",)),
    }


def _tried(model: Model, place: Path, held: Captions) -> float:
    """`_agreement`, where what was written runs at all."""
    try:
        return _agreement(model, place, held)
    except EncoderError as error:
        raise UsageError(
            f"What was written cannot be run: {error.message}",
            hint="A matcher is written by watching it once, and len(x) becomes a number then: take"
            " x.shape[0].",
        ) from error


def _agreement(model: Model, place: Path, held: Captions) -> float:
    """Largest difference between the engine's scores and the lab's, over held captions."""
    engine = OnnxMatcher(place)
    texts, videos = held.texts[:64], held.videos[:64]
    some = Captions(held.source, videos, texts, held.own[:64], held.films[:64], held.groups[:64])
    said, seen = held.source.texts(texts), held.source.videos(videos)
    frames, mask = _padded(seen, engine.card.frames)
    found = engine.score(engine.texts(said.sentences.numpy()), engine.videos(frames, mask))
    with torch.no_grad():
        ours = model.score(*represented(model, some)).numpy()
    # A question comes alone, and so may a stretch: graphs can be right for many and wrong for one.
    alone = engine.score(
        engine.texts(said.sentences[:1].numpy()), engine.videos(frames[:1], mask[:1])
    )
    apart = max(float(np.abs(found - ours).max()), float(np.abs(alone - ours[:1, :1]).max()))
    if not apart <= CLOSE:
        raise UsageError(
            f"What was written scores differently from the lab, by {apart:.2g}; {CLOSE:g} is"
            " allowed."
        )
    return apart


def _padded(seen: Videos, frames: int) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.bool_]]:
    """Frames and mask with as many places as the graph has."""
    lacking = frames - seen.frames.shape[1]
    padded = nn.functional.pad(seen.frames, (0, 0, 0, lacking))
    return padded.numpy(), nn.functional.pad(seen.mask, (0, lacking)).numpy()
