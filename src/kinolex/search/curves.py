"""Scores over time: which stretch of time each frame stands for, and a quieter curve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kinolex.moments import Span

__all__ = ["Curve", "cells", "curve", "smooth"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Curve:
    """Standard scores of rising frame times, with the half-open cell that each frame covers.

    ``times``, ``values`` (smoothed), ``raw``, ``starts``, ``ends``: (n,) float64; ``shots``: spans
    between cuts, may be empty.
    """

    times: Floats
    values: Floats
    raw: Floats
    starts: Floats
    ends: Floats
    shots: tuple[Span, ...] = ()

    def __len__(self) -> int:
        return len(self.times)


def cells(
    times: npt.ArrayLike, duration: float, shots: Sequence[Span] = ()
) -> tuple[Floats, Floats]:
    """The stretch of time that each frame stands for.

    Half way to its neighbours, but not beyond a cut, the start or the end of the video.

    Parameters
    ----------
    times : (n,) array
        Frame times in seconds, strictly rising, below ``duration``.
    duration : float
        Length of the video, seconds.
    shots : sequence of Span
        Shots in order; a boundary between two frames becomes the boundary of their cells.

    Returns
    -------
    starts, ends : (n,) float64
        ``starts[i] <= times[i] <= ends[i]``.

    Examples
    --------
    >>> starts, ends = cells([0.0, 1.0, 2.0], 3.0, [Span(0, 1.8), Span(1.8, 3)])
    >>> starts.tolist(), ends.tolist()
    ([0.0, 0.5, 1.8], [0.5, 1.8, 3.0])
    """
    at = np.asarray(times, np.float64)
    if len(at) == 0:
        return at, at
    bounds = (at[1:] + at[:-1]) / 2
    cuts = np.array(sorted({s.start for s in shots} | {s.end for s in shots}), np.float64)
    if len(cuts):
        # The last cut after the earlier frame, up to the time of the later one.
        where = np.searchsorted(cuts, at[1:], side="right") - 1
        cut = cuts[np.maximum(where, 0)]
        use = (where >= 0) & (cut > at[:-1]) & (cut <= at[1:])
        bounds = np.where(use, cut, bounds)
    first = 0.0
    last = max(duration, float(at[-1]))
    if len(cuts):
        before = cuts[cuts <= at[0]]
        after = cuts[cuts > at[-1]]
        first = float(before[-1]) if len(before) else 0.0
        last = float(after[0]) if len(after) and after[0] <= last else last
    return np.concatenate([[first], bounds]), np.concatenate([bounds, [last]])


def smooth(values: npt.ArrayLike, cut_before: npt.ArrayLike | None = None) -> Floats:
    """Quieter curve: a quarter of each neighbour, half of itself, nothing across a cut.

    Parameters
    ----------
    values : (n,) array
    cut_before : (n,) bool array, optional
        True where a cut lies between a frame and the one before.

    Examples
    --------
    >>> smooth([0.0, 4.0, 0.0]).tolist()
    [1.0, 2.0, 1.0]
    """
    v = np.asarray(values, np.float64)
    if len(v) < 2:
        return v.copy()
    left, right = np.concatenate([v[:1], v[:-1]]), np.concatenate([v[1:], v[-1:]])
    if cut_before is not None:
        cut = np.asarray(cut_before, bool)
        left = np.where(cut, v, left)
        right = np.where(np.append(cut[1:], True), v, right)
    return np.asarray(0.5 * v + 0.25 * left + 0.25 * right)


def curve(
    times: npt.ArrayLike,
    values: npt.ArrayLike,
    duration: float,
    shots: Sequence[Span] = (),
    *,
    window: Span | None = None,
) -> Curve:
    """A smoothed `Curve` of one video (or of a window of it).

    Parameters
    ----------
    times, values : (n,) arrays
        Frame times (seconds, rising) and standard scores.
    duration : float
        Length of the video, seconds.
    shots : sequence of Span
        Its shots; empty when not known.
    window : Span, optional
        What the frames cover when they are not all of the video's; outer cells end there.
    """
    at = np.asarray(times, np.float64)
    inner = np.array([s.start for s in shots], np.float64)
    cut = np.zeros(len(at), bool)
    if len(inner) and len(at) > 1:
        cut[1:] = np.searchsorted(inner, at[1:], "right") > np.searchsorted(inner, at[:-1], "right")
    starts, ends = cells(at, duration, shots)
    if window is not None and len(at):
        starts[0] = min(max(starts[0], window.start), at[0])
        ends[-1] = max(min(ends[-1], window.end), at[-1])
    raw = np.asarray(values, np.float64)
    return Curve(at, smooth(raw, cut), raw, starts, ends, tuple(shots))
