"""Videos, words, shots, pictures and files through the server, against the library itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from kinolex.client import Client
from kinolex.client.saving import plain_name, saved_to
from kinolex.errors import NotFoundError, QueryError, UsageError
from tests.client.test_asking import same
from tests.serve.assistant.shelf import Shelf


def test_videos_are_those_of_the_library(client: Client, shelf: Shelf) -> None:
    with shelf.open(read_only=True) as library:
        own = library.videos()
    got = list(client.videos())
    assert [v.id for v in got] == [v.id for v in own]
    for video in own:
        same(video, client.video(video.id))
    assert [v.title for v in client.videos(folder="trips")] == ["lake day"]
    assert not list(client.videos(language="de"))


def test_videos_come_in_pages(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = list(client.videos())
    send = client._transport.json
    monkeypatch.setattr(
        client._transport,
        "json",
        lambda method, path, **given: send(
            method, path, **{**given, "params": {**given["params"], "size": 1}}
        ),
    )
    assert list(client.videos()) == whole


def test_words_shots_and_pictures(client: Client, shelf: Shelf) -> None:
    with shelf.open(read_only=True) as library:
        video = library.video("water.mp4")
        words = library.passages(video.id)
        shots = library.shots(video.id)
        still = library.still(video.id, 1.0)
    got = client.passages(video.id)
    assert [(p.id, p.text, p.source, p.language) for p in got] == [
        (p.id, p.text, p.source, p.language) for p in words
    ]
    for mine, theirs in zip(got, words, strict=True):
        same(theirs.span, mine.span, "")
    assert [p.text for p in client.passages(video.id, 2, 3, sources="subtitle")] == [
        "ice forms below zero"
    ]
    for mine_span, theirs_span in zip(client.shots(video), shots, strict=True):
        same(theirs_span, mine_span)
    assert client.still(video.id, 1.0) == still


def test_a_file_is_fetched_whole(client: Client, shelf: Shelf, tmp_path: Path) -> None:
    with shelf.open(read_only=True) as library:
        video = library.video("colours.mp4")
    data = (shelf.films / "colours.mp4").read_bytes()
    place = client.download(video.id, tmp_path)
    assert place == tmp_path / "colours.mp4"
    assert place.read_bytes() == data
    with pytest.raises(UsageError, match="already"):
        client.download(video.id, tmp_path)
    (tmp_path / "named.bin").write_bytes(b"old")
    assert client.download(video.id, tmp_path / "named.bin").read_bytes() == data
    with pytest.raises(UsageError, match="cannot be written"):
        client.download(video.id, tmp_path / "nowhere" / "x.mp4")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["colours.mp4", "named.bin"]


def test_a_file_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    def pieces():  # type: ignore[no-untyped-def]
        yield b"half"
        raise ConnectionError("gone")

    with pytest.raises(UsageError):
        saved_to(tmp_path / "a.bin", "a.bin", pieces())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "name",
    ["../x", "/etc/passwd", "..", ".", "", "a/../../b", "C:\\x\\y", ".bashrc", "\x00", "a\n"],
)
def test_no_name_leads_elsewhere(tmp_path: Path, name: str) -> None:
    plain = plain_name(name)
    assert (tmp_path / plain).parent == tmp_path
    assert not plain.startswith(".")
    assert plain.isprintable()


def test_what_is_not_there(client: Client) -> None:
    with pytest.raises(NotFoundError, match="no such video"):
        client.video("f" * 32)
    with pytest.raises(NotFoundError, match="no such video"):
        client.video("no id")
    for bad in ("../roots", "x/../../roots", "%2e%2e"):
        with pytest.raises((QueryError, NotFoundError, UsageError)):
            client.video(bad)


def test_the_library_as_a_whole(client: Client, shelf: Shelf) -> None:
    assert client.health()["ok"] is True
    with shelf.open(read_only=True) as library:
        counts = library.status()
    told = client.library()
    assert told["videos"] == counts.videos == 4
    assert told["generation"] == counts.generation
    assert client.failures() == []
    assert {root.name for root in client.roots()} == {"films", "secret"}
    assert all(root.present for root in client.roots())
