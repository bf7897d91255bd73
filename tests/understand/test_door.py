"""The same from Python, on real clips with a real (small) encoder."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import kinolex
from kinolex.api import Library
from kinolex.errors import NotFoundError, UsageError
from kinolex.moments import Span
from kinolex.settings import Settings
from tests.cli.conftest import place
from tests.cli.places import Place

__all__ = ["place"]


@pytest.fixture
def library(place: Place, tmp_path: Path) -> Iterator[Library]:
    shutil.copytree(place.library, tmp_path / "library")
    settings = Settings(picture=str(place.model))
    with kinolex.open(tmp_path / "library", settings=settings) as opened:
        yield opened


def test_label_a_video_and_a_span_of_it(
    library: Library, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = library.label("frog talk.mp4", classes=["red", "blue", "cyan"])
    assert [(s.name, s.span) for s in found.spans] == [("red", Span(0, 3)), ("blue", Span(6, 9))]
    assert found.video.path == str(place.frog)
    prompts = {"warm": ["red", "orange"], "cold": ["blue"]}
    found = library.label(f"{found.video.id[:8]}#t=2,7", classes=prompts, top=1)
    assert [(s.name, s.span) for s in found.spans] == [("warm", Span(2, 3)), ("cold", Span(6, 7))]
    assert (len(found.classes), found.span) == (1, Span(2, 7))
    monkeypatch.chdir(place.videos / "trips")
    assert library.label("./bike.mp4", classes=["yellow"]).spans[0].span == Span(0, 4)


def test_wrong_calls(library: Library) -> None:
    with pytest.raises(UsageError, match="No classes"):
        library.label("bike")
    with pytest.raises(NotFoundError, match="nobody"):
        library.label("nobody", classes=["red"])
    with pytest.raises(NotFoundError, match="no concept @x"):
        library.forget("x")


def test_teach_find_forget(library: Library) -> None:
    assert library.concepts() == []
    told = library.teach("Wall", like="frog talk.mp4#t=3.5,5.5")
    assert library.concepts() == [told]
    (moment,) = library.search("@wall")
    assert moment.span == Span(3, 6)
    library.teach("wall", like=["frog talk.mp4#t=6.5,8"], unlike="bike.mp4")
    assert len(library.concepts()[0].examples) == 3
    library.forget("@WALL")
    assert library.concepts() == []


def test_spans_are_meant_from_where_one_stands(
    library: Library, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(place.videos / "trips")
    told = library.teach("bike", like="./bike.mp4#t=1,2", unlike="../frog talk.mp4#t=1,2")
    assert {e.wanted: e.value for e in told.examples} == {
        True: f"{library.video('bike').id}#t=1,2",
        False: f"{library.video('frog talk').id}#t=1,2",
    }


def test_read_only_and_absent_libraries(library: Library, tmp_path: Path) -> None:
    library.teach("wall", words="red")
    reader = kinolex.open(library.path, read_only=True, settings=library.settings)
    assert reader.search("@wall").moments
    with pytest.raises(UsageError, match="read-only"):
        reader.teach("wall", words="blue")
    with pytest.raises(UsageError, match="read-only"):
        reader.forget("wall")
    reader.close()
    nothing = kinolex.open(tmp_path / "none")
    assert nothing.concepts() == []
    for ask in (lambda: nothing.label("a", classes=["b"]), lambda: nothing.teach("a", words="b")):
        with pytest.raises(NotFoundError, match="kinolex index"):
            ask()
    with pytest.raises(UsageError, match="no concept @wall"):
        nothing.search("@wall")
