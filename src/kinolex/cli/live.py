"""Show a run while it goes: bars in a terminal, plain lines elsewhere, or JSON events."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kinolex.cli.board import Board
from kinolex.cli.out import draws, folded, json_text, put, say, width
from kinolex.cli.plain import PlainLines
from kinolex.progress import Event, Listener, silent

if TYPE_CHECKING:
    from rich.text import Text

__all__ = ["KnownFailures", "listening", "shown"]


@dataclass(slots=True)
class KnownFailures:
    """Count the files that were skipped because they failed before, and pass all events on."""

    listener: Listener
    count: int = 0

    def __call__(self, event: Event) -> None:
        """Take in one event (a `kinolex.progress.Listener`)."""
        self.count += event.kind == "skip" and event.reason == "known failure"
        self.listener(event)


def json_event(event: Event) -> None:
    """Write one event as one line of JSON to stdout, at once."""
    put(json_text(event.to_dict()))
    sys.stdout.flush()


@contextmanager
def listening(
    *, as_json: bool = False, plain: bool = False, quiet: bool = False
) -> Iterator[Listener]:
    """Give the listener that fits where the words go; bars are taken down at the end.

    Parameters
    ----------
    as_json : bool
        Events as JSON lines on stdout.
    plain : bool
        Plain lines on stderr even in a terminal.
    quiet : bool
        Nothing but failures.
    """
    if as_json:
        yield json_event
    elif quiet:
        yield _only_failures
    elif plain or not draws(sys.stderr):
        yield PlainLines(say)
    else:
        with _bars() as listener:
            yield listener


@contextmanager
def shown(*, quiet: bool = False) -> Iterator[Listener]:
    """Bars of what is encoded, in a terminal; nothing elsewhere, nor if ``quiet``."""
    if quiet or not draws(sys.stderr):
        yield silent
        return
    from rich.console import Console
    from rich.progress import Progress, TaskID

    bars: dict[str, TaskID] = {}
    with Progress(console=Console(stderr=True), transient=True) as drawn:

        def hear(event: Event) -> None:
            if event.kind != "step":
                return
            name = f"{event.path}: {event.stage}" if event.path else event.stage
            if name not in bars:
                bars[name] = drawn.add_task(name, total=event.total or None)
            drawn.update(bars[name], completed=event.done)

        yield hear


def _only_failures(event: Event) -> None:
    if event.kind == "failure":
        PlainLines(say)(event)
    else:
        silent(event)


def _text(board: Board, elapsed: float) -> Text:
    from rich.text import Text

    text = Text(no_wrap=True)
    for number, line in enumerate(board.lines(width(), elapsed)):
        text.append("\n" if number else "")
        for piece, style in line:
            text.append(piece, style=style)
    return text


@contextmanager
def _bars() -> Iterator[Listener]:
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    board, started = Board(), time.monotonic()
    console = Console(stderr=True, highlight=False, markup=False, emoji=False)

    class View:
        """Drawn anew at every refresh."""

        def __rich__(self) -> Any:
            return _text(board, time.monotonic() - started)

    def hear(event: Event) -> None:
        board.hear(event)
        for sentence, style in board.take_news():
            # Words stay whole: a path that is broken at the margin cannot be copied.
            console.print(Text(folded(sentence), style=style), soft_wrap=True)

    with Live(View(), console=console, refresh_per_second=5, transient=True):
        yield hear
