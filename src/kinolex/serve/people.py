"""Who asks, and what they may: three roles, each with all that the one before may."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Literal, get_args

from kinolex.errors import KinolexError, UsageError

__all__ = [
    "EVERYBODY",
    "ROLES",
    "ForbiddenError",
    "Person",
    "Role",
    "checked_name",
    "checked_role",
    "key_of",
    "lesser",
]

Role = Literal["viewer", "editor", "admin"]
"""``viewer`` looks and searches, ``editor`` also changes the library, ``admin`` also people."""

ROLES: tuple[Role, ...] = get_args(Role)
"""All roles, least first."""

LONGEST_NAME = 64
_BESIDE = "._-@+"


class ForbiddenError(KinolexError):
    """The person who asks is known, and may not do this (403 over HTTP)."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who asks.

    Parameters
    ----------
    name : str
        As it was given when the account was made.
    role : {"viewer", "editor", "admin"}
        What they may do.
    roots : frozenset of str, optional
        Ids of the roots that they may see; None means every root, also those added later.

    Examples
    --------
    >>> anna = Person("anna", "editor", frozenset({"r1"}))
    >>> anna.may("viewer"), anna.may("admin"), anna.sees("r1"), anna.sees("r2")
    (True, False, True, False)
    """

    name: str
    role: Role
    roots: frozenset[str] | None = None

    def may(self, role: Role) -> bool:
        """Whether the person has this role or a higher one."""
        return ROLES.index(self.role) >= ROLES.index(role)

    def sees(self, root: str) -> bool:
        """Whether the person may see what lies in a root."""
        return self.roots is None or root in self.roots

    def need(self, role: Role) -> None:
        """Refuse unless the person has this role or a higher one.

        Raises
        ------
        ForbiddenError
            If the role is lower.
        """
        if not self.may(role):
            raise ForbiddenError(
                f"This needs the role {role}; yours is {self.role}.",
                hint="Ask an admin of this library.",
            )


EVERYBODY = Person("", "admin", None)
"""Who asks where no accounts are demanded: the one person at this machine."""


def lesser(one: Role, other: Role) -> Role:
    """The lower of two roles.

    Examples
    --------
    >>> lesser("admin", "viewer")
    'viewer'
    """
    return min(one, other, key=ROLES.index)


def checked_role(role: str) -> Role:
    """A role, if it is one.

    Raises
    ------
    UsageError
        If there is no such role.
    """
    for known in ROLES:
        if known == role:
            return known
    raise UsageError(f"There is no role {role!r}.", hint=f"Choose from {', '.join(ROLES)}.")


def checked_name(name: str) -> str:
    """A name that can be typed, printed and compared: letters and digits of any script.

    Raises
    ------
    UsageError
        If it is empty, too long, or holds other characters.

    Examples
    --------
    >>> checked_name(" Zoë ")
    'Zoë'
    """
    plain = unicodedata.normalize("NFKC", name).strip()
    good = all(c.isalnum() or c in _BESIDE or unicodedata.combining(c) for c in plain)
    if not plain or not good or not plain[0].isalnum() or len(plain) > LONGEST_NAME:
        raise UsageError(
            f"{name[:LONGEST_NAME]!r} cannot be the name of an account.",
            hint=f"Use 1 to {LONGEST_NAME} letters, digits and {' '.join(_BESIDE)}, "
            "a letter or digit first.",
        )
    return plain


def key_of(name: str) -> str:
    """The form in which two names are the same: case and way of writing do not count.

    Examples
    --------
    >>> key_of("ANNA") == key_of("Anna ")
    True
    """
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold()).strip()
