from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolex.search.dates import DateRange, day_or_period, take_date

TODAY = dt.date(2024, 6, 12)
D = dt.date


@pytest.mark.parametrize(
    ("text", "rest", "after", "before"),
    [
        ("dogs from 2023", "dogs", D(2023, 1, 1), D(2023, 12, 31)),
        ("from 2023 dogs", "dogs", D(2023, 1, 1), D(2023, 12, 31)),
        ("videos from 2023 with dogs", "videos with dogs", D(2023, 1, 1), D(2023, 12, 31)),
        ("cake in March 2024", "cake", D(2024, 3, 1), D(2024, 3, 31)),
        ("cake March 2024", "cake", D(2024, 3, 1), D(2024, 3, 31)),
        ("beach 2024-05-01", "beach", D(2024, 5, 1), D(2024, 5, 1)),
        ("beach on 1 May 2024", "beach", D(2024, 5, 1), D(2024, 5, 1)),
        ("beach May 1st, 2024", "beach", D(2024, 5, 1), D(2024, 5, 1)),
        ("beach in 2024-02", "beach", D(2024, 2, 1), D(2024, 2, 29)),
        ("beach after 2023-01-01", "beach", D(2023, 1, 1), None),
        ("beach before June 2022", "beach", None, D(2022, 5, 31)),
        ("beach after 2022", "beach", D(2023, 1, 1), None),
        ("beach since 2022", "beach", D(2022, 1, 1), None),
        ("beach until March 2022", "beach", None, D(2022, 3, 31)),
        ("beach last year", "beach", D(2023, 1, 1), D(2023, 12, 31)),
        ("beach from last month", "beach", D(2024, 5, 1), D(2024, 5, 31)),
        ("beach last week", "beach", D(2024, 6, 3), D(2024, 6, 9)),
        ("what we did yesterday", "what we did", D(2024, 6, 11), D(2024, 6, 11)),
        ("cake from today", "cake", D(2024, 6, 12), D(2024, 6, 12)),
    ],
)
def test_clear_dates(text: str, rest: str, after: dt.date | None, before: dt.date | None) -> None:
    found = take_date(text, TODAY)
    assert found is not None
    assert found[0] == rest
    assert found[1] == DateRange(after, before)


@pytest.mark.parametrize(
    "text",
    ["blade runner 2049", "may I come in", "march of the penguins", "in 2001 space odyssey",
     "yesterday", "what is the news today", "1984", "after 2000 steps", "room 2023-b",
     "version 2024.05.01", "in 2049", "from 1492", "2024-13-45", "the last yearling",
     "at 10:30-2024-05-01x", "from 20231"],
)  # fmt: skip
def test_ordinary_words_stay(text: str) -> None:
    assert take_date(text, TODAY) is None


def test_periods() -> None:
    assert day_or_period("2024") == DateRange(D(2024, 1, 1), D(2024, 12, 31))
    assert day_or_period("2024-2-3") == DateRange(D(2024, 2, 3), D(2024, 2, 3))
    assert day_or_period("0000") is None
    assert day_or_period("２０２４") is None


def test_january_knows_last_month() -> None:
    found = take_date("x last month", D(2024, 1, 15))
    assert found is not None
    assert found[1] == DateRange(D(2023, 12, 1), D(2023, 12, 31))


@given(st.dates(), st.dates())
def test_every_iso_day_is_read(day: dt.date, today: dt.date) -> None:
    found = take_date(f"cup {day.isoformat()}", today)
    assert found is not None
    assert found[:2] == ("cup", DateRange(day, day))


@given(st.text(), st.dates())
def test_never_crashes_and_shortens(text: str, today: dt.date) -> None:
    found = take_date(text, today)
    assert found is None or len(found[0].split()) < len(text.split())


@pytest.mark.parametrize(
    ("text", "left", "after", "before"),
    [
        ("lamp between 2022-03-01 and 2022-03-31", "lamp", "2022-03-01", "2022-03-31"),
        ("lamp from 2022-03-01 to 2022-03-31 red", "lamp red", "2022-03-01", "2022-03-31"),
        ("lamp from 1 March to 31 March 2022", "lamp", "2022-03-01", "2022-03-31"),
        ("lamp from January to March 2024", "lamp", "2024-01-01", "2024-03-31"),
        ("between March 3 and May 4, 2023 a lamp", "a lamp", "2023-03-03", "2023-05-04"),
        ("lamp between 2021 and 2023", "lamp", "2021-01-01", "2023-12-31"),
        ("lamp from 2021 to 2023", "lamp", "2021-01-01", "2023-12-31"),
        ("lamp from 1.3.2022 to 31.3.2022", "lamp", "2022-03-01", "2022-03-31"),
        ("lamp on 29.02.2024", "lamp", "2024-02-29", "2024-02-29"),
        ("lamp in the year 2023", "lamp", "2023-01-01", "2023-12-31"),
        ("lamp from 2021-11 through 2022-02", "lamp", "2021-11-01", "2022-02-28"),
    ],
)
def test_ranges_are_one_filter(text: str, left: str, after: str, before: str) -> None:
    found = take_date(text, dt.date(2024, 6, 1))
    assert found is not None
    assert found[0] == left
    assert (str(found[1].after), str(found[1].before)) == (after, before)


@pytest.mark.parametrize(
    "text",
    [
        "between 2001 and 2010 people ran",  # a number of people
        "from 2030 to 2040",
        "walking from March to May",
        "between 5 and 7",
        "version 10.14.2024",
        "at 127.0.0.1",
    ],
)
def test_what_is_no_range_stays_words(text: str) -> None:
    assert take_date(text, dt.date(2024, 6, 1)) is None
