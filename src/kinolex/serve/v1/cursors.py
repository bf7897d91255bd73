"""Opaque cursors: where the next page of a list begins."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json

from kinolex.errors import UsageError

__all__ = ["cursor", "offset_of"]


def _key(what: str) -> str:
    return hashlib.sha256(what.encode("utf-8", "replace")).hexdigest()[:12]


def cursor(offset: int, what: str) -> str:
    """A cursor to the element number ``offset`` of the list that ``what`` describes."""
    text = json.dumps([offset, _key(what)], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def offset_of(given: str | None, what: str) -> int:
    """Where a cursor points to; 0 without one.

    Raises
    ------
    UsageError
        If it is damaged, or belongs to another list.

    Examples
    --------
    >>> offset_of(cursor(20, "a list"), "a list")
    20
    """
    if not given:
        return 0
    try:
        text = base64.urlsafe_b64decode(given.encode("ascii") + b"=" * (-len(given) % 4))
        offset, key = json.loads(text)
        if key != _key(what) or type(offset) is not int or not 0 <= offset < 2**31:
            raise ValueError
    except (ValueError, TypeError, binascii.Error, RecursionError):
        raise UsageError(
            "This cursor belongs to no page of this list.",
            hint="Ask for the first page without a cursor.",
        ) from None
    return offset
