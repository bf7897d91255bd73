"""``kinolex prune``: forget what is known of files that are gone; lists first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from kinolex.cli.lazy import given, verb
from kinolex.cli.options import AsJson, opened
from kinolex.cli.out import put, put_json, say, tidy
from kinolex.cli.times import count

if TYPE_CHECKING:
    from kinolex.library.pruning import Gone

app = verb()

MEANINGS = {
    "video": "no file of it is left: its words, frames and stills are forgotten",
    "path": "gone, but the video has other files: only this path is forgotten",
    "failure": "gone: its failure is forgotten",
}


@app.command("prune")
def prune(
    context: typer.Context,
    apply: Annotated[
        bool, typer.Option("--apply", "--yes", "-y", help="Forget them, instead of listing them.")
    ] = False,
    as_json: AsJson = False,
) -> int:
    """Forget videos whose files are gone; lists them first.

    Gone is what `kinolex index` did not find when it last looked. Files on a disk that is not
    connected are never listed.
    """
    with opened(context, read_only=not apply) as library:
        found = library.prune(apply=apply)
    if as_json:
        put_json({"applied": apply, "gone": [asdict(each) for each in found]})
        return 0
    lines = gone_lines(found)
    for line in lines:
        put(line)
    if not given(context).quiet:
        say(ending(len(lines), applied=apply))
    return 0


def gone_lines(found: Sequence[Gone]) -> list[str]:
    """One line a file: what is gone, and what is forgotten with it.

    Examples
    --------
    >>> from kinolex.library.pruning import Gone
    >>> gone_lines([Gone("path", "/v/a.mp4", "id"), Gone("video", "/v/a.mp4", "id", "A")])
    ['/v/a.mp4: no file of it is left: its words, frames and stills are forgotten']
    """
    whole = {each.path for each in found if each.kind == "video"}
    return [
        f"{tidy(each.path or each.title)}: {MEANINGS[each.kind]}"
        for each in found
        if each.kind != "path" or each.path not in whole
    ]


def ending(files: int, *, applied: bool) -> str:
    """What was done, or what to do."""
    if not files:
        return "Nothing to prune: no file was gone when `kinolex index` last looked."
    if applied:
        return f"Forgot {count(files, 'file')}."
    return f"{count(files, 'file')} would be forgotten: run `kinolex prune --apply`."
