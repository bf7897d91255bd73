"""The server: answers over HTTP beside the same in Python, memory over time, pages in a browser.

``python -m benchmarks.serve`` measures, on the 100-hour library of `benchmarks.search_scale`:

- *answers*: its questions over HTTP on loopback by 1, 8 and 50 clients (a process of their own),
  beside ``Library.search`` in one thread of this process, round by round. With one client both
  sides take turns question by question; both must give the same moments. Nobody is refused: the
  limits are out of reach (`benchmarks.serve_server`);
- *memory* of the server over 20,000 mixed requests of 8 clients, on a copy of the library with
  stills and a film of two hours (`benchmarks.serve_data`);
- *pages* of that copy as ``kinolex serve`` shows them, in the system's Chromium by playwright.

It fails where a single request is not answered as it should be.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks import serve_answers, serve_memory, serve_pages
from benchmarks.harness import Table
from benchmarks.search_scale import prepare
from benchmarks.search_scale_data import Size
from benchmarks.serve_data import prepare as prepare_shown
from benchmarks.serve_server import serving, unlimited, usual

FILM = 7200
"""Seconds of the film whose page is opened."""

PARTS = ("answers", "memory", "pages")


@dataclass(frozen=True)
class Sizes:
    """How much is asked."""

    hours: int = 100
    rounds: int = 5
    alone: int = 120
    """Questions a round with one client, and in Python."""
    together: int = 400
    """Questions a round with several."""
    mixed: int = 20_000
    opened: int = 5


QUICK = Sizes(hours=2, rounds=1, alone=30, together=60, mixed=1000, opened=1)


def measure(place: Path, sizes: Sizes, parts: Sequence[str], table: Table) -> list[str]:
    """Fill the table; gives what went wrong."""
    plain, texts, settings = prepare(place, Size(hours=sizes.hours))
    picture, errors = settings.picture, list[str]()
    if "answers" in parts:
        much = {"rounds": sizes.rounds, "alone": sizes.alone, "together": sizes.together}
        errors += serve_answers.measure(plain, texts, picture, table, **much)
    if set(parts) == {"answers"}:
        return errors
    shown = prepare_shown(place, plain, FILM)
    if "memory" in parts:
        with serving(unlimited(shown.folder, picture), picture) as server:
            errors += serve_memory.measure(server, shown, texts, sizes.mixed, table)
    if "pages" in parts:
        try:
            with serve_pages.browser() as browser, serving(usual(shown.folder), picture) as server:
                errors += serve_pages.measure(browser, server, shown, texts[0], sizes.opened, table)
        except ImportError as missing:
            print(f"left out: pages need playwright and chromium ({missing})", file=sys.stderr)
    return errors


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, save; 1 if something was not answered as it should be."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="small sizes")
    parser.add_argument("--hours", type=int, help="of the library")
    parser.add_argument("--only", action="append", choices=PARTS, help="a part of it")
    parser.add_argument("--place", type=Path, default=Path(tempfile.gettempdir()) / "kinolex-bench")
    parser.add_argument("--json", type=Path, help="else saved only if everything was measured")
    given = parser.parse_args(arguments)
    given.place.mkdir(parents=True, exist_ok=True)
    sizes = QUICK if given.quick else Sizes()
    if given.hours:
        sizes = replace(sizes, hours=given.hours)
    table = Table(f"serve: {sizes.hours} hours of video")
    errors = measure(given.place, sizes, given.only or PARTS, table)
    table.add("requests that were not answered as they should be", len(errors), "", "0")
    print(table)
    if errors:
        print(f"\nfailed: {'; '.join(errors[:5])}", file=sys.stderr)
        return 1
    if given.json or not (given.quick or given.only or given.hours):
        print(f"\n{table.save(given.json)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
