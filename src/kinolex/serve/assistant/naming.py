"""Which video and span is meant; and what no answer may say."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from kinolex.api import Library
from kinolex.errors import KinolexError, NotFoundError
from kinolex.moments import Video
from kinolex.serve.v1.questions import video_name

__all__ = ["excerpt", "folders_of", "named"]


def named(library: Library, name: str) -> Video:
    """A video by id, file name or title; never by a path of this machine.

    Raises
    ------
    QueryError
        If the name is a path.
    NotFoundError
        If no video or more than one is called so.
    """
    store = library._need()
    found = store.find_videos(video_name(name))
    video = store.video(found[0]) if len(found) == 1 else None
    if video is not None:
        return video
    if not found:
        raise NotFoundError("There is no such video.", hint="`search` gives the ids of videos.")
    some = ", ".join(f"{v.title} ({v.id})" for v in map(store.video, found[:5]) if v is not None)
    raise NotFoundError(
        f"{len(found)} videos are called so: {some}{' ...' if len(found) > 5 else '.'}",
        hint="Give the id.",
    )


def folders_of(library: Library) -> list[Path]:
    """Folders whose paths no sentence may tell."""
    try:
        return [library.path, *(root.path for root in library.roots())]
    except KinolexError:
        return [library.path]


def excerpt(text: str, marks: Sequence[tuple[int, int]] = (), *, longest: int) -> str:
    """A text, or as much of it as fits around its first mark.

    Examples
    --------
    >>> excerpt("a very long sentence about a dog", [(29, 32)], longest=12)
    '...out a dog'
    """
    if len(text) <= longest:
        return text
    first = marks[0][0] if marks else 0
    start = max(0, min(first - longest // 3, len(text) - longest))
    part = text[start : start + longest]
    part = f"...{part[3:]}" if start else part
    return part if start + longest >= len(text) else f"{part[:-3]}..."
