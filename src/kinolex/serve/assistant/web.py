"""The assistant's server as an ASGI application: streamable HTTP, without sessions.

Each request says who asks, so nothing is remembered between two: no session can be taken over, and
none grows old. Who asks is found out by the guards before this, as for every other address.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from mcp.server.transport_security import TransportSecuritySettings
from starlette.requests import Request
from starlette.responses import Response

from kinolex.serve.assistant.server import assistant
from kinolex.serve.assistant.visit import AtPlace, Visit
from kinolex.serve.guard.asgi import person_of
from kinolex.serve.people import ForbiddenError
from kinolex.serve.place import Place
from kinolex.serve.problems import problem_of, send_problem

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

__all__ = ["assistant_app"]

MOST_BODY = 256 * 1024
"""Bytes of one request: a question with a hundred videos to look in is far smaller."""


def assistant_app(
    place: Place | Callable[[], Place], *, links: bool = True, names: tuple[str, ...] = ()
) -> ASGIApp:
    """An ASGI application that speaks MCP at whatever path it is put.

    Parameters
    ----------
    place : Place, or callable that gives it
        A callable where the place is made later, when the server starts.
    links : bool
        Whether the server beside it has pages and an API, so that answers hold links.
    names : tuple of str
        ``Host`` headers to answer, ``NAME:*`` for any port; none: the guards before have looked.

    Returns
    -------
    ASGI application
        It needs no lifespan. It reads the person from ``scope["state"]["person"]``, and refuses
        (403) where there is none. An object, so that `starlette.routing.Route` takes it.
    """
    return _App(place, links, names)


class _App:
    def __init__(
        self, place: Place | Callable[[], Place], links: bool, names: tuple[str, ...]
    ) -> None:
        self._place = place
        self._links = links
        self._server = assistant(self._visit)
        self._names = TransportSecuritySettings(
            enable_dns_rebinding_protection=bool(names),
            allowed_hosts=list(names),
            allowed_origins=[f"http://{name}" for name in names],
        )

    def _visit(self, request: Request | None) -> Visit:
        assert request is not None
        place = self._place if isinstance(self._place, Place) else self._place()
        base = f"{request.url.scheme}://{request.url.netloc}" if self._links else ""
        return AtPlace(place, person_of(request.scope), base)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one message."""
        if scope["type"] != "http":
            return
        if scope["method"] != "POST":  # no stream of its own, no session to end
            await Response(status_code=405, headers={"Allow": "POST"})(scope, receive, send)
            return
        try:
            person_of(scope).need("viewer")
        except ForbiddenError as error:
            await send_problem(scope, receive, send, problem_of(error))
            return
        # One application a request: it begins and ends with it, in one task.
        inner = self._server.streamable_http_app(
            streamable_http_path="/",
            stateless_http=True,
            max_request_body_size=MOST_BODY,
            transport_security=self._names,
        )
        async with inner.router.lifespan_context(inner):
            await inner({**scope, "path": "/", "raw_path": b"/", "root_path": ""}, receive, send)
