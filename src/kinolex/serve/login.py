"""The login page, login and logout.

A login always begins a new session and ends the one that the browser came with, so that nobody
can be given a session that somebody else knows (session fixation).
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import anyio
from anyio import to_thread
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from kinolex.serve.guard.asgi import address_of, state_of
from kinolex.serve.guard.csrf import visit_name
from kinolex.serve.guard.who import cookie_name, cookie_of
from kinolex.serve.limits import Logins
from kinolex.serve.people import LONGEST_NAME, Person, key_of
from kinolex.serve.sessions import ABSOLUTE

if TYPE_CHECKING:
    from starlette.requests import Request

    from kinolex.serve.accounts import Accounts
    from kinolex.serve.audit import Audit

__all__ = ["Login", "local_path", "login_routes"]

Render = Callable[[Mapping[str, Any]], str]

AT_ONCE = 2
"""Passwords that are checked at the same time: each takes 64 MiB and a core."""

_WRONG = "The name or the password is wrong."


def local_path(text: str) -> str:
    r"""Where to go after the login: a path of this server, or its start.

    Browsers read ``//host``, ``/\host`` and a line end inside as the way to another server.

    Examples
    --------
    >>> local_path("/video/ab?t=3"), local_path("//evil.example"), local_path("https://evil.example")
    ('/video/ab?t=3', '/', '/')
    """
    good = text.startswith("/") and not text.startswith("//") and len(text) <= 2048
    if not good or "\\" in text or not all(c.isprintable() for c in text):
        return "/"
    bare = text.partition("?")[0].partition("#")[0]
    return "/" if bare in ("/login", "/logout") else text


class Login:
    """Answers ``GET`` and ``POST /login`` and ``POST /logout``.

    Parameters
    ----------
    accounts : Accounts
        Who may log in.
    audit : Audit
        Where it is written down.
    logins : Logins, optional
        Limits wrong passwords.
    render : callable, optional
        Makes the page of ``next``, ``csrf`` and ``message``; by default from
        ``templates/login.html``.
    """

    def __init__(
        self,
        accounts: Accounts,
        audit: Audit,
        *,
        logins: Logins | None = None,
        render: Render | None = None,
    ) -> None:
        self.accounts = accounts
        self.audit = audit
        self.logins = logins or Logins()
        self.render = render or _template()
        self._limiter = anyio.CapacityLimiter(AT_ONCE)

    async def page(self, request: Request) -> Response:
        """The form; who is logged in already goes on."""
        target = local_path(request.query_params.get("next", "/"))
        if state_of(request.scope).get("person") is not None:
            return RedirectResponse(target, 303)
        return self._form(request, target)

    async def enter(self, request: Request) -> Response:
        """Check a name and a password, and begin a session."""
        form = await request.form(max_files=0, max_fields=20)
        name, password, after = (_text(form.get(f)) for f in ("name", "password", "next"))
        target, address = local_path(after), address_of(request.scope)
        key = key_of(name[:LONGEST_NAME])
        wait = self.logins.wait(address, key)
        if wait:
            await self._record(name, "too many", address)
            return self._later(request, target, wait)
        person = await self._check(name, password)
        if person is None:
            self.logins.failed(address, key)
            await self._record(name, "refused", address)
            return self._form(request, target, _WRONG, status=401)
        self.logins.passed(address, key)
        secret = await to_thread.run_sync(self._begin, person, cookie_of(request.scope))
        await self._record(person.name, "ok", address)
        response = RedirectResponse(target, 303)
        _set_cookie(request, response, cookie_name(request.scope), secret, age=int(ABSOLUTE))
        _set_cookie(request, response, visit_name(request.scope), "", age=0)
        return response

    async def leave(self, request: Request) -> Response:
        """End the session."""
        state = state_of(request.scope)
        if state.get("session"):
            await to_thread.run_sync(self.accounts.end_session, state["session"])
            await self._record(state["person"].name, "ok", address_of(request.scope), "logout")
        response = RedirectResponse("/login", 303)
        _set_cookie(request, response, cookie_name(request.scope), "", age=0)
        return response

    def _begin(self, person: Person, old: str) -> str:
        if old:
            self.accounts.end_session(old)
        return self.accounts.start_session(person.name)

    async def _check(self, name: str, password: str) -> Person | None:
        look = functools.partial(self.accounts.check, name, password)
        return await to_thread.run_sync(look, limiter=self._limiter)

    async def _record(self, name: str, outcome: str, address: str, action: str = "login") -> None:
        await to_thread.run_sync(self._write, name, action, outcome, address)

    def _write(self, name: str, action: str, outcome: str, address: str) -> None:
        # What is no name may be a password in the wrong field: it is not written down.
        known = self.accounts.person(name)
        self.audit.record(known.name if known else "(unknown)", action, "", outcome, address)

    def _form(
        self, request: Request, target: str, message: str = "", *, status: int = 200
    ) -> Response:
        state = state_of(request.scope)
        text = self.render({"next": target, "csrf": state.get("csrf", ""), "message": message})
        response = HTMLResponse(text, status)
        if state.get("new_visit"):
            _set_cookie(request, response, visit_name(request.scope), state["new_visit"], age=None)
        return response

    def _later(self, request: Request, target: str, wait: float) -> Response:
        seconds = max(1, math.ceil(wait))
        message = f"There were too many tries; try again in {seconds} s."
        response = self._form(request, target, message, status=429)
        response.headers["Retry-After"] = str(seconds)
        return response


def login_routes(login: Login) -> list[Route]:
    """Routes for a Starlette or FastAPI app: ``app.router.routes.extend(login_routes(...))``."""
    return [
        Route("/login", login.page, methods=["GET"]),
        Route("/login", login.enter, methods=["POST"]),
        Route("/logout", login.leave, methods=["POST"]),
    ]


def _set_cookie(
    request: Request, response: Response, name: str, value: str, *, age: int | None
) -> None:
    """A cookie that no script reads, and that goes with no request of another site but links."""
    response.set_cookie(
        name,
        value,
        max_age=age,
        path="/",
        secure=request.scope.get("scheme") == "https",
        httponly=True,
        samesite="lax",
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _template() -> Render:
    from importlib import resources

    from jinja2 import Environment

    text = resources.files("kinolex.serve") / "templates" / "login.html"
    template = Environment(autoescape=True).from_string(text.read_text(encoding="utf-8"))
    return lambda values: template.render(values)
