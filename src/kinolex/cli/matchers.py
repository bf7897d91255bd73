"""``kinolex matchers``: what the lab can train, and what of it `kinolex search` applies."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from kinolex.cli.lazy import verb
from kinolex.cli.options import AsJson
from kinolex.cli.out import put, put_json, say

app = verb()

Run = Annotated[str, typer.Argument(metavar="RUN", help="A folder of `kinolex train`.")]
Out = Annotated[str, typer.Option("--out", metavar="FOLDER", help="A new folder.")]
Name = Annotated[str, typer.Option("--name", metavar="NAME", help="Else that of the run.")]
Space = Annotated[
    str,
    typer.Option(
        "--space",
        metavar="NAME@VERSION",
        help="Encoder of the vectors, where the cache does not say it.",
    ),
]
Exported = Annotated[
    str, typer.Argument(metavar="FOLDER", help="Written by `kinolex matchers export`.")
]

_LINE = ("questions", "videos", "found", "refused")
"""What exported cards tell of the line; cards of others need not."""


@app.callback(no_args_is_help=True)
def matchers() -> None:
    """List matchers of the lab, export trained ones for search, show exported ones."""


@app.command("list")
def list_matchers(as_json: AsJson = False) -> int:
    """List what can be trained: kind, whether search applies it, what it needs, and its paper."""
    from kinolex.cli.lab import demand_torch

    demand_torch()
    from kinolex.lab.export.matcher import why_not
    from kinolex.lab.matchers.base import matchers as known

    rows: list[dict[str, Any]] = [
        {
            "name": one.name,
            "title": one.title,
            "kind": one.kind,
            "needs": sorted(one.needs),
            "search": not why_not(one),
            "paper": one.paper,
        }
        for one in known().values()
    ]
    if as_json:
        put_json(rows)
        return 0
    wide = max(len(str(one["name"])) for one in rows)
    for one in rows:
        needs = ", ".join(one["needs"])
        applied = "search" if one["search"] else ""
        put(f"{one['name']:{wide}}  {one['kind']:11}  {applied:6}  {needs:22}  {one['paper']}")
    say("`kinolex train` trains one of them; search applies those that say so, once exported.")
    return 0


@app.command("export")
def export(run: Run, out: Out, name: Name = "", space: Space = "", as_json: AsJson = False) -> int:
    """Write a trained matcher as ONNX, for `kinolex search --matcher FOLDER`.

    What was written is run beside the lab, on the captions that picked the checkpoint, and refused
    if a score differs by more than 1e-4.
    """
    from kinolex.cli.lab import demand_torch

    demand_torch()
    from kinolex.lab.export.run import export_run

    card = export_run(run, out, name=name, space=space)
    _told(Path(out), card.to_dict(), as_json)
    return 0


@app.command("show")
def show(folder: Exported, as_json: AsJson = False) -> int:
    """Show what an exported matcher is, if its files are those that its card speaks of."""
    from kinolex.encoders.matcher import read_matcher

    _told(Path(folder), read_matcher(Path(folder)).to_dict(), as_json)
    return 0


def _told(folder: Path, card: dict[str, Any], as_json: bool) -> None:
    if as_json:
        put_json({"folder": str(folder), **card})
        return
    put(f"{folder}: {card['name']}, {card['title']} ({card['kind']}; {card['paper']})")
    put(f"  judges up to {card['frames']} frames of {card['space']}")
    put(f"  differs from the lab by at most {card['agreement']:.2g}")
    line = card["more"].get("line")
    if isinstance(line, dict) and all(isinstance(line.get(n), (int, float)) for n in _LINE):
        put(
            f"  of {line['questions']} held captions to {line['videos']} videos"
            f" {line['found']:.0%} find their own above the line;"
            f" without it {line['refused']:.0%} find nothing"
        )
    say(f"`kinolex search --matcher {folder} WORDS` lets it judge the pictures.")
