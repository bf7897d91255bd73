"""What a person waits for: the pages of `benchmarks.serve` in a real browser.

Each page is opened with nothing kept from before (a new context each time). The browser's own
clock counts from the start of the navigation: to the first contentful paint, to the frame after the
transcript (or the list of moments) stands in the page, to the player's metadata. Bytes are those
that the browser says went over the wire, headers included; whatever was asked for before the first
paint counts whole, even what arrived later.
"""

from __future__ import annotations

import shutil
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from benchmarks.harness import Table
from benchmarks.serve_data import Served
from benchmarks.serve_server import Server

WATCH = """
(() => {
  const seen = window.__seen = {};
  const mark = (name) => { if (!(name in seen)) seen[name] = performance.now(); };
  document.addEventListener('loadedmetadata', () => mark('metadata'), true);
  const look = () => {
    for (const [name, selector, least] of [['words', '#lines li', 2], ['shots', '#strip button', 2],
      ['moments', '#results li', 1]])
      if (!(name in seen) && document.querySelectorAll(selector).length >= least) {
        seen[name] = null;
        requestAnimationFrame(() => setTimeout(() => { seen[name] = performance.now(); }));
      }
  };
  new MutationObserver(look).observe(document, {childList: true, subtree: true});
})()
"""
"""Marks when what people wait for is there: a timer behind the next frame runs once it is drawn."""

TOLD = """
() => {
  const paint = performance.getEntriesByName('first-contentful-paint')[0];
  const all = [...performance.getEntriesByType('navigation'),
    ...performance.getEntriesByType('resource')];
  const sum = (some) => some.reduce((total, each) => total + each.transferSize, 0);
  return {
    seen: window.__seen,
    paint: paint ? paint.startTime : null,
    before: paint ? sum(all.filter((e) => e.startTime <= paint.startTime)) : null,
    bytes: sum(all),
    requests: all.length,
    nodes: document.getElementsByTagName('*').length,
    slowest: all.map((e) => [Math.round(e.duration), e.name.replace(location.origin, '')])
      .sort((a, b) => b[0] - a[0]).slice(0, 4),
  };
}
"""

SHOWN = {
    "moments": "moments shown",
    "words": "transcript shown",
    "shots": "shots shown",
    "metadata": "film ready",
}
COSTS = ("ScriptDuration", "RecalcStyleDuration", "LayoutDuration", "TaskDuration")


@dataclass(frozen=True)
class Opened:
    """What one opening of a page took: the browser's account, and seconds of its main thread."""

    told: dict[str, Any]
    costs: dict[str, float]
    errors: tuple[str, ...]


@contextmanager
def browser() -> Iterator[Any]:
    """The system's Chromium.

    Raises
    ------
    ImportError
        If playwright or the browser is not installed.
    """
    from playwright.sync_api import sync_playwright

    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        raise ImportError("chromium is not installed")
    with sync_playwright() as run:
        started = run.chromium.launch(executable_path=found, args=["--no-sandbox", "--mute-audio"])
        yield started
        started.close()


def opened(browser: Any, address: str, waits: tuple[str, ...]) -> Opened:
    """Open a page in an empty context and wait for what is named."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("response", lambda r: r.ok or errors.append(f"{r.url}: status {r.status}"))
    page.add_init_script(WATCH)
    session = context.new_cdp_session(page)
    session.send("Performance.enable")
    page.goto(address, wait_until="commit")
    until = time.monotonic() + 60
    while time.monotonic() < until:
        told = page.evaluate(TOLD)
        if told["paint"] and all(told["seen"].get(name) for name in waits):
            break
        time.sleep(0.05)
    else:
        errors.append(f"{address}: {', '.join(waits)} not there after a minute")
    measured = session.send("Performance.getMetrics")["metrics"]
    costs = {m["name"]: m["value"] for m in measured if m["name"] in COSTS}
    time.sleep(0.5)  # what comes after counts among the bytes of the whole page
    late = page.evaluate(TOLD)
    context.close()
    keep = {name: late[name] for name in ("bytes", "requests")}
    return Opened({**told, **keep}, costs, tuple(errors))


def measure(
    browser: Any, server: Server, served: Served, question: str, runs: int, table: Table
) -> list[str]:
    """The start page, an answer, and the page of the film; gives what went wrong."""
    pages = {
        "start page": ("/", ()),
        "answer page": (f"/?q={quote(question)}", ("moments",)),
        "2-hour video page": (f"/video/{served.film}", ("words", "shots", "metadata")),
    }
    found: dict[str, list[Opened]] = {name: [] for name in pages}
    for turn in range(runs + 1):
        for name, (path, waits) in pages.items():
            one = opened(browser, server.address + path, waits)
            if turn or one.errors:  # the first round warms the server
                found[name].append(one)
    for name, several in found.items():
        _rows(table, name, several)
    return [error for several in found.values() for one in several for error in one.errors]


def _rows(table: Table, name: str, several: list[Opened]) -> None:
    """Rows of one page, and what its time went into for whoever looks."""
    told = [one.told for one in several if not one.errors]
    if not told:
        return
    last = told[-1]
    table.add(f"{name}: first paint", [t["paint"] / 1000 for t in told], "s", "< 1")
    kilobytes = [t["before"] / 1000 for t in told]
    table.add(f"{name}: asked for before first paint", kilobytes, "kB", "< 100")
    if "metadata" in last["seen"]:
        both = [max(t["seen"]["words"], t["seen"]["metadata"]) / 1000 for t in told]
        note = f"{last['nodes']} elements, {last['requests']} requests"
        table.add(f"{name}: transcript shown and film ready", both, "s", "< 1", note)
    else:
        whole = [t["bytes"] / 1000 for t in told]
        table.add(f"{name}: all of it", whole, "kB", note=f"{last['requests']} requests")
    for part in [p for p in SHOWN if p in last["seen"]]:
        table.add(f"{name}: {SHOWN[part]}", [t["seen"][part] / 1000 for t in told], "s")
    spent = {cost: statistics.median(o.costs.get(cost, 0.0) for o in several) for cost in COSTS}
    shares = ", ".join(f"{cost[:-8]} {1000 * value:.0f} ms" for cost, value in spent.items())
    print(f"  {name}: main thread {shares}", file=sys.stderr)
    for took, path in last["slowest"]:
        print(f"    {took} ms {path}", file=sys.stderr)
