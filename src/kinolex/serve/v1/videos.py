"""``/v1/videos`` and ``/v1/moments``: what is known of a video and of a span of it."""

from __future__ import annotations

import asyncio
import threading
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request

from kinolex.api import Library
from kinolex.errors import NotFoundError, UsageError
from kinolex.library.records import Passage
from kinolex.moments import Span, Video
from kinolex.serve.access import At, Viewer
from kinolex.serve.place import while_there
from kinolex.serve.v1.cursors import cursor as cursor_to
from kinolex.serve.v1.cursors import offset_of
from kinolex.serve.v1.questions import (
    Question,
    demand_known,
    filters_of,
    query_of,
    span_in,
    video_name,
)
from kinolex.serve.v1.shown import Shown, links_of, span_of_id

__all__ = ["VideoId", "known", "named", "passage_dict", "router"]

router = APIRouter(tags=["videos"])

VideoId = Annotated[str, Path(pattern=r"^[0-9a-f]{8,64}$", description="Id of a video.")]
Seconds = Annotated[float | None, Query(ge=0, le=1e9, allow_inf_nan=False)]


IN_ADDRESS = (
    "folder", "language", "tag", "video", "after", "before", "min_length", "max_length", "size",
    "cursor",
)  # fmt: skip


def known(library: Library, video: str) -> Video:
    """A video by its whole id.

    Raises
    ------
    NotFoundError
        If there is none, for this person.
    """
    store = library._store()
    found = store.video(video) if store is not None else None
    if found is None:
        raise NotFoundError("There is no such video.", hint="`GET /v1/videos` lists all.")
    return found


def named(library: Library, name: str) -> Video:
    """A video by id or name, never by a path seen from where the server runs.

    Raises
    ------
    NotFoundError
        If none, or more than one, is called so, for this person.
    """
    store = library._store()
    ids = store.find_videos(video_name(name)) if store is not None else []
    if len(ids) == 1:
        return known(library, ids[0])
    raise NotFoundError(
        f"{len(ids)} videos are called so." if ids else "There is no such video.",
        hint="Give an id: `GET /v1/videos` lists all.",
    )


def passage_dict(passage: Passage) -> dict[str, Any]:
    """Plain values of a passage."""
    return {
        "id": passage.id,
        "source": passage.source,
        "start": round(passage.span.start, 3),
        "end": round(passage.span.end, 3),
        "text": passage.text,
        "language": passage.language,
        "confidence": round(passage.confidence, 4),
        "box": [round(v, 4) for v in passage.box] if passage.box else None,
        "words": [[round(a, 3), round(b, 3), text] for a, b, text in passage.words],
    }


@router.get("/videos", summary="List videos")
async def videos(
    request: Request,
    place: At,
    person: Viewer,
    folder: Annotated[str, Query(max_length=1000)] = "",
    language: Annotated[str, Query(max_length=35)] = "",
    tag: Annotated[list[str], Query(max_length=50)] = [],  # noqa: B006
    video: Annotated[list[str], Query(max_length=1000)] = [],  # noqa: B006
    after: Annotated[str, Query(max_length=40)] = "",
    before: Annotated[str, Query(max_length=40)] = "",
    min_length: Seconds = None,
    max_length: Seconds = None,
    size: Annotated[int, Query(ge=1, le=500)] = 100,
    cursor: Annotated[str | None, Query(max_length=2000)] = None,
) -> dict[str, Any]:
    """All videos by path, page by page."""
    demand_known(request.query_params, IN_ADDRESS)
    chosen_by = filters_of(
        videos=video,
        folder=folder,
        after=after,
        before=before,
        min_length=min_length,
        max_length=max_length,
        language=language,
        tags=tag,
    )
    what = f"videos {chosen_by.model_dump_json()}"
    first = offset_of(cursor, what)
    asked = Question(text="videos", filters=chosen_by)
    filters = query_of(asked, place.pictures.path).filters

    def work(library: Library) -> dict[str, Any]:
        store = library._store()
        found = store.filter_videos(filters) if store is not None else None
        chosen = None if found is None else set(found)
        every = [v for v in library.videos() if chosen is None or v.id in chosen]
        some = every[first : first + size]
        shown = Shown.of(person, library)
        more = first + size < len(every)
        return {
            "videos": [shown.video(one) for one in some],
            "total": len(every),
            "next": cursor_to(first + size, what) if more else None,
        }

    return await place.look(person, work)


@router.get("/videos/{video}", summary="One video")
async def video(video: VideoId, place: At, person: Viewer) -> dict[str, Any]:
    """Facts, channels and their state, and how its file can be played."""

    def work(library: Library) -> dict[str, Any]:
        found = known(library, video)
        states = library.states(found.id)
        return {
            **Shown.of(person, library).video(found),
            "metadata": dict(found.metadata),
            "channels": {s.channel: {"state": s.state, "items": s.items} for s in states},
            "chapters": chapters_of(library, found),
        }

    return await place.look(person, work)


def chapters_of(library: Library, video: Video) -> list[dict[str, Any]]:
    """Chapters that the file itself brings: titles of parts."""
    titles = library._need().passages_of(video.id, ("title",))
    return [
        {"start": round(p.span.start, 3), "end": round(p.span.end, 3), "title": p.text}
        for p in sorted(titles, key=lambda p: p.span)
        if p.span.duration < video.duration
    ]


@router.get("/videos/{video}/passages", summary="Words of a video")
async def passages(
    video: VideoId,
    place: At,
    person: Viewer,
    source: Annotated[list[str], Query(max_length=10)] = [],  # noqa: B006
    start: Seconds = None,
    end: Seconds = None,
    words: Annotated[bool, Query(description="With the time of each word.")] = True,
) -> dict[str, Any]:
    """What is said, shown or written, in order of time; of a span where one is given."""

    def work(library: Library) -> dict[str, Any]:
        found = known(library, video)
        span = _span(found, start, end)
        said = library._need().passages_of(found.id, source or None)
        some = [p for p in said if span is None or p.span.overlap(span) > 0]
        some.sort(key=lambda p: (p.span, p.source))
        told = [passage_dict(p) for p in some]
        return {
            "video": found.id,
            "passages": told if words else [{**p, "words": []} for p in told],
        }

    return await place.look(person, work)


def _span(video: Video, start: float | None, end: float | None) -> Span | None:
    return None if start is None and end is None else span_in(video, start, end)


@router.get("/videos/{video}/shots", summary="Shots of a video")
async def shots(video: VideoId, place: At, person: Viewer) -> dict[str, Any]:
    """Spans between cuts, in order."""

    def work(library: Library) -> dict[str, Any]:
        found = known(library, video)
        spans = library._need().shots_of(found.id)
        return {"video": found.id, "shots": [[round(s.start, 3), round(s.end, 3)] for s in spans]}

    return await place.look(person, work)


@router.post("/videos/{video}/timeline", summary="Where in a video the answer lies")
async def timeline(
    video: VideoId, asked: Question, request: Request, place: At, person: Viewer
) -> dict[str, Any]:
    """Chance over time, channel by channel: `[start, end, chance]` in order of time."""
    query = await asyncio.to_thread(query_of, asked, place.pictures.given)
    stop = threading.Event()

    def work(library: Library) -> dict[str, Any]:
        found = known(library, video)
        told = library.timeline(found.id, query, stop=stop.is_set)
        return {"video": found.id, "duration": found.duration} | {
            "channels": {
                channel: [[round(a, 3), round(b, 3), round(chance, 4)] for a, b, chance in bars]
                for channel, bars in told.items()
            }
        }

    try:
        return await while_there(request, place.ask(person, work))
    finally:
        stop.set()


@router.get("/moments/{moment}", summary="One moment")
async def moment(
    moment: Annotated[str, Path(pattern=r"^[0-9a-f]{8,64}-[0-9]{1,12}-[0-9]{1,12}$")],
    place: At,
    person: Viewer,
) -> dict[str, Any]:
    """A span by its id: the video, the words in it, times of stills, and links."""
    name, start, end = span_of_id(moment)

    def work(library: Library) -> dict[str, Any]:
        found = known(library, name)
        try:
            span = span_in(found, start, end)
        except UsageError as error:
            raise NotFoundError(error.message, hint="The video has become shorter.") from error
        said = [p for p in library._need().passages_of(found.id) if p.span.overlap(span) > 0]
        times = library._need().still_times(found.id)
        shown = Shown.of(person, library)
        return {
            "id": moment,
            "video": shown.video(found),
            "start": round(span.start, 3),
            "end": round(span.end, 3),
            "passages": [passage_dict(p) for p in sorted(said, key=lambda p: (p.span, p.source))],
            "stills": [round(t, 3) for t in times if span.start <= t < span.end],
            "links": links_of(found.id, span.start, span.end, span.middle, pictured=bool(times)),
        }

    return await place.look(person, work)
