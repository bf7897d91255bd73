"""``kinolex retry``: try failed files again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kinolex.cli.index import ended
from kinolex.cli.lazy import given, verb
from kinolex.cli.live import listening
from kinolex.cli.options import AsJson, Plain, opened
from kinolex.cli.out import say

app = verb()


@app.command("retry")
def retry(
    context: typer.Context,
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="PATH", help="Failed files; without any, all.", show_default=False),
    ] = None,
    as_json: AsJson = False,
    plain: Plain = False,
) -> int:
    """Try failed files again."""
    with opened(context, read_only=False) as library:
        if not paths and not library.failures():
            say("No failures: there is nothing to try again.")
            return 0
        with listening(as_json=as_json, plain=plain, quiet=given(context).quiet) as listener:
            report = library.retry(tuple(paths or ()), listener=listener)
        return ended(context, library, report, as_json=as_json)
