"""``kinolex index``: bring videos into the library."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kinolex.cli.lazy import given, verb
from kinolex.cli.live import KnownFailures, listening
from kinolex.cli.options import Plain, channels_of, opened
from kinolex.cli.out import put, say
from kinolex.cli.run import STOPPED
from kinolex.cli.sentences import stopped, summary
from kinolex.cli.times import count, length

if TYPE_CHECKING:
    from kinolex.api import Report
    from kinolex.library.records import Counts

app = verb()


Paths = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="PATH",
        help="Folders and files; without any, everything that was added before.",
        show_default=False,
    ),
]
Only = Annotated[
    list[str] | None,
    typer.Option(
        metavar="CHANNEL",
        help="Only these channels: picture, speech, screen, title (or several with commas).",
    ),
]
Redo = Annotated[
    bool, typer.Option("--redo", help="Do the chosen channels again, even if up to date.")
]
Every = Annotated[
    float | None, typer.Option(metavar="SECONDS", help="Seconds between sampled frames.")
]
Threads = Annotated[int | None, typer.Option(metavar="N", help="Threads for models and decoding.")]
Picture = Annotated[
    str | None, typer.Option(metavar="MODEL", help="Picture encoder: a name or a folder.")
]
Words = Annotated[
    str | None, typer.Option(metavar="MODEL", help="Sentence encoder: a name or a folder.")
]
Speech = Annotated[
    str | None, typer.Option(metavar="MODEL", help="Speech model: a name or a folder.")
]
Screen = Annotated[
    str | None, typer.Option(metavar="READER", help="Screen text: rapidocr or tesseract.")
]
Language = Annotated[
    str | None, typer.Option(metavar="CODE", help="Language that is spoken: en, de, ...")
]
Hardware = Annotated[
    str | None,
    typer.Option(
        metavar="KIND",
        help="Hardware decoding: auto, cuda, vaapi, videotoolbox, qsv, d3d11va or off.",
    ),
]
Device = Annotated[
    str | None,
    typer.Option(metavar="DEVICE", help="Where models run: cpu, cuda, coreml, openvino."),
]
NoStills = Annotated[
    bool, typer.Option("--no-stills", help="Keep no small pictures of the frames.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print each event as one line of JSON.")]


@app.command("index")
def index(
    context: typer.Context,
    paths: Paths = None,
    only: Only = None,
    redo: Redo = False,
    every: Every = None,
    threads: Threads = None,
    picture: Picture = None,
    words: Words = None,
    speech: Speech = None,
    screen: Screen = None,
    language: Language = None,
    hardware: Hardware = None,
    device: Device = None,
    no_stills: NoStills = False,
    as_json: AsJson = False,
    plain: Plain = False,
) -> int:
    """Index videos and folders, so that they can be searched.

    Searching works while it runs. Ctrl-C stops at any moment: what is whole is kept, and the same
    command goes on from there. Moved, renamed and copied files cost nothing. A file that cannot
    be read never stops the rest: see `kinolex failures`.
    """
    chosen: dict[str, Any] = {
        "every": every,
        "threads": threads,
        "picture": picture,
        "words": words,
        "speech": speech,
        "screen": screen,
        "language": language,
        "hardware": hardware,
        "device": device,
        "stills": False if no_stills else None,
    }
    settings = {name: value for name, value in chosen.items() if value is not None}
    with opened(context, read_only=False) as library:
        if not paths and not library.roots():
            from kinolex.errors import UsageError

            raise UsageError("Nothing to index yet.", hint="Run `kinolex index FOLDER`.")
        with listening(as_json=as_json, plain=plain, quiet=given(context).quiet) as listener:
            heard = KnownFailures(listener)
            report = library.add(
                *(paths or ()),
                only=channels_of(only or ()),
                redo=redo,
                listener=heard,
                **checked(settings),
            )
        code = ended(context, library, report, as_json=as_json, known=heard.count)
        # Nothing of what was asked for by name could be done: that is no success.
        return code or int(bool(only) and set(channels_of(only or ())) <= set(report.missing))


def checked(settings: dict[str, Any]) -> dict[str, Any]:
    """The settings of a call, once they are known to be possible.

    Raises
    ------
    UsageError
        With the option and what it allows.
    """
    from pydantic import ValidationError

    from kinolex.errors import UsageError
    from kinolex.settings import Settings

    try:
        Settings(**settings)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        why = str(first["msg"]).removeprefix("Input ").replace("'', ", "")
        raise UsageError(f"--{name} {first['input']} is not possible: it {why}.") from None
    return settings


def ended(
    context: Any, library: Any, report: Report, *, as_json: bool = False, known: int = 0
) -> int:
    """Say how a run ended, and give the exit code."""
    if report.interrupted:
        say(stopped(_same_call()))
        return STOPPED
    if not as_json and not given(context).quiet:
        put(summary(report.done, report.failed, report.skipped, report.seconds, known))
        put(searchable(library.status()))
    return verdict(report.done, report.failed, report.skipped)


def verdict(done: int, failed: int, skipped: int) -> int:
    """0 when all went well, 1 when some failed, 3 when all did.

    Examples
    --------
    >>> verdict(2, 0, 0), verdict(2, 1, 0), verdict(0, 1, 5), verdict(0, 1, 0), verdict(0, 0, 0)
    (0, 1, 1, 3, 0)
    """
    if not failed:
        return 0
    return 1 if done or skipped else 3


def searchable(counts: Counts) -> str:
    """What can be searched now, by channel.

    Examples
    --------
    >>> from kinolex.library.records import Counts
    >>> searchable(Counts(3, 3, 0, 95.0, 3, 0, 0, 0, 9, 9, 9, 9, {"speech": 2}))
    'The library holds 3 videos (1 min 35 s); searchable: speech in 2.'
    """
    channels = ", ".join(f"{name} in {number:,}" for name, number in counts.channels.items())
    held = f"The library holds {count(counts.videos, 'video')} ({length(counts.duration)})"
    return f"{held}; searchable: {channels}." if channels else f"{held}."


def _same_call() -> Sequence[str]:
    return ["kinolex", *sys.argv[1:]]
