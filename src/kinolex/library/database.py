"""One SQLite connection with kinolex's manners: transactions, generations, clear sentences.

WAL with ``synchronous=NORMAL``: after ``kill -9`` nothing that was committed is lost, as the
operating system has it; after a power cut the last commits may be missing but the file is whole,
and ingest does the missing channels again. ``FULL`` would cost a disk flush for every channel and
protect nothing that cannot be made again.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kinolex.errors import (
    KinolexError,
    LibraryBusyError,
    LibraryError,
    LibraryReadOnlyError,
    NotFoundError,
)
from kinolex.library import schema
from kinolex.library.lock import WriterLock

__all__ = ["FILE", "Database", "explained", "stored", "unstored"]

FILE = "library.sqlite"
_FULL = "The disk with the library {place} is full."


def stored(text: str) -> str | bytes:
    """A file name as SQLite can keep it: names that are not Unicode are kept as bytes."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return os.fsencode(text)
    return text


def unstored(value: str | bytes) -> str:
    """The file name that `stored` kept."""
    return os.fsdecode(value) if isinstance(value, bytes) else value


@contextmanager
def explained(place: Path) -> Iterator[None]:
    """Turn SQLite's errors into sentences.

    Raises
    ------
    LibraryBusyError, LibraryReadOnlyError, LibraryError
        By what SQLite reports.
    """
    try:
        yield
    except sqlite3.Error as error:
        raise _sentence(error, place) from error


def _sentence(error: sqlite3.Error, place: Path) -> LibraryError:
    code = getattr(error, "sqlite_errorcode", 0) or 0
    primary = code & 0xFF
    if primary in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return LibraryBusyError(
            f"The library {place} is locked by another program.",
            hint="Close the program that has it open, then try again.",
        )
    if primary == sqlite3.SQLITE_AUTH:
        return LibraryError(
            f"The library {place} is open for some roots only, which leaves this out ({error}).",
            hint="Say in kinolex/library/limits.sql which rows of the table belong to a root.",
        )
    if primary in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM):
        return LibraryReadOnlyError(
            f"The library {place} cannot be written.",
            hint="Choose another place with --library, or change its permissions.",
        )
    if primary == sqlite3.SQLITE_FULL:
        return LibraryError(
            _FULL.format(place=place),
            hint="Nothing that was committed is lost; make room and run again.",
        )
    if primary == sqlite3.SQLITE_IOERR:
        return LibraryError(
            f"The disk with the library {place} could not be read or written ({error}).",
            hint="Nothing that was committed is lost; check the disk and its free space.",
        )
    if primary in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return LibraryError(
            f"{place / FILE} is damaged or not a kinolex library ({error}).",
            hint="Restore it from a backup, or move it away and index again.",
        )
    if primary == sqlite3.SQLITE_CANTOPEN:
        return LibraryError(f"The library {place} cannot be opened ({error}).")
    return LibraryError(f"The library {place} could not do that: {error}.")


class Database:
    """A library's SQLite file, opened for reading or as its one writer.

    Parameters
    ----------
    folder : Path
        The library.
    write : bool
        Become the writer; makes the library when it does not exist.

    Raises
    ------
    NotFoundError
        If there is no library and ``write`` is false.
    LibraryError
        One of its kinds, if it cannot be used.
    """

    def __init__(self, folder: Path, *, write: bool) -> None:
        self.folder = folder
        self.writable = write
        self._mutex = threading.RLock()
        self._lock = WriterLock(folder) if write else None
        if self._lock is not None:
            _make(folder)
            self._lock.acquire()
        try:
            self.connection = self._open()
        except BaseException:
            if self._lock is not None:
                self._lock.release()
            raise

    def _open(self) -> sqlite3.Connection:
        file = self.folder / FILE
        if self.writable:
            with explained(self.folder):
                connection = _connect(file, "rwc")
                try:
                    schema.check(connection, str(file), schema.migrations())
                    _tune_writer(connection)
                    schema.migrate(connection, str(file))
                except BaseException:
                    connection.close()
                    raise
                return connection
        if not file.exists():
            raise NotFoundError(
                f"There is no library at {self.folder}.", hint="Run `kinolex index FOLDER` first."
            )
        return _reader(self.folder)

    def close(self) -> None:
        """Close the file and give the writer's lock back."""
        with self._mutex:
            self.connection.close()
            if self._lock is not None:
                self._lock.release()

    def all(self, sql: str, arguments: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Every row of a query."""
        with self._mutex, explained(self.folder):
            return self.connection.execute(sql, arguments).fetchall()

    def one(self, sql: str, arguments: Sequence[Any] = ()) -> tuple[Any, ...] | None:
        """First row of a query, or None."""
        with self._mutex, explained(self.folder):
            row: tuple[Any, ...] | None = self.connection.execute(sql, arguments).fetchone()
            return row

    def stamp(self) -> tuple[int, str]:
        """Generation, and the random token that its commit drew."""
        row = self.one("SELECT generation, token FROM library")
        return (int(row[0]), str(row[1])) if row else (0, "")

    @property
    def generation(self) -> int:
        """Number of the last commit, as it is shown."""
        return self.stamp()[0]

    @property
    def roots(self) -> frozenset[str] | None:
        """Ids of the roots that are seen; None where all are."""
        return None

    @property
    def cache(self) -> Path:
        """Folder of the arrays that are derived from what is seen."""
        return self.folder / "cache"

    def index_words(self, table: str) -> None:
        """Bring a full-text index up to date, inside a snapshot; it is, where all is seen."""

    def piece(self, table: str, column: str, num: int, start: int, size: int) -> bytes:
        """Part of a blob, without reading the rest of it."""
        with (
            self._mutex,
            explained(self.folder),
            self.connection.blobopen(table, column, num, readonly=True) as blob,
        ):
            blob.seek(start)
            return blob.read(size)

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Everything read inside sees the same generation."""
        with self._mutex, explained(self.folder):
            if self.connection.in_transaction:
                yield
                return
            self.connection.execute("BEGIN")
            try:
                yield
            finally:
                self.connection.execute("COMMIT")

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """One transaction: everything inside becomes visible at once, or nothing does.

        Nested uses join the outer transaction; one that fails is undone alone.

        Raises
        ------
        LibraryReadOnlyError
            If the library was opened for reading.
        """
        if not self.writable:
            raise LibraryReadOnlyError(
                f"The library {self.folder} is open for reading only.",
                hint="Open it for writing.",
            )
        with self._mutex, explained(self.folder):
            if self.connection.in_transaction:
                with self._nested():
                    yield self.connection
            else:
                with self._outermost():
                    yield self.connection

    @contextmanager
    def _outermost(self) -> Iterator[None]:
        """A change of its own, with a new generation."""
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.connection.execute(
                "UPDATE library SET generation = generation + 1, token = ?",
                (os.urandom(8).hex(),),
            )
            self.connection.execute("COMMIT")
        except BaseException:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
            raise

    @contextmanager
    def _nested(self) -> Iterator[None]:
        """A change inside a larger one: undone alone when it fails and the larger one goes on."""
        self.connection.execute("SAVEPOINT inner_change")
        try:
            yield
        except BaseException:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK TO inner_change")
                self.connection.execute("RELEASE inner_change")
            raise
        self.connection.execute("RELEASE inner_change")


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:
        raise LibraryError(
            f"{folder} is a file, not a folder.", hint="Choose another place with --library."
        ) from error
    except OSError as error:
        raise LibraryReadOnlyError(
            f"The library {folder} cannot be made: {error.strerror}.",
            hint="Choose another place with --library.",
        ) from error


def _connect(file: Path, mode: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{file.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=30.0,
        isolation_level=None,
        check_same_thread=False,
    )
    connection.execute("PRAGMA cache_size = -32000")
    return connection


def _tune_writer(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA journal_size_limit = 67108864")
    connection.execute("PRAGMA secure_delete = OFF")


def _reader(folder: Path) -> sqlite3.Connection:
    """A reading connection; the least demanding way that works, in order.

    A library on a read-only disk has no place for SQLite's shared memory; it is opened as
    immutable when no changes wait in its log.
    """
    file = folder / FILE
    log = folder / f"{FILE}-wal"
    modes = ["rw", "ro"]
    if not log.exists() or log.stat().st_size == 0:
        modes.append("ro&immutable=1")
    failure: KinolexError | None = None
    for mode in modes:
        try:
            with explained(folder):
                connection = _connect(file, mode)
                try:
                    found = schema.check(connection, str(file), schema.migrations())
                    connection.execute("PRAGMA query_only = ON")
                except BaseException:
                    connection.close()
                    raise
        except LibraryReadOnlyError as error:
            failure = failure or error
            continue
        except LibraryError as error:
            cause = error.__cause__
            code = getattr(cause, "sqlite_errorcode", 0) or 0
            if code & 0xFF not in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR):
                raise
            failure = failure or error
            continue
        if found < max(schema.migrations()):
            connection.close()
            raise LibraryError(
                f"The library {folder} is of an older format ({found}).",
                hint="Run `kinolex index` once where it can be written.",
            )
        return connection
    raise failure or LibraryError(f"The library {folder} cannot be opened.")
