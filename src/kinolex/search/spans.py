"""Spans from a curve: proposals from levels, hysteresis and shots; the best boxes win.

A proposal is a run of frames ``[first, last)``. It is rated as a box in noise: by how far its mean
stands above the base, times the root of its length (the likelihood ratio of a constant signal in
white noise). The base is the video's median, but at most half of its peak, so that a video that
answers throughout is found whole. The numbers stand in `Rule`.

Curves are a few hundred frames long: plain lists are faster there than arrays.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
import numpy.typing as npt

from kinolex.moments import Span
from kinolex.search.curves import Curve

__all__ = [
    "RULE",
    "Found",
    "Rule",
    "hysteresis",
    "merge_near",
    "peaks",
    "snap",
    "spans_of",
    "strength",
    "watershed",
]

SNAP_SECONDS = 0.75
"""How near a cut, or a word's edge, must be to be taken instead."""

Run = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Rule:
    """How spans are cut out of a curve; thresholds by ``python -m benchmarks.quality_spans``.

    Parameters
    ----------
    levels : tuple of float
        Heights between base and peak down to which a proposal grows.
    power : float
        What the length of a proposal counts: 0 only its mean, 0.5 as in white noise.
    base : float
        Share of the peak that the base of a curve is at most.
    drop : float
        How far (standard scores) hysteresis falls below the highest peaks.
    heat : float
        Temperature of the query-scored mean (standard scores): near 0 only the best frame counts.
    """

    levels: tuple[float, ...] = (0.5, 0.65, 0.8)
    power: float = 0.5
    base: float = 0.5
    drop: float = 2.0
    heat: float = 0.1


RULE = Rule()


@dataclass(frozen=True, slots=True)
class Found:
    """A span of a curve: ``score`` as `strength` gives it, ``best`` the time of its best frame."""

    span: Span
    score: float
    best: float


def strength(raw: npt.ArrayLike, heat: float = RULE.heat) -> float:
    """Query-scored mean of a stretch: frames count by how well they answer.

    Each frame's weight is the softmax of its score over the temperature ``heat`` (Bain et al. 2022,
    "A CLIP-Hitchhiker's Guide to Long Video Retrieval", arXiv:2205.08508).

    Examples
    --------
    >>> round(strength([0.0, 6.0, 6.0], heat=0.5), 3), round(strength([0.0, 6.0], heat=1e6), 3)
    (6.0, 3.0)
    """
    values = _floats(raw)
    best = max(values)
    weights = [math.exp((value - best) / heat) for value in values]
    return sum(w * v for w, v in zip(weights, values, strict=True)) / sum(weights)


def _floats(values: npt.ArrayLike) -> list[float]:
    if isinstance(values, list):
        return values
    found: list[float] = np.asarray(values, np.float64).tolist()
    return found


def peaks(values: npt.ArrayLike) -> list[int]:
    """Places of local maxima, the first frame of each plateau; a flat curve has one.

    Examples
    --------
    >>> peaks([0, 2, 2, 1, 3])
    [1, 4]
    """
    v = _floats(values)
    found: list[int] = []
    first = 0  # of the plateau; -1 where it is lower than what came before
    for i in range(1, len(v)):
        if v[i] > v[i - 1]:
            first = i
        elif v[i] < v[i - 1]:
            if first >= 0:
                found.append(first)
            first = -1
    if v and first >= 0:
        found.append(first)
    return found


def watershed(values: npt.ArrayLike, peak: int, height: float) -> Run:
    """Grow around a peak, down to ``height``, to the first frames below it.

    Examples
    --------
    >>> watershed([0, 2, 5, 3, 1, 4], 2, 2.0)
    (1, 4)
    """
    v = _floats(values)
    first, last = peak, peak + 1
    while first > 0 and v[first - 1] >= height:
        first -= 1
    while last < len(v) and v[last] >= height:
        last += 1
    return first, last


def hysteresis(values: npt.ArrayLike, high: float, low: float) -> list[Run]:
    """Runs of frames at or above ``low`` that somewhere reach ``high``.

    Examples
    --------
    >>> hysteresis([1, 2, 3, 1, 2, 0], high=3, low=1)
    [(0, 5)]
    """
    v = _floats(values)
    runs: list[Run] = []
    first, best = -1, 0.0
    for i, value in enumerate(v):
        if value < low:
            if first >= 0 and best >= high:
                runs.append((first, i))
            first = -1
        elif first < 0:
            first, best = i, value
        elif value > best:
            best = value
    if first >= 0 and best >= high:
        runs.append((first, len(v)))
    return runs


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
    start = _nearest(edges, span.start, near)
    end = _nearest(edges, span.end, near)
    if end - start >= span.duration / 2 and start < end:
        return Span(start, end)
    return span


def _nearest(edges: Sequence[float], time: float, near: float) -> float:
    i = bisect_left(edges, time)
    best = min(edges[max(i - 1, 0) : i + 1], key=lambda e: abs(e - time))
    return best if abs(best - time) <= near else time


@dataclass(frozen=True, slots=True)
class _Lists:
    """A curve as lists, with the base that its boxes stand on."""

    curve: Curve
    times: list[float]
    values: list[float]
    raw: list[float]
    base: float
    rule: Rule

    def extent(self, run: Run) -> tuple[float, float]:
        """Start and end of the cells of a run, seconds."""
        return float(self.curve.starts[run[0]]), float(self.curve.ends[run[1] - 1])


def _lists(curve: Curve, rule: Rule) -> _Lists:
    values: list[float] = curve.values.tolist()
    base = min(sorted(values)[len(values) // 2], max(values) * rule.base)
    return _Lists(curve, curve.times.tolist(), values, curve.raw.tolist(), base, rule)


def _runs(lists: _Lists, low: float) -> set[Run]:
    """All proposals of a curve, as runs of frames."""
    v, base = lists.values, lists.base
    tops = sorted(peaks(v), key=lambda i: -v[i])[:6]
    runs: set[Run] = set()
    for top in tops:
        if max(lists.raw[max(top - 1, 0) : top + 2]) < low:
            continue
        runs.add((top, top + 1))
        for level in lists.rule.levels:
            runs.add(watershed(v, top, base + level * (v[top] - base)))
    for high in {v[top] for top in tops[:2]}:
        runs.update(hysteresis(v, high, max(base, high - lists.rule.drop)))
    for shot in lists.curve.shots:
        first = bisect_left(lists.times, shot.start)
        last = bisect_left(lists.times, shot.end, first)
        if last > first:
            runs.add((first, last))
    return runs


def spans_of(curve: Curve, low: float, most: int = 5, rule: Rule = RULE) -> list[Found]:
    """The best spans of a curve that do not overlap, best first.

    Parameters
    ----------
    curve : Curve
        Standard scores over time.
    low : float
        Spans whose best frame (raw) is lower are left out.
    most : int
        At most so many.
    rule : Rule
        How they are cut out.

    Returns
    -------
    list of Found
        Inside the cells of the curve, pairwise disjoint.
    """
    if len(curve) == 0 or curve.raw.max() < low:
        return []
    lists = _lists(curve, rule)
    kept = _disjoint(lists, _rated(lists, low), low, most)
    cuts = sorted({s.start for s in curve.shots} | {s.end for s in curve.shots})
    return sorted(_snapped(kept, cuts), key=lambda f: (-f.score, f.span))


def _rated(lists: _Lists, low: float) -> list[Run]:
    """All proposals, the best rated first: mean over the base, times the root of the length."""
    sums = [0.0, *accumulate(lists.values)]

    def order(run: Run) -> tuple[float, float, float]:
        length = run[1] - run[0]
        rating = ((sums[run[1]] - sums[run[0]]) / length - lists.base) * length**lists.rule.power
        # Rounded, so that what is equal by sums in another order stays equal.
        return -round(rating, 9), *lists.extent(run)

    return sorted(_runs(lists, low), key=order)


def _disjoint(lists: _Lists, runs: Sequence[Run], low: float, most: int) -> list[Found]:
    """The first of runs that do not overlap and reach ``low``, at most ``most``."""
    kept: list[Found] = []
    for run in runs:
        inside = lists.raw[run[0] : run[1]]
        peak = max(inside)
        if peak < low:
            continue
        start, end = lists.extent(run)
        if end <= start or any(f.span.start < end and start < f.span.end for f in kept):
            continue
        best = lists.times[run[0] + inside.index(peak)]
        kept.append(Found(Span(start, end), strength(inside, lists.rule.heat), best))
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
