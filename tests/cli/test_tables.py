from __future__ import annotations

import dataclasses

import pytest
from rich.cells import cell_len

from kinolex.cli.lines import text_of
from kinolex.cli.tables import plain_row, result_lines
from kinolex.moments import Moment, Video
from tests.cli.samples import BIKE, moments


@pytest.mark.parametrize("width", [20, 30, 40, 60, 71, 72, 80, 100, 120, 200])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    for line in result_lines(moments(), width):
        assert cell_len(text_of(line)) <= width


def test_the_table_at_eighty_columns() -> None:
    drawn = [text_of(line) for line in result_lines(moments()[:2], 80)]
    assert drawn == [
        "  1  ━━━━━━━─  1:02–1:15    Frogs of the pond and others          speech picture",
        "     “and now we put the red ball under the third cup and shuffle all of …”",
        "     /videos/talks/2021/frogs of the pond.mp4",
        "  2  ━━━━━━──  10:20–10:35  Frogs of the pond and others                  screen",
        "     CUPS AND BALLS",
    ]


def test_matched_words_are_marked() -> None:
    pieces = [piece for line in result_lines(moments()[:1], 80) for piece in line]
    assert ("red ball", "bold reverse") in pieces


def test_channels_have_their_own_colours() -> None:
    pieces = [piece for line in result_lines(moments(), 120) for piece in line]
    assert {("speech", "cyan"), ("picture", "green"), ("screen", "yellow")} <= set(pieces)


def test_weak_moments_are_dimmed() -> None:
    styles = {s for line in result_lines(moments(), 80, weak=True) for t, s in line if "━" in t}
    assert styles == {"dim"}


def test_a_title_that_says_nothing_new_is_not_quoted() -> None:
    last = [text_of(line) for line in result_lines(moments()[4:], 80)]
    assert len(last) == 2
    assert last[1].strip().endswith("bike.mp4")


def test_a_name_cannot_steer_the_terminal() -> None:
    evil = Video("e" * 32, "/v/\x1b]0;gotcha\x07.mp4", "a\x1b[2Jb\nc\u202e", 10.0)
    moment = Moment(evil, moments()[3].span, 0.5, 1, ())
    shown = "".join(text_of(line) for line in result_lines([moment], 80)) + plain_row(moment)
    assert not set(shown) & {"\x1b", "\x07", "\n", "\u202e"}


def test_plain_rows_have_the_same_columns_everywhere() -> None:
    rows = [plain_row(moment).split("\t") for moment in moments()]
    assert {len(row) for row in rows} == {7}
    assert rows[0] == [
        "1",
        "0.93",
        "1:02.1",
        "1:15.5",
        "speech,picture",
        "/videos/talks/2021/frogs of the pond.mp4",
        "and now we put the [red ball] under the third cup and shuffle all of them at once",
    ]
    assert rows[3][6] == ""
    assert rows[4][6] == "[bike]"


def test_a_path_is_named_once_while_it_stays() -> None:
    again = [dataclasses.replace(m, video=BIKE) for m in moments()]
    paths = [text_of(line) for line in result_lines(again, 80) if "bike.mp4" in text_of(line)]
    assert len(paths) == 1
