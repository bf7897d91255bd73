"""`export`: spans as a file, by name and address."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from kinolex.api import Library
from kinolex.errors import UsageError
from kinolex.export.request import Exported
from kinolex.serve.assistant import asked, told
from kinolex.serve.assistant.naming import folders_of, named
from kinolex.serve.assistant.resources import export_uri
from kinolex.serve.assistant.visit import Visit
from kinolex.serve.problems import without_paths
from kinolex.serve.v1.questions import span_in

__all__ = ["export"]

PATIENCE = 8.0
"""Seconds that an answer waits for the file."""


async def export(visit: Visit, given: asked.ExportArguments) -> told.Exported:
    """A file for editors or programs, by name and address."""
    from kinolex.export.registry import find

    film = find(given.format).reads
    if film and not visit.base:
        raise UsageError(
            f"The format {given.format} makes a film, which cannot be handed over here.",
            hint="A person can make it with `kinolex export`; edl, srt, csv and others are text.",
        )

    clips = await visit.look(
        lambda library: library.clips([_fragment(library, one) for one in given.spans])
    )
    title = given.title or "kinolex"
    library = await visit.look(lambda one: one)

    def work(folder: Path, stop: Callable[[], bool]) -> Exported:
        if film:
            visit.films.demand(clip.video for clip in clips)
        return library.export(clips, given.format, folder, title=title, stop=stop)

    begun = visit.exports.begin(given.format, visit.person, work, film=film)
    try:
        await asyncio.wait({begun.work}, timeout=PATIENCE)
    except asyncio.CancelledError:
        visit.exports.drop(begun.id, visit.person)  # the assistant withdrew the call
        raise
    answer = told.Exported(
        id=begun.id, format=given.format, state="running", uri=export_uri(begun.id)
    )
    if not begun.work.done():
        return answer.model_copy(update={"link": visit.link(f"/v1/exports/{begun.id}")})
    made = begun.work.result()
    size = await asyncio.to_thread(lambda: made.path.stat().st_size)
    places = await visit.look(folders_of)
    return answer.model_copy(
        update={
            "state": "done",
            "name": made.path.name,
            "size": size,
            "media_type": made.media_type,
            "notes": [without_paths(note, places) for note in made.notes],
            "link": visit.link(f"/v1/exports/{begun.id}/file"),
        }
    )


def _fragment(library: Library, wanted: asked.Wanted) -> str:
    video = named(library, wanted.video)
    span = span_in(video, wanted.start, wanted.end)
    return f"{video.id}#t={span.start:.3f},{span.end:.3f}"
