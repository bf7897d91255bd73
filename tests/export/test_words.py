from __future__ import annotations

from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from kinolex.export.words import clock, one_line, plain, stamp

everything = st.text(st.characters(codec=None))  # lone surrogates too


@given(everything)
def test_plain_text_is_valid_everywhere(text: str) -> None:
    found = plain(text)
    found.encode("utf-8")
    assert ET.fromstring(f"<a>{found.replace('&', '').replace('<', '')}</a>") is not None
    assert plain(found) == found
    assert "\r" not in found


@given(everything)
def test_one_line_is_one(text: str) -> None:
    assert len(one_line(text).splitlines()) <= 1
    assert one_line(text) == one_line(text).strip()


def test_letters_of_all_scripts_stay() -> None:
    text = "Kühe שלום \u202bعربي\u202c 夜の街 🎬 e\u0301"
    assert plain(text) == one_line(text) == text


@given(st.integers(0, 360_000_000))
def test_stamps_are_exact_to_the_millisecond(milliseconds: int) -> None:
    hours, minutes, seconds = stamp(milliseconds / 1000).split(":")
    whole, thousandths = seconds.split(".")
    assert (len(minutes), len(whole), len(thousandths)) == (2, 2, 3)
    told = (int(hours) * 60 + int(minutes)) * 60_000 + int(whole) * 1000 + int(thousandths)
    assert told == milliseconds


def test_clocks() -> None:
    assert [clock(t) for t in (0, 59.999, 60, 3599.9999999, 3600)] == [
        "0:00", "0:59", "1:00", "1:00:00", "1:00:00"
    ]  # fmt: skip
