from __future__ import annotations

import pytest
from rich.cells import cell_len

from kinolex.cli.board import ROWS, Board
from kinolex.cli.lines import text_of
from kinolex.progress import Event


def shown(board: Board, width: int = 80, elapsed: float = 0.0) -> list[str]:
    return [text_of(line) for line in board.lines(width, elapsed)]


def running() -> Board:
    board = Board()
    for event in (
        Event("scan", path="/v", done=52, total=52),
        Event("skip", path="/v/old.mp4", reason="unchanged"),
        Event("failure", path="/v/bad.mp4", stage="probe", reason="empty", message="It is empty."),
        Event("plan", total=2, seconds=3900),
        Event("start", path="/v/talk.mp4", stage="pictures"),
        Event(
            "step", path="/v/talk.mp4", stage="pictures", done=500, total=1000, overall=0.3, eta=720
        ),
    ):
        board.hear(event)
    return board


def test_before_the_plan_it_says_what_it_looks_for() -> None:
    board = Board()
    board.hear(Event("scan", done=7))
    assert shown(board, elapsed=65) == ["Looking for videos: 7 files found  1:05"]


def test_the_view_of_a_run() -> None:
    assert shown(running(), elapsed=95) == [
        "Indexing 2 videos, 1 h 05 min of footage  1:35  searchable while it runs",
        "  talk.mp4                 pictures  ━━━━━━━━━━━━━━━━────────────────  50 %",
        "  all                                ━━━━━━━━━━──────────────────────  30 %",
        "  about 12 min left  ·  1 failed  ·  1 unchanged",
    ]


@pytest.mark.parametrize("width", [40, 60, 80, 200])
def test_the_view_fits(width: int) -> None:
    board = running()
    board.hear(Event("start", path="/v/映画の題名についての長い話" * 4, stage="speech"))
    assert all(cell_len(line) <= width for line in shown(board, width))


def test_news_are_told_once() -> None:
    board = running()
    board.hear(Event("notice", message="No picture model."))
    assert board.take_news() == [
        ("/v/bad.mp4: not indexed at probe (empty): It is empty.", "red"),
        ("No picture model.", "yellow"),
    ]
    assert board.take_news() == []


def test_finished_files_make_room() -> None:
    board = running()
    board.hear(Event("commit", path="/v/talk.mp4", stage="picture", items=1000))
    board.hear(Event("start", path="/v/walk.mp4", stage="pictures"))
    assert [row.path for row in board.rows] == ["/v/walk.mp4"]
    assert "picture 1,000" in shown(board)[-1]


def test_there_are_never_too_many_rows() -> None:
    board = running()
    for number in range(20):
        board.hear(Event("start", path=f"/v/{number}.mp4", stage="speech"))
    assert len(board.rows) == ROWS
    assert board.rows[-1].path == "/v/19.mp4"


def test_the_overall_bar_never_goes_back() -> None:
    board = running()
    board.hear(Event("step", path="/v/talk.mp4", stage="speech", overall=0.2, eta=900))
    assert board.overall == 0.3
    assert board.eta == 900


def test_cache_hits_are_shown() -> None:
    board = running()
    board.hear(Event("step", path="/v/talk.mp4", cache_hits=30, cache_total=40))
    assert "75 % of pictures needed no model" in shown(board, 200)[-1]


@pytest.mark.parametrize("width", [40, 80])
def test_no_fact_falls_off_a_narrow_terminal(width: int) -> None:
    board = running()
    for channel in ("title", "subtitles", "speech", "picture", "screen"):
        board.hear(Event("commit", path="/v/talk.mp4", stage=channel, items=1234))
    board.hear(Event("step", path="/v/talk.mp4", cache_hits=30, cache_total=40))
    text = "\n".join(shown(board, width))
    assert "75 % of pictures needed no model" in text
    assert "about 12 min left" in text
    assert all(cell_len(line) <= width for line in shown(board, width))


def test_at_the_end_nothing_is_left_to_do() -> None:
    board = running()
    board.hear(Event("done", done=2, total=2))
    assert board.rows == []
    assert "100 %" in shown(board)[1]
