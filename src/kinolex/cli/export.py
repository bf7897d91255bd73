"""``kinolex export``: spans of videos to files for editors and players."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kinolex.cli.lazy import given, verb
from kinolex.cli.options import AsJson, opened
from kinolex.cli.out import put, put_json, say, tidy
from kinolex.cli.times import seconds_of
from kinolex.errors import UsageError

if TYPE_CHECKING:
    from kinolex.export.request import Clip, Exported

app = verb()

Several = list[str] | None


@app.command("export")
def export(
    context: typer.Context,
    spans: Annotated[
        Several,
        typer.Argument(
            metavar="SPAN",
            help='Videos (name, path or id), or spans of them: "VIDEO#t=10,15".',
            show_default=False,
        ),
    ] = None,
    format: Annotated[
        str, typer.Option(metavar="NAME", help="Which format; else as the suffix of --to says.")
    ] = "",
    to: Annotated[
        str,
        typer.Option(metavar="PLACE", help="File to write (replaced), or folder for good names."),
    ] = "",
    pad: Annotated[
        str, typer.Option(metavar="SECONDS", help="Handles on both sides: 2, 0.5s, 1:00.")
    ] = "0",
    exact: Annotated[
        bool, typer.Option("--exact", help="Films: always re-encode, to the frame.")
    ] = False,
    drop_frame: Annotated[
        bool | None,
        typer.Option(
            "--drop-frame/--non-drop-frame",
            help="Timecode at 29.97 and 59.94; else as the material says.",
            show_default=False,
        ),
    ] = None,
    title: Annotated[
        str, typer.Option(metavar="WORDS", help="Of the timeline, list or page.")
    ] = "kinolex",
    source: Annotated[
        Several,
        typer.Option(metavar="SOURCE", help="Words of speech, subtitle, screen, ... only."),
    ] = None,
    base_url: Annotated[
        str, typer.Option(metavar="URL", help="What the ids of a IIIF manifest begin with.")
    ] = "",
    from_: Annotated[
        str,
        typer.Option(
            "--from",
            metavar="FILE",
            help="Spans as search --json or --uris gives them; - is stdin.",
        ),
    ] = "",
    list_: Annotated[bool, typer.Option("--formats", help="List the formats.")] = False,
    as_json: AsJson = False,
) -> int:
    """Write spans of videos to files for editors and players.

    As in kinolex export "walk.mp4#t=62,75" --format edl --pad 1, or
    kinolex search red ball --json | kinolex export --from - --to balls.otio. Without --to the file
    gets a good name in the current folder, and nothing is overwritten. With --format clip several
    spans give one file each.
    """
    if list_:
        return _list(as_json=as_json)
    wanted = [*(spans or []), *_read(from_)]
    if not wanted:
        raise UsageError(
            "There is nothing to export.", hint='Name spans, such as "VIDEO#t=10,15", or --from -.'
        )
    options: dict[str, Any] = {
        "pad": seconds_of(pad, "--pad"),
        "title": title,
        "exact": exact,
        "drop_frame": drop_frame,
        "sources": tuple(source or ()),
        "base_url": base_url,
    }
    with opened(context, read_only=True) as library:
        done = _written(library, library.clips(wanted, pad=options["pad"]), format, to, options)
    _tell(done, as_json=as_json, quiet=given(context).quiet)
    return 0


def _read(place: str) -> list[Any]:
    """Spans from a file or stdin."""
    from kinolex.export.wanted import read_wanted

    if not place:
        return []
    try:
        raw = sys.stdin.buffer.read() if place == "-" else Path(place).expanduser().read_bytes()
    except OSError as error:
        raise UsageError(f"{place} cannot be read: {error.strerror}.") from error
    found = read_wanted(raw.decode("utf-8", "surrogateescape"))
    if not found:
        raise UsageError(f"{'stdin' if place == '-' else place} holds no spans.")
    return list(found)


def _written(
    library: Any, clips: Sequence[Clip], format: str, to: str, options: dict[str, Any]
) -> list[Exported]:
    """One file, or one a clip where the format takes one only and a folder is meant."""
    from kinolex.export.registry import find, format_of

    folder = _folder(to)
    name = format or format_of(Path(to), several=len(clips) > 1 and not folder)
    if not name:
        raise UsageError(
            f"No format is named{' by the suffix of ' + to if to and not folder else ''}.",
            hint="Give --format; `kinolex export --formats` lists them.",
        )
    if find(name).several or len(clips) == 1 or not folder:
        return [library.export(clips, name, to, **options)]
    single = {**options, "title": ""}
    return [library.export(clip, name, to, **single) for clip in clips]


def _folder(to: str) -> bool:
    """Whether a folder is meant; one that is named with a slash at its end is made."""
    if not to:
        return True
    path = Path(to).expanduser()
    if to.endswith(("/", os.sep)):
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(f"The folder {to} cannot be made: {error.strerror}.") from error
    return path.is_dir()


def _tell(done: Sequence[Exported], *, as_json: bool, quiet: bool) -> None:
    if as_json:
        put_json({"files": [one.to_dict() for one in done]})
        return
    for one in done:
        put(str(one.path))
        for note in () if quiet else one.notes:
            say(tidy(note))


def _list(*, as_json: bool) -> int:
    from kinolex.export.registry import formats

    known = formats().values()
    if as_json:
        put_json(
            [
                {"name": f.name, "title": f.title, "suffix": f.suffix, "media_type": f.media_type}
                for f in known
            ]
        )
        return 0
    for one in known:
        put(f"{one.name:<20} {one.suffix:<14} {one.title}" if sys.stdout.isatty()
            else f"{one.name}\t{one.suffix}\t{one.title}")  # fmt: skip
    return 0
