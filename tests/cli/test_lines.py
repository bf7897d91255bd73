from __future__ import annotations

import io
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from kinolex.cli.lines import bar, cells, cut, draw, fit, pad, place, text_of

texts = st.text("abc äß中映ｶñ“…", max_size=40)


@given(texts)
def test_cells_agree_with_rich(text: str) -> None:
    assert cells(text) == cell_len(text)


@given(texts, st.integers(1, 50))
def test_a_cut_text_fits_and_a_padded_one_fills(text: str, limit: int) -> None:
    assert cells(cut(text, limit)) <= limit
    assert cells(pad(cut(text, limit), limit)) == limit
    if cells(text) <= limit:
        assert cut(text, limit) == text


@given(st.lists(st.tuples(texts, st.just("bold")), max_size=5), st.integers(1, 60))
def test_a_line_that_is_fitted_fits(line: list[tuple[str, str]], limit: int) -> None:
    assert cells("".join(text for text, _ in fit(line, limit))) <= limit


@given(st.floats(-1, 2), st.integers(1, 40))
def test_a_bar_is_as_long_as_asked(share: float, columns: int) -> None:
    drawn = text_of(bar(share, columns))
    assert len(drawn) == columns
    assert drawn.count("━") == pytest.approx(min(1, max(0, share)) * columns, abs=1)
    assert share <= 0 or "━" in drawn


@given(texts.map(lambda t: t.replace("/", "")), st.integers(12, 80))
def test_a_place_fits(name: str, limit: int) -> None:
    path = f"/data/some folder/deeper and deeper/{name}.mp4"
    assert cells(place(path, limit, here="/tmp", home="/home/mo")) <= limit


def test_a_place_is_said_from_here_or_home() -> None:
    here = os.path.join(os.sep, "data", "v")
    assert place("/data/v/a.mp4", 40, here=here, home="/data") == "a.mp4"
    assert place("/data/w/a.mp4", 40, here=here, home="/data") == "~/w/a.mp4"
    assert place("/data/vv/a.mp4", 40, here=here, home="/home/mo") == "/data/vv/a.mp4"


def test_drawing_to_a_file_uses_no_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    stream = io.StringIO()
    draw([[("one ", "bold red"), ("[two]", "")], [("  three  ", "dim")]], stream)
    assert stream.getvalue() == "one [two]\n  three\n"


def test_long_lines_are_not_wrapped() -> None:
    stream = io.StringIO()
    draw([[("word " * 100, "")]], stream)
    assert stream.getvalue().count("\n") == 1
