"""Teach a thing by name: spans of indexed videos, pictures, words, and what it is not.

Teaching again adds examples; the same example again replaces itself.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from kinolex.errors import NotFoundError, UsageError
from kinolex.library.concepts import Concept, Example
from kinolex.library.store import Store
from kinolex.moments import Span
from kinolex.search.concepts import unknown
from kinolex.search.engine import Engine, Frames
from kinolex.search.fragments import format_fragment
from kinolex.search.lex import concept_name
from kinolex.search.pictures import picture_of, unit
from kinolex.understand.examples import SUFFIXES

__all__ = ["MOST", "Lesson", "forget", "name_of", "teach"]

MOST = 500
"""Examples that a concept has at most."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a concept is taught with.

    Parameters
    ----------
    like : sequence of str
        Spans of indexed videos (``VIDEO#t=1,2.5``) that show it.
    images : sequence of str
        Picture files that show it.
    unlike : sequence of str
        Spans, or picture files, that do not.
    words : str
        A description, looked for beside the examples.
    """

    like: Sequence[str] = ()
    images: Sequence[str] = ()
    unlike: Sequence[str] = ()
    words: str = ""


def name_of(text: str) -> str:
    """A concept's name as it is kept: case folded, without its ``@``.

    Raises
    ------
    UsageError
        If it is none.

    Examples
    --------
    >>> name_of("@Rex")
    'rex'
    """
    name = concept_name(text.removeprefix("@"))
    if not name:
        raise UsageError(
            f"{text!r} is no name for a concept.", hint="Use letters, digits, - and _, as in rex-2."
        )
    return name


def teach(store: Store, engine: Engine, name: str, lesson: Lesson) -> Concept:
    """Keep a concept, or add to the one of that name.

    Parameters
    ----------
    store : Store
        Open for writing.
    engine : Engine
        Of the same library.
    name : str
        Letters, digits, ``-`` and ``_``; case does not count.
    lesson : Lesson

    Raises
    ------
    UsageError
        If the name is none, nothing is taught, or nothing but what it is not.
    QueryError
        If a picture cannot be read, or a span's video is not known or not indexed for pictures.
    NotFoundError, ModelMissingError
        If no pictures are indexed, or their encoder is not here and pictures are given.
    """
    name, words = name_of(name), " ".join(lesson.words.split())
    if not (lesson.like or lesson.images or lesson.unlike or words):
        raise UsageError(
            f"Nothing is said of @{name}.",
            hint=f'Show it: `kinolex teach {name} --like "VIDEO#t=10,15"`.',
        )
    before = {concept.name: concept for concept in store.concepts()}.get(name, Concept(name))
    new = _examples(engine, lesson)
    kept = {(e.kind, e.value): e for e in (*before.examples, *new)}
    concept = Concept(
        name,
        tuple(kept.values()),
        words or before.words,
        dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
    )
    if not concept.words and not any(example.wanted for example in concept.examples):
        raise UsageError(
            f"Only what @{name} is not is known.", hint="Show what it is, with --like."
        )
    if len(concept.examples) > MOST:
        raise UsageError(f"@{name} would have more than {MOST} examples.", hint="Give fewer.")
    store.put_concept(concept)
    return concept


def forget(store: Store, name: str) -> None:
    """Forget a concept.

    Raises
    ------
    NotFoundError
        If there is none of that name.
    """
    name = name_of(name)
    if not store.forget_concept(name):
        error = unknown(name, {c.name: c for c in store.concepts()})
        raise NotFoundError(error.message, hint="See `kinolex teach --list`.")


def _examples(engine: Engine, lesson: Lesson) -> list[Example]:
    """Every example with its vector."""
    given = [(_kind(value), value, False) for value in lesson.unlike]
    given += [("span", value, True) for value in lesson.like]
    given += [("image", value, True) for value in lesson.images]
    if not given:
        return []
    frames = engine.frames(encoding=any(kind == "image" for kind, _, _ in given))
    return [_example(frames, engine.span_of, *one) for one in given]


def _kind(value: str) -> Literal["span", "image"]:
    """A picture file is an example by itself; everything else names a video."""
    return "image" if Path(value).suffix.lower() in SUFFIXES else "span"


def _example(
    frames: Frames,
    span_of: Callable[[str], tuple[str, Span]],
    kind: Literal["span", "image"],
    value: str,
    wanted: bool,
) -> Example:
    if kind == "span":
        video, span = span_of(value)
        row = frames.table.of_span(video, span)
        return Example("span", format_fragment(video, span), frames.space, _kept(row), wanted)
    assert frames.encoder is not None
    row = unit(frames.encoder.encode_pictures([picture_of(value)])[0])
    place = str(Path(value).expanduser().absolute())
    return Example("image", place, frames.space, _kept(row), wanted)


def _kept(row: npt.NDArray[np.float32]) -> bytes:
    return np.ascontiguousarray(row, "<f2").tobytes()
