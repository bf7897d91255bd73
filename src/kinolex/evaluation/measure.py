"""Measures: what is computed of one query, named so that ``nDCG@10`` can be written and read.

A measure knows nothing of ties, orders and denominators: a protocol puts things in order and says
which queries count. One file each in `measures`; another package names the module of its measures
as an entry point ``kinolex.measures``.

Examples
--------
>>> str(parse("ndcg@10")), parse("R@5").better
('nDCG@10', 'higher')
"""

from __future__ import annotations

import abc
import dataclasses
import functools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, TypeVar

import numpy as np
import numpy.typing as npt

from kinolex.errors import UsageError
from kinolex.registries import load_all

__all__ = ["Floats", "Judged", "Measure", "measure", "measures", "parse"]

Floats = npt.NDArray[np.float64]
_M = TypeVar("_M", bound="type[Measure]")
_known: dict[str, type[Measure]] = {}


@dataclass(frozen=True, slots=True)
class Judged:
    """One query of a run, in the order that a protocol chose.

    Parameters
    ----------
    gains : ndarray of float64, shape (retrieved,)
        Relevance of each document that was retrieved, best first; 0 where nobody judged.
    judged : ndarray of bool, shape (retrieved,)
        Whether somebody judged it.
    every : ndarray of float64, shape (judged documents,)
        Relevance of all documents that were judged, retrieved or not, in any order.
    relevant_from : float
        What counts as relevant where a measure knows only yes and no.
    """

    gains: Floats
    judged: npt.NDArray[np.bool_]
    every: Floats
    relevant_from: float = 1.0

    @property
    def hits(self) -> npt.NDArray[np.bool_]:
        """Whether each retrieved document is relevant."""
        found: npt.NDArray[np.bool_] = self.gains >= self.relevant_from
        return found

    @property
    def relevant(self) -> int:
        """How many documents are relevant, retrieved or not."""
        return int(np.count_nonzero(self.every >= self.relevant_from))


class Measure(abc.ABC):
    """Base of all measures: frozen dataclasses whose fields are their parameters.

    A measure gives one or more of `of_ranks`, `of_judged` and `of_overlaps`.
    """

    pattern: ClassVar[str]
    """Regular expression of its text, with the fields as named groups; case does not count."""
    title: ClassVar[str]
    source: ClassVar[str]
    """Paper or specification."""
    lowest: ClassVar[float] = 0.0
    highest: ClassVar[float] = 1.0
    better: ClassVar[Literal["higher", "lower"]] = "higher"
    empty: ClassVar[str]
    """What it is where there is nothing relevant, or no query at all."""

    @abc.abstractmethod
    def __str__(self) -> str: ...

    def of_ranks(self, ranks: Floats) -> Floats:
        """Values of samples, each of which has one target, by its rank (from 0; halves if tied)."""
        raise UsageError(f"{self} is not defined for one target a query.")

    def of_judged(self, query: Judged) -> float:
        """Value of one query of a run."""
        raise UsageError(f"{self} is not defined for runs.")

    def of_overlaps(self, overlaps: Floats) -> Floats:
        """Values of queries by the overlap (IoU, 0 to 1) of their first moment."""
        raise UsageError(f"{self} is not defined for moments.")

    def aggregate(self, values: Floats) -> float:
        """One figure of the values of all queries: their mean, NaN of none."""
        return float(np.mean(values)) if len(values) else float("nan")


def measure(kind: _M) -> _M:
    """Make a class a measure that can be written and read."""
    _known[kind.__name__] = kind
    return kind


def measures() -> Mapping[str, type[Measure]]:
    """Every measure by the name of its class."""
    _load()
    return dict(sorted(_known.items()))


@functools.cache
def _load() -> None:
    load_all("kinolex.evaluation.measures", "kinolex.measures", "measures")


def parse(text: str | Measure) -> Measure:
    """The measure that a text names.

    Raises
    ------
    UsageError
        If there is none.
    """
    if isinstance(text, Measure):
        return text
    for kind in measures().values():
        found = re.fullmatch(kind.pattern, text.strip(), re.IGNORECASE)
        if found:
            return kind(**_fields(kind, found.groupdict()))
    some = ", ".join(str(one) for one in _examples())
    raise UsageError(f"There is no measure {text!r}.", hint=f"Such as {some}.")


def _fields(kind: type[Measure], given: Mapping[str, str | None]) -> dict[str, Any]:
    """Texts of a match as values of the types that the fields have."""
    types = {one.name: str(one.type) for one in dataclasses.fields(kind)}  # type: ignore[arg-type]
    return {
        name: float(value) if "float" in types[name] else int(value)
        for name, value in given.items()
        if value is not None
    }


def _examples() -> Iterable[Measure]:
    return [parse(one) for one in ("R@1", "MdR", "MnR")]
