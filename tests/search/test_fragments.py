from __future__ import annotations

import contextlib

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kinolex.errors import QueryError
from kinolex.moments import Span
from kinolex.search.fragments import Fragment, clock, format_fragment, parse_fragment


@pytest.mark.parametrize(
    ("text", "video", "start", "end"),
    [
        ("V#t=10,15", "V", 10, 15),
        ("V#t=npt:10,15", "V", 10, 15),
        ("V#t=,15", "V", 0, 15),
        ("V#t=10", "V", 10, None),
        ("V#t=10,", "V", 10, None),
        ("V", "V", 0, None),
        ("V#t=00:01:10.5,00:02:00", "V", 70.5, 120),
        ("V#t=1:10,100:00:00", "V", 70, 360000),
        ("V#t=10s,15.25s", "V", 10, 15.25),
        ("V#xywh=1,2,3,4&t=1,2&track=a", "V", 1, 2),
        ("a#t=1,2.mp4#t=3,4", "a#t=1,2.mp4", 3, 4),
        ("trips/#1 & co.mp4#t=3,4", "trips/#1 & co.mp4", 3, 4),
        ("100%25.mp4#t=1", "100%25.mp4", 1, None),
        ("file:///a%20b%23c.mp4#t=10,15", "/a b#c.mp4", 10, 15),
        ("file://host/a.mp4", "/a.mp4", 0, None),
        ("file:///C:/films/a.mp4#t=1", "C:/films/a.mp4", 1, None),
        ("V#t=10%2C15", "V", 10, 15),
    ],
)
def test_read(text: str, video: str, start: float, end: float | None) -> None:
    assert parse_fragment(text) == Fragment(video, start, end)


@pytest.mark.parametrize(
    "text",
    ["", "#t=1,2", "V#t=", "V#t=,", "V#t=5,5", "V#t=9,1", "V#t=a", "V#t=-1,2", "V#t=1,2,3",
     "V#t=1:99", "V#t=smpte:00:00:01", "V#t=clock:2009-07-26T11:19:01Z", "V#t=٣,٤",
     "V#t=" + "9" * 400],
)  # fmt: skip
def test_wrong(text: str) -> None:
    with pytest.raises(QueryError):
        parse_fragment(text)


def test_clock_rejects_minutes_above_59() -> None:
    with pytest.raises(QueryError):
        clock("1:75:00")


def test_span_is_cut_at_the_end() -> None:
    assert Fragment("V", 5, 99).span(10) == Span(5, 10)
    assert Fragment("V").span(10) == Span(0, 10)
    with pytest.raises(QueryError, match="only 10 s long"):
        Fragment("V", 10).span(10)


paths = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).map(str.strip)
milliseconds = st.integers(0, 10**9)


@given(paths, milliseconds, st.integers(1, 10**6), st.booleans())
def test_there_and_back(path: str, start: int, length: int, uri: bool) -> None:
    assume(path and not path.lower().startswith("file:"))
    span = Span(start / 1000, (start + length) / 1000)
    name = f"/{path.lstrip('/')}" if uri else path
    assume(len(name.strip()) == len(name) and name.strip("/"))
    if uri:
        from pathlib import PurePosixPath

        name = PurePosixPath(name).as_posix()
        assume(not name[1:3].endswith(":") and not name.startswith("//"))
    read = parse_fragment(format_fragment(name, span, uri=uri))
    assert read.video == name
    assert read.span(2e6) == span


def test_a_name_that_is_not_unicode_keeps_its_bytes() -> None:
    name = "/a\udcff b.mp4"
    written = format_fragment(name, Span(1, 2), uri=True)
    assert written == "file:///a%FF%20b.mp4#t=1,2"
    assert parse_fragment(written).video == name


@given(st.text())
def test_never_crashes(text: str) -> None:
    with contextlib.suppress(QueryError):
        parse_fragment(text)
