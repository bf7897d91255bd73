"""What the parts of `kinolex.serve.accounts` share: the file, the clock, people by key."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

from kinolex.errors import NotFoundError
from kinolex.serve.passwords import Passwords
from kinolex.serve.people import Person, key_of
from kinolex.serve.private_file import PrivateFile

__all__ = ["FILE", "MARK", "AccountsPart", "hash_of"]

FILE = "accounts.sqlite"
MARK = 0x4B4E4C41
""""KNLA" in SQLite's header."""

Clock = Callable[[], float]


def hash_of(secret: str) -> bytes:
    """What is stored of a secret of 32 random bytes: with that much chance, SHA-256 is enough."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


class AccountsPart:
    """The file that all parts of accounts use.

    Parameters
    ----------
    folder : Path
        The library's folder.
    clock : callable, optional
        Seconds since 1970.
    passwords : Passwords, optional
        How passwords are hashed; Argon2id with usual parameters when left out.
    """

    def __init__(
        self, folder: Path, *, clock: Clock = time.time, passwords: Passwords | None = None
    ) -> None:
        self._passwords = passwords
        self._clock = clock
        self._file = PrivateFile(folder / FILE, "accounts", MARK)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *ending: object) -> None:
        self.close()

    def _hashing(self) -> Passwords:
        if self._passwords is None:
            self._passwords = Passwords()
        return self._passwords

    def person(self, name: str) -> Person | None:
        """Somebody by name; case does not count."""
        row = self._file.one(
            "SELECT key, name, role, every_root FROM people WHERE key = ?", (key_of(name),)
        )
        return self._person(row) if row else None

    def _person(self, row: tuple[Any, ...]) -> Person:
        key, name, role, every_root = row
        if every_root:
            return Person(name, role)
        roots = self._file.all("SELECT root FROM person_roots WHERE person = ?", (key,))
        return Person(name, role, frozenset(root for (root,) in roots))

    def _known(self, name: str) -> Person:
        found = self.person(name)
        if found is None:
            raise NotFoundError(
                f"There is no account {name[:64]!r}.", hint="See `kinolex accounts list`."
            )
        return found

    def key(self, purpose: str) -> bytes:
        """A secret of 32 random bytes for one purpose, drawn once and kept."""
        with self._file.write() as connection:
            connection.execute(
                "INSERT OR IGNORE INTO keys VALUES (?, ?)", (purpose, os.urandom(32))
            )
        row = self._file.one("SELECT value FROM keys WHERE name = ?", (purpose,))
        if row is None:
            raise NotFoundError(f"There is no key for {purpose}.")
        return bytes(row[0])
