"""``/v1/exports``: spans as files for editors and players."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path as FilePath
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import FileResponse
from pydantic import BaseModel, ConfigDict, Field

from kinolex.api import Library
from kinolex.errors import NotFoundError, UsageError
from kinolex.export.registry import formats
from kinolex.export.request import Clip, Exported
from kinolex.serve.access import At, Viewer
from kinolex.serve.people import EVERYBODY, Person
from kinolex.serve.place import owner_of, while_there
from kinolex.serve.v1.questions import Span as AskedSpan
from kinolex.serve.v1.questions import span_in
from kinolex.serve.v1.shown import Shown
from kinolex.serve.v1.videos import named

__all__ = ["router"]

router = APIRouter(tags=["exports"])

_PATIENCE = 8.0
"""Seconds that a request waits for its file before it is told to come again."""

_NAME_BYTES = 160
"""Of a file's name: file systems take 255, and what makes the file adds some."""

ExportId = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")]


class NamedSpan(AskedSpan):
    """A span with what an editor shows beside it."""

    name: str = Field(default="", max_length=200)
    note: str = Field(default="", max_length=2000)


class NewExport(BaseModel):
    """Spans, in order, or a collection; and the format."""

    model_config = ConfigDict(extra="forbid")

    format: str = Field(max_length=50, examples=["clip", "edl", "srt"])
    spans: list[NamedSpan] = Field(default=[], max_length=1000)
    collection: str | None = Field(default=None, max_length=200)
    pad: float = Field(default=0.0, ge=0, le=3600, allow_inf_nan=False)
    exact: bool = False
    drop_frame: bool | None = None
    title: str = Field(default="kinolex", max_length=200)
    sources: list[Annotated[str, Field(max_length=20)]] = Field(default=[], max_length=10)
    base_url: str = Field(
        default="",
        max_length=500,
        pattern=r"^(https?://[^\s?#]+)?$",
        description="What ids in a IIIF manifest begin with; `.../v1` of this server plays there.",
        examples=["https://films.example/v1"],
    )


@router.get("/exports/formats", summary="Formats")
async def known_formats(place: At, person: Viewer) -> dict[str, Any]:
    """What can be exported."""
    return {
        "formats": [
            {"name": f.name, "title": f.title, "suffix": f.suffix, "media_type": f.media_type}
            for f in formats().values()
        ]
    }


@router.post(
    "/exports",
    status_code=201,
    summary="Export spans",
    responses={202: {"description": "Still being made: ask again at `links.self`."}},
)
async def export(
    asked: NewExport, request: Request, response: Response, place: At, person: Viewer
) -> dict[str, Any]:
    """Answers 201 when the file is there, or 202 when it takes longer; then ask `links.self`.

    Whoever closes the connection before the answer withdraws the export.
    """
    if asked.format not in formats():
        raise UsageError(
            f"There is no format {asked.format[:50]!r}.",
            hint="`GET /v1/exports/formats` lists all.",
        )
    spans = asked.spans or await place.look(
        person, lambda library: _collected(library, asked, person)
    )
    library, film = place.library(person), formats()[asked.format].reads
    named_clips = await place.look(person, lambda library: [_clip(library, one) for one in spans])
    clips = _shown(named_clips, asked.format, Shown(person, library.roots()), person)

    def work(folder: FilePath, stop: Callable[[], bool]) -> Exported:
        if film:
            place.films.demand(clip.video for clip in clips)
        to = folder / f"{_file_name(asked, clips)}{formats()[asked.format].suffix}"
        return library.export(
            clips,
            asked.format,
            to,
            pad=asked.pad,
            exact=asked.exact,
            drop_frame=asked.drop_frame,
            title=asked.title,
            sources=tuple(asked.sources),
            base_url=asked.base_url,
            stop=stop,
        )

    begun = place.exports.begin(asked.format, person, work, film=film)
    try:
        await while_there(request, asyncio.wait({begun.work}, timeout=_PATIENCE))
    except BaseException:
        place.exports.drop(begun.id, person)
        raise
    if begun.work.cancelled():
        raise NotFoundError("The export was withdrawn.", hint="Begin it again.")
    if begun.work.done() and (error := begun.work.exception()) is not None:
        raise error
    response.status_code = 201 if begun.work.done() else 202
    response.headers["Location"] = f"/v1/exports/{begun.id}"
    return begun.to_dict()


def _collected(library: Library, asked: NewExport, person: Person) -> list[NamedSpan]:
    if asked.collection is None:
        raise UsageError("Nothing to export.", hint="Give spans, or a collection.")
    known = library.kept.collections(owner=owner_of(person))
    items = next((one.items for one in known if one.id == asked.collection), None)
    if items is None:
        raise NotFoundError("There is no such collection.", hint="`GET /v1/collections` lists all.")
    seen = {video.id for video in library.videos()}
    items = tuple(item for item in items if item.video in seen)
    if not items:
        raise UsageError("The collection is empty.", hint="Add spans to it first.")
    return [NamedSpan(video=i.video, start=i.start, end=i.end, note=i.note) for i in items]


def _shown(clips: list[Clip], format: str, shown: Shown, person: Person) -> list[Clip]:
    """Clips whose files are named as the person may see them, unless the films are to be read.

    On loopback an editor needs the true paths; beyond it they are told to nobody, and the editor
    is shown once where its own copies lie.
    """
    if person is EVERYBODY or formats()[format].reads:
        return clips
    return [
        replace(clip, video=replace(clip.video, path=shown.path(clip.video.path), paths=()))
        for clip in clips
    ]


def _clip(library: Library, asked: NamedSpan) -> Clip:
    video = named(library, asked.video)
    span = span_in(video, asked.start, asked.end)
    return Clip(video, span, name=asked.name or video.title, note=asked.note)


def _file_name(asked: NewExport, clips: list[Clip]) -> str:
    """A name for the file that any system can keep."""
    first = clips[0]
    name = asked.title if len(clips) > 1 or asked.title != "kinolex" else first.video.title
    plain = "".join(c if c.isalnum() or c in " ._-" else "_" for c in name).strip(" .")[:80]
    plain = plain.encode()[:_NAME_BYTES].decode("utf-8", "ignore")
    return f"{plain or 'kinolex'} {first.span.start:.0f}" if len(clips) == 1 else plain or "kinolex"


@router.get("/exports/{export}", summary="How far an export is")
async def one(export: ExportId, place: At, person: Viewer) -> dict[str, Any]:
    """Its state, and where the file is when it is there."""
    return place.exports.one(export, person).to_dict()


@router.delete("/exports/{export}", status_code=204, summary="Withdraw an export")
async def withdraw(export: ExportId, place: At, person: Viewer) -> Response:
    """Stops making it, where it is not there yet, and deletes its file."""
    place.exports.drop(export, person)
    return Response(status_code=204)


@router.get("/exports/{export}/file", summary="The exported file", response_class=FileResponse)
async def file(export: ExportId, place: At, person: Viewer) -> FileResponse:
    """To be saved; never shown inside a page."""
    found = place.exports.one(export, person)
    if not found.work.done():
        raise NotFoundError("The file is not there yet.", hint="Ask again in a moment.")
    made = found.work.result()
    if not made.path.is_file():
        raise NotFoundError("The file is not kept any more.", hint="Export it again.")
    headers = {"Content-Disposition": attachment(made.path.name)}
    return FileResponse(made.path, media_type=made.media_type, headers=headers)


def attachment(name: str) -> str:
    """``Content-Disposition`` of a file to be saved (RFC 6266): for old clients, and in full.

    Examples
    --------
    >>> print(attachment("Kühe 1.mp4"))
    attachment; filename="K_he 1.mp4"; filename*=UTF-8''K%C3%BChe%201.mp4
    """
    plain = "".join(c if c.isascii() and c.isprintable() and c not in '"\\%' else "_" for c in name)
    full = quote(name.encode("utf-8", "replace"), safe="")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{full}"
