"""Whether the server of `benchmarks.serve` keeps its size over thousands of requests.

Before the first reading it is asked half as much again, mostly for stills: SQLite keeps 32 MB of
pages for each connection (one looks, one answers questions), and fills them only by reading.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from benchmarks.harness import Table
from benchmarks.serve_clients import Ask, Clients
from benchmarks.serve_data import Served
from benchmarks.serve_server import Server

EVERY = 500
"""Requests between two looks at the server's memory."""

CLIENTS = 8
SHARES = {
    "search": 0.15,
    "still": 0.6,
    "page": 0.1,
    "passages": 0.02,
    "shots": 0.08,
    "timeline": 0.05,
}
"""A page asks for many stills, and for passages and shots once."""


def mixed(served: Served, texts: Sequence[str], count: int, seed: int = 5) -> list[Ask]:
    """Requests as a person's browser makes them, in any order; the same seed, the same requests."""
    drawn = random.Random(seed)
    kinds = drawn.choices(list(SHARES), list(SHARES.values()), k=count)
    return [_one(kind, served, texts, drawn) for kind in kinds]


def _one(kind: str, served: Served, texts: Sequence[str], drawn: random.Random) -> Ask:
    video = served.film if drawn.random() < 0.1 else drawn.choice(served.videos)
    length = served.seconds if video == served.film else 3600
    own, text = f"/v1/videos/{video}", drawn.choice(texts)
    paths: dict[str, tuple[str, dict[str, Any] | None]] = {
        "search": ("/v1/search", {"text": text}),
        "still": (f"{own}/still.jpg?t={drawn.random() * length:.3f}", None),
        "page": (f"/video/{video}", None),
        "passages": (f"{own}/passages", None),
        "shots": (f"{own}/shots", None),
        "timeline": (f"{own}/timeline", {"text": text}),
    }
    return Ask(*paths[kind])


def warming(served: Served, texts: Sequence[str], count: int) -> list[Ask]:
    """Stills alone, which fill the reading connection's cache."""
    drawn = random.Random(3)
    return [_one("still", served, texts, drawn) for _ in range(count)]


def slope(course: Sequence[float], every: int) -> float:
    """KB a 1,000 requests: the line of least squares through readings (MB) so far apart."""
    requests = np.arange(len(course)) * every / 1000
    return float(np.polyfit(requests, np.asarray(course) * 1000, 1)[0])


def measure(
    server: Server, served: Served, texts: Sequence[str], count: int, table: Table
) -> list[str]:
    """Ask and watch; gives what went wrong."""
    errors: list[str] = []
    course: list[dict[str, float]] = []
    every = min(EVERY, count // 4)
    asks = mixed(served, texts, count)
    with Clients(server.address) as clients:
        for warm in (warming(served, texts, count // 3), mixed(served, texts, count // 6, seed=4)):
            errors += clients.ask(warm, CLIENTS).errors
        course.append(server.memory())
        ends = [*range(0, count, every), count]
        for first, last in pairwise(ends):
            errors += clients.ask(asks[first:last], CLIENTS).errors
            course.append(server.memory())
    for which, what in (("all", "resident memory"), ("own", "memory of its own")):
        values = [one[which] for one in course]
        note = f"first {values[0]:.1f}, last {values[-1]:.1f}, largest {max(values):.1f}"
        table.add(f"{count} mixed requests: {what}", values, "MB", note=note)
        note = f"second half {slope(values[len(values) // 2 :], every):.0f}"
        grows = slope(values, every)
        table.add(f"{count} mixed requests: {what}, slope", grows, "KB/1000", "flat (0)", note)
        if which == "all":
            grown = values[-1] / values[0]
            table.add(f"{count} mixed requests: last / first", grown, "x", "flat (1.0)")
    return errors
