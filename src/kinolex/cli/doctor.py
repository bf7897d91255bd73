"""``kinolex doctor``: check this installation and the library; name what is missing."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import typer

from kinolex.cli.checks import Check, all_checks
from kinolex.cli.lazy import verb
from kinolex.cli.lines import Line, draw, text_of
from kinolex.cli.options import AsJson, place_of
from kinolex.cli.out import draws, put, put_json, tidy

app = verb()

SIGNS = {
    "ok": ("✓", "green"),
    "missing": ("–", "yellow"),
    "wrong": ("✗", "red"),
    "info": ("·", "dim"),
}


@app.command("doctor")
def doctor(context: typer.Context, as_json: AsJson = False) -> int:
    """Check this installation and the library; name what is missing.

    Downloads nothing and changes nothing. Exit code 1 when something is missing or wrong.
    """
    checks = list(all_checks(Path(place_of(context)).expanduser()))
    well = not any(check.state in ("missing", "wrong") for check in checks)
    if as_json:
        put_json({"well": well, "checks": [check.to_dict() for check in checks]})
    elif draws(sys.stdout):
        draw(check_lines(checks), sys.stdout)
    else:
        for line in check_lines(checks):
            put(text_of(line))
    return 0 if well else 1


def check_lines(checks: Sequence[Check]) -> list[Line]:
    """One line a check in sections, then what to do, one command a line."""
    wide = max((len(check.name) for check in checks), default=0)
    lines: list[Line] = []
    group = ""
    for check in checks:
        if check.group != group:
            group = check.group
            lines.append([(group, "bold")])
        sign, style = SIGNS[check.state]
        lines.append(
            [
                (f"  {sign} ", style),
                (f"{check.name:<{wide}}  ", ""),
                (tidy(check.detail), style if check.state in ("missing", "wrong") else ""),
            ]
        )
    return lines + _advice(checks)


def _advice(checks: Sequence[Check]) -> list[Line]:
    todo = [c for c in checks if c.command and c.state in ("missing", "wrong")]
    if todo:
        wide = max(len(check.command) for check in todo)
        rows: list[Line] = [
            [(f"  {c.command:<{wide}}", "cyan"), (f"  for {c.group}: {c.name}", "dim")]
            for c in todo
        ]
        return [[("What to do", "bold")], *rows]
    if any(check.state == "wrong" for check in checks):
        return []
    return [[("All is well.", "green")]]
