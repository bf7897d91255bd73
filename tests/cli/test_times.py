from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolex.cli.times import clock, length, remaining, seconds_of, size, span_text
from kinolex.errors import UsageError


@given(st.integers(0, 400_000))
def test_a_clock_is_read_back_as_what_it_shows(seconds: int) -> None:
    assert seconds_of(clock(seconds), "--x") == seconds


@given(st.floats(0, 400_000))
def test_a_clock_with_tenths_never_runs_ahead(seconds: float) -> None:
    shown = seconds_of(clock(seconds, tenths=True), "--x")
    assert shown <= seconds + 1e-3
    assert seconds - shown < 0.1 + 1e-3


def test_a_short_span_shows_its_length() -> None:
    assert span_text(5.0, 5.6) == "0:05.0–0:05.6"
    assert span_text(3599, 3600) == "59:59–1:00:00"


@pytest.mark.parametrize("text", ["", "abc", "1:2:3:4", "-5", "5 weeks", "1:75", "nan", "inf"])
def test_what_is_no_length_is_refused_by_name(text: str) -> None:
    with pytest.raises(UsageError, match="--min-length"):
        seconds_of(text, "--min-length")


@given(st.floats(0, 1e7))
def test_remaining_time_is_right_within_a_third(seconds: float) -> None:
    said = remaining(seconds)
    if said == "a few seconds left":
        assert seconds < 8
        return
    number, unit = said.removeprefix("about ").split()[:2]
    assert seconds * 2 / 3 - 3 <= float(number) * {"s": 1, "min": 60, "h": 3600}[unit]
    assert float(number) * {"s": 1, "min": 60, "h": 3600}[unit] <= seconds * 4 / 3 + 5


@given(st.floats(0, 1e7))
def test_a_length_in_words_is_right_within_a_twentieth(seconds: float) -> None:
    units = {"s": 1, "min": 60, "h": 3600}
    words = length(seconds).split()
    total = sum(float(n) * units[u] for n, u in zip(words[::2], words[1::2], strict=True))
    assert total == pytest.approx(seconds, rel=0.05, abs=0.06)


@given(st.integers(0, 10**15))
def test_a_size_is_right_and_short(amount: int) -> None:
    number, unit = size(amount).split()
    factor = {"B": 1, "kB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12}[unit]
    assert float(number) * factor == pytest.approx(amount, rel=0.06)
    assert len(size(amount)) <= 7
