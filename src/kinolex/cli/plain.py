"""Progress as plain lines, for logs and pipes: few, whole sentences, nothing overwritten."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from kinolex.cli.out import tidy
from kinolex.cli.sentences import failure
from kinolex.cli.times import count, length, remaining
from kinolex.progress import Event

__all__ = ["PlainLines", "plain_line"]

PAUSE = 15.0
"""At most one line about how far it is in this many seconds."""


def plain_line(event: Event) -> str:
    """What one event says in a line; empty for those that say nothing new.

    Examples
    --------
    >>> plain_line(Event("commit", path="/v/talk.mp4", stage="speech", items=120))
    '/v/talk.mp4: speech can be searched (120 passages)'
    """
    if event.kind == "plan":
        if not event.total:
            return ""
        return f"{count(int(event.total), 'video')} to do, {length(event.seconds)} of footage"
    if event.kind == "commit":
        noun = "frame" if event.stage == "picture" else "passage"
        if not event.items and event.stage != "title":
            return f"{tidy(event.path)}: {event.stage} done, nothing in it"
        items = f" ({count(event.items, noun)})" if event.items else ""
        return f"{tidy(event.path)}: {event.stage} can be searched{items}"
    if event.kind == "failure":
        return failure(event)
    if event.kind == "notice":
        return tidy(event.message)
    return ""


@dataclass(slots=True)
class PlainLines:
    """A listener that writes what matters, and now and then how far it is.

    Parameters
    ----------
    write : callable
        Takes one line.
    now : callable
        A monotonic clock in seconds.
    """

    write: Callable[[str], None]
    now: Callable[[], float] = time.monotonic
    _last: float = field(default=-1e9)

    def __call__(self, event: Event) -> None:
        """Take in one event (a `kinolex.progress.Listener`)."""
        line = plain_line(event)
        if line:
            self.write(line)
        elif event.kind == "step" and self.now() - self._last >= PAUSE:
            self._last = self.now()
            self.write(self._progress(event))

    def _progress(self, event: Event) -> str:
        share = event.done / event.total if event.total > 0 else 0.0
        left = remaining(event.eta)
        line = f"{tidy(event.path)}: {event.stage} {share * 100:.0f} %"
        return f"{line}; all {event.overall * 100:.0f} %" + (f", {left}" if left else "")
