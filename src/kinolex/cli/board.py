"""What an indexing run looks like at one moment: facts gathered from events, laid out as lines."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

from kinolex.cli.lines import Line, bar, cells, cut, fit, pad
from kinolex.cli.out import tidy
from kinolex.cli.sentences import failure
from kinolex.cli.times import clock, count, length, remaining
from kinolex.progress import Event

__all__ = ["Board"]

ROWS = 4
"""Files shown at once."""


def spread(facts: Sequence[str], width: int) -> list[str]:
    """Facts side by side, in as many lines as they need: none falls off the edge.

    Examples
    --------
    >>> spread(["no failures", "speech 12", "title 3"], 30)
    ['  no failures  ·  speech 12', '  title 3']
    """
    lines: list[str] = []
    for fact in facts:
        longer = f"{lines[-1]}  ·  {fact}" if lines else ""
        if lines and cells(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(f"  {fact}")
    return lines


@dataclass(slots=True)
class Row:
    """One file that is being worked on."""

    path: str
    stage: str = ""
    share: float = 0.0
    resting: bool = False


@dataclass(slots=True)
class Board:
    """Listens to events and draws itself; safe to listen and draw from two threads."""

    found: int = 0
    videos: int = 0
    footage: float = 0.0
    planned: bool = False
    overall: float = 0.0
    eta: float = -1.0
    failed: int = 0
    skipped: dict[str, int] = field(default_factory=dict)
    cache: tuple[int, int] = (0, 0)
    items: dict[str, int] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    news: list[tuple[str, str]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def hear(self, event: Event) -> None:
        """Take in one event (a `kinolex.progress.Listener`)."""
        with self.lock:
            if event.overall or event.eta >= 0:
                self.overall, self.eta = max(self.overall, event.overall), event.eta
            if event.cache_total:
                self.cache = (event.cache_hits, event.cache_total)
            handle = getattr(self, f"_{event.kind}", None)
            if handle is not None:
                handle(event)

    def take_news(self) -> list[tuple[str, str]]:
        """Sentences that came since the last call, each with its style."""
        with self.lock:
            news, self.news = self.news, []
        return news

    def _scan(self, event: Event) -> None:
        self.found = max(self.found, int(event.done))

    def _plan(self, event: Event) -> None:
        self.planned = True
        self.videos, self.footage = int(event.total), event.seconds

    def _start(self, event: Event) -> None:
        self._put(event.path, event.stage, 0.0)

    def _step(self, event: Event) -> None:
        self._put(event.path, event.stage, event.done / event.total if event.total > 0 else 0.0)

    def _commit(self, event: Event) -> None:
        self.items[event.stage] = self.items.get(event.stage, 0) + event.items
        for row in self.rows:
            if row.path == event.path:
                row.resting, row.share = True, 1.0

    def _skip(self, event: Event) -> None:
        reason = event.reason or "unchanged"
        self.skipped[reason] = self.skipped.get(reason, 0) + 1

    def _failure(self, event: Event) -> None:
        self.failed += 1
        self.rows = [row for row in self.rows if row.path != event.path]
        self.news.append((failure(event), "red"))

    def _notice(self, event: Event) -> None:
        self.news.append((tidy(event.message), "yellow"))

    def _done(self, event: Event) -> None:
        self.rows.clear()
        self.overall, self.eta = 1.0, -1.0

    def _put(self, path: str, stage: str, share: float) -> None:
        """Move a file's row on; a new row takes the place of those whose stage is finished."""
        for row in self.rows:
            if row.path == path:
                row.stage, row.share, row.resting = stage, min(1.0, share), False
                return
        while len(self.rows) >= ROWS:
            resting = next((i for i, row in enumerate(self.rows) if row.resting), 0)
            del self.rows[resting]
        self.rows = [row for row in self.rows if not row.resting]
        self.rows.append(Row(path, stage, min(1.0, share)))

    def lines(self, width: int, elapsed: float = 0.0) -> list[Line]:
        """The whole view: files, then the overall bar, then counts.

        Parameters
        ----------
        width : int
            Columns of the terminal; no line is wider.
        elapsed : float
            Seconds since the run began: what moves even while a model is being loaded.
        """
        gone = f"  {clock(elapsed)}"
        with self.lock:
            if not self.planned:
                found = count(self.found, "file") + " found" if self.found else "…"
                line = [("Looking for videos: ", "bold"), (found, ""), (gone, "dim")]
                return [fit(line, width)]
            head = f"Indexing {count(self.videos, 'video')}, {length(self.footage)} of footage"
            rest = f"{gone}  searchable while it runs"
            lines: list[Line] = [[(head, "bold"), (rest, "dim")]]
            lines += [self._file(row, width) for row in self.rows]
            lines.append(self._all(width))
            lines += [[(line, "dim")] for line in spread(self._facts(), width)]
            return [fit(line, width) for line in lines]

    def _columns(self, width: int) -> tuple[int, int]:
        names = max(12, min(40, (width - 20) * 4 // 10))
        return names, max(6, min(40, width - names - 24))

    def _file(self, row: Row, width: int) -> Line:
        names, bars = self._columns(width)
        name = pad(cut(tidy(os.path.basename(row.path)), names), names)
        stage = pad(cut(row.stage, 9), 9)
        return [
            (f"  {name} ", ""),
            (f"{stage} ", "cyan"),
            *bar(row.share, bars, "cyan"),
            (f" {row.share * 100:3.0f} %", ""),
        ]

    def _all(self, width: int) -> Line:
        names, bars = self._columns(width)
        return [
            (f"  {pad('all', names)} {pad('', 9)} ", "bold"),
            *bar(self.overall, bars, "green"),
            (f" {self.overall * 100:3.0f} %", "bold"),
        ]

    def _facts(self) -> list[str]:
        facts = []
        left = remaining(self.eta)
        if left:
            facts.append(left)
        facts.append(f"{self.failed:,} failed" if self.failed else "no failures")
        facts += [f"{channel} {items:,}" for channel, items in self.items.items() if items]
        facts += [f"{number:,} {reason}" for reason, number in self.skipped.items()]
        hits, total = self.cache
        if total:
            facts.append(f"{100 * hits / total:.0f} % of pictures needed no model")
        return facts
