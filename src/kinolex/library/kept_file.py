"""The file ``kept.sqlite``: opening, migrations, short transactions, clear sentences.

Unlike ``library.sqlite`` it has no writer's lock: any process may write at any time, and waits for
the other's transaction, which is short. What it holds cannot be made again, so that every commit
is flushed to the disk (``synchronous=FULL``) and brought from the log into the file at once: a copy
of the file alone holds everything that was committed.
"""

from __future__ import annotations

import datetime as dt
import os
import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from kinolex.errors import (
    LibraryBusyError,
    LibraryError,
    LibraryReadOnlyError,
    UsageError,
)
from kinolex.library.kept_records import MOST
from kinolex.library.schema import bring, check, scripts, version

__all__ = ["APPLICATION_ID", "FILE", "KeptFile", "KeptPart", "new_id", "now", "storable"]

FILE = "kept.sqlite"

APPLICATION_ID = 0x4B4E4C4B
"""Marks the file as ours in SQLite's header ("KNLK")."""

_WAIT = 30.0
"""Seconds that a transaction waits for another."""


def new_id() -> str:
    """A random id of 12 hexadecimal characters."""
    return os.urandom(6).hex()


def now() -> str:
    """The present time (ISO 8601, UTC, whole seconds)."""
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")


def _migrations() -> Mapping[int, str]:
    """The migrations of this file."""
    return scripts("kinolex.library", "kept_migrations")


class KeptFile:
    """A connection to ``kept.sqlite`` that several threads may use.

    A file that is not there yet reads as an empty one, and is made by the first change.

    Parameters
    ----------
    folder : Path
        The library.
    read_only : bool
        Refuse every change.
    """

    def __init__(self, folder: Path, *, read_only: bool = False) -> None:
        self.folder = folder
        self.file = folder / FILE
        self.read_only = read_only
        self._mutex = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._of: tuple[int, int] | None = None

    def close(self) -> None:
        """Close the file; the next use opens it again."""
        with self._mutex:
            if self._connection is not None:
                self._connection.close()
            self._connection = None

    def all(self, sql: str, arguments: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Every row of a query."""
        with self._mutex, self._explained():
            return self._opened().execute(sql, [storable(a) for a in arguments]).fetchall()

    def one(self, sql: str, arguments: Sequence[Any] = ()) -> tuple[Any, ...] | None:
        """First row of a query, or None."""
        rows = self.all(sql, arguments)
        return rows[0] if rows else None

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Everything read inside belongs together, whatever is written meanwhile."""
        with self._mutex, self._explained():
            connection = self._opened()
            if connection.in_transaction:
                yield
                return
            connection.execute("BEGIN")
            try:
                yield
            finally:
                connection.execute("COMMIT")

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """One transaction: everything inside is kept, or nothing is.

        Raises
        ------
        LibraryReadOnlyError
            If the file was opened read-only or cannot be written.
        LibraryBusyError
            If another program holds it for longer than half a minute.
        """
        if self.read_only:
            raise LibraryReadOnlyError(
                f"The library at {self.folder} was opened read-only.",
                hint="Open it without read_only.",
            )
        with self._mutex, self._explained():
            connection = self._opened(make=True)
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
            _bring_in(connection)

    def _opened(self, *, make: bool = False) -> sqlite3.Connection:
        """The connection to the file that lies there now: it may have been put there meanwhile."""
        there = _identity(self.file)
        if self._connection is not None and there == self._of and (there or not make):
            return self._connection
        self.close()
        if there is None and not make:
            self._connection, self._of = _empty(), None
            return self._connection
        if there is None:
            _make(self.folder)
        self._connection = self._connected(make=make)
        self._of = _identity(self.file)
        return self._connection

    def _connected(self, *, make: bool) -> sqlite3.Connection:
        """Open for writing where that is possible, else in the least demanding way that works."""
        modes = ["rwc" if make else "rw"] if not self.read_only else ["rw"]
        log = self.file.with_name(FILE + "-wal")
        if not make:
            modes.append("ro")
            if not log.exists() or log.stat().st_size == 0:
                modes.append("ro&immutable=1")
        failure: sqlite3.Error | None = None
        for mode in modes:
            try:
                return self._ready(mode)
            except sqlite3.Error as error:
                if _primary(error) not in _UNWRITABLE:
                    raise
                failure = failure or error
        assert failure is not None
        raise failure

    def _ready(self, mode: str) -> sqlite3.Connection:
        until = time.monotonic() + _WAIT
        while True:
            connection = _connect(self.file, mode)
            try:
                connection.execute("PRAGMA foreign_keys = ON")
                if self._known(connection) < max(_migrations()):
                    if mode.startswith("ro") or self.read_only:
                        return self._older(connection)
                    self._migrate(connection)
                connection.execute("PRAGMA synchronous = FULL")
                return connection
            except sqlite3.Error as error:
                connection.close()
                # Two that make the file at once are not made to wait by SQLite itself.
                if _primary(error) != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                    raise
                time.sleep(0.02)
            except BaseException:
                connection.close()
                raise

    def _known(self, connection: sqlite3.Connection) -> int:
        """The format of the file, if it is one of ours."""
        return check(
            connection,
            str(self.file),
            _migrations(),
            mark=APPLICATION_ID,
            what="what kinolex keeps",
            hint="Move it away.",
        )

    def _older(self, connection: sqlite3.Connection) -> sqlite3.Connection:
        """What to read where the file cannot be brought up to date."""
        found = version(connection)
        connection.close()
        if found == 0:  # nothing was ever written
            return _empty()
        raise LibraryError(
            f"{self.file} is of an older format ({found}).",
            hint="Change something once where it can be written, for example with `kinolex tag`.",
        )

    def _migrate(self, connection: sqlite3.Connection) -> None:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("BEGIN IMMEDIATE")
        try:
            bring(connection, _migrations(), self._known(connection), APPLICATION_ID)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Turn SQLite's errors into sentences."""
        try:
            yield
        except sqlite3.Error as error:
            raise _sentence(error, self.file) from error


class KeptPart:
    """One concern of what is kept.

    Parameters
    ----------
    file : KeptFile
        Where it lies.
    """

    def __init__(self, file: KeptFile) -> None:
        self._file = file

    def _room(self, connection: sqlite3.Connection, table: str, column: str, value: str) -> None:
        """Refuse more rows of a kind than can be listed."""
        sql = f"SELECT count(*) FROM {table} WHERE {column} = ?"
        if connection.execute(sql, (value,)).fetchone()[0] >= MOST:
            raise UsageError(
                f"There are {MOST:,} {table} already.", hint="Delete some that are not needed."
            )


def _bring_in(connection: sqlite3.Connection) -> None:
    """Bring the log into the file and empty it, unless somebody is reading just now."""
    connection.execute("PRAGMA busy_timeout = 0")
    with suppress(sqlite3.Error):  # what was committed is kept in any case
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    connection.execute(f"PRAGMA busy_timeout = {round(1000 * _WAIT)}")


def _empty() -> sqlite3.Connection:
    """What a file that was never written reads as."""
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    bring(connection, _migrations(), 0, APPLICATION_ID)
    return connection


def _connect(file: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(
        f"{file.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=_WAIT,
        isolation_level=None,
        check_same_thread=False,
    )


def _identity(file: Path) -> tuple[int, int] | None:
    """Which file lies at a path; None where there is none."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LibraryReadOnlyError(
            f"The library {folder} cannot be made: {error.strerror}.",
            hint="Choose another place with --library.",
        ) from error


def storable(value: Any) -> Any:
    """A value that SQLite takes: what is no valid text is not in the file, and finds nothing."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


_UNWRITABLE = (
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_AUTH,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_IOERR,
)


def _primary(error: sqlite3.Error) -> int:
    return (getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF


def _sentence(error: sqlite3.Error, file: Path) -> LibraryError:
    code = _primary(error)
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return LibraryBusyError(
            f"{file} is locked by another program.",
            hint="Close the program that has it open, then try again.",
        )
    if code in (*_UNWRITABLE[:3], sqlite3.SQLITE_CANTOPEN):
        return LibraryReadOnlyError(
            f"{file} cannot be written.", hint="Change its permissions, or those of its folder."
        )
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return LibraryError(
            f"{file} is damaged or not what kinolex keeps ({error}).",
            hint="Restore it from a backup, or move it away: searching works without it.",
        )
    if code == sqlite3.SQLITE_FULL:
        return LibraryError(f"The disk with {file} is full.", hint="Make room and try again.")
    return LibraryError(f"{file} could not be read or written ({error}).")
