"""``/v1/jobs``, ``/v1/roots``, ``/v1/folders``: what is indexed, and index runs."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Path, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from kinolex.api import Library
from kinolex.errors import NotFoundError
from kinolex.serve.access import Admin, At, Viewer
from kinolex.serve.people import EVERYBODY
from kinolex.serve.place import Place
from kinolex.serve.v1.shown import Shown, readable

__all__ = ["router"]

router = APIRouter(tags=["indexing"])

JobId = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$")]
Id = Annotated[str, Field(min_length=1, max_length=4000)]


class NewJob(BaseModel):
    """An index run over roots, or over one more folder; without any, over everything."""

    model_config = ConfigDict(extra="forbid")

    roots: list[Id] = Field(default=[], max_length=100, description="Ids from `GET /v1/roots`.")
    folder: Id | None = Field(default=None, description="Id from `GET /v1/folders`, to be added.")
    only: list[Literal["picture", "speech", "screen", "title"]] = Field(default=[], max_length=4)
    redo: bool = False
    retry: bool = Field(default=False, description="Try failed files again instead.")


@router.post("/jobs", status_code=202, summary="Begin an index run")
async def begin(asked: NewJob, response: Response, place: At, person: Admin) -> dict[str, Any]:
    """One run goes on at a time; others wait. Watch it at `links.events`."""
    paths: list[str] = []
    if asked.folder is not None:
        paths.append(str(place.folders.path(asked.folder)))
    if asked.roots:
        roots = await place.look(person, lambda library: library.roots())
        known = {root.id: root for root in roots}
        for name in asked.roots:
            if name not in known:
                raise NotFoundError("There is no such root.", hint="`GET /v1/roots` lists all.")
            paths.append(str(known[name].path))
    job = place.jobs.begin(_what(asked, paths), _order(asked, paths, place), person.name)
    response.headers["Location"] = f"/v1/jobs/{job.id}"
    return job.to_dict()


def _what(asked: NewJob, paths: list[str]) -> str:
    if asked.retry:
        return "failed files again"
    names = ", ".join(path.rstrip("/\\").replace("\\", "/").rpartition("/")[2] for path in paths)
    return readable(names) or "everything"


def _order(asked: NewJob, paths: list[str], place: Place) -> dict[str, Any]:
    return {
        "library": str(place.options.library),
        "paths": paths,
        "only": asked.only,
        "redo": asked.redo,
        "retry": [] if asked.retry else None,
        "settings": place.options.settings.model_dump(mode="json"),
    }


@router.get("/jobs", summary="List index runs")
async def jobs(place: At, person: Viewer) -> dict[str, Any]:
    """Those of this server since it was started, newest first."""
    return {"jobs": [_told(job.to_dict(), person) for job in place.jobs.all()]}


@router.get("/jobs/{job}", summary="One index run")
async def one(job: JobId, place: At, person: Viewer) -> dict[str, Any]:
    """How far it is."""
    return _told(place.jobs.one(job).to_dict(), person)


def _told(job: dict[str, Any], person: Any) -> dict[str, Any]:
    """A job without paths for whoever is not at this machine."""
    if person is EVERYBODY:
        return job
    if person.roots is not None:
        return {**job, **_UNTOLD}
    now = {k: v for k, v in job["now"].items() if k not in ("path", "video")}
    hidden: dict[str, Any] = (
        {} if person.may("admin") else {"what": "", "notices": [], "error": None}
    )
    return {**job, "now": now, **hidden}


@router.get(
    "/jobs/{job}/events",
    summary="Watch an index run",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {}}}},
)
async def events(
    job: JobId,
    place: At,
    person: Viewer,
    last_event_id: Annotated[str | None, Header(max_length=20)] = None,
) -> StreamingResponse:
    """Server-sent events until the run is over; `Last-Event-ID` goes on behind an event."""
    found = place.jobs.one(job)
    after = int(last_event_id) if last_event_id and last_event_id.isdecimal() else 0
    near, limited = person is EVERYBODY, person.roots is not None

    def told(number: int, event: dict[str, Any]) -> str:
        if limited and event["kind"] != "state":
            return ""  # how many there are tells how much is done where they may not look
        known = event if near else {k: v for k, v in event.items() if k in _PLAIN}
        name = "" if limited else f"id: {number}\n"
        return f"{name}event: {event['kind']}\ndata: {json.dumps(known)}\n\n"

    async def written() -> AsyncIterator[str]:
        # What waits goes out in one piece: single ones would be written to whoever has left.
        async for some in place.jobs.watch(found, after):
            if piece := "".join(told(number, event) for number, event in some):
                yield piece

    return StreamingResponse(
        written(), media_type="text/event-stream", headers={"Cache-Control": "no-store"}
    )


_UNTOLD: dict[str, Any] = {
    "what": "",
    "overall": 0.0,
    "eta": None,
    "now": {},
    "failures": 0,
    "notices": [],
    "report": None,
    "error": None,
}
"""What of a job is kept from whoever sees some roots alone: it counts what lies in the others."""

_PLAIN = ("kind", "state", "stage", "done", "total", "items", "overall", "eta", "reason")


@router.post("/jobs/{job}/pause", summary="Pause an index run")
async def pause(job: JobId, place: At, person: Admin) -> dict[str, Any]:
    """Its process ends; what is whole stays, and can be searched."""
    return (await place.jobs.pause(job)).to_dict()


@router.post("/jobs/{job}/resume", summary="Go on with a paused run")
async def resume(job: JobId, place: At, person: Admin) -> dict[str, Any]:
    """It goes on where it was."""
    return place.jobs.resume(job).to_dict()


@router.delete("/jobs/{job}", summary="Cancel an index run")
async def cancel(job: JobId, place: At, person: Admin) -> dict[str, Any]:
    """Its process ends for good; what is whole stays."""
    return (await place.jobs.cancel(job)).to_dict()


@router.get("/roots", summary="Folders of the library")
async def roots(place: At, person: Viewer) -> dict[str, Any]:
    """Roots, and whether each can be reached now."""

    def work(library: Library) -> dict[str, Any]:
        shown = Shown(person, library.roots())
        return {
            "roots": [
                {
                    "id": r.id,
                    "name": readable(r.path.name),
                    "path": shown.path(str(r.path)),
                    "present": r.present,
                }
                for r in library.roots()
            ]
        }

    return await place.look(person, work)


@router.get("/failures", summary="What could not be indexed")
async def failures(place: At, person: Viewer) -> dict[str, Any]:
    """Files and stages, each with its reason."""

    def work(library: Library) -> dict[str, Any]:
        shown = Shown(person, library.roots())
        return {
            "failures": [
                {
                    "path": shown.path(f.path),
                    "stage": f.stage,
                    "reason": f.reason,
                    "message": shown.text(f.message),
                    "tries": f.tries,
                    "at": f.at,
                }
                for f in library.failures()
            ]
        }

    return await place.look(person, work)


@router.get("/folders", summary="Folders that can be added")
async def folders(place: At, person: Admin) -> dict[str, Any]:
    """Where browsing begins: what `kinolex serve --browse` named."""
    return {"folders": [{"id": f.id, "name": readable(f.name)} for f in place.folders.top()]}


@router.get("/folders/{folder}", summary="Folders of a folder")
async def below(
    folder: Annotated[str, Path(max_length=4000)], request: Request, place: At, person: Admin
) -> dict[str, Any]:
    """Those that are not hidden, by name."""
    found = place.folders.below(folder)
    return {"folders": [{"id": f.id, "name": readable(f.name)} for f in found]}
