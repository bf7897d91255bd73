"""``/v1/videos/{video}/corrections``: what people have put right in the words of a video."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel, ConfigDict, Field

from kinolex.api import Library
from kinolex.errors import NotFoundError
from kinolex.serve.access import At, Editor, Viewer
from kinolex.serve.people import EVERYBODY
from kinolex.serve.v1.videos import VideoId, known, passage_dict

__all__ = ["router"]

router = APIRouter(tags=["kept"])

CorrectionId = Annotated[str, Path(pattern=r"^[0-9a-f]{4,32}$")]


class NewText(BaseModel):
    """What a passage really says."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(min_length=1, max_length=20_000)


@router.put("/videos/{video}/passages/{passage}", summary="Correct a passage")
async def correct(
    video: VideoId,
    passage: Annotated[int, Path(ge=1, le=2**53)],
    asked: NewText,
    place: At,
    person: Editor,
) -> dict[str, Any]:
    """The new words are found at once, and stay when the video is indexed again."""

    def work(library: Library) -> dict[str, Any]:
        found = known(library, video)
        if passage not in {one.id for one in library._need().passages_of(found.id)}:
            raise NotFoundError("The video has no such passage.")
        full = place.library(EVERYBODY, "ask")
        return passage_dict(full.correct(found.id, passage, asked.text, owner=person.name))

    return await place.ask(person, work)  # the engine encodes the new words


@router.get("/videos/{video}/corrections", summary="Corrections of a video")
async def corrections(video: VideoId, place: At, person: Viewer) -> dict[str, Any]:
    """What was read, what it was corrected to, and the passage that shows it (null: none now)."""

    def work(library: Library) -> dict[str, Any]:
        found = known(library, video)
        return {
            "video": found.id,
            "corrections": [
                {**one.to_dict(), "passage": shown.id if shown is not None else None}
                for one, shown in library.corrections(found.id)
            ],
        }

    return await place.look(person, work)


@router.delete(
    "/videos/{video}/corrections/{correction}", status_code=204, summary="Undo a correction"
)
async def undo(video: VideoId, correction: CorrectionId, place: At, person: Editor) -> Response:
    """The passage says again what was read at first."""

    def work(library: Library) -> None:
        found = known(library, video)
        if correction not in {one.id for one, _ in library.corrections(found.id)}:
            raise NotFoundError(
                "The video has no such correction.", hint="`GET .../corrections` lists them."
            )
        place.library(EVERYBODY, "ask").uncorrect(correction)

    await place.ask(person, work)
    return Response(status_code=204)
