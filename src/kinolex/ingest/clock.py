"""Honest remaining time: what is left of each stage times what that stage has cost so far.

Before a stage has run, a prior stands in (seconds of work a second of video on one ordinary
core); from its first progress on, the measured rate replaces it. Nothing is promised before a
second has passed.
"""

from __future__ import annotations

import time
from collections.abc import Callable

__all__ = ["Clock"]

PRIORS: dict[str, float] = {"pictures": 0.06, "speech": 0.08, "preview": 0.005, "titles": 0.0005}
"""Seconds of work a second of video, before anything is measured."""


class Clock:
    """Keeps planned and finished media seconds of every stage.

    Parameters
    ----------
    now : callable, optional
        A monotonic clock in seconds.

    Examples
    --------
    >>> ticks = iter([0.0, 0.0, 10.0, 10.0, 10.0])
    >>> clock = Clock(lambda: next(ticks))
    >>> clock.plan("speech", 100.0)
    >>> clock.begin("speech")
    >>> clock.advance("speech", 50.0)
    >>> clock.overall, clock.eta
    (0.5, 10.0)
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._started = now()
        self._planned: dict[str, float] = {}
        self._finished: dict[str, float] = {}
        self._spent: dict[str, float] = {}
        self._running: dict[str, float] = {}

    def plan(self, stage: str, seconds: float) -> None:
        """Add ``seconds`` of media to what ``stage`` has to do (negative: no longer to do)."""
        self._planned[stage] = max(0.0, self._planned.get(stage, 0.0) + seconds)

    def begin(self, stage: str) -> None:
        """Start (or go on with) spending time on a stage."""
        self._running[stage] = self._now()

    def advance(self, stage: str, seconds: float) -> None:
        """``seconds`` more of media are finished in a stage that was begun."""
        now = self._now()
        self._spent[stage] = self._spent.get(stage, 0.0) + now - self._running.get(stage, now)
        self._running[stage] = now
        self._finished[stage] = self._finished.get(stage, 0.0) + max(0.0, seconds)

    def rate(self, stage: str) -> float:
        """Seconds of work a second of media: measured, or the prior before that."""
        finished = self._finished.get(stage, 0.0)
        if finished > 0 and self._spent.get(stage, 0.0) > 0:
            return self._spent[stage] / finished
        return PRIORS.get(stage, 0.05)

    def _left(self) -> float:
        return sum(
            max(0.0, planned - self._finished.get(stage, 0.0)) * self.rate(stage)
            for stage, planned in self._planned.items()
        )

    @property
    def overall(self) -> float:
        """Finished share of the work, by cost, in [0, 1]."""
        done = sum(
            min(self._finished.get(stage, 0.0), planned) * self.rate(stage)
            for stage, planned in self._planned.items()
        )
        left = self._left()
        return 1.0 if left <= 0 else done / (done + left)

    @property
    def eta(self) -> float:
        """Remaining seconds of wall time, or -1 before anything was measured."""
        if not self._finished or self._now() - self._started < 1.0:
            return -1.0
        return self._left()
