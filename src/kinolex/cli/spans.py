"""Spans of videos, as people write them and as they are printed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kinolex.cli.times import span_text
from kinolex.errors import NotFoundError

if TYPE_CHECKING:
    from kinolex.moments import Span, Video

__all__ = ["fragment_of", "meant", "place_text"]


def meant(library: Any, what: str) -> tuple[Video, Span | None]:
    """The video that a text names, and the span of it; names may hold ``#t=`` themselves.

    Raises
    ------
    NotFoundError
        If there is no such video, or more than one.
    QueryError
        If the span cannot be read or begins after the video's end.
    """
    from kinolex.search.fragments import parse_fragment

    try:
        return library.video(what), None
    except NotFoundError:
        fragment = parse_fragment(what)
        if fragment.video == what:
            raise
    video: Video = library.video(fragment.video)
    return video, fragment.span(video.duration)


def place_text(start: float | None, end: float | None) -> str:
    """A span for people; ``whole`` where there is none.

    Examples
    --------
    >>> place_text(62, 75.5), place_text(None, None)
    ('1:02–1:15', 'whole')
    """
    return "whole" if start is None or end is None else span_text(start, end)


def fragment_of(names: dict[str, str], video: str, start: float, end: float) -> str:
    """A media fragment, with the path of a known video and else its id."""
    from kinolex.moments import Span
    from kinolex.search.fragments import format_fragment

    return format_fragment(names.get(video, video), Span(start, end))
