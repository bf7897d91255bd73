"""``kinolex list``: the videos of the library."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from kinolex.cli.lazy import verb
from kinolex.cli.lines import Line, cells, cut, draw, pad, place
from kinolex.cli.options import AsJson, opened, place_of
from kinolex.cli.out import draws, put, put_json, say, tidy, width
from kinolex.cli.times import clock, count, length

if TYPE_CHECKING:
    from kinolex.moments import Video

app = verb()


@app.command("list")
def list_(
    context: typer.Context,
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME", help="Only videos whose path or title holds this.", show_default=False
        ),
    ] = "",
    as_json: AsJson = False,
    paths: Annotated[bool, typer.Option("--paths", help="Print file paths only.")] = False,
) -> int:
    """List the videos of the library."""
    with opened(context, read_only=True) as library:
        videos = [v for v in library.videos() if _named(v, name)]
    if as_json:
        put_json([video.to_dict() for video in videos])
    elif paths:
        for video in videos:
            put(video.path)
    elif draws(sys.stdout):
        draw(video_lines(videos, width()), sys.stdout)
    else:
        for video in videos:
            put(video_row(video))
    if not videos:
        what = f" called {tidy(name)!r}" if name else ""
        say(
            f"There is no video{what} in {tidy(place_of(context))}. "
            "Run `kinolex index FOLDER` to add some."
        )
        return 1
    if not as_json and not paths:
        say(f"{count(len(videos), 'video')}, {length(sum(v.duration for v in videos))}")
    return 0


def _named(video: Video, name: str) -> bool:
    wanted = name.casefold()
    return not name or any(wanted in t.casefold() for t in (video.title, video.path, *video.paths))


def video_lines(videos: Sequence[Video], columns: int) -> list[Line]:
    """Length, title and place of each video, a line each."""
    titles = min(max((cells(tidy(v.title)) for v in videos), default=0), max(12, columns // 3))
    lines: list[Line] = []
    for video in videos:
        title = pad(cut(tidy(video.title), titles), titles)
        room = columns - 9 - 2 - titles - 2
        note = "  (missing)" if video.missing else ""
        lines.append(
            [
                (pad(clock(video.duration), 9, right=True), "cyan"),
                ("  ", ""),
                (title, "bold"),
                ("  ", ""),
                (place(video.path, max(8, room - len(note))), "dim"),
                (note, "yellow"),
            ]
        )
    return lines


def video_row(video: Video) -> str:
    """One video as tab-separated columns: id, length, state, title, path."""
    state = "missing" if video.missing else "here"
    return "\t".join((video.id, clock(video.duration), state, tidy(video.title), tidy(video.path)))
