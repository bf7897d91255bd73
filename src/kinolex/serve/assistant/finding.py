"""`search`: from words or likeness to moments with their evidence."""

from __future__ import annotations

import re
from pathlib import Path

from kinolex.api import Library
from kinolex.errors import UsageError
from kinolex.moments import Answer, Evidence, Moment
from kinolex.serve.assistant import asked, told
from kinolex.serve.assistant.naming import excerpt, folders_of
from kinolex.serve.assistant.visit import Visit
from kinolex.serve.problems import without_paths
from kinolex.serve.v1.questions import Filters, Question, query_of, video_name
from kinolex.serve.v1.questions import Span as NamedSpan
from kinolex.serve.v1.shown import moment_id, page_of, span_of_id

__all__ = ["search"]

LONGEST = 240
"""Letters of one piece of evidence."""

_MOMENT = re.compile(r"[0-9a-f]{8,64}-\d{1,12}-\d{1,12}")


async def search(visit: Visit, given: asked.SearchArguments) -> told.Found:
    """Moments that answer, or the honest nothing."""
    question = Question(
        text=given.text,
        span=[_like(one) for one in given.like] or None,
        channels=list(given.channels) or None,
        filters=Filters(
            videos=given.video, folder=given.folder, after=given.after, before=given.before
        ),
    )
    query = query_of(question, _no_picture, limit=given.limit)

    def work(library: Library) -> told.Found:
        answer = library.answer(query)
        places = folders_of(library)
        return told.Found(
            nothing_found=answer.nothing_found,
            moments=[_hit(one, visit) for one in answer.moments[: given.limit]],
            weak=[_hit(one, visit) for one in answer.weak[:3]],
            searched=_searched(answer, places),
            notes=[without_paths(note, places) for note in answer.query.notes],
        )

    return await visit.ask(work)


def _searched(answer: Answer, places: list[Path]) -> told.Searched:
    one = answer.searched
    return told.Searched(
        videos=one.videos,
        pending=one.pending,
        failed=one.failed,
        channels=dict(one.channels),
        unavailable={name: without_paths(why, places) for name, why in one.unavailable.items()},
    )


def _like(one: str) -> str | NamedSpan:
    if not _MOMENT.fullmatch(one):
        return video_name(one)
    video, start, end = span_of_id(one)
    return NamedSpan(video=video, start=start, end=end)


def _no_picture(name: str) -> Path:
    raise UsageError("Pictures cannot be sent here.", hint="Ask in words, or with `like`.")


def _hit(moment: Moment, visit: Visit) -> told.Hit:
    video, start, end = moment.video, moment.start, moment.end
    return told.Hit(
        id=moment_id(video.id, start, end),
        video=video.id,
        title=video.title,
        start=round(start, 3),
        end=round(end, 3),
        score=round(moment.score, 3),
        evidence=[_why(one) for one in moment.evidence[:4]],
        link=visit.link(page_of(video.id, start, end)),
    )


def _why(one: Evidence) -> told.Why:
    return told.Why(
        channel=one.channel,
        score=round(one.score, 3),
        time=round(one.time, 3),
        text=excerpt(one.text, one.marks, longest=LONGEST),
    )
