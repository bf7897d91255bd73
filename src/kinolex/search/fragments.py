"""Spans of a video as text: ``VIDEO#t=10,15``.

Source: W3C Recommendation "Media Fragments URI 1.0 (basic)", 25 September 2012, section 4.2.1
(temporal dimension, normal play time). A video is named by id, path, file name or ``file:`` URI.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePath, PurePosixPath, PureWindowsPath
from urllib.parse import quote, unquote, urlsplit

from kinolex.errors import QueryError
from kinolex.moments import Span

__all__ = ["Fragment", "clock", "format_fragment", "parse_fragment"]

_FRAGMENT = re.compile(
    r"(?s)(?P<video>.*)#(?:[A-Za-z]+=[^#&]*&)*t=(?P<time>[^#&]*)(?:&[A-Za-z]+=[^#&]*)*\Z"
)
_SECONDS = re.compile(r"(\d+)(\.\d*)?s?", re.ASCII)
_CLOCK = re.compile(r"(?:(\d+):)?([0-5]?\d):([0-5]?\d(?:\.\d*)?)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Fragment:
    """A video's name and the part of it that is meant (seconds; ``end`` None: to its end)."""

    video: str
    start: float = 0.0
    end: float | None = None

    def span(self, duration: float) -> Span:
        """The span inside a video of ``duration`` seconds.

        Raises
        ------
        QueryError
            If the fragment begins at or after the video's end.
        """
        end = duration if self.end is None else min(self.end, duration)
        if self.start >= end:
            raise QueryError(
                f"The span starts at {_trim(self.start)} s, "
                f"but {self.video} is only {_trim(duration)} s long."
            )
        return Span(self.start, end)


def clock(text: str) -> float:
    """Seconds of one time: ``10``, ``10.5``, ``01:10.5`` or ``00:01:10.5``.

    Raises
    ------
    QueryError
        If it is no such time.

    Examples
    --------
    >>> clock("00:01:10.5")
    70.5
    """
    bare = text.strip()
    if _SECONDS.fullmatch(bare):
        seconds = float(bare.rstrip("s"))
    elif found := _CLOCK.fullmatch(bare):
        hours, minutes, rest = found.groups()
        seconds = int(hours or 0) * 3600.0 + int(minutes) * 60 + float(rest)
    else:
        raise QueryError(
            f'"{text}" is no time.', hint="Write seconds (10.5) or a clock time (00:01:10.5)."
        )
    if seconds == float("inf"):
        raise QueryError(f'"{text[:20]}..." is no time: it is too long.')
    return seconds


def parse_fragment(text: str) -> Fragment:
    """Read ``VIDEO#t=start,end``; without ``#t=`` the whole video is meant.

    The last ``#t=`` counts, so that a path may contain ``#``. ``file:`` URIs are percent-decoded,
    other names are taken as they stand.

    Parameters
    ----------
    text : str
        ``VIDEO#t=10,15``, ``#t=npt:10,15``, ``#t=,15``, ``#t=10``, clock times, also beside other
        dimensions (``#xywh=0,0,9,9&t=10``).

    Raises
    ------
    QueryError
        If no video is named, a time cannot be read, or the end is not after the start.

    Examples
    --------
    >>> parse_fragment("trips/#1.mp4#t=00:10,15")
    Fragment(video='trips/#1.mp4', start=10.0, end=15.0)
    >>> parse_fragment("file:///a%20b.mp4#t=,4").video
    '/a b.mp4'
    """
    found = _FRAGMENT.fullmatch(text.strip())
    video = _name(found["video"] if found else text.strip())
    if not video:
        raise QueryError("No video is named before the span.", hint='Write "VIDEO#t=10,15".')
    if not found:
        return Fragment(video)
    time = unquote(found["time"]).strip()
    if time.startswith("npt:"):
        time = time[4:]
    elif re.match(r"smpte|clock:", time):
        raise QueryError(
            "Only normal play time can be read in a span.", hint="Write #t=10,15 in seconds."
        )
    start_text, comma, end_text = time.partition(",")
    if not start_text.strip() and not end_text.strip():
        raise QueryError("The span after #t= is empty.", hint='Write "VIDEO#t=10,15".')
    start = clock(start_text) if start_text.strip() else 0.0
    end = clock(end_text) if comma and end_text.strip() else None
    if end is not None and end <= start:
        when = "where" if end == start else "before"
        raise QueryError(
            f"The span ends ({_trim(end)} s) {when} it starts ({_trim(start)} s).",
            hint='Write the earlier time first, as in "VIDEO#t=10,15".',
        )
    return Fragment(video, start, end)


def format_fragment(
    video: str | PurePath, span: Span | None = None, *, uri: bool = False, windows: bool = False
) -> str:
    """Write ``video#t=start,end``, to the millisecond.

    Parameters
    ----------
    video : str or path
        Name, id or path of the video.
    span : Span, optional
        The part that is meant; None: the whole video.
    uri : bool
        Give a percent-encoded ``file:`` URI (``video`` must be an absolute path).
    windows : bool
        With ``uri``: the path is a Windows path.

    Examples
    --------
    >>> format_fragment("/a #1.mp4", Span(10, 15.25))
    '/a #1.mp4#t=10,15.25'
    >>> format_fragment("/a #1.mp4", Span(10, 15.25), uri=True)
    'file:///a%20%231.mp4#t=10,15.25'
    """
    name = str(video)
    if uri:
        flavour = PureWindowsPath if windows else PurePosixPath
        posix = flavour(name).as_posix()
        rooted = posix if posix.startswith("/") else f"/{posix}"
        # Names that are not Unicode come as surrogates and must arrive as the same bytes.
        name = "file://" + quote(rooted.encode("utf-8", "surrogateescape"), safe="/:")
    return f"{name}#t={_trim(span.start)},{_trim(span.end)}" if span else name


def _name(text: str) -> str:
    """The video's name; the path of a ``file:`` URI."""
    if not text.lower().startswith("file:"):
        return text
    try:
        path = unquote(urlsplit(text.split("#", 1)[0]).path, errors="surrogateescape")
    except ValueError:  # for example a broken host in brackets
        return text
    drive = re.match(r"/[A-Za-z]:[/\\]", path)
    return path[1:] if drive else path


def _trim(seconds: float) -> str:
    return f"{seconds:.3f}".rstrip("0").rstrip(".")
