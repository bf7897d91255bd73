"""API tokens: for programs, sent as ``Authorization: Bearer knx_...`` (RFC 6750).

The prefix lets secret scanners find a token that was published by mistake.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from kinolex.errors import LibraryError, NotFoundError, UsageError
from kinolex.serve.accounts_part import AccountsPart, hash_of
from kinolex.serve.people import Person, Role, key_of, lesser

__all__ = ["PREFIX", "Token", "Tokens"]

PREFIX = "knx_"
LONGEST_LABEL = 100
LONGEST_LIFE = 3650
_FRESH = 600.0


@dataclass(frozen=True, slots=True)
class Token:
    """What is known of a token; never its secret. Times are seconds since 1970.

    ``role`` is None where the token may what its person may; ``ends`` is None where it never ends.
    """

    id: str
    person: str
    label: str
    role: Role | None
    made: float
    ends: float | None
    used: float | None

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "id": self.id,
            "person": self.person,
            "label": self.label,
            "role": self.role,
            "made": self.made,
            "ends": self.ends,
            "used": self.used,
        }


class Tokens(AccountsPart):
    """Make, find and revoke tokens."""

    def make_token(
        self, name: str, label: str, *, role: Role | None = None, days: int | None = 365
    ) -> str:
        """A new token; this is the only time that its secret is seen.

        Parameters
        ----------
        name : str
            Whose it is: it sees the same roots.
        label : str
            What it is for, so that it can be told from others later.
        role : {"viewer", "editor", "admin"}, optional
            At most so much; never more than its person may, now or later.
        days : int, optional
            How long it is good; None is for ever.

        Raises
        ------
        NotFoundError
            If there is no such account.
        UsageError
            If the role is above the person's, the label is empty or the days make no sense.
        """
        person = self._known(name)
        label = " ".join(label.split())
        if not 0 < len(label) <= LONGEST_LABEL or not label.isprintable():
            raise UsageError(
                "A token needs a label: "
                f"1 to {LONGEST_LABEL} printable characters that say what it is for."
            )
        if role is not None and not person.may(role):
            raise UsageError(
                f"A token of {person.name} cannot have the role {role}.",
                hint=f"{person.name} is {person.role}.",
            )
        if days is not None and not 0 < days <= LONGEST_LIFE:
            raise UsageError(f"A token is good for 1 to {LONGEST_LIFE} days, not {days}.")
        secret = PREFIX + secrets.token_urlsafe(32)
        now = self._clock()
        ends = None if days is None else now + days * 86400.0
        with self._file.write() as connection:
            connection.execute(
                "INSERT INTO tokens VALUES (?, ?, ?, ?, ?, ?, ?, NULL)",
                (secrets.token_hex(4), hash_of(secret), key_of(name), label, role, now, ends),
            )
        return secret

    def token(self, secret: str) -> Person | None:
        """Who asks with a token, with the lower of its role and theirs; None when it is no good."""
        if not secret.startswith(PREFIX):
            return None
        now = self._clock()
        row = self._file.one(
            "SELECT key, name, people.role, every_root, tokens.role, used, id FROM tokens "
            "JOIN people ON key = person WHERE hash = ? AND (ends IS NULL OR ends > ?)",
            (hash_of(secret), now),
        )
        if row is None:
            return None
        if row[5] is None or now - row[5] > _FRESH:
            self._used(row[6], now)
        person = self._person(row[:4])
        if row[4] is None:
            return person
        return Person(person.name, lesser(person.role, row[4]), person.roots)

    def _used(self, token: str, now: float) -> None:
        try:
            with self._file.write() as connection:
                connection.execute("UPDATE tokens SET used = ? WHERE id = ?", (now, token))
        except LibraryError:
            return  # Only a note for people: no reason to refuse.

    def tokens(self, name: str | None = None) -> list[Token]:
        """All tokens, or those of one person, newest first; ended ones too."""
        rows = self._file.all(
            "SELECT id, name, label, tokens.role, tokens.made, ends, used FROM tokens "
            "JOIN people ON key = person WHERE ? IS NULL OR key = ? ORDER BY tokens.made DESC, id",
            (name, None if name is None else key_of(name)),
        )
        return [Token(*row) for row in rows]

    def revoke(self, id: str) -> Token:
        """End a token for good.

        Raises
        ------
        NotFoundError
            If there is none with this id.
        """
        found = [token for token in self.tokens() if token.id == id]
        if not found:
            raise NotFoundError(
                f"There is no token {id[:64]!r}.", hint="See `kinolex accounts tokens`."
            )
        with self._file.write() as connection:
            connection.execute("DELETE FROM tokens WHERE id = ?", (id,))
        return found[0]
