"""What of a library's memory a reader of some roots shares: plain facts, and concepts.

A concept's name and words are everybody's; its examples are seen where their videos are. One that
nothing is left of was never taught, as far as this reader knows. Keys of other kinds stay hidden.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from kinolex.library.concepts import KEY
from kinolex.library.counting import WANTED
from kinolex.library.database import unstored
from kinolex.library.memory import CHOSEN, WHOLE

__all__ = ["own_memory"]

Places = Sequence[tuple[str, bool]]
"""Folders of all roots, the innermost first, with whether they may be seen."""


def own_memory(connection: sqlite3.Connection, library: Path, allowed: Collection[str]) -> None:
    """Fill ``temp.remembered`` (``limits.sql``), when ``temp.seen`` is filled."""
    shown = {WANTED, CHOSEN, *(WHOLE + root for root in allowed)}
    places = _places(connection, library, allowed)
    for key, value in connection.execute("SELECT key, value FROM main.memory").fetchall():
        own = value if key in shown else None
        if key.startswith(KEY):
            own = _concept(connection, json.loads(value), places)
        if own is not None:
            connection.execute("INSERT INTO temp.remembered VALUES (?, ?)", (key, own))


def _concept(connection: sqlite3.Connection, concept: dict[str, Any], places: Places) -> str | None:
    """A concept with the examples that may be seen; None where nothing says what it is."""
    examples = [e for e in concept["examples"] if _shown(connection, e, places)]
    if not concept["words"] and not any(e["wanted"] for e in examples):
        return None
    return json.dumps({**concept, "examples": examples}, sort_keys=True)


def _shown(connection: sqlite3.Connection, example: dict[str, Any], places: Places) -> bool:
    value = str(example["value"])
    if example["kind"] == "span":
        sql = "SELECT 1 FROM temp.seen WHERE id = ?"
        return connection.execute(sql, (value.partition("#")[0],)).fetchone() is not None
    return all(_allowed(path, places) for path in (value, os.path.realpath(value)))


def _places(connection: sqlite3.Connection, library: Path, allowed: Collection[str]) -> Places:
    rows = connection.execute("SELECT id, path, near FROM main.roots").fetchall()
    home = os.path.realpath(library)
    found = [(unstored(path), root in allowed) for root, path, _ in rows]
    for root, _, near in rows:
        if near:
            found.append((os.path.normpath(os.path.join(home, unstored(near))), root in allowed))
    return sorted(found, key=lambda place: -len(place[0]))


def _allowed(path: str, places: Places) -> bool:
    """Whether a file lies in an allowed root, or in none."""
    inside = (allowed for folder, allowed in places if Path(path).is_relative_to(folder))
    return next(inside, True)
