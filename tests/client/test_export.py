"""Exports made by a server and fetched, against those of the library itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from kinolex.client import Client
from kinolex.errors import UsageError
from tests.serve.assistant.shelf import Shelf


def test_what_a_server_exports_is_what_the_library_exports(
    client: Client, shelf: Shelf, tmp_path: Path
) -> None:
    moment = client.search("boiling point of water").moments[0]
    with shelf.open(read_only=True) as library:
        fragment = f"{moment.video.id}#t={moment.start:.3f},{moment.end:.3f}"
        own = library.export(fragment, "srt", tmp_path / "own.srt").path
    assert {"srt", "edl", "clip"} <= {one["name"] for one in client.formats()}
    got = client.export(moment, "srt", tmp_path / "got.srt")
    assert got == tmp_path / "got.srt"
    assert got.read_bytes() == own.read_bytes()
    (tmp_path / "folder").mkdir()
    place = client.export([moment, fragment], "edl", tmp_path / "folder", title="Two")
    assert place.parent == tmp_path / "folder"
    assert place.suffix == ".edl"
    assert "Two" in place.read_text(encoding="utf-8")
    film = client.export((moment.video.id, 0.0, 1.0), "clip", tmp_path / "film.mp4")
    assert film.read_bytes()[4:8] == b"ftyp"


def test_what_cannot_be_exported(client: Client, tmp_path: Path) -> None:
    moment = client.search("boiling point of water").moments[0]
    with pytest.raises(UsageError, match="avid"):
        client.export(moment, "avid", tmp_path)
    with pytest.raises(UsageError):
        client.export([], "edl", tmp_path)
    assert list(tmp_path.iterdir()) == []
