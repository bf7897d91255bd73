"""Whom a request is addressed to, and how its target is written: the first two guards.

A page of a stranger can let its own name point to 127.0.0.1 (DNS rebinding) and then read what a
server on this machine answers, because for the browser it is the page's own origin. Such a
request still names the stranger in ``Host``: only known names are answered. An address in numbers
cannot be rebound, so where the server listens beyond this machine every one of them is good.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from kinolex.serve.guard.asgi import headers_of
from kinolex.serve.problems import Problem, send_problem

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

__all__ = ["LOOPBACK", "Hosts", "Targets"]

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
"""Names of this machine for itself."""

LONGEST_TARGET = 8192
_HOST = re.compile(
    r"([a-z0-9_](?:[a-z0-9_.-]{0,251}[a-z0-9_])?|\[[0-9a-f:.]{2,45}\])(:[0-9]{1,5})?"
)


class Hosts:
    """Answer 400 unless ``Host`` is there once and allowed; no websockets.

    Parameters
    ----------
    app : ASGI application
        What stands behind.
    allowed : iterable of str
        Names besides those of `LOOPBACK`, each with a port where only that port is good.
    any_address : bool
        Allow every address in numbers.
    """

    def __init__(
        self, app: ASGIApp, allowed: Iterable[str] = (), *, any_address: bool = False
    ) -> None:
        self.app = app
        self.allowed = {name.lower() for name in (*LOOPBACK, *allowed)}
        self.any_address = any_address

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on, or refuse."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        elif scope["type"] == "lifespan" or self._good(headers_of(scope, b"host")):
            await self.app(scope, receive, send)
        else:
            refusal = Problem(
                400,
                "Unknown host",
                "This server does not answer under the name in Host.",
                hint="Start it with --host-name NAME to add a name.",
            )
            await send_problem(scope, receive, send, refusal)

    def _good(self, values: list[bytes]) -> bool:
        if len(values) != 1:
            return False
        match = _HOST.fullmatch(values[0].decode("latin-1").lower())
        if match is None or int((match[2] or ":1")[1:]) > 65535:
            return False
        return bool({match[0], match[1]} & self.allowed) or (
            self.any_address and _is_address(match[1])
        )


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


class Targets:
    """Answer 400 to targets that no page of ours links to.

    Absolute ones (``GET http://elsewhere/``), control characters, backslashes, and empty, ``.`` or
    ``..`` segments, also percent-encoded: nothing behind has to think of them. No file is ever
    opened by such a path anyway.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on, or refuse."""
        if scope["type"] != "http" or good_target(
            scope["path"], bytes(scope.get("raw_path") or b""), bytes(scope["query_string"])
        ):
            await self.app(scope, receive, send)
            return
        refusal = Problem(400, "Odd address", "The address of this request is not well formed.")
        await send_problem(scope, receive, send, refusal)


def good_target(path: str, raw: bytes, query: bytes) -> bool:
    """Whether a path and a query are written as they should be.

    Examples
    --------
    >>> good_target("/v1/videos/ab", b"/v1/videos/ab", b"q=a%2Fb")
    True
    >>> good_target("/v1/../etc", b"/v1/%2e%2e/etc", b"")
    False
    """
    if len(raw) + len(query) > LONGEST_TARGET or not path.startswith("/"):
        return False
    if any(ord(c) < 32 or ord(c) == 127 or c == "\\" for c in path):
        return False
    if any(c < 33 or c > 126 for c in query):
        return False
    middle = path.split("/")[1:]
    return not any(part in (".", "..") for part in middle) and "" not in middle[:-1]
