"""`Accounts`: people, their passwords, roles and roots; their sessions and tokens.

``accounts.sqlite`` in the library's folder, readable by its owner alone. Any number of processes
may use it at once: a server, and ``kinolex accounts`` beside it.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Collection
from pathlib import Path
from types import EllipsisType
from typing import Any

from kinolex.errors import UsageError
from kinolex.serve.accounts_part import FILE, Clock
from kinolex.serve.passwords import Passwords, checked_password
from kinolex.serve.people import (
    EVERYBODY,
    Person,
    Role,
    checked_name,
    checked_role,
    key_of,
)
from kinolex.serve.sessions import Sessions
from kinolex.serve.tokens import Token, Tokens

__all__ = ["EVERYBODY", "Accounts", "Person", "Role", "Token"]


class Accounts(Sessions, Tokens):
    """Everybody who may ask a served library.

    An object may be shared between threads.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder, Accounts.open(Path(folder)) as accounts:
    ...     made = accounts.add("anna", "seven green kites", "editor")
    ...     secret = accounts.start_session("anna")
    ...     accounts.session(secret) == made, accounts.check("anna", "wrong")
    (True, None)
    """

    @classmethod
    def open(
        cls, folder: Path, *, clock: Clock = time.time, passwords: Passwords | None = None
    ) -> Accounts:
        """Open the accounts of a library; the file is made when there is none.

        Raises
        ------
        LibraryReadOnlyError
            If the folder cannot be written.
        LibraryError
            If the file is damaged, or not one of accounts.
        """
        return cls(Path(folder).expanduser(), clock=clock, passwords=passwords)

    @staticmethod
    def exist(folder: Path) -> bool:
        """Whether a library has a file of accounts; looks only."""
        return (Path(folder).expanduser() / FILE).is_file()

    def any(self) -> bool:
        """Whether there is any account."""
        return self._file.one("SELECT 1 FROM people LIMIT 1") is not None

    def people(self) -> list[Person]:
        """Everybody, by name."""
        rows = self._file.all("SELECT key, name, role, every_root FROM people ORDER BY key")
        return [self._person(row) for row in rows]

    def add(
        self,
        name: str,
        password: str,
        role: Role = "viewer",
        roots: Collection[str] | None = None,
    ) -> Person:
        """Make an account.

        Parameters
        ----------
        name : str
            Letters and digits of any script, and ``. _ - @ +``; case does not count.
        password : str
            See `kinolex.serve.passwords.checked_password`.
        role : {"viewer", "editor", "admin"}
            What the person may do.
        roots : collection of str, optional
            Ids of the only roots that the person sees; an admin sees all.

        Raises
        ------
        UsageError
            If the name is taken, or anything given is not good.
        """
        person = Person(checked_name(name), checked_role(role), _roots(roots))
        _consistent(person)
        hashed = self._hashing().hash(checked_password(person.name, password))
        key = key_of(person.name)
        with self._file.write() as connection:
            if connection.execute("SELECT 1 FROM people WHERE key = ?", (key,)).fetchone():
                raise UsageError(
                    f"There is an account {person.name!r} already.",
                    hint=f"`kinolex accounts password {person.name}` gives it a new password.",
                )
            connection.execute(
                "INSERT INTO people VALUES (?, ?, ?, ?, ?, ?)",
                (key, person.name, person.role, person.roots is None, hashed, self._clock()),
            )
            _put_roots(connection, key, person.roots)
        return person

    def change(
        self,
        name: str,
        *,
        password: str | None = None,
        role: Role | None = None,
        roots: Collection[str] | EllipsisType | None = ...,
    ) -> Person:
        """Change a password, a role or roots; what is left out stays.

        A new password or role ends every session of the person; tokens go on, with at most the
        new role.

        Raises
        ------
        NotFoundError
            If there is no such account.
        UsageError
            If anything given is not good, or the last admin would be none.
        """
        old = self._known(name)
        new = Person(
            old.name,
            old.role if role is None else checked_role(role),
            old.roots if isinstance(roots, EllipsisType) else _roots(roots),
        )
        _consistent(new)
        hashed = None
        if password is not None:
            hashed = self._hashing().hash(checked_password(old.name, password))
        key = key_of(old.name)
        with self._file.write() as connection:
            if new.role != "admin":
                _another_admin(connection, key, old.name)
            connection.execute(
                "UPDATE people SET role = ?, every_root = ?, password = coalesce(?, password) "
                "WHERE key = ?",
                (new.role, new.roots is None, hashed, key),
            )
            if not isinstance(roots, EllipsisType):
                connection.execute("DELETE FROM person_roots WHERE person = ?", (key,))
                _put_roots(connection, key, new.roots)
            if hashed is not None or new.role != old.role:
                connection.execute("DELETE FROM sessions WHERE person = ?", (key,))
        return new

    def remove(self, name: str) -> None:
        """Remove an account with its sessions and tokens.

        Raises
        ------
        NotFoundError
            If there is no such account.
        UsageError
            If it is the last admin of others.
        """
        person = self._known(name)
        key = key_of(person.name)
        with self._file.write() as connection:
            if connection.execute("SELECT count(*) FROM people").fetchone()[0] > 1:
                _another_admin(connection, key, person.name)
            connection.execute("DELETE FROM people WHERE key = ?", (key,))

    def check(self, name: str, password: str) -> Person | None:
        """Who logs in with a name and a password; None when they are no pair.

        Takes as long for a name that nobody has. A hash with outdated parameters is made anew.
        """
        key = key_of(name)
        row = self._file.one("SELECT password FROM people WHERE key = ?", (key,))
        stored = str(row[0]) if row else None
        hashing = self._hashing()
        if not hashing.verify(stored, password) or stored is None:
            return None
        if hashing.outdated(stored):
            with self._file.write() as connection:
                connection.execute(
                    "UPDATE people SET password = ? WHERE key = ? AND password = ?",
                    (hashing.hash(password), key, stored),
                )
        return self.person(name)


def _roots(roots: Collection[str] | None) -> frozenset[str] | None:
    if isinstance(roots, str):
        raise UsageError("Roots are several ids, not one text.")
    return None if roots is None else frozenset(roots)


def _consistent(person: Person) -> None:
    if person.role == "admin" and person.roots is not None:
        raise UsageError(
            "An admin sees every root: an admin could allow it to themselves anyway.",
            hint="Choose the role editor, or leave the roots out.",
        )


def _put_roots(connection: sqlite3.Connection, key: str, roots: Collection[str] | None) -> None:
    rows: list[tuple[Any, ...]] = [(key, root) for root in sorted(roots or ())]
    connection.executemany("INSERT INTO person_roots VALUES (?, ?)", rows)


def _another_admin(connection: sqlite3.Connection, key: str, name: str) -> None:
    """Refuse when a person is the only admin."""
    admins = [k for (k,) in connection.execute("SELECT key FROM people WHERE role = 'admin'")]
    if admins == [key]:
        raise UsageError(
            f"{name} is the only admin.", hint="Make another one first: `kinolex accounts role`."
        )
