"""``kinolex mcp``: the library for assistants, over stdio or on a port of this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kinolex.cli.lazy import verb
from kinolex.cli.options import place_of
from kinolex.cli.out import say
from kinolex.errors import UsageError

app = verb()

Http = Annotated[bool, typer.Option("--http", help="Streamable HTTP at /mcp instead of stdio.")]
Port = Annotated[
    int | None,
    typer.Option(
        "--port",
        metavar="P",
        min=0,
        max=65535,
        help="Port for --http; 0 takes a free one (else 7861).",
        show_default=False,
    ),
]
Root = Annotated[
    list[str] | None,
    typer.Option(
        "--root", metavar="FOLDER", help="Show the assistant this folder alone (can be repeated)."
    ),
]


@app.command("mcp")
def mcp(context: typer.Context, http: Http = False, port: Port = None, root: Root = None) -> int:
    """Let an assistant search the library, through the Model Context Protocol.

    On stdin and stdout, for assistants that start it themselves (docs/assistants.md). With --http
    on a port of this machine; to reach it from others, use `kinolex serve`.
    """
    from kinolex import api
    from kinolex.serve.assistant.run import over_http, over_stdio

    if port is not None and not http:
        raise UsageError("--port needs --http.", hint="Without it the assistant talks over stdio.")
    folder = Path(place_of(context)).expanduser()
    with api.open(folder, read_only=True, roots=root or None) as library:
        if not http:
            over_stdio(library)
            return 0
        allowed = library.roots_allowed
    over_http(folder, port=7861 if port is None else port, roots=allowed, say=say)
    return 0
