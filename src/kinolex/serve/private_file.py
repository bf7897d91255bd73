"""A small SQLite file that only its owner can read: accounts, the audit log.

It lies beside ``library.sqlite`` but apart from it: whoever copies or shares a library does not
hand on its passwords, and indexing never waits for a login.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from kinolex.errors import LibraryError, LibraryReadOnlyError
from kinolex.library.database import explained
from kinolex.library.schema import bring, check, scripts

__all__ = ["PrivateFile"]

MODE = 0o600
PATIENCE = 10.0
"""Seconds to wait for another process that is writing."""


class PrivateFile:
    """One SQLite file with mode 0600, WAL and numbered forward migrations.

    Parameters
    ----------
    file : Path
        Made when it is not there, and brought up to the newest format.
    kind : str
        Folder of its migrations below ``kinolex/serve/migrations``.
    mark : int
        SQLite's ``application_id``: a file of another kind is refused.

    Raises
    ------
    LibraryError
        One of its kinds, if the file cannot be used.
    """

    def __init__(self, file: Path, kind: str, mark: int) -> None:
        self.file = file
        self._mutex = threading.RLock()
        _touch(file)
        known = scripts("kinolex.serve", f"migrations/{kind}")
        with _explained(file):
            self._connection = sqlite3.connect(
                file, timeout=PATIENCE, isolation_level=None, check_same_thread=False
            )
            try:
                _migrate(self._connection, file, mark, known)
                _tune(self._connection)
            except BaseException:
                self._connection.close()
                raise

    def close(self) -> None:
        """Close the file."""
        with self._mutex:
            self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *ending: object) -> None:
        self.close()

    def all(self, sql: str, arguments: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Every row of a query."""
        with self._mutex, _explained(self.file):
            return self._connection.execute(sql, arguments).fetchall()

    def one(self, sql: str, arguments: Sequence[Any] = ()) -> tuple[Any, ...] | None:
        """First row of a query, or None."""
        with self._mutex, _explained(self.file):
            row: tuple[Any, ...] | None = self._connection.execute(sql, arguments).fetchone()
            return row

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """One transaction; no other process writes while it lasts."""
        with self._mutex, _explained(self.file):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise


@contextmanager
def _explained(file: Path) -> Iterator[None]:
    """Turn SQLite's errors into sentences."""
    with explained(file.parent):
        try:
            yield
        except sqlite3.DatabaseError as error:
            if (error.sqlite_errorcode or 0) & 0xFF in (
                sqlite3.SQLITE_CORRUPT,
                sqlite3.SQLITE_NOTADB,
            ):
                raise LibraryError(
                    f"{file} is damaged ({error}).", hint="Restore it from a backup, or remove it."
                ) from error
            raise


def _touch(file: Path) -> None:
    """Make the file with its mode before SQLite opens it, and tighten one that is open to others.

    SQLite gives its ``-wal`` and ``-shm`` files the mode of the file itself.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_RDWR, MODE))
        except FileExistsError:
            if file.stat().st_mode & 0o077:
                file.chmod(MODE)
    except OSError as error:
        raise LibraryReadOnlyError(
            f"{file} cannot be made or kept private: {error.strerror}.",
            hint="Choose another place with --library, or change its permissions.",
        ) from error


def _migrate(
    connection: sqlite3.Connection, file: Path, mark: int, known: Mapping[int, str]
) -> None:
    if _check(connection, file, mark, known) == max(known):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Looked at again: another process may have done it while this one waited.
        bring(connection, known, _check(connection, file, mark, known), mark)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _check(connection: sqlite3.Connection, file: Path, mark: int, known: Mapping[int, str]) -> int:
    what, hint = "one of kinolex", "Move it away, then try again."
    return check(connection, str(file), known, mark=mark, what=what, hint=hint)


def _tune(connection: sqlite3.Connection) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            # The change to WAL needs the file alone and does not wait for it by itself.
            connection.execute("PRAGMA journal_mode = WAL")
            break
        except sqlite3.OperationalError as error:
            busy = (error.sqlite_errorcode or 0) & 0xFF in (
                sqlite3.SQLITE_BUSY,
                sqlite3.SQLITE_LOCKED,
            )
            if not busy or time.monotonic() > until:
                raise
            time.sleep(0.02)
    # A revoked token must not come back after a power cut.
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA trusted_schema = OFF")
