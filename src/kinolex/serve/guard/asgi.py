"""Reading an ASGI scope as it came: every header, also one that is sent twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kinolex.serve.people import ForbiddenError, Person

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.types import Scope

__all__ = ["address_of", "headers_of", "one_header", "origin_of", "person_of", "state_of", "under"]


def headers_of(scope: Scope, name: bytes) -> list[bytes]:
    """Every value of a header, in order; ``name`` in lower case.

    Examples
    --------
    >>> headers_of({"headers": [(b"Host", b"a"), (b"host", b"b")]}, b"host")
    [b'a', b'b']
    """
    return [value for key, value in scope["headers"] if key.lower() == name]


def one_header(scope: Scope, name: bytes) -> str | None:
    """The value of a header that is there exactly once; None when it is absent or doubled."""
    found = headers_of(scope, name)
    return found[0].decode("latin-1").strip() if len(found) == 1 else None


def state_of(scope: Scope) -> dict[str, Any]:
    """What the guards know of a request; Starlette shows it as ``request.state``."""
    state: dict[str, Any] = scope.setdefault("state", {})
    return state


def address_of(scope: Scope) -> str:
    """Where a request comes from, as far as is known."""
    client = scope.get("client")
    return str(client[0]) if client else ""


def origin_of(scope: Scope) -> str:
    """The own origin, as the browser would write it (RFC 6454, 6.1): without the usual port.

    Examples
    --------
    >>> origin_of({"scheme": "https", "headers": [(b"host", b"Films.example:443")]})
    'https://films.example'
    """
    scheme = str(scope.get("scheme", "http"))
    host = (one_header(scope, b"host") or "").lower()
    usual = {"http": ":80", "https": ":443"}.get(scheme, "")
    return f"{scheme}://{host.removesuffix(usual) if usual else host}"


def under(path: str, places: Iterable[str]) -> bool:
    """Whether a path is one of the places, or below one that ends with ``/``.

    Examples
    --------
    >>> under("/static/a.css", ["/login", "/static/"]), under("/login2", ["/login"])
    (True, False)
    """
    return any(path == p or (p.endswith("/") and path.startswith(p)) for p in places)


def person_of(scope: Scope) -> Person:
    """Who asks, as `kinolex.serve.guard.Who` found out.

    Raises
    ------
    ForbiddenError
        If nobody was found: on an open path without a login, or where the guards do not stand.
    """
    found = state_of(scope).get("person")
    if not isinstance(found, Person):
        raise ForbiddenError("It is not known who asks.", hint="Log in first.")
    return found
