"""Spans from a curve: proposals from levels, hysteresis and shots; the best boxes win.

A proposal is a run of frames ``[first, last)``. It is rated as a box in noise: by how far its mean
stands above the base, times the root of its length (the likelihood ratio of a constant signal in
white noise). The base is the video's median, but at most half of its peak, so that a video that
answers throughout is found whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kinolex.moments import Span
from kinolex.search.curves import Curve

__all__ = [
    "Found",
    "hysteresis",
    "merge_near",
    "peaks",
    "snap",
    "spans_of",
    "strength",
    "watershed",
]

LEVELS = (0.35, 0.5, 0.65, 0.8)
"""Heights between base and peak down to which a proposal grows."""

SNAP_SECONDS = 0.75
"""How near a cut, or a word's edge, must be to be taken instead."""

Run = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Found:
    """A span of a curve: ``score`` as `strength` gives it, ``best`` the time of its best frame."""

    span: Span
    score: float
    best: float


def strength(raw: npt.ArrayLike) -> float:
    """Score of a stretch: half its best frame, half the mean of its three best.

    Examples
    --------
    >>> strength([0.0, 6.0, 3.0, 3.0])
    5.0
    """
    best = np.sort(np.asarray(raw, np.float64))[-3:]
    return float(0.5 * best[-1] + 0.5 * best.mean())


def peaks(values: npt.ArrayLike) -> list[int]:
    """Places of local maxima, the first frame of each plateau; a flat curve has one.

    Examples
    --------
    >>> peaks([0, 2, 2, 1, 3])
    [1, 4]
    """
    v = np.asarray(values, np.float64)
    if len(v) == 0:
        return []
    steps = np.flatnonzero(np.diff(v)) + 1
    firsts = np.concatenate([[0], steps])
    level = v[firsts]
    higher_left = np.concatenate([[True], level[1:] > level[:-1]])
    higher_right = np.concatenate([level[:-1] > level[1:], [True]])
    return [int(i) for i in firsts[higher_left & higher_right]]


def watershed(values: npt.ArrayLike, peak: int, height: float) -> Run:
    """Grow around a peak, down to ``height``, to the first frames below it.

    Examples
    --------
    >>> watershed([0, 2, 5, 3, 1, 4], 2, 2.0)
    (1, 4)
    """
    v = np.asarray(values, np.float64)
    below = v < height
    left = np.flatnonzero(below[:peak])
    right = np.flatnonzero(below[peak + 1 :])
    first = int(left[-1]) + 1 if len(left) else 0
    last = peak + 1 + int(right[0]) if len(right) else len(v)
    return first, last


def hysteresis(values: npt.ArrayLike, high: float, low: float) -> list[Run]:
    """Runs of frames at or above ``low`` that somewhere reach ``high``.

    Examples
    --------
    >>> hysteresis([1, 2, 3, 1, 2, 0], high=3, low=1)
    [(0, 5)]
    """
    v = np.asarray(values, np.float64)
    above = np.concatenate([[False], v >= low, [False]])
    edges = np.flatnonzero(np.diff(above.astype(np.int8)))
    runs = [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]
    return [(a, b) for a, b in runs if v[a:b].max() >= high]


def merge_near(spans: Sequence[Span], gap: float) -> list[Span]:
    """Join spans whose gap is at most ``gap`` seconds; in order of time, not overlapping.

    Examples
    --------
    >>> merge_near([Span(5, 6), Span(0, 2), Span(2.5, 4)], 0.5)
    [Span(start=0, end=4), Span(start=5, end=6)]
    """
    out: list[Span] = []
    for span in sorted(spans):
        if out and span.start - out[-1].end <= gap:
            out[-1] = out[-1].hull(span)
        else:
            out.append(span)
    return out


def snap(span: Span, edges: Sequence[float], near: float = SNAP_SECONDS) -> Span:
    """Move each end to the nearest of ``edges`` (sorted seconds) not further than ``near``.

    An end stays when moving it would leave nothing, or less than half of the span.

    Examples
    --------
    >>> snap(Span(1.2, 5.0), [0.0, 1.0, 4.0])
    Span(start=1.0, end=5.0)
    """
    if not len(edges):
        return span
    at = np.asarray(edges, np.float64)
    start = _nearest(at, span.start, near)
    end = _nearest(at, span.end, near)
    if end - start >= span.duration / 2 and start < end:
        return Span(start, end)
    return span


def _nearest(edges: npt.NDArray[np.float64], time: float, near: float) -> float:
    i = int(np.searchsorted(edges, time))
    around = [float(e) for e in edges[max(i - 1, 0) : i + 1]]
    best = min(around, key=lambda e: abs(e - time))
    return best if abs(best - time) <= near else time


def _runs(curve: Curve, base: float, low: float) -> set[Run]:
    """All proposals of a curve, as runs of frames."""
    v = curve.values
    tops = sorted(peaks(v), key=lambda i: -v[i])[:6]
    runs: set[Run] = set()
    for top in tops:
        if curve.raw[max(top - 1, 0) : top + 2].max() < low:
            continue
        runs.add((top, top + 1))
        for level in LEVELS:
            runs.add(watershed(v, top, base + level * (v[top] - base)))
    for high in {float(v[top]) for top in tops[:2]}:
        runs.update(hysteresis(v, high, max(base, high - 1.0)))
    firsts = np.searchsorted(curve.times, [shot.start for shot in curve.shots])
    lasts = np.searchsorted(curve.times, [shot.end for shot in curve.shots])
    filled = lasts > firsts
    runs.update(zip(firsts[filled].tolist(), lasts[filled].tolist(), strict=True))
    return runs


def spans_of(curve: Curve, low: float, most: int = 5) -> list[Found]:
    """The best spans of a curve that do not overlap, best first.

    Parameters
    ----------
    curve : Curve
        Standard scores over time.
    low : float
        Spans whose best frame (raw) is lower are left out.
    most : int
        At most so many.

    Returns
    -------
    list of Found
        Inside the cells of the curve, pairwise disjoint.
    """
    v = curve.values
    if len(v) == 0 or curve.raw.max() < low:
        return []
    base = min(float(np.sort(v)[len(v) // 2]), float(v.max()) / 2)
    kept = _disjoint(curve, _rated(curve, base, low), low, most)
    cuts = sorted({s.start for s in curve.shots} | {s.end for s in curve.shots})
    return sorted(_snapped(kept, cuts), key=lambda f: (-f.score, f.span))


def _rated(curve: Curve, base: float, low: float) -> list[Run]:
    """All proposals, the best rated first: mean over the base, times the root of the length."""
    runs = np.array(sorted(_runs(curve, base, low)), np.int64).reshape(-1, 2)
    firsts, lasts = runs.T
    sums = np.concatenate([[0.0], np.cumsum(curve.values)])
    length = lasts - firsts
    # Rounded, so that what is equal by sums in another order stays equal.
    rating = np.round(((sums[lasts] - sums[firsts]) / length - base) * length**0.5, 9)
    order = np.lexsort((curve.ends[lasts - 1], curve.starts[firsts], -rating))
    return [(int(firsts[i]), int(lasts[i])) for i in order]


def _disjoint(curve: Curve, runs: Sequence[Run], low: float, most: int) -> list[Found]:
    """The first of runs that do not overlap and reach ``low``, at most ``most``."""
    kept: list[Found] = []
    for first, last in runs:
        start, end = float(curve.starts[first]), float(curve.ends[last - 1])
        taken = any(one.span.start < end and start < one.span.end for one in kept)
        inside = curve.raw[first:last]
        if taken or end <= start or inside.max() < low:
            continue
        best = float(curve.times[first + int(inside.argmax())])
        kept.append(Found(Span(start, end), strength(inside), best))
        if len(kept) == most:
            break
    return kept


def _snapped(found: Sequence[Found], cuts: Sequence[float]) -> list[Found]:
    """Snap to cuts, unless that would make two spans overlap."""
    out: list[Found] = []
    for i, one in enumerate(found):
        moved = snap(one.span, cuts)
        others = [f.span for f in out] + [f.span for f in found[i + 1 :]]
        inside = moved.start <= one.best < moved.end
        free = inside and all(moved.overlap(other) == 0 for other in others)
        out.append(Found(moved, one.score, one.best) if free else one)
    return out
