"""``kinolex watch``: index folders, then keep up with their changes."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Annotated

import typer

from kinolex.cli.lazy import given, verb
from kinolex.cli.live import listening
from kinolex.cli.options import Plain, opened
from kinolex.cli.out import put, say
from kinolex.cli.run import STOPPED
from kinolex.cli.sentences import summary
from kinolex.errors import KinolexError, UsageError

app = verb()


@app.command("watch")
def watch(
    context: typer.Context,
    paths: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PATH",
            help="Folders; without any, those that were added before.",
            show_default=False,
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print each event as one line of JSON.")
    ] = False,
    plain: Plain = False,
) -> int:
    """Index a folder, then keep up with its changes.

    Runs until Ctrl-C.
    """
    if importlib.util.find_spec("watchfiles") is None:
        raise KinolexError(
            "Watching needs the package watchfiles.", hint='Run `pip install "kinolex[watch]"`.'
        )
    for path in paths or ():
        if not path or not Path(path).expanduser().is_dir():
            raise UsageError(f"{path!r} is no folder.", hint="Only folders can be watched.")
    quiet = given(context).quiet
    with opened(context, read_only=False) as library:
        if not paths and not library.roots():
            raise UsageError("Nothing to watch yet.", hint="Run `kinolex watch FOLDER`.")
        try:
            with listening(as_json=as_json, plain=plain, quiet=quiet) as listener:
                for report in library.watch(*(paths or ()), listener=listener):
                    if report.interrupted:
                        break
                    if not as_json and not quiet and (report.done or report.failed):
                        put(summary(report.done, report.failed, report.skipped, report.seconds))
        except KeyboardInterrupt:
            pass
    say("Stopped watching; everything finished is kept.")
    return STOPPED
