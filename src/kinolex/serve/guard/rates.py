"""How often somebody may ask: 429 with ``Retry-After`` beyond (RFC 6585, 4)."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from kinolex.serve.guard.asgi import address_of, state_of
from kinolex.serve.limits import Buckets, Limit, Limits, network_of
from kinolex.serve.problems import Problem, send_problem

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

__all__ = ["Rates", "Visits", "kind_of", "too_often"]

Clock = Callable[[], float]


def kind_of(scope: Scope) -> str:
    """Which limit a request falls under: a field of `Limits`.

    Examples
    --------
    >>> kind_of({"path": "/v1/search", "method": "GET", "headers": []})
    'search'
    """
    path, method = scope["path"], scope["method"]
    words = path.removeprefix("/v1").strip("/").split("/")
    asks = words[0] in ("exports", "saved") or words[-1] == "timeline"
    if words[0] in ("search", "label", "mcp") or (asks and method == "POST"):
        return "search"
    types = [value for name, value in scope["headers"] if name.lower() == b"content-type"]
    sends_file = any(t.lower().startswith((b"multipart/", b"image/", b"video/")) for t in types)
    if words[0] in ("upload", "uploads") or (method in ("POST", "PUT") and sends_file):
        return "uploads"
    return "everything"


def too_often(wait: float) -> Problem:
    """The refusal that says when to come back."""
    seconds = max(1, math.ceil(wait))
    return Problem(
        429,
        "Too often",
        f"There were too many requests; the next is answered in {seconds} s.",
        headers={"Retry-After": str(seconds)},
    )


class Visits:
    """Limit every request of an address, before anything is looked up for it.

    Parameters
    ----------
    app : ASGI application
        What stands behind.
    limit : Limit
        ``Limits().visits``.
    """

    def __init__(self, app: ASGIApp, limit: Limit, *, clock: Clock = time.monotonic) -> None:
        self.app = app
        self.buckets = Buckets(limit, clock=clock)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on, or refuse."""
        if scope["type"] == "http":
            wait = self.buckets.take(network_of(address_of(scope)))
            if wait:
                await send_problem(scope, receive, send, too_often(wait))
                return
        await self.app(scope, receive, send)


class Rates:
    """Limit searches, uploads and everything else, by person; stands behind `Who`.

    Parameters
    ----------
    app : ASGI application
        What stands behind.
    limits : Limits
        One for each kind.
    kind : callable
        Tells the kind of a request: `kind_of`.
    """

    def __init__(
        self,
        app: ASGIApp,
        limits: Limits,
        *,
        kind: Callable[[Scope], str] = kind_of,
        clock: Clock = time.monotonic,
    ) -> None:
        self.app = app
        self.kind = kind
        self.buckets = {
            name: Buckets(getattr(limits, name), clock=clock)
            for name in ("everything", "search", "uploads")
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on, or refuse."""
        if scope["type"] == "http":
            wait = self.buckets[self.kind(scope)].take(_key(scope))
            if wait:
                await send_problem(scope, receive, send, too_often(wait))
                return
        await self.app(scope, receive, send)


def _key(scope: Scope) -> str:
    person = state_of(scope).get("person")
    if person is not None and person.name:
        return f"person {person.name}"
    return f"address {network_of(address_of(scope))}"
