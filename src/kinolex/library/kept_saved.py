"""Saved searches: questions by name, and the videos in which their answers were seen."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from kinolex.errors import UsageError
from kinolex.library.kept_file import KeptPart, new_id, now, storable
from kinolex.library.kept_records import (
    MOST_LETTERS,
    MOST_NAME,
    Saved,
    alike,
    named,
    taken,
    unclear,
    written,
)

__all__ = ["QUESTION", "KeptSaved"]

QUESTION = (
    "text",
    "like",
    "channels",
    "video",
    "folder",
    "after",
    "before",
    "min_length",
    "max_length",
    "language",
    "tag",
    "group",
    "sort",
)
"""Keyword arguments of `kinolex.api.Library.search` that a saved question may hold, and ``sort``:
the order in which pages show its moments."""

_COLUMNS = "id, name, question, created, owner"


class KeptSaved(KeptPart):
    """Keep, list and forget saved searches."""

    def save(self, name: str, question: Mapping[str, Any], *, owner: str = "") -> Saved:
        """Keep a question by name.

        Parameters
        ----------
        name : str
            No other search of this owner may have it.
        question : mapping
            Keyword arguments of `kinolex.api.Library.search` as plain JSON values (`QUESTION`);
            empty ones are left out.
        owner : str
            Who keeps it, where several people share a library.

        Raises
        ------
        UsageError
            If name or question cannot be kept.
        """
        name, owner = named(name), written(owner, "The owner", MOST_NAME)
        asked = _question(question)
        saved = Saved(new_id(), name, asked, now(), owner)
        text = json.dumps(asked, ensure_ascii=False, allow_nan=False)
        with self._file.write() as connection:
            self._room(connection, "saved", "owner", owner)
            try:
                connection.execute(
                    "INSERT INTO saved (id, name, folded, question, created, owner) "
                    "VALUES (?, ?, ?, ?, ?, ?)",
                    (saved.id, name, alike(name), text, saved.created, owner),
                )
            except sqlite3.IntegrityError as error:
                raise taken("saved search", name) from error
        return saved

    def saved(self, *, owner: str | None = None) -> list[Saved]:
        """Saved searches of one owner, or of all, in the order in which they were saved."""
        where, arguments = ("", ()) if owner is None else ("WHERE owner = ?", (owner,))
        rows = self._file.all(f"SELECT {_COLUMNS} FROM saved {where} ORDER BY num", arguments)
        return [_saved(row) for row in rows]

    def find_saved(self, id_or_name: str) -> Saved:
        """One saved search by id, or by a name that only one has.

        Raises
        ------
        NotFoundError
            If there is none, or more than one.
        """
        sql = f"SELECT {_COLUMNS} FROM saved WHERE "
        rows = self._file.all(sql + "id = ?", (id_or_name,)) or self._file.all(
            sql + "folded = ?", (alike(id_or_name),)
        )
        if len(rows) != 1:
            raise unclear("saved search", id_or_name, len(rows), "`kinolex saved list`")
        return _saved(rows[0])

    def rename_saved(self, id: str, name: str) -> Saved:
        """Give a saved search another name."""
        name = named(name)
        with self._file.write() as connection:
            num = _num(connection, id)
            try:
                connection.execute(
                    "UPDATE saved SET name = ?, folded = ? WHERE num = ?", (name, alike(name), num)
                )
            except sqlite3.IntegrityError as error:
                raise taken("saved search", name) from error
        return self.find_saved(id)

    def unsave(self, id: str) -> None:
        """Forget a saved search, and what was seen of it."""
        with self._file.write() as connection:
            connection.execute("DELETE FROM saved WHERE num = ?", (_num(connection, id),))

    def look(self, id: str, videos: Collection[str]) -> None:
        """Remember that the person has seen answers that lie in these videos."""
        seen = {named(video, "The video") for video in videos}
        with self._file.write() as connection:
            num = _num(connection, id)
            connection.executemany(
                "INSERT OR IGNORE INTO seen (saved, video) VALUES (?, ?)",
                [(num, video) for video in sorted(seen)],
            )

    def unseen(self, id: str, videos: Sequence[str]) -> int:
        """Count the moments that lie in videos that were not seen yet.

        Parameters
        ----------
        id : str
            Of a saved search.
        videos : sequence of str
            The video of each moment of its present answer, one entry a moment.
        """
        self.find_saved(id)
        rows = self._file.all(
            "SELECT s.video FROM seen s JOIN saved q ON q.num = s.saved WHERE q.id = ?", (id,)
        )
        seen = {video for (video,) in rows}
        return sum(video not in seen for video in videos)


def _question(question: Mapping[str, Any]) -> dict[str, Any]:
    """A question in the order of `QUESTION`, without what is empty."""
    unknown = [str(key) for key in question if key not in QUESTION]
    if unknown:
        raise UsageError(
            f"A saved search cannot hold {', '.join(unknown)}.",
            hint=f"It may hold {', '.join(QUESTION)}.",
        )
    try:
        text = json.dumps(dict(question), ensure_ascii=False, allow_nan=False)
        text.encode("utf-8")
    except (TypeError, ValueError) as error:
        raise UsageError(f"The question cannot be kept as JSON: {error}.") from error
    if len(text) > MOST_LETTERS:
        raise UsageError(
            f"The question has {len(text):,} characters.",
            hint=f"At most {MOST_LETTERS:,} are kept.",
        )
    plain = json.loads(text)
    return {key: plain[key] for key in QUESTION if plain.get(key) not in (None, "", [], {})}


def _saved(row: Sequence[Any]) -> Saved:
    return Saved(row[0], row[1], json.loads(row[2]), row[3], row[4])


def _num(connection: sqlite3.Connection, id: str) -> int:
    row = connection.execute("SELECT num FROM saved WHERE id = ?", (storable(id),)).fetchone()
    if row is None:
        raise unclear("saved search", id, 0, "`kinolex saved list`")
    return int(row[0])
