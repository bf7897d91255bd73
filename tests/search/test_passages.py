from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kinolex.library.records import Passage
from kinolex.moments import Span
from kinolex.search.calibrate import LINE
from kinolex.search.passages import WordTable, judge, near, nearest, question, windows, written

if TYPE_CHECKING:
    from tests.search.conftest import Shelf

SOURCES = ("speech", "subtitle", "caption", "screen", "title", "note")


def said(start: float, end: float, source: str = "speech", video: str = "v") -> Passage:
    return Passage(Span(start, end), "x", source, video=video)


def test_windows_are_runs_of_neighbours() -> None:
    passages = [said(0, 2), said(2.5, 4), said(4, 6), said(9, 10), said(0, 2, video="w"),
                said(2, 4, "screen"), said(0, 9, "title"), said(1, 9, "title")]  # fmt: skip
    longer = [w for w in windows(passages) if len(w) > 1]
    assert sorted(longer) == [(0, 1), (0, 1, 2), (1, 2)]
    assert [w for w in windows(passages) if len(w) == 1] == [(i,) for i in range(8)]


def test_questions_look_for_telling_words() -> None:
    assert question("show me the video of the red cups").words == ("red", "cups")
    assert question("the video").words == ("video",)
    assert question("to be or not to be").words == ("to", "be", "or", "not")


def ask(shelf: Shelf, text: str, *phrases: str, sources: tuple[str, ...] = SOURCES) -> list[str]:
    assert shelf.words is not None
    table = WordTable(shelf.store.vectors("stems@1", "passages"))
    vector = shelf.words.encode_words([text])[0]
    asked = question(text, phrases=phrases, vector=vector)
    passages = written(shelf.store, asked, sources=sources, videos=None)
    ids = nearest(asked, table, None)
    passages += near(shelf.store, asked, table, ids, passages, sources=sources, videos=None)
    scored = judge(passages, asked, table, 50)
    sure = [s for s in scored if s.chance >= LINE]
    return [" | ".join(p.text for p in s.passages) for s in sure]


def test_split_sentences_are_judged_together(shelf: Shelf) -> None:
    shelf.video(
        "a.mp4",
        speech=[
            (0, 4, "we gathered image addresses"),
            (4, 8, "together with alternative text"),
            (20, 24, "lunch was late"),
        ],
    )
    assert ask(shelf, "image addresses with alternative text") == [
        "we gathered image addresses | together with alternative text"
    ]


def test_one_passage_that_suffices_stays_alone(shelf: Shelf) -> None:
    shelf.video("a.mp4", speech=[(0, 4, "the zebra crossed"), (4, 8, "then it rained")])
    assert ask(shelf, "zebra crossed") == ["the zebra crossed"]


def test_only_the_sources_asked_for(shelf: Shelf) -> None:
    lines = [(i, i + 1.0, f"zebra number {i}") for i in range(0, 50, 5)]
    shelf.video("a.mp4", speech=lines, screen=[(0, 5, "a zebra")])
    assert ask(shelf, "zebra", sources=("screen",)) == ["a zebra"]


def test_rows_of_passages(shelf: Shelf) -> None:
    shelf.video("a.mp4", speech=[(0, 1, "one"), (1, 2, "two")])
    table = WordTable(shelf.store.vectors("stems@1", "passages"))
    rows = table.rows_of([int(i) for i in table.ids] + [10**9])
    assert rows.tolist() == [0, 1, 2, -1]
    assert table.vectors([10**9]).shape == (1, 512)


@pytest.mark.parametrize("text", ["", "...", "the"])
def test_nothing_to_look_for(shelf: Shelf, text: str) -> None:
    shelf.video("a.mp4", speech=[(0, 1, "one")])
    assert ask(shelf, text) == []
