from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kinolex.moments import Span
from kinolex.search.curves import cells, curve, smooth

DURATION = 100.0
times = st.lists(st.integers(0, 9999), min_size=1, max_size=40, unique=True).map(
    lambda ms: [t / 100 for t in sorted(ms)]
)
cuts = st.lists(st.integers(1, 9999), max_size=12, unique=True).map(
    lambda ms: [t / 100 for t in sorted(ms)]
)


def shots_of(cut_times: list[float]) -> list[Span]:
    edges = [0.0, *cut_times, DURATION]
    return [Span(a, b) for a, b in itertools.pairwise(edges)]


def naive_bound(before: float, after: float, cut_times: list[float]) -> float:
    between = [c for c in cut_times if before < c <= after]
    return between[-1] if between else (before + after) / 2


@given(times, cuts)
def test_cells_against_a_loop(at: list[float], cut_times: list[float]) -> None:
    starts, ends = cells(at, DURATION, shots_of(cut_times))
    bounds = [naive_bound(a, b, cut_times) for a, b in itertools.pairwise(at)]
    first = max([c for c in [0.0, *cut_times] if c <= at[0]])
    last = min([c for c in [*cut_times, DURATION] if c > at[-1]])
    assert starts.tolist() == [first, *bounds]
    assert ends.tolist() == [*bounds, last]
    assert all(s <= t <= e for s, t, e in zip(starts, at, ends, strict=True))


@given(st.lists(st.floats(-9, 9), max_size=30), st.randoms(use_true_random=False))
def test_smooth_against_a_loop(values: list[float], random: object) -> None:
    flags = [random.random() < 0.3 for _ in values]  # type: ignore[attr-defined]
    got = smooth(values, flags)
    for i, v in enumerate(values):
        left = values[i - 1] if i > 0 and not flags[i] else v
        right = values[i + 1] if i + 1 < len(values) and not flags[i + 1] else v
        if len(values) > 1:
            assert np.isclose(got[i], 0.5 * v + 0.25 * left + 0.25 * right)


def test_nothing_leaks_across_a_cut() -> None:
    found = curve([0, 1, 2, 3], [0, 0, 8, 8], 4, [Span(0, 1.5), Span(1.5, 4)])
    assert found.values.tolist() == [0, 0, 8, 8]
    assert found.starts.tolist() == [0, 0.5, 1.5, 2.5]


def test_a_window_ends_where_its_frames_do() -> None:
    found = curve([50, 51], [1, 1], 100, window=Span(49.5, 51.5))
    assert (found.starts[0], found.ends[-1]) == (49.5, 51.5)
    assert len(curve([], [], 5)) == 0
