"""Judgements and answers of retrieval: qrels and runs, in memory and as TREC files.

Examples
--------
>>> run = Run({"q1": {"d1": 0.25, "d2": 0.5}})
>>> run["q1"]["d2"], len(run)
(0.5, 1)
>>> Run({"q1": {"d1": float("nan")}})
Traceback (most recent call last):
    ...
kinolex.errors.UsageError: The score of document 'd1' for query 'q1' is not a number (NaN).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, TypeVar

from kinolex.errors import UsageError

__all__ = ["Qrels", "Run", "read_qrels", "read_run", "write_qrels", "write_run"]

Table = Mapping[str, Mapping[str, float]]
_T = TypeVar("_T", int, float)


@dataclass(frozen=True, eq=False, slots=True)
class _ByQuery(Mapping[str, Mapping[str, float]]):
    """Query to document to number, in the order given; a copy of what was given."""

    table: Table

    what: ClassVar[str]
    endless: ClassVar[bool]

    def __post_init__(self) -> None:
        if not isinstance(self.table, Mapping):
            raise UsageError(
                f"{type(self).__name__} must be a mapping of query to document to number."
            )
        copy = {query: self._checked(query, row) for query, row in self.table.items()}
        object.__setattr__(self, "table", copy)

    def _checked(self, query: str, row: Mapping[str, float]) -> dict[str, float]:
        if not isinstance(query, str) or not isinstance(row, Mapping):
            raise UsageError(
                f"Query {query!r} must be a text with a mapping of document to number."
            )
        return {document: self._number(query, document, value) for document, value in row.items()}

    def _number(self, query: str, document: str, value: float) -> float:
        where = f"{self.what} of document {document!r} for query {query!r}"
        if not isinstance(document, str):
            raise UsageError(f"Document {document!r} of query {query!r} must be a text.")
        try:
            number = value if type(value) in (int, float) else _plain(value)
        except (TypeError, ValueError):
            raise UsageError(f"The {where} is not a number: {value!r}.") from None
        if number != number:
            raise UsageError(f"The {where} is not a number (NaN).")
        if not self.endless and math.isinf(number):
            raise UsageError(f"The {where} is endless.")
        return number

    def __getitem__(self, query: str) -> Mapping[str, float]:
        return self.table[query]

    def __iter__(self) -> Iterator[str]:
        return iter(self.table)

    def __len__(self) -> int:
        return len(self.table)


def _plain(value: object) -> float:
    """A number of NumPy or the like as a plain one; texts are no numbers."""
    if isinstance(value, str | bytes):
        raise TypeError
    number = float(value)  # type: ignore[arg-type]
    return int(number) if not hasattr(value, "is_integer") and number.is_integer() else number


@dataclass(frozen=True, eq=False, slots=True)
class Qrels(_ByQuery):
    """What people judged: query to document to relevance.

    Parameters
    ----------
    table : mapping of str to mapping of str to float
        Relevance, mostly whole numbers: 0 is not relevant, below 0 (trec_eval) seen but not judged.

    Examples
    --------
    >>> Qrels({"q1": {"d1": 2, "d2": 0}})["q1"]["d1"]
    2
    """

    what: ClassVar[str] = "relevance"
    endless: ClassVar[bool] = False


@dataclass(frozen=True, eq=False, slots=True)
class Run(_ByQuery):
    """What a system answered: query to document to score, more is better.

    Parameters
    ----------
    table : mapping of str to mapping of str to float
        Scores; the order given matters to evaluators that sort stably.

    Examples
    --------
    >>> list(Run({"q1": {"d1": 1.0}, "q2": {}}))
    ['q1', 'q2']
    """

    what: ClassVar[str] = "score"
    endless: ClassVar[bool] = True


def read_run(path: str | Path) -> Run:
    """Read a TREC run: ``query Q0 document rank score tag`` a line.

    Ranks and tags are not looked at, nor is what follows the tag; empty lines and lines that begin
    with ``#`` are left out, as trec_eval 10 does.

    Parameters
    ----------
    path : str or Path
        A text file in UTF-8.

    Returns
    -------
    Run
        In the order of the file.

    Raises
    ------
    UsageError
        If the file cannot be read, with the line that is wrong.
    """
    return Run(_read(Path(path), 6, "run: query Q0 document rank score tag", 4, float))


def read_qrels(path: str | Path) -> Qrels:
    """Read TREC qrels: ``query 0 document relevance`` a line.

    Parameters
    ----------
    path : str or Path
        A text file in UTF-8; relevance may be a fraction, which trec_eval does not know.

    Returns
    -------
    Qrels
        In the order of the file.

    Raises
    ------
    UsageError
        If the file cannot be read, with the line that is wrong.
    """
    return Qrels(_read(Path(path), 4, "qrels: query 0 document relevance", 3, _relevance))


def _relevance(text: str) -> float:
    try:
        return int(text)
    except ValueError:
        return float(text)


def _read(
    path: Path, fields: int, form: str, at: int, number: Callable[[str], float]
) -> dict[str, dict[str, float]]:
    table: dict[str, dict[str, float]] = {}
    try:
        lines = path.read_bytes().removeprefix(b"\xef\xbb\xbf").split(b"\n")
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from None
    for count, line in enumerate(lines, start=1):
        where = f"Line {count} of {path}"
        # Bytes are split at blanks of ASCII only, as C does; other blanks belong to an id.
        found = line.split()
        if not found or found[0].startswith(b"#"):
            continue
        if len(found) < fields:
            raise UsageError(f"{where} has {len(found)} fields, not {fields} ({form}).")
        try:
            query, document, value = (found[i].decode() for i in (0, 2, at))
            score = number(value)
        except UnicodeDecodeError:
            raise UsageError(f"{where} is not UTF-8.") from None
        except ValueError:
            raise UsageError(f"{where} has {value!r} where a number belongs.") from None
        if score != score:
            raise UsageError(f"{where} has NaN where a number belongs.")
        row = table.setdefault(query, {})
        if document in row:
            raise UsageError(f"{where} names document {document!r} of query {query!r} again.")
        row[document] = score
    return table


def write_run(run: Run, path: str | Path, *, tag: str = "kinolex") -> None:
    """Write a TREC run that reads back with the same scores, to the last bit.

    Documents stand by score; equal ones in the order of the run, so that evaluators that sort
    stably see the same. A query without answers leaves no line.

    Parameters
    ----------
    run : Run
        What to write.
    path : str or Path
        A new file, or one to write over.
    tag : str
        Name of the system, in every line.

    Raises
    ------
    UsageError
        If an id has a blank in it, or begins with ``#``, or the file cannot be written.
    """
    lines = []
    for query, row in run.items():
        ranked = sorted(row.items(), key=lambda one: -one[1])
        for rank, (document, score) in enumerate(ranked, start=1):
            number = repr(float(score))
            lines.append(f"{_word(query)} Q0 {_word(document)} {rank} {number} {_word(tag)}\n")
    _write(Path(path), lines)


def write_qrels(qrels: Qrels, path: str | Path) -> None:
    """Write TREC qrels in the order given.

    Parameters
    ----------
    qrels : Qrels
        What to write.
    path : str or Path
        A new file, or one to write over.

    Raises
    ------
    UsageError
        If an id has a blank in it, or begins with ``#``, or the file cannot be written.
    """
    _write(
        Path(path),
        [
            f"{_word(query)} 0 {_word(document)} {value!r}\n"
            for query, row in qrels.items()
            for document, value in row.items()
        ],
    )


def _word(text: str) -> str:
    """An id that stays one field."""
    raw = text.encode("utf-8", "surrogatepass")
    if raw.split() != [raw] or raw.startswith(b"#"):
        raise UsageError(
            f"{text!r} cannot stand in a TREC file.",
            hint="Ids have no blanks, are not empty and do not begin with #.",
        )
    return text


def _write(path: Path, lines: list[str]) -> None:
    try:
        path.write_bytes("".join(lines).encode("utf-8"))
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}.") from None
    except UnicodeEncodeError:
        raise UsageError(f"An id for {path} is no valid Unicode.") from None
