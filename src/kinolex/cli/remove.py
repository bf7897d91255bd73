"""``kinolex remove``: forget videos or folders; the files stay."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kinolex.cli.lazy import given, verb
from kinolex.cli.options import AsJson, Yes, opened
from kinolex.cli.out import put, put_json, say, tidy
from kinolex.cli.times import count
from kinolex.errors import UsageError

if TYPE_CHECKING:
    from kinolex.moments import Video

app = verb()

SHOWN = 8


@app.command("remove")
def remove(
    context: typer.Context,
    what: Annotated[
        list[str],
        typer.Argument(metavar="VIDEO", help="Videos (name, path or id) or folders to forget."),
    ],
    yes: Yes = False,
    as_json: AsJson = False,
) -> int:
    """Forget videos or folders; the files themselves stay.

    Says what it will forget, and asks. Media files are never touched.
    """
    with opened(context, read_only=False) as library:
        meant = {name: meant_by(library, name) for name in what}
        videos = list({v.id: v for group in meant.values() for v in group}.values())
        if not yes:
            for line in question(videos):
                say(line)
            agree("remove")
        gone = [path for name in meant for path in library.remove(name)]
    if as_json:
        put_json({"removed": sorted(set(gone))})
        return 0
    if not given(context).quiet:
        put(f"Forgot {count(len(videos), 'video')}. No file was touched.")
    return 0


def meant_by(library: Any, name: str) -> list[Video]:
    """The videos that a name or a folder means; a root may hold none."""
    if not name:  # as a path it would mean the current folder
        raise UsageError("The name of a video is empty.", hint="See `kinolex list` for all names.")
    from kinolex.search.here import real_folder

    folder = real_folder(name)
    inside = [v for v in library.videos() if any(folder in Path(p).parents for p in v.paths)]
    if inside or any(root.path == folder for root in library.roots()):
        return inside
    return [library.video(name)]


def question(videos: list[Video]) -> list[str]:
    """What is about to be forgotten, a few by name."""
    lines = [f"This forgets {count(len(videos), 'video')} (the files stay where they are):"]
    lines += [f"  {tidy(video.path)}" for video in videos[:SHOWN]]
    if len(videos) > SHOWN:
        lines.append(f"  ... and {len(videos) - SHOWN:,} more")
    return lines


def agree(what: str) -> None:
    """Ask; leave unless the answer is yes.

    Raises
    ------
    UsageError
        If nobody can be asked.
    """
    if not sys.stdin.isatty():
        raise UsageError(
            f"`kinolex {what}` asks first, and nobody is there to answer.", hint="Add --yes."
        )
    sys.stderr.write("Go on? [y/N] ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        say("Nothing was changed.")
        raise typer.Exit(1)
