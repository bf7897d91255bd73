"""Ranks of targets in a matrix of similarities: exact, in chunks, under every rule for ties.

For each query only three numbers are kept of its row: how many items score above the target, how
many score the same and stand before it, and how many the same and behind it. Every rule for ties
in use is a function of these, so that no row is ever sorted and no second matrix is made.

Source of the rules: the evaluators that are named in `Ties`; see also ``docs/protocols``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from kinolex.errors import UsageError

__all__ = ["Factors", "Similarity", "Tally", "Ties", "best_of", "matrix", "tally"]

Ties = Literal["optimistic", "pessimistic", "average", "index", "reverse-index", "expanded"]
"""Which rank a target gets that shares its score with other items.

optimistic: the best (Frozen in Time, text to video); pessimistic: the worst; average: their mean
(Collaborative Experts); index: items of lower index come first (a stable sort); reverse-index: of
higher index (an ascending sort, reversed); expanded: every one of them, as samples of their own
(CLIP4Clip).
"""

Indices = npt.NDArray[np.intp]
Floats = npt.NDArray[np.float64]
Matrix = npt.NDArray[Any]

PIECE = 16 * 2**20
"""Most cells of the matrix that are looked at together."""


@dataclass(frozen=True, slots=True)
class Factors:
    """A matrix of dot products that is never built: ``queries @ items.T``, row by row.

    Parameters
    ----------
    queries : ndarray, shape (queries, dimensions)
    items : ndarray, shape (items, dimensions)

    Examples
    --------
    >>> Factors(np.eye(3), np.eye(3)[:2]).shape
    (3, 2)
    """

    queries: Matrix
    items: Matrix

    @property
    def shape(self) -> tuple[int, int]:
        """Queries and items."""
        return len(self.queries), len(self.items)

    def rows(self, some: Indices | slice) -> Matrix:
        """Some rows of the matrix."""
        found: Matrix = self.queries[some] @ self.items.T
        return found


Similarity = Matrix | Factors


@dataclass(frozen=True, slots=True)
class Tally:
    """What stands before each target of a list.

    Parameters
    ----------
    row, column : ndarray of intp, shape (targets,)
        Query and item of each.
    above : ndarray of intp, shape (targets,)
        Items that score above it.
    before, behind : ndarray of intp, shape (targets,)
        Other items that score the same and have a lower, a higher index.
    items : int
        Columns.
    """

    row: Indices
    column: Indices
    above: Indices
    before: Indices
    behind: Indices
    items: int

    @property
    def tied(self) -> npt.NDArray[np.bool_]:
        """Which targets share their score with another item."""
        found: npt.NDArray[np.bool_] = (self.before + self.behind) > 0
        return found

    def ranks(self, ties: Ties = "average") -> Floats:
        """Rank of each target, counted from 0; ``expanded``: of each place of each, flat.

        Raises
        ------
        UsageError
            If there is no such rule.

        Examples
        --------
        >>> one = tally(np.array([[0.5, 0.9, 0.5, 0.5]]), [2])
        >>> {rule: one.ranks(rule).tolist() for rule in ("optimistic", "average", "expanded")}
        {'optimistic': [1.0], 'average': [2.0], 'expanded': [1.0, 2.0, 3.0]}
        """
        if ties not in get_args(Ties):
            raise UsageError(
                f"There is no rule for ties {ties!r}.", hint=f"Choose {', '.join(get_args(Ties))}."
            )
        if ties == "expanded":
            return self._places()
        same = self.before + self.behind
        added = {
            "optimistic": np.zeros(len(same)),
            "pessimistic": same,
            "average": same / 2,
            "index": self.before,
            "reverse-index": self.behind,
        }[ties]
        return np.asarray(self.above + added, dtype=np.float64)

    def _places(self) -> Floats:
        places = self.before + self.behind + 1
        first = np.repeat(self.above, places)
        starts = np.repeat(np.cumsum(places) - places, places)
        return np.asarray(first + np.arange(len(first)) - starts, dtype=np.float64)

    def best(self) -> tuple[Floats, Floats]:
        """Optimistic and pessimistic ranks: between them lies what any rule gives."""
        return self.ranks("optimistic"), self.ranks("pessimistic")


def matrix(given: Any) -> Similarity:
    """A matrix that can be ranked.

    Raises
    ------
    UsageError
        If it has not two dimensions, is empty, or is no matrix of numbers.
    """
    if isinstance(given, Factors):
        return given
    found = np.asarray(given)
    if found.ndim != 2 or 0 in found.shape:
        raise UsageError(
            f"Similarities are a matrix of queries by items, not of shape {found.shape}.",
            hint="Give one row a query and one column an item.",
        )
    if not np.issubdtype(found.dtype, np.number) or np.iscomplexobj(found):
        raise UsageError(f"Similarities are numbers, not {found.dtype}.")
    return found


def tally(given: Any, columns: Any = None, rows: Any = None, *, piece: int = PIECE) -> Tally:
    """Count what stands before each target.

    Parameters
    ----------
    given : array_like, shape (queries, items), or Factors
        Similarities, compared in their own precision. Minus infinity may stand for "never".
    columns : array_like of int, optional
        Item of each target; default: that of the query's own place.
    rows : array_like of int, optional
        Query of each target, where there is not exactly one a query in their order.
    piece : int
        Most cells that are looked at together; it changes nothing but time and memory.

    Raises
    ------
    UsageError
        If a target lies outside, or a similarity is not a number.

    Examples
    --------
    >>> tally(np.array([[0.9, 0.1], [0.8, 0.7]])).ranks().tolist()
    [0.0, 1.0]
    """
    whole = matrix(given)
    queries, items = whole.shape
    column = np.arange(queries) if columns is None else np.asarray(columns, dtype=np.intp)
    row = np.arange(len(column)) if rows is None else np.asarray(rows, dtype=np.intp)
    _demand_inside(row, column, queries, items)
    order = np.argsort(row, kind="stable")
    counts = np.zeros((3, len(row)), dtype=np.intp)
    for some in _pieces(order, max(1, piece // items)):
        counts[:, some] = _counted(whole, row[some], column[some])
    return Tally(row, column, counts[0], counts[1], counts[2], items)


def _demand_inside(row: Indices, column: Indices, queries: int, items: int) -> None:
    if len(row) != len(column):
        raise UsageError(f"There are {len(row)} queries of targets, but {len(column)} items.")
    inside = (row >= 0) & (row < queries) & (column >= 0) & (column < items)
    if not inside.all():
        at = int(np.argmin(inside))
        raise UsageError(
            f"Target {at} (query {row[at]}, item {column[at]}) lies outside {queries} x {items}.",
            hint="Without targets, query i means item i: there must be as many items as queries.",
        )


def _pieces(order: Indices, size: int) -> Iterator[Indices]:
    for start in range(0, len(order), size):
        yield order[start : start + size]


def _counted(whole: Similarity, row: Indices, column: Indices) -> npt.NDArray[np.intp]:
    """Above, before and behind of some targets."""
    block = _rows(whole, row)
    if np.isnan(block).any():
        bad = int(row[np.isnan(block).any(axis=1)][0])
        raise UsageError(
            f"Similarities of query {bad} are not all numbers (NaN).",
            hint="Mask what cannot be compared with minus infinity.",
        )
    own = block[np.arange(len(row)), column][:, None]
    above = np.count_nonzero(block > own, axis=1)
    same = block == own
    equal = np.count_nonzero(same, axis=1) - 1
    before = np.zeros(len(row), dtype=np.intp)
    for at in np.flatnonzero(equal):
        before[at] = np.count_nonzero(same[at, : column[at]])
    return np.stack([above, before, equal - before]).astype(np.intp)


def _rows(whole: Similarity, row: Indices) -> Matrix:
    plain = len(row) > 0 and row[-1] - row[0] + 1 == len(row) and bool(np.all(np.diff(row) == 1))
    some: Indices | slice = slice(int(row[0]), int(row[-1]) + 1) if plain else row
    return whole.rows(some) if isinstance(whole, Factors) else whole[some]


def best_of(ranks: Floats, group: Indices) -> Floats:
    """The best rank of each group, by its number; groups are 0, 1, ... without gaps.

    Examples
    --------
    >>> best_of(np.array([3.0, 1.0, 2.0]), np.array([0, 0, 1])).tolist()
    [1.0, 2.0]
    """
    found = np.full(int(group.max()) + 1 if len(group) else 0, np.inf)
    np.minimum.at(found, group, ranks)
    return found
