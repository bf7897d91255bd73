"""Sampling rules against naive restatements of what they promise."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolex.media.sampling import (
    CLOSEST,
    Grid,
    ShotGrid,
    budget,
    every,
    keyframes,
    shots,
    step_for,
)

gaps = st.lists(st.integers(1, 3000), min_size=1, max_size=200)
steps = st.integers(1, 10_000).map(lambda ms: ms / 1000)


def times_of(gap_list):
    """Rising times with at least 1 ms between them."""
    times, now = [], 0
    for gap in gap_list:
        times.append(now / 1000)
        now += gap
    return times


@given(gaps, steps)
def test_every_keeps_the_first_frame_at_or_after_each_wanted_time(gap_list, step):
    times = times_of(gap_list)
    kept = every(times, step)
    naive = set()
    k = 0
    while k * step <= times[-1] + 1e-6:
        naive.add(next(i for i, t in enumerate(times) if t >= k * step - 1e-6))
        k += 1
    assert kept == sorted(naive)
    assert kept[0] == 0


@given(gaps, steps, st.integers(0, 5000))
def test_every_from_a_start_leaves_out_what_lies_before(gap_list, step, start):
    times = times_of(gap_list)
    kept = every(times, step, start / 1000)
    assert all(times[i] >= start / 1000 - 1e-6 for i in kept)
    assert kept == sorted(set(kept))
    later = [i for i, t in enumerate(times) if t >= start / 1000 - 1e-6]
    assert kept[:1] == later[:1]


@given(gaps, st.integers(1, 20))
def test_budget_is_never_exceeded_and_is_used(gap_list, count):
    times = times_of(gap_list)
    duration = sum(gap_list) / 1000
    kept = budget(times, count, duration)
    assert 1 <= len(kept) <= count
    if max(gap_list) / 1000 < duration / count / 2:
        assert len(kept) == count


@given(gaps, steps, st.data())
def test_keyframes_are_keyframes(gap_list, step, data):
    times = times_of(gap_list)
    keys = data.draw(st.sets(st.sampled_from(range(len(times)))))
    kept = keyframes(times, keys, step)
    assert set(kept) <= keys
    assert [times[i] for i in kept] == [
        [times[k] for k in sorted(keys)][i] for i in every([times[k] for k in sorted(keys)], step)
    ]


@given(gaps, steps, st.data())
def test_shots_are_all_represented_and_long_ones_go_on(gap_list, step, data):
    times = times_of(gap_list)
    cuts = data.draw(st.sets(st.sampled_from(range(len(times)))))
    kept = shots(times, cuts, step)
    assert kept[0] == 0
    # First frames of shots keep their distance; frames of the grid in between may come just before
    # or after one, where frames are rare, but there are no more of them than steps.
    assert len(kept) <= times[-1] / (step * CLOSEST) + times[-1] / step + 2
    borders = sorted({0, *cuts, len(times)})
    for first, behind in itertools.pairwise(borders):
        inside = [i for i in kept if first <= i < behind]
        if times[behind - 1] - times[first] >= step * CLOSEST:
            assert inside, "a shot as long as this has a frame"
        for i, time in enumerate(times[first:behind], first):
            before = [times[k] for k in kept if k <= i]
            assert time - before[-1] < step or i in kept


def test_whole_seconds_do_not_drift():
    times = [i * 1001 / 24000 for i in range(24 * 3600)]
    kept = every(times, 1.0)
    assert len(kept) == 3604
    assert all(0 <= times[i] - k < 1001 / 24000 + 1e-6 for k, i in enumerate(kept))


def test_rounded_times_count_as_on_time():
    assert every([0.0, 0.333, 0.667, 0.9999995, 1.333], 1.0) == [0, 3]


def test_a_huge_time_is_served_once():
    grid = Grid(1e-3)
    assert [grid.take(t) for t in (0.0, 1e9, 1e9, 1e9 + 1)] == [True, True, False, True]


@pytest.mark.parametrize(
    "make", [lambda: Grid(0.0), lambda: Grid(float("nan")), lambda: ShotGrid(-1.0)]
)
def test_a_step_must_be_above_zero(make):
    with pytest.raises(ValueError, match="above 0"):
        make()


def test_steps_of_policies():
    assert step_for("every", 2.0, 0, 10.0) == 2.0
    assert step_for("budget", 1.0, 5, 100.0) == 20.0
    assert step_for("budget", 1.0, 500, 100.0) == 1.0
    with pytest.raises(ValueError, match="at least 1"):
        step_for("budget", 1.0, 0, 10.0)
    with pytest.raises(ValueError, match="above 0"):
        step_for("every", 0.0, 0, 10.0)
