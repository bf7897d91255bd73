"""The pieces of `benchmarks.serve`, on a library of an hour and a film of some seconds."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("fastapi", reason="needs kinolex[serve]")
pytest.importorskip("httpx", reason="needs kinolex[client]")

import kinolex
from benchmarks import serve_memory
from benchmarks.harness import Table
from benchmarks.search_scale_data import Size, World, build
from benchmarks.serve_answers import Sides, drawn, report
from benchmarks.serve_clients import Ask, Asked, Clients
from benchmarks.serve_data import Served, prepare
from benchmarks.serve_server import serving, unlimited, usual
from kinolex.testing.clips import make_clip

SECONDS = 24


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Served:
    place = tmp_path_factory.mktemp("served")
    build(place / "library", World(Size(hours=1, frames=120, passages=60)))
    (place / "films").mkdir()
    make_clip(place / "films" / f"film-{SECONDS}.mp4", scenes=[(SECONDS, "gradient")], fps=5)
    return prepare(place, place / "library", SECONDS)


@pytest.fixture(scope="module")
def texts(shown: Served) -> list[str]:
    """Words that are said there."""
    with kinolex.open(shown.folder) as library:
        store = library._need()
        return [p.text for p in store.passages_of(shown.videos[0], ("speech",))[:6]]


def test_the_film_is_known_and_played(shown: Served) -> None:
    with kinolex.open(shown.folder) as library:
        store = library._need()
        assert len(store.shots_of(shown.film)) == SECONDS // 3
        assert len(store.passages_of(shown.film, ("speech",))) == SECONDS // 3
        assert len(store.still_times(shown.film)) == SECONDS
        found = store.video(shown.film)
        assert found is not None
        assert Path(found.path).is_file()
        assert all(store.still_times(video) for video in shown.videos)


@pytest.mark.slow
def test_answers_and_memory(shown: Served, texts: list[str]) -> None:
    table = Table("serve: tiny")
    with (
        kinolex.open(shown.folder) as library,
        serving(unlimited(shown.folder, ""), "") as server,
    ):
        with Clients(server.address) as clients:
            sides = Sides(library, clients, server.address)
            sides.same(texts)
            sides.in_turn(texts)
            for count in (8, 50):
                sides.at_once(drawn(texts, 6 + count, 1), count)
            # Nobody is refused, however fast they ask.
            many = clients.ask([Ask("/static/icon.svg")] * 2500, 8)
        assert (many.errors, len(many.took)) == ((), 2500)
        assert sides.errors == []
        errors = serve_memory.measure(server, shown, texts, 60, table)
        assert errors == []
        assert server.memory()["all"] > server.memory()["own"] > 10
    report(sides.took, "1 round of", 6, 6, table)
    values = {row.what: row.value for row in table.rows}
    ratio = values["HTTP, 1 client: p50"] / values["Python, one thread: p50"]
    assert values["HTTP, 1 client / Python, one thread: p50"] == pytest.approx(ratio)
    assert all(value > 0 for what, value in values.items() if "slope" not in what)


def test_another_answer_is_an_error(shown: Served, texts: list[str], tmp_path: Path) -> None:
    build(tmp_path, World(Size(hours=1, frames=120, passages=60), seed=8))
    with (
        kinolex.open(tmp_path) as other,
        serving(unlimited(shown.folder, ""), "") as server,
        Clients(server.address) as clients,
    ):
        sides = Sides(other, clients, server.address)
        sides.same(texts)
        assert sides.errors


def test_wrong_answers_are_counted(shown: Served) -> None:
    with serving(usual(shown.folder), "") as server:
        with Clients(server.address) as clients:
            asked = clients.ask([Ask("/v1/videos"), Ask("/nothing"), Ask("/v1/search", {})], 2)
        with Clients("http://127.0.0.1:9") as nobody:
            lost = nobody.ask([Ask("/")])
    assert len(asked.took) == 3
    assert len(asked.errors) == 2
    assert "/nothing: status 404" in asked.errors
    assert "ConnectError" in lost.errors[0]


def test_a_server_that_ends_says_why(tmp_path: Path) -> None:
    command = [*usual(tmp_path)[:-1], "nonsense"]
    with pytest.raises(RuntimeError, match="Invalid value for '--port'"), serving(command, ""):
        pass


def test_a_rate_begins_when_all_are_waiting() -> None:
    ended = (1.0, 2.0, 2.5, 3.0, 3.5)
    assert Asked(ended, ended, (), 0).rate(2) == pytest.approx(3 / 1.5)


def test_slope_is_that_of_a_line() -> None:
    assert serve_memory.slope([100.0, 100.5, 101.0, 101.5], 250) == pytest.approx(2000)


def test_questions_are_drawn_equally_often() -> None:
    found = drawn(["a", "b", "c"], 300, 1)
    assert {text: found.count(text) for text in "abc"} == dict.fromkeys("abc", 100)
    assert found != drawn(["a", "b", "c"], 300, 2)
