"""Answers of `benchmarks.serve`: over HTTP by several clients, beside the same in Python."""

from __future__ import annotations

import http.client
import json
import random
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

import kinolex
from benchmarks.harness import Table
from benchmarks.search_scale import warm_tables
from benchmarks.serve_clients import Ask, Asked, Clients
from benchmarks.serve_server import serving, unlimited
from kinolex.settings import Settings

SEVERAL = (8, 50)
"""Clients at once, beside a single one."""

PAGE = 20
"""Moments of an answer; the server looks for one more, to know whether there is a next page."""


def ask_of(text: str) -> Ask:
    """A question as programs ask it."""
    return Ask("/v1/search", {"text": text, "page": {"size": PAGE}})


def quantiles(took: Sequence[float]) -> dict[str, float]:
    """Milliseconds that 50, 95 and 99 % stay below."""
    return {f"p{q}": 1000 * float(np.quantile(took, q / 100)) for q in (50, 95, 99)}


def drawn(texts: Sequence[str], count: int, seed: int) -> list[str]:
    """So many of the questions, each as often as the others, in any order."""
    draw = random.Random(seed)
    found: list[str] = []
    while len(found) < count:
        found += draw.sample(list(texts), len(texts))
    return found[:count]


class Sides:
    """All sides, and what each took, round by round.

    Parameters
    ----------
    library : Library
        Asked in this process.
    clients : Clients
        They ask the server.
    address : str
        Of the server, ``http://HOST:PORT``, for a plain client in this process: httpx is
        convenient and costs some milliseconds of its own.
    """

    def __init__(self, library: kinolex.Library, clients: Clients, address: str) -> None:
        self.library = library
        self.clients = clients
        self.plain = http.client.HTTPConnection(address.removeprefix("http://"), timeout=120)
        self.took: dict[str, list[dict[str, float]]] = {}
        self.errors: list[str] = []

    def same(self, texts: Sequence[str]) -> None:
        """Both sides must answer the same, or nothing can be compared."""
        for text in texts:
            asked = self._over_http([ask_of(text)])
            theirs = [(m["video"]["id"], m["uri"]) for m in (asked.last or {}).get("moments", ())]
            answer = self.library.search(text, limit=PAGE + 1).to_dict()
            ours = [(m["video"]["id"], m["uri"]) for m in answer["moments"]][:PAGE]
            if theirs != ours:
                self.errors.append(f"another answer over HTTP: {text}")

    def in_turn(self, texts: Sequence[str]) -> None:
        """One client, a plain one and Python, question by question; each is first in its turn."""
        sides: dict[str, Callable[[str], float]] = {
            "Python": self._python,
            "1": lambda text: self._over_http([ask_of(text)]).took[0],
            "plain": self._plainly,
        }
        took: dict[str, list[float]] = {side: [] for side in sides}
        for number, text in enumerate(texts):
            names = list(sides)
            for side in names[number % 3 :] + names[: number % 3]:
                took[side].append(sides[side](text))
        self.plain.close()  # the server would, before the next round; it opens by itself
        for side, times in took.items():
            self._keep(side, times, len(times) / sum(times))

    def at_once(self, texts: Sequence[str], clients: int) -> None:
        """Several clients; the first answer of each does not count, as the queue is short then."""
        asked = self._over_http([ask_of(text) for text in texts], clients)
        self._keep(str(clients), asked.took[clients:], asked.rate(clients))

    def _python(self, text: str) -> float:
        started = time.perf_counter()
        self.library.search(text, limit=PAGE + 1)
        return time.perf_counter() - started

    def _plainly(self, text: str) -> float:
        body = json.dumps(ask_of(text).json)
        started = time.perf_counter()
        self.plain.request("POST", "/v1/search", body, {"Content-Type": "application/json"})
        response = self.plain.getresponse()
        response.read()
        took = time.perf_counter() - started
        if response.status != 200:
            self.errors.append(f"/v1/search: status {response.status}")
        return took

    def _over_http(self, asks: Sequence[Ask], clients: int = 1) -> Asked:
        asked = self.clients.ask(asks, clients)
        self.errors += asked.errors
        return asked

    def _keep(self, side: str, took: Sequence[float], rate: float) -> None:
        found = quantiles(took) | {"rate": rate}
        self.took.setdefault(side, []).append(found)
        print(f"  {side}: " + ", ".join(f"{k} {v:.1f}" for k, v in found.items()), file=sys.stderr)


def measure(
    folder: Path,
    texts: Sequence[str],
    picture: str,
    table: Table,
    *,
    rounds: int,
    alone: int,
    together: int,
) -> list[str]:
    """All sides in rounds; gives what went wrong.

    ``alone`` questions a round with one client and in Python, ``together`` with several.
    """
    with (
        kinolex.open(folder, settings=Settings(picture=picture)) as library,
        serving(unlimited(folder, picture), picture) as server,
        Clients(server.address) as clients,
    ):
        sides = Sides(library, clients, server.address)
        for _ in range(2):
            sides.same(texts)  # both sides are warm after this
        warm_tables(library)
        for number in range(rounds):
            sides.in_turn(drawn(texts, alone, 2 * number))
            for several in SEVERAL:
                sides.at_once(drawn(texts, together + several, 2 * number + 1), several)
    report(sides.took, f"{rounds} rounds of", alone, together, table)
    return sides.errors


def report(
    took: dict[str, list[dict[str, float]]], rounds: str, alone: int, together: int, table: Table
) -> None:
    """Rows of the answers: medians over rounds, ratios round by round."""
    python = took["Python"]
    names = {"Python": "Python, one thread", "1": "HTTP, 1 client"}
    names["plain"] = "HTTP, 1 plain client (http.client)"
    names |= {str(n): f"HTTP, {n} clients" for n in SEVERAL}
    for side, name in names.items():
        few = side in ("Python", "1", "plain")
        note = f"{rounds} {alone if few else together} answers"
        for what in ("p50", "p95", "p99"):
            table.add(f"{name}: {what}", [one[what] for one in took[side]], "ms", note=note)
            note = ""
        table.add(f"{name}: throughput", [one["rate"] for one in took[side]], "answers/s")
        called = {"p50": "p50", "rate": "throughput"} if few else {"rate": "throughput"}
        for what, name_ in called.items() if side != "Python" else ():
            ratios = [a[what] / b[what] for a, b in zip(took[side], python, strict=True)]
            table.add(f"{name} / Python, one thread: {name_}", ratios, "x")
