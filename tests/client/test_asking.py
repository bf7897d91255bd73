"""A question to a server is answered as by the library itself."""

from __future__ import annotations

import dataclasses
import io
import math
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from kinolex.client import Client
from kinolex.errors import NotFoundError, QueryError, UsageError
from kinolex.moments import Answer, Moment, Query
from tests.serve.assistant.shelf import Shelf

NEAR = 5.1e-5
"""Scores travel with 4 digits; times with 3, but what decides them lies on frames."""


def same(one: Any, other: Any, where: str = "") -> None:
    """Demand that two values are equal field by field, numbers as far as JSON carries them."""
    if dataclasses.is_dataclass(one) and not isinstance(one, type):
        assert type(one) is type(other), where
        for field in dataclasses.fields(one):
            if field.name != "timing":
                name = f"{where}.{field.name}"
                same(getattr(one, field.name), getattr(other, field.name), name)
    elif isinstance(one, float):
        near = 5.1e-4 if where.endswith(("start", "end", "time")) else NEAR
        assert math.isclose(one, other, rel_tol=0, abs_tol=near), (where, one, other)
    elif isinstance(one, tuple):
        assert len(one) == len(other), (where, one, other)
        for number, (a, b) in enumerate(zip(one, other, strict=True)):
            same(a, b, f"{where}[{number}]")
    else:
        assert one == other, (where, one, other)


QUESTIONS: list[dict[str, Any]] = [
    {"text": "boiling point of water"},
    {"text": "red"},
    {"text": "red", "channels": ["picture"], "limit": 2},
    {"text": "lake day", "folder": "trips"},
    {"text": "lake day", "after": "2021", "before": "2021-12-31", "max_length": 100.0},
    {"text": '"ice forms" -penguin', "group": "video"},
    {"text": "zebra crossing quarterly report"},
    {"text": "noise", "video": ["water", "diary"]},
    {"text": "water in:water.mp4", "min_length": 1.0},
    {"text": "green", "language": "de"},
]


@pytest.mark.parametrize("given", QUESTIONS, ids=lambda g: str(sorted(g.items())))
def test_an_answer_is_that_of_the_library(
    client: Client, shelf: Shelf, given: dict[str, Any]
) -> None:
    with shelf.open(read_only=True) as library:
        own = library.search(**given)
    answer = client.search(**given)
    assert isinstance(answer, Answer)
    same(own, answer)
    assert set(answer.timing) == set(own.timing)


def test_some_questions_do_find_something(client: Client) -> None:
    assert not client.search("boiling point of water").nothing_found
    assert not client.search("red").nothing_found
    nothing = client.search('"zebra crossing quarterly report"')
    assert nothing.nothing_found
    assert len(nothing) == 0


def test_likeness_by_fragment_and_by_moment(client: Client, shelf: Shelf) -> None:
    with shelf.open(read_only=True) as library:
        video = library.video("lake_day.mp4").id
        own = library.search(like=f"{video}#t=0,3", channels=["picture"])
    answer = client.search(like=f"{video}#t=0,3", channels=["picture"])
    same(own, answer)
    assert answer.weak or answer.moments
    moment = next(iter((*answer.moments, *answer.weak)))
    with shelf.open(read_only=True) as library:
        own = library.search(like=f"{moment.video.id}#t={moment.start},{moment.end}")
    got = client.search(like=moment)
    same(own.moments, got.moments)
    same(own.weak, got.weak)


@pytest.mark.parametrize("kind", ["path", "bytes", "several"])
def test_a_picture_is_brought_along(
    client: Client, shelf: Shelf, tmp_path: Path, kind: str
) -> None:
    path = tmp_path / "blue.png"
    Image.new("RGB", (320, 240), (0, 0, 255)).save(path)
    given: Any = {"path": path, "bytes": path.read_bytes(), "several": [str(path), path]}[kind]
    answer = client.search(image=given, channels=["picture"])
    kept = [shelf.library / "cache" / "pictures" / f"{p.value}.jpg" for p in answer.query.parts]
    assert len(kept) == (2 if kind == "several" else 1)
    assert answer.moments
    with shelf.open(read_only=True) as library:
        own = library.search(image=kept, channels=["picture"])
    same(own.moments, answer.moments)
    same(own.searched, answer.searched)


def test_pages_put_together_are_one_large_answer(client: Client) -> None:
    for given in ({"text": "water lake red noise"}, {"text": "red"}, {"text": "nothing at all q"}):
        whole = client.search(**given, limit=200).moments
        for size in (1, 2, 3, 200):
            paged = list(client.moments(**given, size=size))
            assert paged == list(whole)
    assert len(client.search("red", limit=200)) > 1
    assert [m.rank for m in client.moments("red", size=1)] == list(
        range(1, 1 + len(client.search("red", limit=200)))
    )


def test_a_limit_beyond_a_page_asks_for_more_pages(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = client.search("red", limit=200)
    monkeypatch.setattr("kinolex.client.asking.PAGE", 1)
    paged = client.search("red", limit=3)
    assert paged.moments == whole.moments[:3]
    assert paged.query.limit == 3


def test_timeline_is_that_of_the_library(client: Client, shelf: Shelf) -> None:
    from kinolex.search.parse import parse

    with shelf.open(read_only=True) as library:
        video = library.video("colours.mp4")
        own = library.timeline(video.id, parse("red"))
    got = client.timeline(video.id, "red")
    assert set(got) == set(own)
    for channel, bars in own.items():
        assert len(bars) == len(got[channel])
        for mine, theirs in zip(got[channel], bars, strict=True):
            assert mine == pytest.approx(theirs, abs=6e-4)


def test_what_cannot_be_asked_is_the_same_error_as_at_home(client: Client, tmp_path: Path) -> None:
    with pytest.raises(QueryError):
        client.search("")
    with pytest.raises(QueryError):
        client.search("x", after="someday")
    with pytest.raises(QueryError):
        client.search("x", channels=["smell"])
    with pytest.raises(QueryError, match="path"):
        client.search("x", video="/etc/passwd")
    with pytest.raises(UsageError, match="limit"):
        client.search("x", limit=0)
    with pytest.raises(NotFoundError, match="none"):
        client.search(image=tmp_path / "none.png")
    (tmp_path / "no.png").write_text("no picture")
    with pytest.raises(Exception, match="picture") as refused:
        client.search(image=tmp_path / "no.png")
    assert type(refused.value).__name__ == "MediaError"


def test_a_query_and_moments_survive_the_way(client: Client) -> None:
    answer = client.search('red "big cup" -dog', limit=4)
    assert isinstance(answer.query, Query)
    assert answer.query.phrases == ("big cup",)
    assert answer.query.excluded == ("dog",)
    for moment in client.search("red"):
        assert isinstance(moment, Moment)
        assert moment.video == client.video(moment.video.id)


def test_bytes_of_any_picture_format(client: Client) -> None:
    names = set()
    for kind in ("JPEG", "WEBP", "BMP", "GIF"):
        file = io.BytesIO()
        Image.new("RGB", (40, 30), (255, 0, 0)).save(file, kind)
        names.add(client.upload(file.getvalue()))
    assert all(len(name) == 32 for name in names)
