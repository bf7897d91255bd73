"""What a person makes in a library, as plain dataclasses, and what may be written into them."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from kinolex.errors import NotFoundError, UsageError
from kinolex.moments import Span

__all__ = [
    "MOST",
    "MOST_LETTERS",
    "MOST_NAME",
    "MOST_NOTE",
    "Collection",
    "Correction",
    "Item",
    "Saved",
    "Tag",
    "alike",
    "named",
    "span_of",
    "taken",
    "unclear",
    "written",
]

MOST = 10_000
"""Items of a collection; saved searches and collections of one owner; tags and corrections of one
video."""

MOST_NAME = 200
MOST_NOTE = 2_000
MOST_LETTERS = 20_000
"""Characters of a corrected passage, and of a saved question as JSON."""

_STEERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_KINDS = ("Cc", "Cs", "Zl", "Zp")


@dataclass(frozen=True, slots=True)
class Saved:
    """A saved search. ``question``: keyword arguments of `kinolex.api.Library.search`."""

    id: str
    name: str
    question: Mapping[str, Any] = field(hash=False)
    created: str
    owner: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "id": self.id,
            "name": self.name,
            "question": dict(self.question),
            "created": self.created,
            "owner": self.owner,
        }


@dataclass(frozen=True, slots=True)
class Item:
    """One span of a collection, in seconds of its video (by id)."""

    id: str
    video: str
    start: float
    end: float
    note: str = ""
    added: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Collection:
    """A list of spans by name, in the order that a person gave it."""

    id: str
    name: str
    items: tuple[Item, ...]
    created: str
    changed: str
    owner: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self) | {"items": [item.to_dict() for item in self.items]}


@dataclass(frozen=True, slots=True)
class Tag:
    """A word on a video (``start`` and ``end`` None) or on a span of it."""

    id: str
    name: str
    video: str
    start: float | None
    end: float | None
    added: str
    owner: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Correction:
    """What a passage should say. ``old`` is what its encoder wrote, at that span and source."""

    id: str
    video: str
    source: str
    start: float
    end: float
    old: str
    new: str
    at: str
    owner: str = ""

    @property
    def span(self) -> Span:
        """Where the passage stood when it was corrected."""
        return Span(self.start, self.end)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)


def alike(name: str) -> str:
    """The form in which names are compared: case and the way of composing letters do not count.

    Examples
    --------
    >>> alike("Straße") == alike("STRASSE")
    True
    """
    once = unicodedata.normalize("NFC", name).strip().casefold()
    return unicodedata.normalize("NFC", once)


def named(text: str, what: str = "The name") -> str:
    """A name as it is kept: trimmed, composed (NFC), 1 to `MOST_NAME` characters.

    Raises
    ------
    UsageError
        If it is empty, too long, or holds what steers a terminal or cannot be written.

    Examples
    --------
    >>> named("  Summer 2024 ")
    'Summer 2024'
    """
    name = unicodedata.normalize("NFC", _text(text, what)).strip()
    if any(unicodedata.category(c) in _KINDS or c in _STEERING for c in name):
        raise UsageError(f"{what} holds control characters.", hint="Write it in plain letters.")
    if not any(unicodedata.category(c)[0] in "LNPS" for c in name):
        raise UsageError(f"{what} is empty.", hint="Give it at least one letter.")
    return _bounded(name, what, MOST_NAME)


def written(text: str, what: str, most: int) -> str:
    r"""A longer text as it is kept: trimmed, lines and tabs allowed, at most ``most`` characters.

    Raises
    ------
    UsageError
        If it is too long or holds other control characters.

    Examples
    --------
    >>> written(" two\nlines ", "The note", 100)
    'two\nlines'
    """
    kept = _text(text, what).replace("\r\n", "\n").strip()
    if any(unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t" for c in kept):
        raise UsageError(f"{what} holds control characters.", hint="Write it in plain letters.")
    return _bounded(kept, what, most)


def _text(text: object, what: str) -> str:
    if not isinstance(text, str):
        raise UsageError(f"{what} must be text, not {type(text).__name__}.")
    return text


def _bounded(text: str, what: str, most: int) -> str:
    if len(text) > most:
        raise UsageError(
            f"{what} has {len(text):,} characters.", hint=f"At most {most:,} are kept."
        )
    return text


def span_of(start: object, end: object) -> Span:
    """A span in seconds, checked.

    Raises
    ------
    UsageError
        If it is none.

    Examples
    --------
    >>> span_of(1, 2.5)
    Span(start=1.0, end=2.5)
    """
    try:
        return Span(float(start), float(end))  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError) as error:
        raise UsageError(
            f"A span needs 0 <= start < end in seconds, not {start!r} to {end!r}."
        ) from error


def taken(what: str, name: str) -> UsageError:
    """The error of a name that another thing has."""
    return UsageError(
        f"There is a {what} called {name} already.", hint="Choose another name, or delete that one."
    )


def unclear(what: str, name: str, found: int, where: str) -> NotFoundError:
    """The error of an id or a name that means nothing, or several things."""
    if found:
        return NotFoundError(f"{found} things called {name!r} are a {what}.", hint="Give the id.")
    return NotFoundError(f"There is no {what} {name!r}.", hint=f"See {where}.")
