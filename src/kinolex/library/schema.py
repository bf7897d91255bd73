"""The format of ``library.sqlite``: its mark, its version, and the way from older versions.

Numbered migrations only go forward. Each runs in one transaction with the new version number, so
that a crash leaves either the old format or the new one.
"""

from __future__ import annotations

import datetime as dt
import os
import sqlite3
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources

from kinolex.errors import LibraryError, LibraryTooNewError

__all__ = [
    "APPLICATION_ID",
    "bring",
    "check",
    "migrate",
    "migrations",
    "scripts",
    "statements",
    "version",
]

APPLICATION_ID = 0x4B4E4C58
"""Marks the file as ours in SQLite's header ("KNLX")."""


@cache
def scripts(package: str, folder: str) -> Mapping[int, str]:
    """SQL text of every numbered file of a package's folder by the version it leads to.

    Examples
    --------
    >>> list(scripts("kinolex.library", "migrations"))[0]
    1
    """
    found = {
        int(entry.name[:4]): entry.read_text(encoding="utf-8")
        for entry in (resources.files(package) / folder).iterdir()
        if entry.name.endswith(".sql")
    }
    return dict(sorted(found.items()))


def migrations() -> Mapping[int, str]:
    """The migrations of ``library.sqlite``."""
    return scripts("kinolex.library", "migrations")


def version(connection: sqlite3.Connection) -> int:
    """Version of the file's format; 0 for an empty file."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def statements(script: str) -> Iterator[str]:
    """Split an SQL script; unlike ``executescript`` this leaves the transaction open.

    Examples
    --------
    >>> list(statements("SELECT 1; SELECT 2;"))
    ['SELECT 1;', 'SELECT 2;']
    """
    part = ""
    for piece in script.split(";")[:-1]:
        part += piece + ";"
        if sqlite3.complete_statement(part):
            yield part.strip()
            part = ""


def check(
    connection: sqlite3.Connection,
    place: str,
    known: Mapping[int, str],
    *,
    mark: int = APPLICATION_ID,
    what: str = "a kinolex library",
    hint: str = "Choose another place with --library.",
) -> int:
    """Make sure that a file is one of ours which we understand; returns its version.

    Parameters
    ----------
    connection : sqlite3.Connection
    place : str
        The file, for messages.
    known : mapping
        Its migrations.
    mark : int
        SQLite's ``application_id`` of such files.
    what, hint : str
        What such a file is called, and what to do where it is another.

    Raises
    ------
    LibraryError
        If it belongs to another program.
    LibraryTooNewError
        If a newer kinolex wrote it.
    """
    own = int(connection.execute("PRAGMA application_id").fetchone()[0]) == mark
    found = version(connection)
    empty = connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone() is None
    if not own and not (empty and found == 0):
        raise LibraryError(f"{place} is a database of another program, not {what}.", hint=hint)
    newest = max(known)
    if found > newest:
        raise LibraryTooNewError(
            f"{place} was written by a newer kinolex (format {found}; this one knows {newest}).",
            hint="Update kinolex: pip install -U kinolex.",
        )
    return found


def bring(
    connection: sqlite3.Connection,
    known: Mapping[int, str],
    before: int,
    mark: int = APPLICATION_ID,
) -> None:
    """Run the migrations that a file of version ``before`` has not seen; opens no transaction."""
    for number, script in known.items():
        if number > before:
            for statement in statements(script):
                connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {mark}")
    connection.execute(f"PRAGMA user_version = {max(known)}")


def migrate(
    connection: sqlite3.Connection, place: str, known: Mapping[int, str] | None = None
) -> None:
    """Bring an empty or older file up to the newest format.

    Parameters
    ----------
    connection : sqlite3.Connection
        In autocommit mode.
    place : str
        The file, for messages.
    known : mapping, optional
        Migrations to use instead of kinolex's own (`migrations`).

    Raises
    ------
    LibraryError, LibraryTooNewError
        As in `check`.
    """
    known = migrations() if known is None else known
    if check(connection, place, known) == max(known):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        before = check(connection, place, known)
        bring(connection, known, before)
        if before == 0:
            _first(connection)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _first(connection: sqlite3.Connection) -> None:
    """The one row of the table ``library``."""
    now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    connection.execute(
        "INSERT INTO library VALUES (1, ?, ?, 0, ?)",
        (os.urandom(8).hex(), now, os.urandom(8).hex()),
    )
