"""``/v1/health``, ``/v1/libraries``, ``/metrics``: whether it works, and what it holds."""

from __future__ import annotations

import hashlib
from typing import Any

from fastapi import APIRouter, Request, Response

from kinolex.api import Library
from kinolex.errors import NotFoundError
from kinolex.serve.access import At, Viewer
from kinolex.serve.films import tagged
from kinolex.serve.people import EVERYBODY
from kinolex.serve.place import Place
from kinolex.serve.v1.shown import Shown, readable

__all__ = ["router"]

router = APIRouter(tags=["library"])


@router.get(
    "/health", summary="Does a query work?", responses={503: {"description": "It does not."}}
)
async def health(response: Response, place: At) -> dict[str, Any]:
    """Asks the library a question, through the same thread as every other.

    Says nothing about what is in it, so that it needs no account.
    """
    told = await place.health.told(place)
    response.status_code = 200 if told["ok"] else 503
    return told


@router.get("/libraries", summary="Libraries of this server")
async def libraries(place: At, person: Viewer) -> dict[str, Any]:
    """The one library that is served."""
    return {"libraries": [await _told(place, person)]}


@router.get("/libraries/{library}", summary="One library")
async def one(library: str, request: Request, response: Response, place: At, person: Viewer) -> Any:
    """Numbers that must agree with each other, encoders, and channels.

    The entity tag changes with what is indexed, so that asking often costs next to nothing.
    """
    if library != "default":
        raise NotFoundError("There is no such library.", hint="`GET /v1/libraries` lists all.")
    store = await place.look(person, lambda one: one._store())
    generation = await place.look(person, lambda _: store.generation) if store is not None else 0
    tag = f'"{generation}-{hashlib.sha256(repr(person).encode()).hexdigest()[:12]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if tagged(request.headers.get("if-none-match"), tag):
        return Response(status_code=304, headers=headers)
    response.headers.update(headers)
    return await _told(place, person)


async def _told(place: Place, person: Any) -> dict[str, Any]:
    def work(library: Library) -> dict[str, Any]:
        counts = library.status().to_dict()
        shown = Shown(person, library.roots())
        store = library._store()
        spaces = store.spaces() if store is not None else []
        return {
            "id": "default",
            "name": readable(place.options.library.name),
            "path": shown.path(str(place.options.library)) if person is EVERYBODY else None,
            "read_only": place.options.read_only,
            **counts,
            "encoders": [
                {"name": s.name, "kind": s.kind, "dimensions": s.dimensions, "rows": s.rows}
                for s in spaces
            ],
            "languages": sorted({v.language for v in library.videos() if v.language}),
        }

    return await place.look(person, work)
