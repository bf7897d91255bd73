"""``kinolex version``."""

from __future__ import annotations

import typer

from kinolex._version import __version__
from kinolex.cli.lazy import verb

app = verb()


@app.command("version")
def version() -> int:
    """Print the version."""
    typer.echo(f"kinolex {__version__}")
    return 0
