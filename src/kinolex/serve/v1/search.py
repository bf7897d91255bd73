"""``/v1/search``: questions and answers."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request

from kinolex.api import Library
from kinolex.moments import Answer, Moment
from kinolex.serve.access import At, Viewer
from kinolex.serve.people import Person
from kinolex.serve.place import Place, while_there
from kinolex.serve.v1.cursors import cursor, offset_of
from kinolex.serve.v1.questions import (
    MOST,
    Page,
    Question,
    demand_known,
    filters_of,
    query_of,
    question_of,
)
from kinolex.serve.v1.shown import Shown

__all__ = ["answered", "router"]

router = APIRouter(tags=["search"])

IN_ADDRESS = (
    "q", "image", "like", "channel", "video", "folder", "after", "before", "min_length",
    "max_length", "language", "tag", "group_by", "sort", "size", "cursor",
)  # fmt: skip

_SORTED = 200
"""Moments that are put in another order than by score."""


@router.post("/search", summary="Find moments")
async def search(asked: Question, request: Request, place: At, person: Viewer) -> dict[str, Any]:
    """Find moments by words, a picture, a span, or a sum of them.

    The answer is the object of `kinolex search --json` (docs/search-json.md); each moment also has
    an `id` and `links`, and `page.next` is the cursor of the next page, or null.
    """
    return await while_there(request, answered(asked, place, person))


@router.get("/search", summary="Find moments, from an address")
async def search_by_address(
    request: Request,
    place: At,
    person: Viewer,
    q: Annotated[str, Query(max_length=10_000, description="Words, quotes, exclusions.")] = "",
    image: Annotated[list[str], Query(max_length=20, description="Ids of pictures.")] = [],  # noqa: B006
    like: Annotated[list[str], Query(max_length=20, description="VIDEO#t=START,END")] = [],  # noqa: B006
    channel: Annotated[
        list[Literal["picture", "speech", "screen", "title"]], Query(max_length=4)
    ] = [],  # noqa: B006
    video: Annotated[list[str], Query(max_length=1000)] = [],  # noqa: B006
    folder: Annotated[str, Query(max_length=1000)] = "",
    after: Annotated[str, Query(max_length=40)] = "",
    before: Annotated[str, Query(max_length=40)] = "",
    min_length: Annotated[float | None, Query(ge=0, allow_inf_nan=False)] = None,
    max_length: Annotated[float | None, Query(ge=0, allow_inf_nan=False)] = None,
    language: Annotated[str, Query(max_length=35)] = "",
    tag: Annotated[list[str], Query(max_length=50)] = [],  # noqa: B006
    group_by: Literal["moment", "video"] = "moment",
    sort: Literal["score", "video", "newest", "oldest"] = "score",
    size: Annotated[int, Query(ge=1, le=200)] = 20,
    cursor: Annotated[str | None, Query(max_length=2000)] = None,
) -> dict[str, Any]:
    """The same as the POST, with everything in the address."""
    demand_known(request.query_params, IN_ADDRESS)
    asked = question_of(
        text=q,
        image=image or None,
        span=list(like) or None,
        channels=channel or None,
        filters=filters_of(
            videos=video,
            folder=folder,
            after=after,
            before=before,
            min_length=min_length,
            max_length=max_length,
            language=language,
            tags=tag,
        ),
        group_by=group_by,
        sort=sort,
        page=Page(size=size, cursor=cursor),
    )
    return await while_there(request, answered(asked, place, person))


async def answered(asked: Question, place: Place, person: Person) -> dict[str, Any]:
    """Ask, and write the wanted page of the answer."""
    what = asked.model_dump_json(exclude={"page"})
    first = offset_of(asked.page.cursor, what)
    if asked.page.cursor is None:
        first = (asked.page.number - 1) * asked.page.size
    end = first + asked.page.size
    by_score = asked.sort == "score"
    most = min(end + 1, MOST) if by_score else min(max(_SORTED, end + 1), MOST)
    # A picture that came with the question is decoded first, which takes its time.
    query = await asyncio.to_thread(query_of, asked, place.pictures.given, limit=most)

    stop = threading.Event()

    def work(library: Library) -> dict[str, Any]:
        answer = library.answer(query, stop=stop.is_set)
        moments = _in_order(answer, asked.sort)
        found = Shown.of(person, library).answer(answer, moments[first:end])
        found["query"]["limit"] = asked.page.size
        more = len(moments) > end and end < MOST
        following = cursor(end, what) if more else None
        return {**found, "page": {"size": asked.page.size, "first": first, "next": following}}

    try:
        return await place.ask(person, work)
    finally:
        stop.set()  # whoever left must not keep the thread from the next question


def _in_order(answer: Answer, sort: str) -> Sequence[Moment]:
    """Moments by score, by video and time, or by day of recording."""
    if sort == "video":
        return sorted(answer.moments, key=lambda m: (m.video.title.casefold(), m.video.id, m.start))
    if sort == "score":
        return answer.moments
    known = [m for m in answer.moments if m.video.recorded]
    unknown = [m for m in answer.moments if not m.video.recorded]
    newest = sort == "newest"
    return [*sorted(known, key=lambda m: _day(m) * (-1 if newest else 1)), *unknown]


def _day(moment: Moment) -> float:
    assert moment.video.recorded is not None
    return moment.video.recorded.timestamp()
