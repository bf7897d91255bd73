"""``kinolex compare``: trained matchers side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kinolex.cli.lazy import verb
from kinolex.cli.options import AsJson
from kinolex.cli.out import put, put_json
from kinolex.errors import UsageError

app = verb()

Runs = Annotated[
    list[str],
    typer.Argument(
        metavar="RUN...",
        help="Folders of `kinolex train`; others are tested against the first one's system.",
    ),
]
Split = Annotated[str, typer.Option("--split", metavar="SPLIT", help="Of their records.")]
Pairs = Annotated[
    int,
    typer.Option(
        "--pairs", metavar="N", min=0, help="Measure scoring N x N pairs; 0: do not measure."
    ),
]
Svg = Annotated[str, typer.Option("--svg", metavar="FILE", help="Write a chart too.")]


@app.command("compare")
def compare(
    runs: Runs,
    split: Split = "test",
    pairs: Pairs = 1000,
    svg: Svg = "",
    as_json: AsJson = False,
) -> int:
    """Put trained matchers side by side: figures over seeds, significance, cost.

    Runs that differ in nothing but their seeds are one row, with mean and standard deviation.
    """
    from kinolex.cli.lab import demand_torch

    demand_torch()
    from kinolex.cli.live import shown
    from kinolex.lab.comparing import compare_runs

    with shown() as progress:
        found = compare_runs(runs, split=split, pairs=pairs, progress=progress)
    if svg:
        try:
            Path(svg).write_text(found.svg(), encoding="utf-8")
        except OSError as error:
            raise UsageError(f"{svg} cannot be written: {error.strerror or error}.") from error
    if as_json:
        put_json(found.to_dict())
    else:
        put(found.text())
    return 0
