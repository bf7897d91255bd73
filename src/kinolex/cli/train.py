"""``kinolex train``: train a matcher on cached features, as one TOML file says."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Annotated, Any

import typer

from kinolex.cli.lazy import verb
from kinolex.cli.options import AsJson
from kinolex.cli.out import put
from kinolex.progress import silent

app = verb()

Toml = Annotated[str, typer.Argument(metavar="FILE", help="Settings (TOML); see docs/lab.md.")]
Out = Annotated[
    str,
    typer.Option("--out", metavar="FOLDER", help="The run; else runs/NAME-SEED."),
]
Seed = Annotated[int | None, typer.Option("--seed", metavar="N", help="Instead of that there.")]
Resume = Annotated[bool, typer.Option("--resume", help="Go on where it was interrupted.")]


@app.command("train")
def train(
    settings: Toml,
    out: Out = "",
    seed: Seed = None,
    resume: Resume = False,
    as_json: AsJson = False,
) -> int:
    """Train a matcher on kept features, as one settings file says.

    The checkpoint is picked on validation by a named rule, never on test. Several processes share
    one training under `torchrun -m kinolex train FILE`.
    """
    from kinolex.cli.lab import demand_torch

    demand_torch()
    from kinolex.cli.live import shown
    from kinolex.evaluation.reporting import report
    from kinolex.lab.training import running
    from kinolex.lab.training.settings import read

    changes: dict[str, Any] = {} if seed is None else {"seed": seed}
    given = read(settings, **changes)
    place = Path(out or Path("runs") / f"{given.title}-{given.seed}")
    first = os.environ.get("RANK", "0") == "0"
    with shown() as progress:
        found = running.train(given, place, resume=resume, progress=progress if first else silent)
    if not first:
        return 0
    if as_json:
        put((place / "result.json").read_text(encoding="utf-8"), end="")
        return 0
    put(
        f"{place}: step {found.step} of {found.steps} picked by {given.pick};"
        f" {found.trained} numbers learnt in {found.seconds:.1f} s."
    )
    if left := json.loads((place / "result.json").read_text(encoding="utf-8"))["left_out"]:
        put(f"{len(left)} videos that the cache does not hold are left out, such as {left[0]}.")
    put(report({f"validation, {way}": one for way, one in found.results.items()}))
    return 0
