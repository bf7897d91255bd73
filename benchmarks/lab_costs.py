"""What the lab costs, and what papers claim of costs: ``python -m benchmarks.lab_costs``.

- *towers*: TempMe, Prompt Switch and VoP beside the picture tower that they change
  (`benchmarks.lab_costs_towers`);
- *scores*: 1,000 x 1,000 pairs, GLSCL beside X-Pool and others (`benchmarks.lab_costs_scores`);
- *queries*: a new question about 1,000 stored videos, which are text-free (Prompt Switch) or not;
- *memory*: X-Pool's 1,000 x 1,000 in pieces and at once (`benchmarks.lab_costs_memory`);
- *training*: the trainer beside plain loops of the same model (`benchmarks.lab_costs_training`).

All on one thread, in processor seconds, sides in turn. Weights are drawn: they cost as much as
trained ones. About fifteen minutes; ``--quick`` shows in one that it runs. With ``--only`` the rows
of the other parts stay in the file as they were measured before.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

for _name in ("OMP", "OPENBLAS", "MKL"):
    os.environ[f"{_name}_NUM_THREADS"] = "1"

import torch  # noqa: E402

from benchmarks import (  # noqa: E402
    lab_costs_memory,
    lab_costs_scores,
    lab_costs_towers,
    lab_costs_training,
)
from benchmarks.harness import RESULTS, Table, load  # noqa: E402

PARTS = {
    "towers": lab_costs_towers.towers,
    "scores": lab_costs_scores.scores,
    "queries": lab_costs_scores.queries,
    "memory": lab_costs_memory.memory,
    "training": lab_costs_training.training,
}


def with_others(table: Table, place: Path) -> Table:
    """The table with those rows of a file that it does not have itself, in front."""
    if not place.exists():
        return table
    here = {row.what for row in table.rows}
    return Table(table.name, [row for row in load(place).rows if row.what not in here] + table.rows)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and save."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=PARTS, action="append", help="some parts")
    parser.add_argument("--quick", action="store_true", help="small sizes; not saved")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    given = parser.parse_args(arguments)
    torch.set_num_threads(1)
    table = Table("lab-costs: what the lab costs")
    for name, part in PARTS.items():
        if not given.only or name in given.only:
            part(table, quick=given.quick)
    print(table)
    if given.json or not given.quick:
        place = given.json or RESULTS / "lab-costs.json"
        whole = with_others(table, place) if given.only else table
        print(f"\n{whole.save(place)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
