"""Collections: lists of spans by name, in the order that a person gives them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from kinolex.errors import NotFoundError, UsageError
from kinolex.library.kept_file import KeptPart, new_id, now, storable
from kinolex.library.kept_records import (
    MOST,
    MOST_NAME,
    MOST_NOTE,
    Collection,
    Item,
    alike,
    named,
    span_of,
    taken,
    unclear,
    written,
)

__all__ = ["KeptCollections", "Spans"]

Spans = Iterable[tuple[str, float, float, str]]
"""Video id, start and end in seconds, note (may be empty)."""

_COLUMNS = "id, name, created, changed, owner, num"
_ITEM = "id, video, start_time, end_time, note, added"


class KeptCollections(KeptPart):
    """Make, change and forget collections."""

    def collect(self, name: str, spans: Spans = (), *, owner: str = "") -> Collection:
        """Make a collection.

        Parameters
        ----------
        name : str
            No other collection of this owner may have it.
        spans : iterable of (video id, start, end, note)
            Its items, in order; times in seconds.
        owner : str
            Who keeps it, where several people share a library.

        Raises
        ------
        UsageError
            If the name is none or taken, or a span or note cannot be kept; nothing is made then.
        """
        name, owner = named(name), written(owner, "The owner", MOST_NAME)
        items, id = _items(spans), new_id()
        with self._file.write() as connection:
            self._room(connection, "collections", "owner", owner)
            try:
                num = connection.execute(
                    "INSERT INTO collections (id, name, folded, created, changed, owner) "
                    "VALUES (?, ?, ?, ?, ?, ?)",
                    (id, name, alike(name), now(), now(), owner),
                ).lastrowid
            except sqlite3.IntegrityError as error:
                raise taken("collection", name) from error
            _append(connection, int(num or 0), items)
        return self.collection(id)

    def collections(self, *, owner: str | None = None) -> list[Collection]:
        """Collections of one owner, or of all, in the order in which they were made."""
        where, arguments = ("", ()) if owner is None else ("WHERE owner = ?", (owner,))
        with self._file.snapshot():
            rows = self._file.all(
                f"SELECT {_COLUMNS} FROM collections {where} ORDER BY num", arguments
            )
            return [self._whole(row) for row in rows]

    def collection(self, id_or_name: str) -> Collection:
        """One collection by id, or by a name that only one has (case does not count).

        Raises
        ------
        NotFoundError
            If there is none, or more than one.
        """
        sql = f"SELECT {_COLUMNS} FROM collections WHERE "
        with self._file.snapshot():
            rows = self._file.all(sql + "id = ?", (id_or_name,)) or self._file.all(
                sql + "folded = ?", (alike(id_or_name),)
            )
            if len(rows) != 1:
                raise unclear("collection", id_or_name, len(rows), "`kinolex collections list`")
            return self._whole(rows[0])

    def _whole(self, row: Sequence[Any]) -> Collection:
        id, name, created, changed, owner, num = row
        rows = self._file.all(
            f"SELECT {_ITEM} FROM items WHERE collection = ? ORDER BY place", (num,)
        )
        return Collection(id, name, tuple(Item(*item) for item in rows), created, changed, owner)

    def add_items(self, id: str, spans: Spans) -> Collection:
        """Put spans at the end of a collection."""
        items = _items(spans)
        with self._file.write() as connection:
            _append(connection, _changing(connection, id), items)
        return self.collection(id)

    def remove_items(self, id: str, items: Iterable[str]) -> Collection:
        """Take items (by their ids) out of a collection; all of them must be in it."""
        unwanted = list(dict.fromkeys(items))
        with self._file.write() as connection:
            num = _changing(connection, id)
            order = _order(connection, num)
            for item in unwanted:
                _place(order, item)
            connection.executemany("DELETE FROM items WHERE id = ?", [(i,) for i in unwanted])
            _arrange(connection, order, [item for item in order if item not in set(unwanted)])
        return self.collection(id)

    def move_item(self, id: str, item: str, position: int) -> Collection:
        """Put an item at a position: 0 is the first; one past the end means the last."""
        if not isinstance(position, int) or position < 0:
            raise UsageError(f"A position must be a whole number from 0 on, not {position!r}.")
        with self._file.write() as connection:
            order = _order(connection, _changing(connection, id))
            wanted = list(order)
            wanted.insert(position, wanted.pop(_place(order, item)))
            _arrange(connection, order, wanted)
        return self.collection(id)

    def note_item(self, id: str, item: str, note: str) -> Collection:
        """Write a note on an item; an empty one takes it away."""
        note = written(note, "The note", MOST_NOTE)
        with self._file.write() as connection:
            _place(_order(connection, _changing(connection, id)), item)
            connection.execute("UPDATE items SET note = ? WHERE id = ?", (note, item))
        return self.collection(id)

    def rename_collection(self, id: str, name: str) -> Collection:
        """Give a collection another name."""
        name = named(name)
        with self._file.write() as connection:
            num = _changing(connection, id)
            try:
                connection.execute(
                    "UPDATE collections SET name = ?, folded = ? WHERE num = ?",
                    (name, alike(name), num),
                )
            except sqlite3.IntegrityError as error:
                raise taken("collection", name) from error
        return self.collection(id)

    def remove_collection(self, id: str) -> None:
        """Forget a collection; the videos stay."""
        with self._file.write() as connection:
            num = _changing(connection, id)
            connection.execute("DELETE FROM collections WHERE num = ?", (num,))


_Rows = list[tuple[str, str, float, float, str, str]]


def _items(spans: Spans) -> _Rows:
    """Checked rows of `_ITEM`."""
    rows: _Rows = []
    for video, start, end, note in spans:
        if len(rows) == MOST:
            raise _too_many()
        span = span_of(start, end)
        kept = written(note, "The note", MOST_NOTE)
        rows.append((new_id(), named(video, "The video"), span.start, span.end, kept, now()))
    return rows


def _too_many() -> UsageError:
    return UsageError(f"A collection holds at most {MOST:,} spans.", hint="Make a second one.")


def _changing(connection: sqlite3.Connection, id: str) -> int:
    """Row number of a collection that is about to change."""
    row = connection.execute(
        "UPDATE collections SET changed = ? WHERE id = ? RETURNING num", (now(), storable(id))
    ).fetchone()
    if row is None:
        raise unclear("collection", id, 0, "`kinolex collections list`")
    return int(row[0])


def _append(connection: sqlite3.Connection, num: int, items: _Rows) -> None:
    before = len(_order(connection, num))
    if before + len(items) > MOST:
        raise _too_many()
    connection.executemany(
        f"INSERT INTO items (collection, place, {_ITEM}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [(num, before + n, *item) for n, item in enumerate(items)],
    )


def _order(connection: sqlite3.Connection, num: int) -> list[str]:
    """Ids of the items of a collection, in order."""
    sql = "SELECT id FROM items WHERE collection = ? ORDER BY place"
    return [id for (id,) in connection.execute(sql, (num,))]


def _place(order: Sequence[str], item: str) -> int:
    if item not in order:
        raise NotFoundError(f"The collection has no item {item!r}.")
    return order.index(item)


def _arrange(connection: sqlite3.Connection, before: Sequence[str], wanted: Sequence[str]) -> None:
    """Write the places of those items that stand elsewhere now."""
    stood = {item: place for place, item in enumerate(before)}
    connection.executemany(
        "UPDATE items SET place = ? WHERE id = ?",
        [(place, item) for place, item in enumerate(wanted) if stood[item] != place],
    )
