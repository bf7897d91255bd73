"""``/v1/pictures``: pictures to search with."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import FileResponse, Response

from kinolex.serve.access import At, Viewer

__all__ = ["router"]

router = APIRouter(tags=["pictures"])

_BODY = {
    "requestBody": {
        "required": True,
        "content": {"image/*": {"schema": {"type": "string", "format": "binary"}}},
    }
}


@router.post("/pictures", status_code=201, summary="Bring a picture", openapi_extra=_BODY)
async def add(request: Request, response: Response, place: At, person: Viewer) -> dict[str, Any]:
    """Send a picture's bytes as the body: JPEG, PNG, WebP, GIF or BMP, at most 20 MB.

    A copy of at most 512 pixels is kept, without any metadata; ask with its `id` as `image`.
    """
    data = await request.body()
    found = await asyncio.get_running_loop().run_in_executor(None, place.pictures.add, data)
    response.headers["Location"] = f"/v1/pictures/{found}"
    return {"id": found, "links": {"self": f"/v1/pictures/{found}"}}


@router.get("/pictures/{picture}", summary="See a picture again", response_class=FileResponse)
async def see(
    picture: Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")], place: At, person: Viewer
) -> FileResponse:
    """The kept copy."""
    return FileResponse(
        place.pictures.path(picture),
        media_type="image/jpeg",
        headers={"Cache-Control": "private, max-age=86400"},
    )
