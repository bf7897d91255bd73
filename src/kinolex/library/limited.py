"""A reading connection that sees some roots, and nothing by which another could be noticed.

Every table has a temporary view of its own name (``limits.sql``), which gives the allowed rows
alone. SQLite looks for names among the temporary ones first, so that every query of every room is
limited without knowing it. An authorizer refuses whatever would reach a table past its view: a
table that a later format adds is closed until ``limits.sql`` says what of it belongs to a root.

Which videos are seen, and what of those that lie elsewhere too (`copies`), is kept in temporary
tables. They belong to one commit and are made again, inside the reader's own snapshot, before
anything is read from another one.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib import resources
from pathlib import Path
from typing import Any

from kinolex.library.copies import own_failures, own_subtitles, own_titles
from kinolex.library.database import Database, explained
from kinolex.library.remembered import own_memory
from kinolex.library.schema import statements

__all__ = ["MOST_KEPT", "LimitedDatabase"]

MOST_KEPT = 16
"""Sets of roots whose arrays stay in ``cache/limited``; the longest unused ones go first."""

_MADE_ANEW = (
    "seen",
    "remembered",
    "shown",
    "own_titles",
    "own_blocks",
    "own_failures",
    "unseen_passages",
    "unseen_blocks",
    "unseen_channels",
)
_SEEN = (
    "INSERT INTO temp.seen SELECT num, id FROM main.videos WHERE id IN "
    "(SELECT video FROM main.paths WHERE root IN (SELECT id FROM temp.allowed))"
)
_REFUSED = frozenset(
    {
        sqlite3.SQLITE_ALTER_TABLE,
        sqlite3.SQLITE_CREATE_INDEX,
        sqlite3.SQLITE_CREATE_TABLE,
        sqlite3.SQLITE_CREATE_TRIGGER,
        sqlite3.SQLITE_CREATE_VIEW,
        sqlite3.SQLITE_CREATE_VTABLE,
        sqlite3.SQLITE_DELETE,
        sqlite3.SQLITE_DROP_INDEX,
        sqlite3.SQLITE_DROP_TABLE,
        sqlite3.SQLITE_DROP_TRIGGER,
        sqlite3.SQLITE_DROP_VIEW,
        sqlite3.SQLITE_DROP_VTABLE,
        sqlite3.SQLITE_INSERT,
        sqlite3.SQLITE_UPDATE,
    }
)


class LimitedDatabase(Database):
    """A library's SQLite file as if some roots alone had ever been indexed; for reading.

    Parameters
    ----------
    folder : Path
        The library.
    roots : collection of str
        Ids of the roots that are seen. Those that the library does not know give nothing.

    Raises
    ------
    NotFoundError, LibraryError
        As `Database`.
    """

    def __init__(self, folder: Path, roots: Collection[str]) -> None:
        self._allowed = frozenset(roots)
        self._stamp: tuple[int, str] | None = None
        self._indexed: dict[str, tuple[int, str]] = {}
        self._views: frozenset[str] = frozenset()
        self._within = False
        super().__init__(folder, write=False)

    def _open(self) -> sqlite3.Connection:
        connection = super()._open()
        try:
            with explained(self.folder):
                # Not for writing what is stored: the authorizer sees to that.
                connection.execute("PRAGMA query_only = OFF")
                self._limit(connection)
                connection.set_authorizer(self._authorize)
        except BaseException:
            connection.close()
            raise
        _keep_few(self.cache)
        return connection

    def _limit(self, connection: sqlite3.Connection) -> None:
        """Make the temporary tables and views, and word indexes like those of the library."""
        script = resources.files("kinolex.library") / "limits.sql"
        for statement in statements(script.read_text(encoding="utf-8")):
            connection.execute(statement)
        for name, sql in connection.execute(
            "SELECT name, sql FROM main.sqlite_schema WHERE sql LIKE 'CREATE VIRTUAL TABLE%fts5%'"
        ).fetchall():
            kept = f"{name}_kept"
            connection.execute(f"CREATE TEMP TABLE {kept} (id INTEGER PRIMARY KEY, folded TEXT)")
            own = re.sub(r"content\s*=\s*'passages'", f"content = '{kept}'", sql)
            connection.execute(own.replace("VIRTUAL TABLE ", "VIRTUAL TABLE temp.", 1))
        views = connection.execute("SELECT name FROM temp.sqlite_schema WHERE type = 'view'")
        self._views = frozenset(name for (name,) in views)
        connection.executemany(
            "INSERT INTO temp.allowed VALUES (?)", [(root,) for root in sorted(self._allowed)]
        )

    def _authorize(
        self, action: int, one: str | None, two: str | None, schema: str | None, inner: str | None
    ) -> int:
        """Let nobody past the views (``inner``: the view that asks), or write what is stored."""
        del one, two
        if self._within or schema not in ("main", None):
            return sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_ATTACH or (schema == "main" and action in _REFUSED):
            return sqlite3.SQLITE_DENY
        if action == sqlite3.SQLITE_READ and schema == "main" and inner not in self._views:
            return sqlite3.SQLITE_DENY
        return sqlite3.SQLITE_OK

    @property
    def roots(self) -> frozenset[str] | None:
        """Ids of the roots that are seen."""
        return self._allowed

    @property
    def cache(self) -> Path:
        """Folder of the arrays of these roots, as a library of their own would have them."""
        key = hashlib.sha256("\n".join(sorted(self._allowed)).encode()).hexdigest()[:16]
        return self.folder / "cache" / "limited" / key

    @property
    def generation(self) -> int:
        """A number that says which commit this is, but not how many there were."""
        return _opaque(self.stamp()[1])

    def stamp(self) -> tuple[int, str]:
        """The true generation and token, which tell when something has to be read again."""
        with self.snapshot():
            return self._stamp or (0, "")

    def all(self, sql: str, arguments: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Every row of a query."""
        with self.snapshot():
            return super().all(sql, arguments)

    def one(self, sql: str, arguments: Sequence[Any] = ()) -> tuple[Any, ...] | None:
        """First row of a query, or None."""
        with self.snapshot():
            return super().one(sql, arguments)

    def piece(self, table: str, column: str, num: int, start: int, size: int) -> bytes:
        """Part of a blob; blobs are opened past the views, so the row is looked up first."""
        with self.snapshot():
            if self.one(f"SELECT 1 FROM {table} WHERE num = ?", (num,)) is None:
                return b""
            return super().piece(table, column, num, start, size)

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Everything read inside sees the same generation, and what is allowed of that one."""
        with self._mutex:
            inner = self.connection.in_transaction
            with super().snapshot():
                if not inner:
                    self._renew()
                yield

    def _renew(self) -> None:
        """Work out what is seen, if the library has changed since that was done last."""
        with self._inside():
            row = self.connection.execute("SELECT generation, token FROM main.library").fetchone()
            stamp = (int(row[0]), str(row[1])) if row else (0, "")
            if stamp == self._stamp:
                return
            self._stamp = None
            with self._savepoint():
                for table in _MADE_ANEW:
                    self.connection.execute(f"DELETE FROM temp.{table}")
                self.connection.execute(_SEEN)
                self.connection.execute("INSERT INTO temp.shown VALUES (?)", (_opaque(stamp[1]),))
                own_titles(self.connection)
                own_subtitles(self.connection)
                own_failures(self.connection)
                own_memory(self.connection, self.folder, self._allowed)
            self._stamp = stamp

    def index_words(self, table: str) -> None:
        """Bring a word index to the passages that are seen now, by what has changed.

        It is made when words are first looked up: ranks (BM25) depend on every indexed passage.
        """
        if self._indexed.get(table) == self._stamp:
            return
        run, kept = self.connection.execute, f"temp.{table}_kept"
        gone = f"FROM {kept} WHERE id IN (SELECT id FROM temp.words_gone)"
        with self._inside(), self._savepoint():
            run("DELETE FROM temp.words_gone")
            run("DELETE FROM temp.words_new")
            run(
                f"INSERT INTO temp.words_gone SELECT id FROM {kept} k WHERE NOT EXISTS "
                "(SELECT 1 FROM passages p WHERE p.id = k.id AND p.folded = k.folded)"
            )
            # FTS5 takes a row out by the words that it was given.
            run(
                f"INSERT INTO temp.{table} ({table}, rowid, folded) "
                f"SELECT 'delete', id, folded {gone}"
            )
            run(f"DELETE {gone}")
            run(
                "INSERT INTO temp.words_new SELECT p.id, p.folded FROM passages p "
                f"WHERE p.id NOT IN (SELECT id FROM {kept})"
            )
            run(f"INSERT INTO temp.{table} (rowid, folded) SELECT id, folded FROM temp.words_new")
            run(f"INSERT INTO {kept} SELECT id, folded FROM temp.words_new")
            run("DELETE FROM temp.words_new")
        if self._stamp is not None:
            self._indexed[table] = self._stamp

    @contextmanager
    def _inside(self) -> Iterator[None]:
        """The statements of this class may reach the whole library."""
        before, self._within = self._within, True
        try:
            yield
        finally:
            self._within = before

    @contextmanager
    def _savepoint(self) -> Iterator[None]:
        """All of it, or nothing."""
        self.connection.execute("SAVEPOINT limits")
        try:
            yield
        except BaseException:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK TO limits")
                self.connection.execute("RELEASE limits")
            raise
        self.connection.execute("RELEASE limits")


def _opaque(token: str) -> int:
    """A commit's random token as a number that JSON can hold."""
    return int.from_bytes(hashlib.sha256(token.encode()).digest()[:6])


def _keep_few(mine: Path) -> None:
    """Note that a set of roots is in use, and delete the arrays of those that hardly are."""
    with suppress(OSError):
        mine.mkdir(parents=True, exist_ok=True)
        os.utime(mine)
        others = [folder for folder in mine.parent.iterdir() if folder != mine]
        others.sort(key=lambda folder: folder.stat().st_mtime, reverse=True)
        for folder in others[MOST_KEPT - 1 :]:
            shutil.rmtree(folder, ignore_errors=True)
