"""``kinolex label``: which of some classes a video shows, and when."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from kinolex.cli.lazy import given, verb
from kinolex.cli.lines import Line, bar, cells, cut, draw, fit, pad
from kinolex.cli.live import shown
from kinolex.cli.options import AsJson, opened
from kinolex.cli.out import draws, put, put_json, say, tidy, width
from kinolex.cli.times import clock, count, length, span_text
from kinolex.errors import UsageError

if TYPE_CHECKING:
    from kinolex.understand.labels import Labels

app = verb()


@app.command("label")
def label(
    context: typer.Context,
    what: Annotated[
        str,
        typer.Argument(metavar="VIDEO", help='Name, path or id; or a span of it: "VIDEO#t=10,15".'),
    ],
    classes: Annotated[
        str,
        typer.Option(metavar="FILE", help='One class a line ("name" or "name: prompt | prompt").'),
    ] = "",
    examples: Annotated[
        str,
        typer.Option(metavar="FOLDER", help="One subfolder of pictures (jpg, png, webp) a class."),
    ] = "",
    top: Annotated[int, typer.Option(metavar="N", help="At most so many classes.")] = 5,
    threshold: Annotated[
        float, typer.Option(metavar="P", help="Only spans with at least this probability (0 to 1).")
    ] = 0.0,
    none: Annotated[
        bool, typer.Option("--none/--no-none", help="Whether a part may show none of them.")
    ] = True,
    as_json: AsJson = False,
) -> int:
    """Say which of your classes a video shows, and when.

    By their words alone (--classes), by a few pictures of each (--examples), or by both. No part
    that shows a class is exit code 1.
    """
    if not classes and not examples:
        raise UsageError(
            "No classes are given.",
            hint="Name a file with --classes or a folder with --examples.",
        )
    quiet = given(context).quiet
    with opened(context, read_only=True) as library, shown(quiet=quiet) as progress:
        found = library.label(
            what,
            classes=classes or None,
            examples=examples or None,
            none=none,
            threshold=threshold,
            top=top,
            progress=progress,
        )
    if as_json:
        put_json(found.to_dict())
    else:
        _print(found, quiet=quiet)
    return 1 if found.nothing_found else 0


def _print(found: Labels, *, quiet: bool) -> None:
    if draws(sys.stdout):
        draw([*summary_lines(found, width()), *span_lines(found, width())], sys.stdout)
    else:
        for row in rows(found):
            put(row)
    if not quiet:
        for note in (*found.notes, ending(found)):
            say(note)


def rows(found: Labels) -> list[str]:
    """Spans as tab-separated columns: start, end, probability, class, path."""
    path = tidy(found.video.path)
    return [
        f"{clock(s.span.start, tenths=True)}\t{clock(s.span.end, tenths=True)}"
        f"\t{s.probability:.2f}\t{tidy(s.name)}\t{path}"
        for s in found.spans
    ]


def summary_lines(found: Labels, columns: int) -> list[Line]:
    """The most probable classes: how probable each is, and how much of the time it takes."""
    wide = min(max((cells(tidy(c.name)) for c in found.classes), default=0), max(12, columns // 2))
    lines: list[Line] = []
    for one in found.classes:
        name = pad(cut(tidy(one.name), wide), wide)
        share = f"  {one.probability:>4.0%}  {one.share:>4.0%} of the time"
        lines.append(
            fit([*bar(one.probability, 8), ("  ", ""), (name, "bold"), (share, "dim")], columns)
        )
    return lines


def span_lines(found: Labels, columns: int) -> list[Line]:
    """When each class is to be seen."""
    return [
        fit(
            [
                (f"{span_text(s.span.start, s.span.end):>15}", "bold cyan"),
                (f"  {s.probability:>4.0%}  ", "dim"),
                (tidy(s.name), ""),
            ],
            columns,
        )
        for s in found.spans
    ]


def ending(found: Labels) -> str:
    """What was looked at, and what none of the classes took."""
    where = f"{length(found.span.duration)} of {tidy(found.video.title)}"
    if found.nothing_found:
        return f"None of these classes is to be seen in {where}."
    free = f"; none of these: {found.none:.0%}" if found.none is not None else ""
    return f"{count(len(found.spans), 'span')} in {where}{free}."
