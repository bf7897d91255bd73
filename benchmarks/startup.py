"""Start-up: `import kinolex`, `kinolex --help`, installed size, a cold search from the shell."""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import sysconfig
import tempfile
from importlib import metadata
from pathlib import Path

from benchmarks.harness import Table, cost_of_command, in_turn, installed


def import_seconds() -> float:
    """Cumulative time of ``import kinolex`` as ``-X importtime`` tells."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", "import kinolex"],
        capture_output=True,
        text=True,
        check=True,
        env=installed(),
    )
    found = re.search(r"\|\s*(\d+) \| kinolex$", done.stderr, re.MULTILINE)
    return int(found.group(1)) / 1e6 if found else float("nan")


def closure(extras: tuple[str, ...]) -> set[str]:
    """Distributions that ``kinolex[extras]`` needs here, by name."""
    from packaging.requirements import Requirement

    seen: set[str] = set()
    todo = [("kinolex", extras)]
    while todo:
        name, wanted = todo.pop()
        key = re.sub(r"[-_.]+", "-", name).lower()
        try:
            needs = metadata.requires(name) or []
        except metadata.PackageNotFoundError:
            continue
        if key in seen and not wanted:
            continue
        seen.add(key)
        for text in needs:
            need = Requirement(text)
            marks = [{"extra": e} for e in (*wanted, "")]
            if need.marker is None or any(need.marker.evaluate(m) for m in marks):
                todo.append((need.name, tuple(need.extras)))
    return seen


def installed_mb(names: set[str]) -> float:
    """Megabytes on disk of the files that these distributions list."""
    total = 0
    base = Path(sysconfig.get_paths()["purelib"])
    for name in names:
        for file in metadata.files(name) or []:
            path = base / file
            if path.is_file():
                total += path.stat().st_size
    return total / 1e6


def measure(library: Path, runs: int) -> Table:
    """All start-up figures; ``library`` is searched cold."""
    table = Table("Startup")
    table.add("import kinolex", [import_seconds() for _ in range(runs)], "s", "< 0.15")
    command = [sys.executable, "-m", "kinolex"]
    sides = {
        "help": lambda: cost_of_command([*command, "--help"]),
        "python": lambda: cost_of_command([sys.executable, "-c", "pass"]),
        "search": lambda: cost_of_command(
            ["sh", "-c", '"$@" || true', "-", *command, "search", "--library", str(library), "cup"]
        ),
    }
    costs = in_turn(sides, runs)
    table.add("kinolex --help", [c.wall for c in costs["help"]], "s", "< 0.4")
    table.add("python alone", [c.wall for c in costs["python"]], "s")
    table.add("cold kinolex search", [c.wall for c in costs["search"]], "s", "< 1")
    table.add("installed size, base", installed_mb(closure(())), "MB", "400")
    table.add(
        "installed size, [all,offline]", installed_mb(closure(("all", "offline"))), "MB", "950"
    )
    return table


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--library", type=Path, default=Path(tempfile.gettempdir()) / "none")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    table = measure(given.library, given.runs)
    print(table)
    table.save(given.json)


if __name__ == "__main__":
    main()
