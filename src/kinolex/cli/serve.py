"""``kinolex serve``: pages, HTTP API and MCP server in one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kinolex.cli.lazy import verb
from kinolex.cli.options import place_of
from kinolex.cli.out import say

app = verb()

Host = Annotated[str, typer.Option(metavar="H", help="Address to listen on.")]
Port = Annotated[int, typer.Option(metavar="P", min=0, max=65535, help="Port; 0 takes a free one.")]
Place = Annotated[
    str, typer.Option("--library", metavar="L", help="The library to serve.", show_default=False)
]
ReadOnly = Annotated[bool, typer.Option("--read-only", help="Let nothing be changed.")]
Open = Annotated[bool, typer.Option("--open", help="Open the page in the browser.")]
Name = Annotated[
    list[str] | None,
    typer.Option(
        "--host-name", metavar="NAME", help="A name under which browsers reach this server."
    ),
]
Browse = Annotated[
    list[str] | None,
    typer.Option(metavar="FOLDER", help="Let admins add folders below this one from the page."),
]
Proxy = Annotated[
    list[str] | None,
    typer.Option(metavar="ADDRESS", help="Believe X-Forwarded-For and -Proto of this proxy."),
]


@app.command("serve")
def serve(
    context: typer.Context,
    library: Place = "",
    host: Host = "127.0.0.1",
    port: Port = 7860,
    read_only: ReadOnly = False,
    open_: Open = False,
    name: Name = None,
    browse: Browse = None,
    trust_proxy: Proxy = None,
) -> int:
    """Serve the pages, the HTTP API and the MCP server of a library.

    On this machine alone, unless --host says otherwise; beyond it accounts are demanded (see
    `kinolex accounts`). Ctrl-C ends it.
    """
    from kinolex.serve.options import ServeOptions
    from kinolex.serve.running import serve as run

    folder = Path(library or place_of(context)).expanduser()
    options = ServeOptions(
        library=folder,
        host=host,
        port=port,
        read_only=read_only,
        hosts=tuple(name or ()),
        proxies=tuple(trust_proxy or ()),
        browse=tuple(Path(b).expanduser() for b in browse or ()) or (Path.home(),),
    )
    run(options, say=say, browser=open_)
    return 0
