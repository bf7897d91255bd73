"""Passwords: Argon2id (RFC 9106) with the defaults of argon2-cffi, and which are refused.

Those defaults are the second of RFC 9106's recommended parameters: 64 MiB, 3 passes, 4 lanes.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from kinolex.errors import ModelMissingError, UsageError

if TYPE_CHECKING:
    from argon2 import PasswordHasher

__all__ = ["LONGEST", "SHORTEST", "Passwords", "checked_password"]

SHORTEST = 10
"""Fewest characters of a password; NIST SP 800-63B asks for at least 8."""

LONGEST = 1024
"""Most characters: a longer one is a mistake, or an attempt to keep the machine busy."""

_OBVIOUS = (
    "password",
    "passwort",
    "passphrase",
    "kinolex",
    "letmein",
    "welcome",
    "qwertyuiop",
    "qwertzuiop",
    "iloveyou",
    "changeme",
    "administrator",
)
_ROWS = ("12345678901234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm")


def checked_password(name: str, password: str) -> str:
    """A password that is not among the first that anybody would try.

    Parameters
    ----------
    name : str
        Whose it is to be.
    password : str
        Taken as it is: every character counts, spaces too.

    Raises
    ------
    UsageError
        If it is too short, too long or obvious.

    Examples
    --------
    >>> checked_password("anna", "seven green kites")
    'seven green kites'
    >>> checked_password("anna", "aaaaaaaaaaaa")
    Traceback (most recent call last):
    ...
    kinolex.errors.UsageError: This password repeats one character. Take several unrelated words.
    """
    if len(password) < SHORTEST:
        raise UsageError(
            f"The password has {len(password)} characters; it needs at least {SHORTEST}.",
            hint="Several unrelated words are easy to keep in mind.",
        )
    if len(password) > LONGEST:
        raise UsageError(f"The password has more than {LONGEST} characters.")
    reason = _obvious(name, password)
    if reason:
        raise UsageError(f"This password {reason}.", hint="Take several unrelated words.")
    return password


def _obvious(name: str, password: str) -> str:
    """Why a password would be guessed at once; empty when it would not."""
    low = password.casefold()
    if len(set(low)) == 1:
        return "repeats one character"
    if len(set(low)) < 4:
        return "has fewer than four different characters"
    letters = "".join(c for c in low if c.isalpha())
    own = "".join(c for c in name.casefold() if c.isalpha())
    if len(own) > 2 and letters in (own, own * 2, own[::-1]):
        return "is the name of the account"
    if letters and any(letters in (word, word * 2, own + word) for word in _OBVIOUS):
        return "is one of the most common"
    if any(low in row * 2 or low in row[::-1] * 2 for row in _ROWS):
        return "is a row of keys or letters"
    return ""


class Passwords:
    """Hash and verify.

    Parameters
    ----------
    hasher : argon2.PasswordHasher, optional
        With other parameters than the defaults; hashes made with others are made anew at the next
        login.

    Raises
    ------
    ModelMissingError
        If argon2-cffi is not installed.
    """

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or _default_hasher()
        self._nobody = self.hash("nobody has this password")

    def hash(self, password: str) -> str:
        """The encoded hash: algorithm, parameters, salt and all."""
        return self._hasher.hash(password.encode("utf-8", "surrogatepass"))

    def verify(self, stored: str | None, password: str) -> bool:
        """Whether a password is the one that was hashed.

        ``stored=None`` (there is no such account) takes as long and is always false, so that names
        cannot be found out by the time of an answer.
        """
        from argon2.exceptions import InvalidHashError, VerificationError

        try:
            self._hasher.verify(
                stored or self._nobody, password[:LONGEST].encode("utf-8", "surrogatepass")
            )
        except (VerificationError, InvalidHashError):
            return False
        return stored is not None and len(password) <= LONGEST

    def outdated(self, stored: str) -> bool:
        """Whether a hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(stored)


@cache
def _default_hasher() -> PasswordHasher:
    try:
        from argon2 import PasswordHasher
    except ImportError as error:
        raise ModelMissingError(
            "Accounts need the package argon2-cffi.", hint="Run `pip install kinolex[serve]`."
        ) from error
    return PasswordHasher()
