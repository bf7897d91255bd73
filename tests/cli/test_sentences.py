from __future__ import annotations

import datetime as dt

from kinolex.cli.sentences import (
    command_line,
    found,
    left_out,
    limits,
    nothing_found,
    stopped,
    summary,
    understood,
)
from kinolex.moments import Answer, Filters, Query, Searched
from tests.cli.samples import answer


def test_what_was_understood_is_echoed() -> None:
    query = Query(
        raw='cup "red ball" -dog from 2021',
        words="cup",
        phrases=("red ball",),
        excluded=("dog",),
        notes=("from 2021: recorded from 2021-01-01 to 2021-12-31",),
    )
    assert understood(query) == (
        "Understood: exactly “red ball”; without “dog”; "
        "from 2021: recorded from 2021-01-01 to 2021-12-31."
    )
    assert understood(Query(raw="cup", words="cup")) == ""


def test_limits_name_every_filter() -> None:
    day = dt.date(2021, 5, 1)
    filters = Filters(("talk",), "/v", day, dt.date(2021, 5, 31), 90, 3600, "de")
    assert limits(filters) == (
        "in talk, in the folder /v, recorded from 2021-05-01 on, recorded until 2021-05-31, "
        "videos of at least 1 min 30 s, videos of at most 1 h 00 min, language de"
    )
    assert limits(Filters(after=day, before=day)) == "recorded on 2021-05-01"
    assert limits(Filters()) == ""


def test_nothing_found_says_what_was_searched_and_what_was_not() -> None:
    lines = nothing_found(answer(found=False), "/lib", empty=False)
    assert lines == [
        "Nothing found. Searched 26 videos (43 min): picture (20 of them), speech.",
        "screen: no reader is here: run `pip install kinolex[screen]`.",
        "2 videos are not completely indexed yet: run `kinolex index` to go on.",
        "1 file could not be indexed: see `kinolex failures`.",
    ]


def test_an_empty_library_says_how_to_begin() -> None:
    (line,) = nothing_found(Answer(Query()), "/lib", empty=True)
    assert line == "Nothing found: the library /lib is empty. Run `kinolex index FOLDER` first."


def test_filters_that_let_nothing_through_are_named() -> None:
    query = Query(raw="cup", words="cup", filters=Filters(videos=("talk",)))
    (line,) = nothing_found(Answer(query), "/lib", empty=False)
    assert line == (
        "Nothing found: no video passes the limits (in talk). See `kinolex list` for all names."
    )


def test_one_is_one() -> None:
    said = left_out(Searched(1, 2.0, pending=1, failed=1))
    assert said[0].startswith("1 video is not")
    assert said[1].startswith("1 file could")


def test_found_names_time_and_place() -> None:
    assert found(answer(), 0.0123) == (
        "5 moments in 12 ms; searched 26 videos (43 min): picture (20 of them), speech; "
        "not screen: see `kinolex doctor`"
    )
    grouped = answer(query=Query(raw="cup", words="cup", group="video"))
    assert found(grouped, 1.23).startswith("5 videos in 1.2 s;")


def test_the_summary_leaves_out_what_is_zero() -> None:
    assert summary(1, 0, 0, 8) == "1 video indexed, in 8 s."


def test_a_file_that_failed_before_is_not_called_unchanged() -> None:
    assert summary(0, 0, 3, 8, known=1) == (
        "0 videos indexed, 2 unchanged, 1 failed before (`kinolex retry` tries again), in 8 s."
    )


def test_remarks_stand_behind_what_was_understood_with_one_full_stop() -> None:
    query = Query(raw="cup -x", words="cup", excluded=("x",), notes=("No video fits.",))
    assert understood(query) == "Understood: without “x”. No video fits."
    assert understood(query, remarks=False) == "Understood: without “x”."


def test_a_stopped_run_says_the_same_command_again() -> None:
    assert "`kinolex index '/my videos'`" in stopped(["kinolex", "index", "/my videos"])
    assert command_line("kinolex", "it's") == "`kinolex 'it'\"'\"'s'`"
