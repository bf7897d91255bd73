"""Which frames to keep: pure rules over presentation times.

Four policies: ``every`` n seconds; the same and at the beginning of ``shots``; ``keyframes`` only;
or a ``budget`` of frames.
All keep the **first frame at or after** a wanted time, because it is the one that a viewer sees
appear there, and because it is known as soon as it is decoded; the first frame is always kept.

The functions take whole lists and serve plans and tests; `Grid` and `ShotGrid` are the same
rules for frames that come one by one, with the same answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

__all__ = ["CLOSEST", "Grid", "ShotGrid", "budget", "every", "keyframes", "shots", "step_for"]

EPSILON = 1e-6
"""Seconds by which a frame may be early: times are rounded in many containers."""

CLOSEST = 0.25
"""Under ``shots``: the least distance of two kept frames, as a part of the step."""


@dataclass
class Grid:
    """Keeps the first frame at or after each of ``start + k * step``; one frame serves them all.

    Examples
    --------
    >>> grid = Grid(1.0)
    >>> [time for time in (0.0, 0.4, 0.8, 1.2, 1.6, 4.0, 4.4, 5.2) if grid.take(time)]
    [0.0, 1.2, 4.0, 5.2]
    """

    step: float
    start: float = 0.0
    wanted: float = field(init=False)
    """The next wanted time in seconds."""

    def __post_init__(self) -> None:
        if not self.step > 0:
            raise ValueError(f"the step between frames must be above 0, not {self.step}")
        self.wanted = self.start

    def take(self, time: float) -> bool:
        """Whether to keep a frame at ``time``; times must not fall."""
        if time < self.wanted - EPSILON:
            return False
        missed = int((time + EPSILON - self.start) / self.step)
        self.wanted = self.start + (missed + 1) * self.step
        # A huge quotient may round down to the very point that was just served.
        if self.wanted <= time + EPSILON:
            self.wanted = time + self.step
        return True


@dataclass
class ShotGrid:
    """Keeps the first frame of each shot, and from there on those of a `Grid` of ``step`` seconds.

    A shot that begins less than ``step * CLOSEST`` after the last kept frame gives its first frame
    that does not, so that a burst of cuts costs no more than a bounded number of frames.

    Examples
    --------
    >>> grid = ShotGrid(step=2.0)
    >>> [t / 10 for t in range(60) if grid.take(t / 10, cut=t in (32, 34))]
    [0.0, 2.0, 3.2, 3.7, 5.7]
    """

    step: float
    start: float = 0.0
    last: float | None = field(default=None, init=False)
    due: bool = field(default=True, init=False)

    def __post_init__(self) -> None:
        self._grid = Grid(self.step, self.start)

    def take(self, time: float, cut: bool) -> bool:
        """Whether to keep a frame at ``time``; ``cut``: a shot begins with it."""
        if time < self.start - EPSILON:
            return False
        self.due = self.due or (cut and self.last is not None)
        if self.due and (self.last is None or time - self.last + EPSILON >= self.step * CLOSEST):
            if self.last is not None:
                self._grid = Grid(self.step, time)
            self.due = False
            kept = self._grid.take(time)
        else:
            kept = not self.due and self._grid.take(time)
        if kept:
            self.last = time
        return kept


def every(times: Sequence[float], step: float, start: float = 0.0) -> list[int]:
    """Indices of the frames kept when one is wanted each ``step`` seconds from ``start``.

    Parameters
    ----------
    times : sequence of float
        Presentation times in seconds, not falling.
    step, start : float
        Seconds.

    Examples
    --------
    >>> every([0.0, 0.5, 1.0, 1.5, 2.0], 1.0)
    [0, 2, 4]
    """
    grid = Grid(step, start)
    return [i for i, time in enumerate(times) if grid.take(time)]


def keyframes(times: Sequence[float], keys: Iterable[int], step: float) -> list[int]:
    """Indices of the key frames kept: the first at or after each multiple of ``step``.

    Examples
    --------
    >>> keyframes([0.0, 0.5, 1.0, 1.5, 2.0], [0, 1, 4], 1.0)
    [0, 4]
    """
    grid = Grid(step)
    return [i for i in sorted(keys) if grid.take(times[i])]


def shots(times: Sequence[float], cuts: Iterable[int], step: float) -> list[int]:
    """Indices of the frames kept when each shot wants its first frame and one each ``step``.

    Parameters
    ----------
    times : sequence of float
        Presentation times in seconds, not falling.
    cuts : iterable of int
        Indices of the frames that begin a shot.
    step : float
        Seconds between frames while a shot goes on; shots shorter than a quarter of it may be
        left out.

    Examples
    --------
    >>> shots([0.0, 0.5, 1.0, 1.5, 2.0], [3], 1.0)
    [0, 2, 3]
    """
    begins = set(cuts)
    grid = ShotGrid(step)
    return [i for i, time in enumerate(times) if grid.take(time, i in begins)]


def budget(times: Sequence[float], count: int, duration: float, least: float = 0.0) -> list[int]:
    """Indices of at most ``count`` frames, spread evenly over ``duration`` seconds.

    Examples
    --------
    >>> budget([0.0, 1.0, 2.0, 3.0, 4.0, 5.0], 3, 6.0)
    [0, 2, 4]
    """
    return every(times, step_for("budget", least, count, duration))[: max(count, 0)]


def step_for(policy: str, least: float, count: int, duration: float) -> float:
    """Seconds between wanted frames under a policy.

    Parameters
    ----------
    policy : str
        ``every``, ``shots``, ``keyframes`` or ``budget``.
    least : float
        Seconds asked for; under a budget the least distance.
    count : int
        The budget; ignored by the other policies.
    duration : float
        Seconds that the budget covers.

    Raises
    ------
    ValueError
        For a budget below 1 or a distance that is not above 0.

    Examples
    --------
    >>> step_for("budget", 1.0, 100, 3600.0), step_for("every", 1.0, 0, 3600.0)
    (36.0, 1.0)
    """
    if policy == "budget":
        if count < 1:
            raise ValueError(f"a budget must be at least 1 frame, not {count}")
        return max(least, duration / count, EPSILON * 10)
    if not least > 0:
        raise ValueError(f"the step between frames must be above 0, not {least}")
    return least
