"""Sessions of browsers: a random secret in a cookie, its SHA-256 in the file.

Limits after OWASP's session management advice: a session ends after 12 hours without use and
after 30 days in any case, and with a change of password or role.
"""

from __future__ import annotations

import secrets

from kinolex.errors import LibraryError
from kinolex.serve.accounts_part import AccountsPart, hash_of
from kinolex.serve.people import Person, key_of

__all__ = ["ABSOLUTE", "IDLE", "Sessions"]

IDLE = 12 * 3600.0
"""Seconds without use after which a session ends."""

ABSOLUTE = 30 * 86400.0
"""Seconds after which a session ends in any case."""

MOST = 50
"""Sessions of one person; the one that was not used for longest gives way."""

_FRESH = 60.0  # a session's last use is written at most once a minute


class Sessions(AccountsPart):
    """Start, find and end sessions."""

    def start_session(self, name: str) -> str:
        """A new secret for a browser's cookie; it is not stored and cannot be shown again.

        Raises
        ------
        NotFoundError
            If there is no such account.
        """
        key = key_of(self._known(name).name)
        secret = secrets.token_urlsafe(32)
        now = self._clock()
        with self._file.write() as connection:
            connection.execute(
                "DELETE FROM sessions WHERE used < ? OR made < ?", (now - IDLE, now - ABSOLUTE)
            )
            connection.execute(
                "DELETE FROM sessions WHERE hash IN (SELECT hash FROM sessions WHERE person = ? "
                "ORDER BY used DESC LIMIT -1 OFFSET ?)",
                (key, MOST - 1),
            )
            connection.execute(
                "INSERT INTO sessions VALUES (?, ?, ?, ?)", (hash_of(secret), key, now, now)
            )
        return secret

    def session(self, secret: str) -> Person | None:
        """Whose session a secret belongs to; None when it has ended or never was."""
        now = self._clock()
        row = self._file.one(
            "SELECT key, name, role, every_root, sessions.used FROM sessions JOIN people "
            "ON key = person WHERE hash = ? AND sessions.used >= ? AND sessions.made >= ?",
            (hash_of(secret), now - IDLE, now - ABSOLUTE),
        )
        if row is None:
            return None
        if now - row[4] > _FRESH:
            self._use(secret, now)
        return self._person(row[:4])

    def _use(self, secret: str, now: float) -> None:
        try:
            with self._file.write() as connection:
                connection.execute(
                    "UPDATE sessions SET used = ? WHERE hash = ?", (now, hash_of(secret))
                )
        except LibraryError:
            return  # A full disk must not shut everybody out; the session ends earlier, no more.

    def end_session(self, secret: str) -> None:
        """End one session (logout); nothing happens when it has ended before."""
        with self._file.write() as connection:
            connection.execute("DELETE FROM sessions WHERE hash = ?", (hash_of(secret),))

    def end_sessions(self, name: str) -> None:
        """End every session of a person."""
        with self._file.write() as connection:
            connection.execute("DELETE FROM sessions WHERE person = ?", (key_of(name),))
