"""Concepts in a question: ``@NAME`` becomes the examples and words that it was taught with.

A concept's wanted examples are averaged to one vector, a prototype (J. Snell, K. Swersky, R. Zemel,
"Prototypical networks for few-shot learning", NeurIPS 2017), which then is a summand like a span;
so is the mean of what it is not, taken away at half the weight (J. Rocchio, "Relevance feedback in
information retrieval", 1971), and so are its words.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from kinolex.encoders.protocols import PictureEncoder
from kinolex.errors import QueryError
from kinolex.library.concepts import Concept, Example
from kinolex.library.vectors import VectorTable
from kinolex.moments import Part, Span
from kinolex.search.fragments import parse_fragment
from kinolex.search.likeness import Calibration
from kinolex.search.pictures import FrameTable, picture_of, unit

__all__ = ["AGAINST", "ConceptTable", "check", "expanded", "foreign", "is_concept", "unknown"]

AGAINST = 0.5
"""Weight of what a concept is not, beside what it is."""

_WANTED, _UNWANTED = "\0@", "\0@not "
"""What stands before a name in keys: no name of a video begins so."""

Vector = npt.NDArray[np.float32]
Known = Mapping[str, Concept]


def is_concept(value: str) -> bool:
    """Whether the value of a part of kind ``span`` is the key of a concept (from `expanded`)."""
    return value.startswith(_WANTED)


def unknown(name: str, known: Known) -> QueryError:
    """What to say of a name that was not taught.

    Examples
    --------
    >>> print(unknown("tmi", {"tim": Concept("tim")}))
    There is no concept @tmi. Did you mean @tim? Quote it to look for the word: '"@tmi"'.
    """
    names = sorted(known)
    near = difflib.get_close_matches(name, names, 1)
    if near:
        said = f"Did you mean @{near[0]}?"
    elif names:
        more = " ..." if len(names) > 20 else "."
        said = f"Known are {', '.join('@' + n for n in names[:20])}{more}"
    else:
        said = f'None was taught yet: `kinolex teach {name} --like "VIDEO#t=10,15"` does it.'
    return QueryError(
        f"There is no concept @{name}.",
        hint=f"{said} Quote it to look for the word: '\"@{name}\"'.",
    )


def check(parts: Sequence[Part], known: Known) -> None:
    """Refuse names that were not taught.

    Raises
    ------
    QueryError
        With the names that were.
    """
    for part in parts:
        if part.kind == "concept" and part.value not in known:
            raise unknown(part.value, known)


def expanded(parts: Sequence[Part], known: Known) -> tuple[Part, ...]:
    """The summands of the picture channel: each concept as its examples and words.

    Examples are parts of kind ``span``, whose vectors a `ConceptTable` has.

    Examples
    --------
    >>> told = Concept("rex", (Example("image", "a.png", "toy@1", b""),), "a brown dog")
    >>> [p.kind for p in expanded([Part("concept", "rex")], {"rex": told})]
    ['span', 'words']
    """
    out: list[Part] = []
    for part in parts:
        if part.kind != "concept":
            out.append(part)
            continue
        concept, weight = known[part.value], part.weight
        sides = {example.wanted for example in concept.examples}
        out += [Part("span", _WANTED + part.value, weight)] if True in sides else []
        out += [Part("words", concept.words, weight)] if concept.words else []
        out += [Part("span", _UNWANTED + part.value, -AGAINST * weight)] if False in sides else []
    return tuple(out)


def foreign(parts: Sequence[Part], known: Known, space: str) -> bool:
    """Whether a concept has pictures of another space, which the encoder has to see again."""
    asked = [known[part.value] for part in parts if part.kind == "concept"]
    return any(e.kind == "image" and e.space != space for c in asked for e in c.examples)


class ConceptTable(FrameTable):
    """A table of frames that knows concepts beside spans.

    Parameters
    ----------
    table, bank, texts, calibration
        As of `FrameTable`.
    space : str
        Space of the table.
    concepts : mapping
        All concepts by name.
    encoder : PictureEncoder, optional
        Sees pictures again that were taught in another space.
    """

    def __init__(
        self,
        table: VectorTable,
        bank: Vector | None = None,
        texts: Callable[[], Vector] | None = None,
        calibration: Calibration | None = None,
        *,
        space: str = "",
        concepts: Known | None = None,
        encoder: PictureEncoder | None = None,
    ) -> None:
        super().__init__(table, bank, texts, calibration)
        self._space = space
        self._concepts = concepts or {}
        self._encoder = encoder
        self._means: dict[str, Vector] = {}

    def of_span(self, video: str, span: Span) -> Vector:
        """Mean vector of a span, or of a concept's examples where ``video`` is its key."""
        if not is_concept(video):
            return super().of_span(video, span)
        if video not in self._means:
            wanted = not video.startswith(_UNWANTED)
            name = video.removeprefix(_WANTED if wanted else _UNWANTED)
            self._means[video] = self._mean(self._concepts[name], wanted)
        return self._means[video]

    def _mean(self, concept: Concept, wanted: bool) -> Vector:
        rows = [self._row(e) for e in concept.examples if e.wanted == wanted]
        seen = [row for row in rows if row is not None]
        if not seen:
            raise QueryError(
                f"@{concept.name} was taught with {' and '.join(concept.spaces)}, but the pictures "
                f"here are indexed with {self._space}.",
                hint=f"Forget it (`kinolex teach {concept.name} --forget`) and teach it again.",
            )
        return unit(np.mean(seen, axis=0, dtype=np.float32))

    def _row(self, example: Example) -> Vector | None:
        """An example's vector in this space; made again where it was taught in another."""
        if example.space == self._space:
            return example.row
        if example.kind == "image":
            return self._seen_again(example.value)
        named = parse_fragment(example.value)
        if named.video not in self.table.video_ids or named.end is None:
            return None
        return super().of_span(named.video, Span(named.start, named.end))

    def _seen_again(self, path: str) -> Vector | None:
        if self._encoder is None:
            return None
        try:
            picture = picture_of(path)
        except QueryError:  # moved or deleted since
            return None
        return unit(self._encoder.encode_pictures([picture])[0])
