"""``kinolex prune``: forget what is known of files that are gone; lists first."""

from __future__ import annotations

from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from kinolex.cli.lazy import verb
from kinolex.cli.options import AsJson, opened
from kinolex.cli.out import put, put_json, say, tidy
from kinolex.cli.times import count

app = verb()


@app.command("prune")
def prune(
    context: typer.Context,
    apply: Annotated[
        bool, typer.Option("--apply", "--yes", "-y", help="Forget them, instead of listing them.")
    ] = False,
    as_json: AsJson = False,
) -> int:
    """Forget videos whose files are gone; lists them first.

    Files on a disk that is not connected are never listed.
    """
    with opened(context, read_only=not apply) as library:
        found = library.prune(apply=apply)
    if as_json:
        put_json({"applied": apply, "candidates": [plain(each) for each in found]})
        return 0
    for each in found:
        put(tidy(name_of(each)))
    if not found:
        say("Nothing to prune: every file is there, or its disk is not connected.")
    elif apply:
        say(f"Forgot {count(len(found), 'entry', 'entries')}.")
    else:
        many = count(len(found), "entry", "entries")
        say(f"{many} would be forgotten: run `kinolex prune --apply`.")
    return 0


def plain(each: Any) -> Any:
    """A row as plain values for JSON."""
    values = asdict(each) if is_dataclass(each) and not isinstance(each, type) else each
    if isinstance(values, dict):
        return {k: str(v) if isinstance(v, Path) else v for k, v in values.items()}
    return values


def name_of(each: Any) -> str:
    """What a row is called: its path, else its title, else itself."""
    for name in ("path", "relative", "title", "id"):
        value = getattr(each, name, None)
        if value:
            return str(value)
    return str(each)
