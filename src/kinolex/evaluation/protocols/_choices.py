"""What the protocols of questions share: rows that are read, and shares of right answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from kinolex.errors import UsageError
from kinolex.evaluation.result import Result

__all__ = [
    "Right",
    "Row",
    "grouped",
    "letter",
    "lines",
    "percent",
    "result",
    "text",
    "truth",
    "uniform",
]

Row = Mapping[str, Any]
Right = npt.NDArray[np.bool_]


def lines(questions: Iterable[Row], *needed: str) -> list[Row]:
    """The rows of questions, each with the keys that are needed.

    Raises
    ------
    UsageError
        If there is none, one lacks a key, or two have one ``id``.

    Examples
    --------
    >>> lines([{"prediction": "A", "answer": "A"}], "prediction", "answer")
    [{'prediction': 'A', 'answer': 'A'}]
    """
    if isinstance(questions, str | bytes | Mapping):
        raise UsageError("Questions are a list of rows.", hint="Give a list of dictionaries.")
    found = list(questions)
    if not found:
        raise UsageError("There is no question.", hint="Give at least one row.")
    for place, row in enumerate(found):
        if not isinstance(row, Mapping):
            raise UsageError(f"Row {place} is no dictionary.", hint="Give a list of dictionaries.")
        for key in needed:
            if key not in row:
                raise UsageError(
                    f"Row {place} has no {key!r}.", hint=f"Every row needs {', '.join(needed)}."
                )
    named = [str(row["id"]) for row in found if "id" in row]
    if len(set(named)) < len(named):
        raise UsageError("Two rows have the same id.", hint="Give every question one row.")
    return found


def text(row: Row, key: str = "prediction") -> str:
    """A text of a row; None, which is no answer, gives an empty one."""
    value = row[key]
    if value is None:
        return ""
    if not isinstance(value, str):
        raise UsageError(
            f"{key} {value!r} is no text.", hint="Give what the model wrote, or None for nothing."
        )
    return value


def letter(row: Row, letters: str, key: str = "answer") -> str:
    """The right option of a row, a capital letter."""
    value = row[key]
    if not (isinstance(value, str) and len(value) == 1 and value in letters):
        raise UsageError(
            f"{key} {value!r} is no option.", hint=f"It is one letter of {', '.join(letters)}."
        )
    return value


def truth(row: Row, key: str) -> bool:
    """A value that is true or false, 1 or 0."""
    value = row[key]
    if not isinstance(value, bool | int | float | np.bool_ | np.number) or value not in (0, 1):
        raise UsageError(f"{key} {value!r} is neither right nor wrong.", hint="Give 1 or 0.")
    return bool(value)


def percent(right: Iterable[Any]) -> float:
    """100 x right / all, in this order of operations; NaN of none."""
    flags = [bool(one) for one in right]
    return 100 * sum(flags) / len(flags) if flags else float("nan")


def grouped(keys: Sequence[Any]) -> dict[str, list[int]]:
    """The places of each key, in the order in which keys come first.

    Examples
    --------
    >>> grouped(["a", "b", "a"])
    {'a': [0, 2], 'b': [1]}
    """
    places: dict[str, list[int]] = {}
    for place, key in enumerate(keys):
        places.setdefault(str(key), []).append(place)
    return places


def uniform(options: Iterable[int]) -> float:
    """Percent that an even guess among so many options is expected to reach."""
    return float(100 * np.mean([1 / count for count in options]))


def result(
    protocol: str,
    values: Mapping[str, float],
    right: Iterable[Any],
    asked: Sequence[Row],
    *,
    kept: Sequence[int] | None = None,
    guess: Mapping[str, float] | None = None,
    notes: Iterable[str] = (),
) -> Result:
    """A result with whether each question that counts is right, under its ``id`` or its place."""
    places = list(range(len(asked))) if kept is None else list(kept)
    flags = np.array([float(one) for one in right])[places]
    named = len(places) < len(asked) or any("id" in row for row in asked)
    names = tuple(str(asked[place].get("id", place)) for place in places)
    return Result(
        protocol,
        values,
        per_query={"correct": flags},
        queries=names if named else (),
        counted=len(places),
        guess=guess or {},
        notes=tuple(notes),
    )
