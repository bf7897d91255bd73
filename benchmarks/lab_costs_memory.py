"""Memory of X-Pool's scores, each way in a process of its own.

``python -m benchmarks.lab_costs_memory WAY COUNT`` prints what one of them took: ``pieces`` is
`kinolex.lab.matchers.base.score_in_pieces`, ``whole`` the matcher's `score` of all pairs at once,
in which every pair has a vector.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import torch

from benchmarks.harness import Table, installed
from benchmarks.lab_costs_scores import SIZES, made, stored
from kinolex.lab.matchers.base import score_in_pieces

BOUND = 500.0
"""MB that scoring 1,000 x 1,000 may add to a process; docs/lab-costs.md states it."""


def took(way: str, count: int) -> float:
    """Megabytes by which scoring raised the process's highest resident memory."""
    matcher = made("x-pool")
    texts, videos = stored(matcher, count)
    before = _peak()
    with torch.no_grad():
        if way == "pieces":
            score_in_pieces(matcher, texts, videos)
        else:
            matcher.score(texts, videos)
    return _peak() - before


def _peak() -> float:
    """Of this program alone: what getrusage says begins with what the parent had."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(float(one.split()[1]) * 1024 / 1e6 for one in lines if one.startswith("VmHWM"))


def elsewhere(way: str, count: int) -> float:
    """`took`, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.lab_costs_memory", way, str(count)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=installed())
    return float(json.loads(done.stdout)["MB"])


def free() -> float:
    """Megabytes that can be taken without harm; 0 where nobody says."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0.0
    return next(float(one.split()[1]) / 1e3 for one in lines if one.startswith("MemAvailable"))


def memory(table: Table, *, quick: bool) -> None:
    """In pieces; at once where it fits; and a vector for every pair, by arithmetic."""
    count, runs = (60, 1) if quick else (1000, 3)
    naive = count * count * SIZES.dimensions * 4 / 1e6
    title = f"x-pool {count} x {count}, memory"
    found = [elsewhere("pieces", count) for _ in range(runs)]
    middle = table.add(f"{title}: in pieces of 256 x 256", found, "MB", f"<= {BOUND:.0f}")
    table.add(f"{title}: one vector a pair, by arithmetic", naive, "MB")
    table.add(f"{title}: vector a pair / pieces", naive / max(middle, 1e-9), "x")
    if free() > 8 * naive:
        table.add(f"{title}: all at once", elsewhere("whole", count), "MB")


if __name__ == "__main__":
    torch.set_num_threads(1)
    print(json.dumps({"MB": took(sys.argv[1], int(sys.argv[2]))}))
