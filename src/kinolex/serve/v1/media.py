"""``/v1/videos/{video}/still.jpg`` and ``/stream``: pictures and films themselves."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import FileResponse, Response, StreamingResponse

from kinolex.api import Library
from kinolex.errors import NotFoundError
from kinolex.serve.access import At, Viewer
from kinolex.serve.films import FilmResponse, tagged
from kinolex.serve.place import while_there
from kinolex.serve.streams import media_type
from kinolex.serve.v1.videos import VideoId, known

__all__ = ["router"]

router = APIRouter(tags=["media"])

Time = Annotated[float, Query(ge=0, le=1e9, allow_inf_nan=False, description="Seconds.")]
_JPEG: dict[int | str, dict[str, Any]] = {200: {"content": {"image/jpeg": {}}}}
_FILM: dict[int | str, dict[str, Any]] = {
    200: {"content": {"video/*": {}}},
    206: {"content": {"video/*": {}}},
    416: {"description": "No such range."},
}


@router.get(
    "/videos/{video}/still.jpg",
    summary="A picture of a video",
    response_class=Response,
    responses=_JPEG,
)
async def still(
    video: VideoId, request: Request, place: At, person: Viewer, t: Time = 0.0
) -> Response:
    """The kept still that is nearest to a time; it changes only when the video is indexed anew."""

    def work(library: Library) -> tuple[bytes, str]:
        found = known(library, video)
        store = library._need()
        data = store.still(found.id, min(t, found.duration))
        if data is None:
            raise NotFoundError(
                "No still of this video is kept.", hint="It has no pictures, or is not indexed yet."
            )
        return data, f'"{found.id[:12]}-{store.generation}-{t:.3f}"'

    data, tag = await place.look(person, work)
    headers = {"Cache-Control": "private, max-age=3600", "ETag": tag}
    if tagged(request.headers.get("if-none-match"), tag):
        return Response(status_code=304, headers=headers)
    return Response(data, media_type="image/jpeg", headers=headers)


@router.head("/videos/{video}/stream", include_in_schema=False)
@router.get(
    "/videos/{video}/stream",
    summary="The film itself",
    response_class=FileResponse,
    responses=_FILM,
)
async def stream(video: VideoId, place: At, person: Viewer) -> FileResponse:
    """The file's own bytes; ranges (RFC 9110) are served, so that players can seek."""
    file, path = await place.look(person, lambda library: place.films.open(known(library, video)))
    return FilmResponse(
        file,
        path,
        media_type=media_type(path),
        headers={"Cache-Control": "private, max-age=3600", "X-Content-Type-Options": "nosniff"},
    )


@router.head("/media/{file}", include_in_schema=False)
@router.get(
    "/media/{file}",
    summary="The film, as a IIIF manifest names it",
    response_class=FileResponse,
    responses=_FILM,
)
async def media(
    file: Annotated[str, Path(pattern=r"^[0-9a-f]{8,64}(\.[A-Za-z0-9]{1,10})?$")],
    place: At,
    person: Viewer,
) -> FileResponse:
    """The same as the stream of the video: id, and the file's suffix."""
    return await stream(file.partition(".")[0], place, person)


@router.get(
    "/videos/{video}/stream.mp4",
    summary="The film for any browser",
    response_class=StreamingResponse,
    responses={200: {"content": {"video/mp4": {}}}},
)
async def transcoded(
    video: VideoId, request: Request, place: At, person: Viewer, t: Time = 0.0
) -> StreamingResponse:
    """From a time on, as H.264 and AAC, made while it is sent; its own time begins at 0.

    For files that a browser cannot play as they are. It has no ranges: to seek, ask for another
    `t`.
    """
    path = await place.look(person, lambda library: place.films.path(known(library, video)))
    pieces = await while_there(request, place.transcoders.open(path, t))
    return StreamingResponse(pieces, media_type="video/mp4", headers={"Cache-Control": "no-store"})
