from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolex.moments import Span
from kinolex.search.curves import Curve, curve
from kinolex.search.spans import (
    RULE,
    _lists,
    _runs,
    hysteresis,
    merge_near,
    peaks,
    snap,
    spans_of,
    strength,
    watershed,
)

values = st.lists(st.integers(-3, 9).map(float), min_size=1, max_size=40)


def naive_peaks(v: list[float]) -> list[int]:
    found = []
    for i in range(len(v)):
        if i and v[i - 1] == v[i]:
            continue
        j = i
        while j + 1 < len(v) and v[j + 1] == v[i]:
            j += 1
        if (i == 0 or v[i - 1] < v[i]) and (j == len(v) - 1 or v[j + 1] < v[i]):
            found.append(i)
    return found


@given(values)
def test_peaks_against_a_loop(v: list[float]) -> None:
    assert peaks(v) == naive_peaks(v)


@given(values, st.data())
def test_watershed_against_a_loop(v: list[float], data: st.DataObject) -> None:
    peak = data.draw(st.integers(0, len(v) - 1))
    height = data.draw(st.integers(-4, 10)) + 0.5
    first, last = peak, peak + 1
    while first > 0 and v[first - 1] >= height:
        first -= 1
    while last < len(v) and v[last] >= height:
        last += 1
    assert watershed(v, peak, height) == (first, last)


@given(values, st.integers(-3, 9), st.integers(0, 5))
def test_hysteresis_against_a_loop(v: list[float], high: int, drop: int) -> None:
    low = high - drop
    runs, i = [], 0
    while i < len(v):
        if v[i] < low:
            i += 1
            continue
        j = i
        while j < len(v) and v[j] >= low:
            j += 1
        if max(v[i:j]) >= high:
            runs.append((i, j))
        i = j
    assert hysteresis(v, high, low) == runs


spans = st.builds(lambda a, b: Span(a / 10, (a + b) / 10), st.integers(0, 900), st.integers(1, 100))


@given(st.lists(spans, max_size=12), st.floats(0, 5))
def test_merge_near_against_a_loop(given_spans: list[Span], gap: float) -> None:
    """Pairs are joined in any order until none is near any more."""
    naive = list(given_spans)
    again = True
    while again:
        again = False
        for one in naive:
            near = [s for s in naive if s is not one and s.start - one.end <= gap
                    and one.start - s.end <= gap]  # fmt: skip
            if near:
                naive = [s for s in naive if s is not one and s is not near[0]]
                naive.append(one.hull(near[0]))
                again = True
                break
    assert merge_near(given_spans, gap) == sorted(naive)


@given(spans, st.lists(st.floats(0, 100), max_size=10).map(sorted), st.floats(0.01, 3))
def test_snapping_moves_little_and_leaves_half(span: Span, edges: list[float], near: float) -> None:
    moved = snap(span, edges, near)
    assert abs(moved.start - span.start) <= near
    assert abs(moved.end - span.end) <= near
    assert moved.duration >= span.duration / 2
    assert moved == span or {moved.start, moved.end} & set(edges)


def test_snap_takes_the_nearest() -> None:
    assert snap(Span(1.2, 5.0), [0.9, 1.0, 4.6, 5.5]) == Span(1.0, 4.6)
    assert snap(Span(1.2, 1.8), [1.5]) == Span(1.2, 1.8)


def test_strength_of_lone_and_of_many_frames() -> None:
    assert strength([6]) == 6
    assert strength([6, 6, 6]) == pytest.approx(6)
    assert strength([0, 6, 0], heat=1e-3) == pytest.approx(6)
    assert strength([0, 6, 0], heat=1e6) == pytest.approx(2, abs=1e-3)
    assert strength([0, 6, 0], heat=2.0) < strength([6, 6, 0], heat=2.0) < 6


@given(values, st.floats(0.1, 9))
def test_strength_is_the_softmax_weighted_mean(v: list[float], heat: float) -> None:
    weights = np.exp(np.array(v) / heat - max(v) / heat)
    assert strength(v, heat) == pytest.approx(np.average(v, weights=weights), abs=1e-9)


def naive_choice(c: Curve, low: float) -> list[Span]:
    """Every proposal rated in a loop, then the best that overlap no better one."""
    v = c.values
    base = min(float(np.sort(v)[len(v) // 2]), float(v.max()) * RULE.base)
    rated = []
    for first, last in _runs(_lists(c, RULE), low):
        if c.raw[first:last].max() >= low and c.ends[last - 1] > c.starts[first]:
            mean = sum(v[first:last]) / (last - first) - base
            span = Span(float(c.starts[first]), float(c.ends[last - 1]))
            rated.append((round(-mean * (last - first) ** RULE.power, 9), span))
    kept: list[Span] = []
    for _, span in sorted(rated):
        if all(span.overlap(other) == 0 for other in kept):
            kept.append(span)
    return sorted(kept[:5])


@given(values, st.integers(-3, 9))
def test_the_best_rated_proposals_are_taken(v: list[float], low: int) -> None:
    c = curve(np.arange(len(v)) + 0.25, v, len(v))
    if max(v) < low or max(c.raw) < low:
        assert spans_of(c, low) == []
    else:
        assert sorted(f.span for f in spans_of(c, low)) == naive_choice(c, low)


@given(values, st.integers(-3, 9), st.lists(st.integers(1, 39), max_size=4, unique=True))
def test_spans_are_valid_disjoint_and_above(v: list[float], low: int, cuts: list[int]) -> None:
    n = len(v)
    edges = [0, *sorted(c for c in cuts if c < n), n]
    shots = [Span(a, b) for a, b in itertools.pairwise(edges)]
    found = spans_of(curve(np.arange(n) + 0.25, v, n, shots), low)
    assert bool(found) == (max(v) >= low) or max(v) <= 0
    assert len(found) <= 5
    for i, one in enumerate(found):
        assert 0 <= one.span.start < one.span.end <= n
        assert one.span.start <= one.best < one.span.end
        assert all(one.span.overlap(other.span) == 0 for other in found[i + 1 :])
    assert found == sorted(found, key=lambda f: -f.score)


def test_a_bump_is_found_whole() -> None:
    rng = np.random.default_rng(0)
    v = rng.normal(0, 0.5, 120)
    v[40:60] += 5
    best = spans_of(curve(np.arange(120), v, 120), 3)[0]
    assert best.span.iou(Span(39.5, 59.5)) > 0.9
    assert 40 <= best.best < 60


def test_two_bumps_are_two_moments() -> None:
    v = np.zeros(100)
    v[10:15], v[70:90] = 6, 5
    found = spans_of(curve(np.arange(100), v, 100), 3)
    for one, truth in zip(found[:2], [Span(9.5, 14.5), Span(69.5, 89.5)], strict=True):
        assert one.span.iou(truth) > 0.8


def test_a_video_that_answers_throughout_is_found_whole() -> None:
    v = 5 + np.random.default_rng(3).normal(0, 0.2, 30)
    assert spans_of(curve(np.arange(30), v, 30), 3)[0].span.iou(Span(0, 30)) > 0.9


def test_a_lone_frame_reaches_half_way_to_its_neighbours() -> None:
    v = np.zeros(9)
    v[4] = 8
    best = spans_of(curve(np.arange(9) * 2.0, v, 18), 3)[0]
    assert best.best == 8.0
    assert best.span.start <= 7.0
    assert best.span.end >= 9.0
    assert best.span.duration <= 6


def test_a_shot_that_answers_is_taken_with_its_cuts() -> None:
    v = np.zeros(40)
    v[10:20] = 6
    shots = [Span(0, 9.7), Span(9.7, 19.6), Span(19.6, 40)]
    assert spans_of(curve(np.arange(40), v, 40, shots), 3)[0].span == Span(9.7, 19.6)
