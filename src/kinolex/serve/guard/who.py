"""Who asks: a token of a program, a session of a browser, or, on this machine, everybody.

Afterwards ``scope["state"]`` holds ``person`` (a `Person`, or None on open paths), ``by``
(``token``, ``session``, ``everybody`` or ``nobody``) and ``session`` (its secret, for logout and
for `kinolex.serve.guard.Csrf`).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING
from urllib.parse import quote

import anyio
from anyio import to_thread

from kinolex.serve.guard.asgi import address_of, headers_of, state_of, under
from kinolex.serve.people import EVERYBODY, Person
from kinolex.serve.problems import Problem, send_problem, wants_page

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from kinolex.serve.accounts import Accounts

__all__ = ["OPEN", "Who", "cookie_name", "cookie_of"]

OPEN = ("/login", "/static/", "/v1/health")
"""Paths that are answered without a login."""

_LONGEST_SECRET = 128
_LOOKUPS = 8


class Who:
    """Find out who asks; without a good answer refuse, or show browsers the way to the login.

    Parameters
    ----------
    app : ASGI application
        What stands behind.
    accounts : Accounts, optional
        None: no accounts are demanded, and whoever asks from this machine is `EVERYBODY`.
    open_paths : iterable of str
        Paths that need no login; one that ends with ``/`` holds for all below.
    """

    def __init__(
        self, app: ASGIApp, accounts: Accounts | None, *, open_paths: Iterable[str] = OPEN
    ) -> None:
        self.app = app
        self.accounts = accounts
        self.open_paths = tuple(open_paths)
        # Of its own: searches that fill the server's other threads keep nobody from logging in.
        self._limiter = anyio.CapacityLimiter(_LOOKUPS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on, or refuse."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        state = state_of(scope)
        state.update(person=None, by="nobody", session="")
        if self.accounts is None:
            refusal = _outsider(scope)
            if refusal is not None:
                await send_problem(scope, receive, send, refusal)
                return
            state.update(person=EVERYBODY, by="everybody")
        else:
            await self._find(scope, self.accounts)
            barred = state["by"] == "bad token"
            known = state["person"] is not None
            if barred or not (known or under(scope["path"], self.open_paths)):
                await _turn_away(scope, receive, send)
                return
        await self.app(scope, receive, send)

    async def _find(self, scope: Scope, accounts: Accounts) -> None:
        state = state_of(scope)
        given = headers_of(scope, b"authorization")
        if given:
            # One that is no good is refused also beside a good cookie: a program that sends it
            # should hear of it.
            secret = _bearer(given)
            person = await self._ask(accounts.token, secret) if secret else None
            state.update(person=person, by="token" if person else "bad token")
            return
        secret = cookie_of(scope)
        if secret:
            person = await self._ask(accounts.session, secret)
            if person is not None:
                state.update(person=person, by="session", session=secret)

    async def _ask(self, look: Callable[[str], Person | None], secret: str) -> Person | None:
        return await to_thread.run_sync(look, secret, limiter=self._limiter)


def _bearer(values: list[bytes]) -> str:
    """The token of the one ``Authorization`` header (RFC 6750, 2.1), or nothing."""
    scheme, _, secret = values[0].decode("latin-1").strip().partition(" ")
    good = len(values) == 1 and scheme.lower() == "bearer" and len(secret) <= _LONGEST_SECRET
    return secret.strip() if good else ""


def cookie_name(scope: Scope) -> str:
    """Name of the session's cookie.

    Over https it has the prefix ``__Host-``: browsers then take it only from this very host, with
    ``Secure``, so that no other host of the domain can plant one (RFC 6265bis, 4.1.3.2).
    """
    return "__Host-kinolex" if scope.get("scheme") == "https" else "kinolex"


def cookie_of(scope: Scope, name: str = "") -> str:
    """The value of a cookie, by default of the session's; empty when absent, odd or doubled.

    Examples
    --------
    >>> cookie_of({"headers": [(b"cookie", b"a=1; kinolex=x")]})
    'x'
    >>> cookie_of({"headers": [(b"cookie", b"kinolex=y; kinolex=x")]})
    ''
    """
    name = name or cookie_name(scope)
    pairs = [
        pair.strip().partition("=")
        for value in headers_of(scope, b"cookie")
        for pair in value.decode("latin-1").split(";")
    ]
    found = [value for key, _, value in pairs if key == name]
    good = len(found) == 1 and len(found[0]) <= _LONGEST_SECRET and found[0].isascii()
    return found[0] if good else ""


def _outsider(scope: Scope) -> Problem | None:
    """Why somebody who asks without an account is not the person at this machine.

    A proxy in front of a server without accounts would give the library to everybody. Most say
    that they are one; nginx, unless told otherwise, does not, but speaks HTTP/1.0 (before 1.29.7),
    which no browser does.
    """
    proxied = bool(state_of(scope).get("proxied")) or scope.get("http_version") == "1.0"
    if not proxied and _is_here(address_of(scope)):
        return None
    return Problem(
        403,
        "Accounts are needed",
        "This request comes from beyond this machine, and no accounts are demanded.",
        hint="Behind a proxy start with --trust-proxy ADDRESS; see docs/safety.md.",
    )


def _is_here(address: str) -> bool:
    if not address:
        return True  # a socket in the file system, or a call inside one program
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return (getattr(found, "ipv4_mapped", None) or found).is_loopback


async def _turn_away(scope: Scope, receive: Receive, send: Send) -> None:
    """A page leads to the login; a program hears 401 and how to do it (RFC 9110, 11.6.1)."""
    page = scope["method"] in ("GET", "HEAD") and not scope["path"].startswith("/v1/")
    if page and wants_page(scope) and state_of(scope)["by"] != "bad token":
        target = (scope.get("raw_path") or quote(scope["path"]).encode()).decode("latin-1")
        query = scope["query_string"].decode("latin-1")
        place = quote(f"{target}?{query}" if query else target, safe="/")
        headers = [(b"location", f"/login?next={place}".encode("ascii")), (b"content-length", b"0")]
        await send({"type": "http.response.start", "status": 303, "headers": headers})
        await send({"type": "http.response.body", "body": b""})
        return
    refusal = Problem(
        401,
        "Login needed",
        "It is not known who asks.",
        hint="Log in, or send a token: Authorization: Bearer knx_...",
        headers={"WWW-Authenticate": 'Bearer realm="kinolex"'},
    )
    await send_problem(scope, receive, send, refusal)
