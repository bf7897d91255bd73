from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolex.export.timecode import (
    DROPPING,
    SMPTE_RATES,
    Timebase,
    frame_at,
    nearest_smpte,
    true_rate,
)

BASES = [Timebase(rate) for rate in SMPTE_RATES] + [Timebase(rate, True) for rate in DROPPING]
bases = st.sampled_from(BASES)


def counted(base: Timebase, left_out: int) -> Iterator[str]:
    """Labels one after another, as a person would count; ``left_out`` a minute, but each tenth."""
    hours = minutes = seconds = frames = 0
    mark = ";" if left_out else ":"
    while True:
        yield f"{hours:02d}:{minutes:02d}:{seconds:02d}{mark}{frames:02d}"
        frames += 1
        if frames == base.nominal:
            frames, seconds = 0, seconds + 1
        if seconds == 60:
            seconds, minutes = 0, minutes + 1
            frames = left_out if minutes % 10 else 0
        if minutes == 60:
            minutes, hours = 0, hours + 1


@pytest.mark.parametrize("base", BASES, ids=str)
def test_an_hour_counted_frame_by_frame(base: Timebase) -> None:
    left_out = {30: 2, 60: 4}[base.nominal] if base.drop else 0
    labels = counted(base, left_out)
    minutes = 60 if base.drop else 11
    for frame in range((60 * minutes + 2) * base.nominal):
        label = next(labels)
        assert base.label(frame) == label
        assert base.frame(label) == frame


@pytest.mark.parametrize("base", BASES, ids=str)
def test_as_opentimelineio_counts(base: Timebase) -> None:
    opentime = pytest.importorskip("opentimelineio").opentime
    rate = float(base.rate)
    if not opentime.RationalTime.is_smpte_timecode_rate(rate):
        pytest.skip("a rate that OpenTimelineIO does not label")
    # Up to two million frames: at midnight it wraps by the clock, not by the labels.
    for frame in [*range(0, 5000), *range(10**4, 2 * 10**6, 997)]:
        label = opentime.RationalTime(frame, rate).to_timecode(rate, drop_frame=base.drop)
        assert base.label(frame) == label
        assert base.frame(label) == opentime.from_timecode(label, rate).value == frame


@given(bases, st.integers(0, 10**8))
def test_labels_and_frames_are_one_to_one_within_a_day(base: Timebase, frame: int) -> None:
    assert base.frame(base.label(frame)) == frame % base.day


@given(bases, st.integers(-(10**6), 10**7))
def test_labels_rise_with_frames(base: Timebase, frame: int) -> None:
    if (frame + 1) % base.day:
        assert base.label(frame) < base.label(frame + 1)


@given(st.sampled_from(DROPPING), st.integers(0, 23))
def test_drop_frame_keeps_to_the_clock(rate: Fraction, hour: int) -> None:
    base = Timebase(rate, True)
    seconds = base.frame(f"{hour:02d}:00:00;00") / rate
    assert abs(seconds - hour * 3600) < Fraction(9, 100)


@given(st.sampled_from(SMPTE_RATES), st.integers(0, 10**7))
def test_times_to_the_millisecond_find_their_frame(rate: Fraction, frame: int) -> None:
    assert frame_at(round(float(frame / rate), 3), rate) == frame
    assert frame_at(frame / rate, rate) == frame


@given(st.sampled_from(SMPTE_RATES), st.floats(-1.5e-4, 1.5e-4))
def test_measured_rates_are_recognised(rate: Fraction, error: float) -> None:
    if rate != Fraction(48000, 1001):
        assert nearest_smpte(true_rate(float(rate) * (1 + error))) == rate
    assert true_rate(float(rate)) == rate


def test_day_of_known_lengths() -> None:
    assert Timebase(Fraction(25)).day == 2_160_000
    assert Timebase(Fraction(30000, 1001), True).day == 2_589_408
    assert Timebase(Fraction(30000, 1001)).day == 2_592_000


@pytest.mark.parametrize(
    ("label", "rate", "drop"),
    [
        ("01:01:00;00", Fraction(30000, 1001), True),
        ("01:01:00;03", Fraction(60000, 1001), True),
        ("00:00:00:25", Fraction(25), False),
        ("24:00:00:00", Fraction(25), False),
        ("0:00:00", Fraction(25), False),
        ("٠١:00:00:00", Fraction(25), False),
        ("", Fraction(25), False),
    ],
)
def test_what_is_no_label(label: str, rate: Fraction, drop: bool) -> None:
    with pytest.raises(ValueError, match="timecode"):
        Timebase(rate, drop).frame(label)


def test_no_drop_frame_elsewhere() -> None:
    with pytest.raises(ValueError, match="no drop-frame"):
        Timebase(Fraction(25), True)
    with pytest.raises(ValueError, match="above 0"):
        Timebase(Fraction(0))
