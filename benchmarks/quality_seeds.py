"""What a seed changes: tables of `benchmarks.quality` of several models, laid side by side.

``python -m benchmarks.quality_seeds A.json B.json ...`` takes the JSON that
``python -m benchmarks.quality --picture MODEL --json FILE`` wrote for each model
(``python -m recipes.starter --each`` makes one of every run) and shows median and spread;
``--json FILE`` says where they are kept.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from benchmarks.harness import Row, Table, load


def beside(tables: Sequence[Sequence[Table]], name: str = "quality-seeds") -> Table:
    """Median and spread over models of every row that all of them have.

    Parameters
    ----------
    tables : sequence of sequence of Table
        Of each model one or more tables; of rows that two of them have the last counts.
    name : str
        Of the table that is given.
    """
    known: dict[str, list[Row]] = defaultdict(list)
    for several in tables:
        mine = {row.what: row for table in several for row in table.rows}
        for what, row in mine.items():
            known[what].append(row)
    found = Table(name)
    for what, rows in known.items():
        if len(rows) == len(tables):
            found.add(what, [row.value for row in rows], rows[0].unit, rows[0].aim)
    return found


def main() -> None:
    """Read, lay side by side, print, save."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tables", nargs="+", help="JSON of a model; several joined by commas")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    given = parser.parse_args()
    groups = [[Path(name) for name in group.split(",")] for group in given.tables]
    for path in (path for group in groups for path in group):
        if not path.is_file():
            parser.error(f"there is no file {path}")
    several = [[load(path) for path in group] for group in groups]
    table = beside(several, given.json.stem) if given.json else beside(several)
    print(table)
    print(f"\n{table.save(given.json)}")


if __name__ == "__main__":
    main()
