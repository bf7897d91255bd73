from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinolex.errors import QueryError
from kinolex.library.folding import fold
from kinolex.moments import CHANNELS, Filters, Part, Query
from kinolex.search.format import format_query
from kinolex.search.parse import parse

TODAY = dt.date(2024, 6, 12)

pieces = st.sampled_from(
    ["cup", "the", '"red ball"', "“a b”", "-dog", '-"hot dog"', "in", "from", "2023", "March",
     "2024-05-01", "before", "after:2022", "in:a.mp4", "b.mov", "last", "year", "folder:Trips",
     "channel:speech", '"', "-", "@rex", "-@Rex",
     "@a's,", "a@b.de", "@@x", "café", "东京", "yesterday", "and", ",", "language:de", "in:"]
)  # fmt: skip
questions = st.lists(pieces, max_size=9).map(" ".join) | st.text()


def understood(text: str) -> Query | str:
    try:
        return parse(text, today=TODAY)
    except QueryError as error:
        return str(error)


def test_everything_at_once() -> None:
    q = parse(
        'the cup “on the table” -dog -"hot dog" in holiday.mp4 folder:Trips before June 2022',
        today=TODAY,
    )
    assert q.words == "the cup"
    assert q.phrases == ("on the table",)
    assert q.excluded == ("dog", "hot dog")
    assert q.filters == Filters(
        videos=("holiday.mp4",), folder="Trips", before=dt.date(2022, 5, 31)
    )
    assert q.parts == (Part("words", "the cup on the table"),)
    assert set(q.notes) == {
        "folder:Trips: only in the folder Trips",
        "before June 2022: recorded until 2022-05-31",
        "in holiday.mp4: only in holiday.mp4",
    }


def test_concepts_are_summands() -> None:
    q = parse('@Rex on the beach -@tim "@nobody" mail@home.org', images="a.jpg", today=TODAY)
    assert q.parts == (
        Part("words", "on the beach @nobody mail@home.org"),
        Part("image", "a.jpg"),
        Part("concept", "rex"),
        Part("concept", "tim", -1.0),
    )
    assert q.phrases == ("@nobody",)
    assert q.notes == (
        "@rex: like what was taught as rex", "@tim: unlike what was taught as tim"
    )  # fmt: skip
    assert parse("@rex").parts == (Part("concept", "rex"),)
    assert parse("@rex @REX -@rex cup").parts[1:] == (Part("concept", "rex", -1.0),)


def test_options() -> None:
    q = parse(
        "cup", images=["a.jpg", "b.jpg@0.5"], like="V@x.mp4#t=10,15@-0.25", videos="a",
        channels=["title", "picture"], after="2023", before=dt.datetime(2024, 1, 2, 3),
        min_length=1, max_length=9, language="DE", limit=3, group="video", weight=2,
    )  # fmt: skip
    assert q.parts == (
        Part("words", "cup", 2.0),
        Part("image", "a.jpg"),
        Part("image", "b.jpg", 0.5),
        Part("span", "V@x.mp4#t=10,15", -0.25),
    )
    assert q.channels == ("picture", "title")
    assert q.filters == Filters(
        ("a",), "", dt.date(2023, 1, 1), dt.date(2024, 1, 2), 1.0, 9.0, "de"
    )
    assert (q.limit, q.group) == (3, "video")


@pytest.mark.parametrize(
    ("text", "options", "says"),
    [
        ("", {}, "asks for nothing"),
        ('"" -', {}, r"asks for nothing\."),
        ("\N{DOG FACE} !", {}, "asks for nothing in words: \N{DOG FACE}!"),
        ("-dog", {}, "only what to leave out"),
        ("from 2023", {}, "or where to look"),
        ("cup", {"channels": ["smell", "speech"]}, "no channel smell"),
        ("cup", {"limit": 0}, "1 or more"),
        ("cup", {"after": "2024", "before": "2023"}, "No day is both"),
        ("cup after 2024-02-01 before 2024-01-01", {}, "No day is both"),
        ("cup", {"after": "soon"}, "no date"),
        (None, {}, "is text"),
        ("cup", {"limit": 2.5}, "whole number"),
        ("cup", {"after": 5}, "no date"),
        ("cup", {"min_length": "abc"}, "0 or more"),
        ("cup", {"weight": "abc"}, "other than 0"),
        ("cup", {"weight": 1e38}, "at most 1,000,000"),
        ("cup", {"min_length": -1}, "0 or more"),
        ("cup", {"min_length": 9, "max_length": 1}, "longer than"),
        ("cup", {"like": "V#t=9,1"}, "ends"),
        ("cup", {"images": "a.jpg@0"}, "other than 0"),
        ("cup", {"group": "folder"}, "grouped"),
        ('"red cup"', {"channels": "picture"}, "pictures alone"),
        ("-@rex", {}, "only what to leave out"),
        ("-@rex -dog", {}, "only what to leave out"),
    ],
)
def test_wrong_input_is_a_sentence(text: Any, options: dict[str, object], says: str) -> None:
    with pytest.raises(QueryError, match=says):
        parse(text, today=TODAY, **options)  # type: ignore[arg-type]


def test_a_lone_file_name_must_be_known() -> None:
    assert parse("cup b.mov", known=lambda n: n == "b.mov").filters.videos == ("b.mov",)
    q = parse("cup b.mov", known=lambda _: False)
    assert q.filters.videos == ()
    assert q.words == "cup b.mov"
    assert parse("cup in b.mov", known=lambda _: False).filters.videos == ("b.mov",)
    assert parse('cup "b.mov"').phrases == ("b.mov",)


def test_unreadable_operators_stay_words() -> None:
    q = parse("cup after:lunch channel:smell language:klingonese")
    assert q.words == "cup after lunch channel smell language klingonese"
    assert q.filters == Filters()
    assert q.channels == CHANNELS


def test_excluded_wins_over_words() -> None:
    q = parse("hot dog -dog")
    assert (q.words, q.excluded) == ("hot", ("dog",))
    assert q.parts[0].value == "hot"


@given(questions)
@settings(max_examples=300)
def test_any_text_is_understood_or_refused_in_a_sentence(text: str) -> None:
    q = understood(text)
    if isinstance(q, str):
        assert q.endswith(".")
        return
    assert q.raw == text
    assert q.words or q.phrases or any(p.kind == "concept" and p.weight > 0 for p in q.parts)
    excluded = {fold(e) for e in q.excluded}
    assert not excluded & {fold(w) for w in q.words.split()}
    assert "  " not in q.words


@given(questions)
@settings(max_examples=300)
def test_written_out_it_means_the_same(text: str) -> None:
    q = understood(text)
    if isinstance(q, str):
        return
    line = format_query(q)
    again = parse(line, today=TODAY)
    assert (again.words, again.phrases, again.excluded) == (q.words, q.phrases, q.excluded)
    assert (again.filters, again.channels) == (q.filters, q.channels)
    taught = [[p for p in one.parts if p.kind == "concept"] for one in (again, q)]
    assert taught[0] == taught[1]
    assert format_query(again) == line
