"""Remaining time is what is left times what it has cost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolex.ingest.clock import Clock


class Ticks:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_nothing_is_promised_at_the_start():
    clock = Clock(Ticks())
    clock.plan("speech", 100)
    assert clock.eta == -1
    assert clock.overall == 0


def test_the_measured_rate_replaces_the_prior():
    ticks = Ticks()
    clock = Clock(ticks)
    clock.plan("pictures", 100)
    clock.begin("pictures")
    ticks.now = 20.0
    clock.advance("pictures", 10)
    assert clock.rate("pictures") == pytest.approx(2.0)
    assert clock.eta == pytest.approx(180.0)
    assert clock.overall == pytest.approx(0.1)


@given(st.lists(st.tuples(st.floats(0.1, 50), st.floats(0, 20)), min_size=1, max_size=20))
def test_overall_only_rises_within_one_stage_and_ends_at_one(steps):
    ticks = Ticks()
    clock = Clock(ticks)
    clock.plan("speech", sum(s for s, _ in steps))
    clock.begin("speech")
    last = 0.0
    for seconds, cost in steps:
        ticks.now += cost
        clock.advance("speech", seconds)
        assert clock.overall >= last - 1e-9
        last = clock.overall
    assert last == pytest.approx(1.0)
