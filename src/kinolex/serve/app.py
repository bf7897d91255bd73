"""`create`: the whole server as one ASGI application, put together from its parts."""

from __future__ import annotations

import importlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.routing import Route
from starlette.staticfiles import StaticFiles

from kinolex._version import __version__
from kinolex.errors import KinolexError
from kinolex.serve import pages
from kinolex.serve.access import At, Viewer
from kinolex.serve.assistant.web import assistant_app
from kinolex.serve.audit import Audit
from kinolex.serve.audited import Audited
from kinolex.serve.idempotency import Idempotency
from kinolex.serve.metrics import Measured, Metrics
from kinolex.serve.options import ServeOptions
from kinolex.serve.people import ForbiddenError
from kinolex.serve.place import GoneError, Place
from kinolex.serve.problems import Problem, problem, problem_of, unfit

__all__ = ["create"]

RESOURCES = (
    "search",
    "videos",
    "media",
    "pictures",
    "library",
    "models",
    "jobs",
    "exports",
    "kept",
    "corrections",
)
"""Modules of `kinolex.serve.v1` with a ``router`` each."""

HERE = Path(__file__).parent

_ABOUT = """
Find the moment: ask in words, with pictures or spans, get moments with their evidence.

Errors are problem details (RFC 9457). POST requests may carry an `Idempotency-Key`. Lists come in
pages with opaque cursors. Times are seconds.
"""


def create(
    options: ServeOptions,
    *,
    audit: Audit | None = None,
    at_end: Sequence[Callable[[], None]] = (),
) -> FastAPI:
    """Make the application; the guard (`kinolex.serve.wall`) is put around it by the command.

    Parameters
    ----------
    options : ServeOptions
    audit : Audit, optional
        Where whatever changes something is written down.
    at_end : sequence of callable
        Called when the server stops.
    """

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        app.state.place = Place(options)
        try:
            yield
        finally:
            await app.state.place.close()
            for closes in at_end:
                closes()

    app = FastAPI(
        title="kinolex",
        version=__version__,
        description=_ABOUT,
        openapi_url="/v1/openapi.json",
        docs_url=None,  # the usual page fetches scripts from elsewhere; ours is /api
        redoc_url=None,
        lifespan=life,
        responses=_problems(),
    )
    app.state.metrics = Metrics()
    app.add_middleware(Idempotency)
    if audit is not None:
        app.add_middleware(Audited, audit=audit)
    app.add_middleware(Measured, metrics=app.state.metrics)
    api = APIRouter(prefix="/v1")
    for name in RESOURCES:
        api.include_router(importlib.import_module(f"kinolex.serve.v1.{name}").router)
    app.include_router(api)
    app.include_router(pages.router)
    # A route, not a mount, which would send /mcp to /mcp/ first.
    app.router.routes.append(Route("/mcp", assistant_app(lambda: app.state.place)))
    app.add_api_route("/metrics", _metrics, include_in_schema=False)
    app.mount("/static", _Static(directory=HERE / "static"), name="static")
    _errors(app)
    return app


class _Static(StaticFiles):
    """Scripts and styles: kept by browsers, but asked for anew when kinolex was updated."""

    def file_response(self, *given: Any, **named: Any) -> Response:
        """A file that is checked for changes each time, which costs a few bytes."""
        answer = super().file_response(*given, **named)
        answer.headers["Cache-Control"] = "no-cache"
        return answer


async def _metrics(request: Request, place: At, person: Viewer) -> Response:
    """Prometheus metrics, for whoever may see the whole library."""
    if person.roots is not None:
        raise ForbiddenError("Metrics speak of the whole library.", hint="Ask an admin.")
    counts = await place.look(person, lambda library: library.status())
    text = request.app.state.metrics.text(place, counts)
    return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")


def _problems() -> dict[int | str, dict[str, Any]]:
    """Every answer that is no success, for the OpenAPI document."""
    schema = {
        "type": "object",
        "required": ["title", "status"],
        "properties": {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "hint": {"type": "string"},
        },
    }
    body = {"application/problem+json": {"schema": schema}}
    said = {
        400: "The call is wrong.",
        401: "Who asks is not known.",
        403: "Whoever asks may not.",
        404: "No such thing.",
        409: "Not now: the library is being written.",
        413: "Too large.",
        422: "It cannot be understood.",
        429: "Too often.",
        503: "Not here, or not now.",
    }
    return {code: {"description": text, "content": body} for code, text in said.items()}


_PLAIN = {
    404: ("Not found", "There is nothing at this address.", "`/api` shows every address."),
    405: ("Not this way", "This address does not take this method.", "`/api` shows which it does."),
}


def _errors(app: FastAPI) -> None:
    """Every error becomes a problem, or a page for browsers."""

    def answered(request: Request, found: Problem) -> Response:
        if pages.wants_page(request):
            return pages.problem_page(request, found)
        return problem(
            found.status,
            found.title,
            found.detail,
            type=found.type,
            hint=found.hint,
            headers=found.headers,
        )

    async def own(request: Request, error: Exception) -> Response:
        assert isinstance(error, KinolexError)
        found = problem_of(error, request.app.state.place.folders_known())
        return answered(request, found)

    async def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return answered(request, unfit(error.errors()[0]))

    async def plain(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        headers = dict(error.headers or {})
        title, detail, hint = _PLAIN.get(error.status_code, ("", "", ""))
        return answered(
            request, Problem(error.status_code, title, detail, hint=hint, headers=headers)
        )

    async def gone(request: Request, error: Exception) -> Response:
        app.state.metrics.gone.inc()
        return Response(status_code=499)

    async def unknown(request: Request, error: Exception) -> Response:
        # The guard's last net writes it into the log, as it is raised again behind this.
        return answered(request, problem_of(error))

    app.add_exception_handler(Exception, unknown)
    app.add_exception_handler(KinolexError, own)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, plain)
    app.add_exception_handler(GoneError, gone)
