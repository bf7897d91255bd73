"""Files of a cache: rows of numbers, item after item, and a list that says how many are whose.

What a row is says `forms`: vectors are float16 (``.f16``), pictures bytes (``.u8``), tokens 32-bit
numbers (``.i32``), all little-endian and without a header. A line of the list is written when the
item's rows are on the disk; rows behind the last line are of an item that broke off.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from kinolex.errors import UsageError

__all__ = ["Form", "Item", "Rows", "forms", "items"]

Array = npt.NDArray[Any]
Side = Literal["videos", "texts"]


@dataclass(frozen=True, slots=True)
class Form:
    """How a file holds rows: numbers in one of them, and of which type (``f16``, ``u8``, ``i32``).

    Examples
    --------
    >>> Form(4, "f16").bytes, Form(4, "i32").type
    (8, dtype('int32'))
    """

    width: int
    kind: Literal["f16", "u8", "i32"]

    @property
    def type(self) -> np.dtype[Any]:
        """Of NumPy."""
        return np.dtype({"f16": "<f2", "u8": "u1", "i32": "<i4"}[self.kind])

    @property
    def bytes(self) -> int:
        """Of a row."""
        return self.width * self.type.itemsize


@dataclass(frozen=True, slots=True)
class Item:
    """A line of ``videos.jsonl`` or ``texts.jsonl``: its name, and how many rows of each file."""

    name: str
    counts: Mapping[str, int]

    def line(self) -> str:
        """As it is written."""
        return json.dumps({"name": self.name, "counts": dict(self.counts)}) + "\n"


def forms(about: Mapping[str, Any], side: Side) -> dict[str, Form]:
    """Files of a side of a cache, as its ``cache.json`` says, and what a row of each is."""
    vector, pixels = Form(int(about["dimensions"]), "f16"), int(about.get("pixels", 0))
    if side == "texts":
        if pixels:
            return {"ids": Form(1, "i32")}
        return {"sentences": vector} | ({"words": vector} if about["words"] else {})
    found = {"pixels": Form(3 * pixels * pixels, "u8")} if pixels else {"frames": vector}
    if about["patches"]:
        found["patches"] = Form(int(about["patches"]) * vector.width, "f16")
    return found | {name: vector for name in ("sound", "context") if about[name]}


def items(place: Path) -> list[Item]:
    """Whole lines; the last may have been cut off."""
    if not place.exists():
        return []
    found = []
    for line in place.read_text(encoding="utf-8", errors="replace").splitlines(keepends=True):
        try:
            value = json.loads(line) if line.endswith("\n") else None
        except ValueError:
            value = None
        if value is None:
            break
        found.append(Item(value["name"], value["counts"]))
    return found


class Rows:
    """Files of videos, or of texts, while they are written.

    Parameters
    ----------
    place : Path
        The folder.
    side : {"videos", "texts"}
    given : mapping of str to Form
        Every item has rows in each of these.

    Raises
    ------
    UsageError
        If a file is shorter than its list says.
    """

    def __init__(self, place: Path, side: Side, given: Mapping[str, Form]) -> None:
        self.side, self.forms = side, given
        self._list = place / f"{side}.jsonl"
        held = items(self._list)
        self.names = {one.name for one in held}
        self._lines: list[str] = []
        self._files = {}
        for name, form in given.items():
            size = sum(one.counts[name] for one in held) * form.bytes
            file = (place / f"{name}.{form.kind}").open("ab")
            if file.tell() < size:
                raise UsageError(
                    f"{place / name}.{form.kind} is shorter than {side}.jsonl says.",
                    hint="Make the cache again, in another folder.",
                )
            file.truncate(size)  # what came after the last line is of an item that broke off
            self._files[name] = file
        whole = "".join(one.line() for one in held)
        if not self._list.exists() or self._list.read_text(encoding="utf-8") != whole:
            self._list.write_text(whole, encoding="utf-8")

    def add(self, name: str, given: Mapping[str, Array]) -> None:
        """Add an item; one that is there already is left as it is.

        Raises
        ------
        UsageError
            If it comes with other rows than this cache holds.
        """
        if name in self.names:
            return
        if set(given) != set(self.forms):
            raise UsageError(
                f"{name!r} comes with {', '.join(given)}; this cache holds"
                f" {', '.join(self.forms)} of every item."
            )
        counts = {what: len(one) for what, one in given.items()}
        for what, count in counts.items():
            if not count:
                raise UsageError(f"{name!r} has no {what}.", hint="Leave it out of the records.")
        if counts.get("patches", counts.get("frames")) != counts.get("frames"):
            raise UsageError(f"{name!r} has not as many patches as frames.")
        arrays = {what: self._rows(name, what, one) for what, one in given.items()}
        for what, one in arrays.items():
            self._files[what].write(one.tobytes())
        self.names.add(name)
        self._lines.append(Item(name, counts).line())
        if len(self._lines) >= 256:
            self.flush()

    def _rows(self, name: str, what: str, given: Array) -> Array:
        form = self.forms[what]
        array = np.asarray(given).reshape(len(given), -1)
        if array.shape[1:] != (form.width,):
            raise UsageError(
                f"The {what} of {name!r} have {array.shape[1]} numbers each, not {form.width}.",
                hint="They are of another model, or their axes are turned round.",
            )
        if form.kind == "f16":
            return self._half(name, what, array)
        found = array.astype(form.type)
        if not np.array_equal(found, array):
            raise UsageError(f"The {what} of {name!r} are no whole numbers that fit {form.type}.")
        return found

    def _half(self, name: str, what: str, array: Array) -> Array:
        with np.errstate(over="ignore"):
            found = array.astype("<f2")
        if not np.isfinite(found).all():
            raise UsageError(f"The {what} of {name!r} hold values that are no float16 numbers.")
        return found

    def flush(self) -> None:
        """Put on the disk what was added: first the rows, then the lines that count them."""
        for file in self._files.values():
            file.flush()
            os.fsync(file.fileno())
        if self._lines:
            with self._list.open("a", encoding="utf-8") as listed:
                listed.writelines(self._lines)
            self._lines.clear()

    def close(self) -> None:
        """Put everything on the disk and close the files."""
        self.flush()
        for file in self._files.values():
            file.close()
