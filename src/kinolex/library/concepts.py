"""Concepts: things that a person has taught by examples, kept by name.

A concept is one JSON value of the table ``memory``, so that every library of format 1 can hold
some. Of every example both is kept: where it is from, so that another encoder can look again, and
its vector, so that it outlives its video.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from kinolex.library.memory import Memory

__all__ = ["KEY", "Concept", "Concepts", "Example"]

KEY = "concept "
"""What stands before a concept's name in the key of its memory."""


@dataclass(frozen=True, slots=True)
class Example:
    """One picture or span that a concept was taught with.

    Parameters
    ----------
    kind : {"span", "image"}
        A span of an indexed video, or a picture file.
    value : str
        ``VIDEO_ID#t=START,END``, or the picture's path.
    space : str
        Vector space (``ENCODER@VERSION``) of the vector.
    vector : bytes
        Float16, little endian, unit length: the span's mean frame, or the picture.
    wanted : bool
        False for an example of what the concept is not.
    """

    kind: Literal["span", "image"]
    value: str
    space: str
    vector: bytes
    wanted: bool = True

    @property
    def row(self) -> npt.NDArray[np.float32]:
        """The vector as float32 (d,).

        Examples
        --------
        >>> Example("image", "a.png", "toy@1", np.float16([0.6, 0.8]).tobytes()).row.round(1)
        array([0.6, 0.8], dtype=float32)
        """
        return np.frombuffer(self.vector, "<f2").astype(np.float32)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON, without the vector."""
        return {
            "kind": self.kind,
            "value": self.value,
            "wanted": self.wanted,
            "space": self.space,
        }


@dataclass(frozen=True, slots=True)
class Concept:
    """A named thing: examples, words, or both.

    ``name`` is folded (lower case), ``words`` describe it and may be empty, ``at`` is the time
    (ISO 8601, UTC) when it was last taught.
    """

    name: str
    examples: tuple[Example, ...] = ()
    words: str = ""
    at: str = ""

    @property
    def spaces(self) -> tuple[str, ...]:
        """Vector spaces of its examples, each once."""
        return tuple(dict.fromkeys(e.space for e in self.examples))

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON, without vectors."""
        return {
            "name": self.name,
            "words": self.words,
            "at": self.at,
            "examples": [example.to_dict() for example in self.examples],
        }


class Concepts(Memory):
    """Keep, list and forget concepts."""

    def put_concept(self, concept: Concept) -> None:
        """Keep a concept in place of the one of that name."""
        examples = [
            {**e.to_dict(), "vector": base64.b64encode(e.vector).decode()} for e in concept.examples
        ]
        self.remember(KEY + concept.name, {**concept.to_dict(), "examples": examples})

    def concepts(self) -> list[Concept]:
        """All concepts by name."""
        rows = self._db.all(
            "SELECT value FROM memory WHERE substr(key, 1, ?) = ? ORDER BY key", (len(KEY), KEY)
        )
        return [_concept(json.loads(value)) for (value,) in rows]

    def forget_concept(self, name: str) -> bool:
        """Forget a concept; whether there was one of that (folded) name."""
        known = self.recall(KEY + name) is not None
        if known:
            self.remember(KEY + name, None)
        return known


def _concept(kept: dict[str, Any]) -> Concept:
    examples = tuple(
        Example(e["kind"], e["value"], e["space"], base64.b64decode(e["vector"]), e["wanted"])
        for e in kept["examples"]
    )
    return Concept(kept["name"], examples, kept["words"], kept["at"])
