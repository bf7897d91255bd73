"""The pages: HTML with a little of what they need at once; everything else comes from the API."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from fastapi.templating import Jinja2Templates

from kinolex._version import __version__
from kinolex.api import Library
from kinolex.serve.access import At, Viewer, place_of
from kinolex.serve.people import EVERYBODY, Person
from kinolex.serve.problems import Problem
from kinolex.serve.problems import wants_page as wants_page_of
from kinolex.serve.v1.shown import Shown
from kinolex.serve.v1.videos import VideoId, chapters_of, known

if TYPE_CHECKING:
    from starlette.types import Scope

__all__ = ["drawn_problem", "problem_page", "router", "wants_page"]

router = APIRouter(include_in_schema=False)
TEMPLATES = Jinja2Templates(directory=Path(__file__).parent / "templates")


def wants_page(request: Request) -> bool:
    """Whether a browser went to an address of a page."""
    return not request.url.path.startswith("/v1/") and wants_page_of(request.scope)


def page(request: Request, name: str, status: int = 200, **given: Any) -> HTMLResponse:
    """Draw a template with what every page needs."""
    common = _common(request.scope, place_of(request).options.read_only)
    common["here"] = name.removesuffix(".html")
    return TEMPLATES.TemplateResponse(request, name, common | given, status_code=status)


def _common(scope: Scope, read_only: bool) -> dict[str, Any]:
    """What every page needs."""
    state = scope.get("state", {})
    person: Person | None = state.get("person")
    return {
        "person": person,
        "version": __version__,
        "read_only": read_only,
        "may_edit": person is not None and person.may("editor") and not read_only,
        "may_admin": person is not None and person.may("admin") and not read_only,
        "accounts": person is not None and person is not EVERYBODY,
        "csrf": state.get("csrf", ""),
    }


def drawn_problem(scope: Scope, found: Problem) -> str:
    """A problem that the guard found, as a page."""
    found = _for_people(found)
    return TEMPLATES.get_template("problem.html").render(_common(scope, False), found=found)


def problem_page(request: Request, found: Problem) -> Response:
    """A problem as a page."""
    return page(request, "problem.html", found.status, found=_for_people(found))


def _for_people(found: Problem) -> Problem:
    """A problem without hints for programs: nobody who looks at a page asks ``GET /v1/...``."""
    return replace(found, hint="") if "/v1/" in found.hint or "`/api`" in found.hint else found


@router.get("/")
async def search(request: Request, place: At, person: Viewer) -> Response:
    """The search page; its question stands in its address."""
    counts = await place.look(person, lambda library: library.status())
    return page(request, "search.html", counts=counts)


@router.get("/video/{video}")
async def video(video: VideoId, request: Request, place: At, person: Viewer) -> Response:
    """One video."""

    def work(library: Library) -> dict[str, Any]:
        found = known(library, video)
        return {
            **Shown.of(person, library).video(found),
            "chapters": chapters_of(library, found),
        }

    found = await place.look(person, work)
    return page(request, "video.html", video=found)


@router.get("/library")
async def library(request: Request, place: At, person: Viewer) -> Response:
    """Folders and their state."""
    return page(request, "library.html")


@router.get("/kept")
async def kept(request: Request, place: At, person: Viewer) -> Response:
    """Saved searches, collections and tags."""
    return page(request, "kept.html")


@router.get("/api")
async def api(request: Request, place: At, person: Viewer) -> Response:
    """What the HTTP API can do, read from its own description."""
    routes = []
    for path, ways in request.app.openapi()["paths"].items():
        for method, one in ways.items():
            routes.append({"path": path, "method": method.upper(), **one})
    return page(request, "api.html", routes=routes)
