"""`open_video`, `transcript`, `stills`: what is known of one video, and of a span of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from kinolex.api import Library
from kinolex.library.records import Passage
from kinolex.serve.assistant import asked, told
from kinolex.serve.assistant.naming import excerpt, named
from kinolex.serve.assistant.resources import still_uri
from kinolex.serve.assistant.visit import Visit
from kinolex.serve.people import Person
from kinolex.serve.v1.cursors import cursor as cursor_to
from kinolex.serve.v1.cursors import offset_of
from kinolex.serve.v1.questions import span_in
from kinolex.serve.v1.shown import Shown
from kinolex.serve.v1.videos import chapters_of

__all__ = ["open_video", "spread", "stills", "transcript"]

MOST_LINES, MOST_LETTERS = 100, 8_000
"""Bounds of one part of a transcript."""

MOST_CHAPTERS = 100
SAID = ("speech", "subtitle", "caption", "note")
_STRANGER = Person("assistant", "viewer")
"""Never `EVERYBODY`, who would be shown true paths."""


async def open_video(visit: Visit, given: asked.OpenArguments) -> told.Opened:
    """What is known of a video."""

    def work(library: Library) -> told.Opened:
        video = named(library, given.video)
        store = library._need()
        recorded = video.recorded
        return told.Opened(
            id=video.id,
            title=video.title,
            file=Shown(_STRANGER, library.roots()).path(video.path),
            duration=round(video.duration, 3),
            width=video.width,
            height=video.height,
            fps=round(video.fps, 3),
            recorded=recorded.isoformat() if recorded else None,
            language=video.language,
            missing=video.missing,
            channels={state.channel: state.state for state in store.states(video.id)},
            words=_counted(store.passages_of(video.id)),
            chapters=[told.Chapter(**one) for one in chapters_of(library, video)[:MOST_CHAPTERS]],
            shots=len(store.shots_of(video.id)),
            stills=len(store.still_times(video.id)),
            link=visit.link(f"/video/{video.id}"),
        )

    return await visit.look(work)


async def transcript(visit: Visit, given: asked.TranscriptArguments) -> told.Transcript:
    """Words of a span, part by part."""

    def work(library: Library) -> told.Transcript:
        video = named(library, given.video)
        span = span_in(video, given.start, given.end)
        there = [p for p in library._need().passages_of(video.id) if p.span.overlap(span) > 0]
        said = [source for source in _counted(there) if source in SAID]
        sources: list[str] = [*given.sources] or said or ["screen"]
        some = sorted(
            (p for p in there if p.source in sources), key=lambda p: (p.span, p.source, p.id)
        )
        what = f"transcript {video.id} {span} {sorted(sources)}"
        first = offset_of(given.cursor, what)
        end = first + _fitting(some[first:])
        more = end < len(some)
        return told.Transcript(
            video=video.id,
            title=video.title,
            start=round(span.start, 3),
            end=round(span.end, 3),
            lines=[_line(one) for one in some[first:end]],
            cut=more,
            next=cursor_to(end, what) if more else None,
            other={s: n for s, n in _counted(there).items() if s not in sources},
        )

    return await visit.look(work)


async def stills(visit: Visit, given: asked.StillsArguments) -> told.Stills:
    """Times and addresses of kept pictures, evenly spread over a span."""

    def work(library: Library) -> told.Stills:
        video = named(library, given.video)
        span = span_in(video, given.start, given.end)
        kept = library._need().still_times(video.id)
        inside = [time for time in kept if span.contains(time)]
        note = ""
        if not inside and kept:
            inside = [min(kept, key=lambda time: abs(time - span.middle))]
            note = "No picture was kept inside of this span: this is the nearest one."
        return told.Stills(
            video=video.id,
            title=video.title,
            stills=[
                told.Picture(
                    time=round(time, 3),
                    uri=still_uri(video.id, time),
                    link=visit.link(f"/v1/videos/{video.id}/still.jpg?t={time:.3f}"),
                )
                for time in spread(inside, given.count)
            ],
            note=note if kept else "No pictures of this video are kept.",
        )

    return await visit.look(work)


def spread(times: Sequence[float], count: int) -> list[float]:
    """At most ``count`` of the times, evenly spread: from the middle of equal parts.

    Examples
    --------
    >>> spread([0, 1, 2, 3, 4, 5], 2), spread([7], 4)
    ([1, 4], [7])
    """
    if len(times) <= count:
        return list(times)
    return [times[(2 * part + 1) * len(times) // (2 * count)] for part in range(count)]


def _line(one: Passage) -> told.Line:
    return told.Line(
        start=round(one.span.start, 3),
        end=round(one.span.end, 3),
        source=one.source,
        text=excerpt(one.text, longest=MOST_LETTERS // 2),
    )


def _counted(passages: Sequence[Passage]) -> dict[str, int]:
    return dict(sorted(Counter(p.source for p in passages).items()))


def _fitting(passages: Sequence[Passage]) -> int:
    """How many of them make one part; at least one."""
    letters = 0
    for number, one in enumerate(passages[:MOST_LINES]):
        letters += len(one.text)
        if letters > MOST_LETTERS and number:
            return number
    return min(len(passages), MOST_LINES)
