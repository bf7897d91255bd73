"""Where a server has accounts: who asks, and what they may."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from kinolex.client import connect
from kinolex.errors import NotFoundError, UsageError
from kinolex.serve.accounts import Accounts
from kinolex.serve.options import ServeOptions
from tests.client.conftest import running
from tests.serve.assistant.shelf import Shelf


@pytest.fixture
def people(shelf: Shelf, tmp_path: Path) -> Iterator[tuple[str, str, str]]:
    """Address, token of somebody who sees the films alone, token of an admin."""
    library = tmp_path / "library"
    shutil.copytree(shelf.library, library, ignore=shutil.ignore_patterns("cache"))
    with shelf.open(read_only=True) as known:
        root = next(r.id for r in known.roots() if r.path == shelf.films.resolve())
    with Accounts.open(library) as accounts:
        accounts.add("root", "a long enough password", "admin")
        accounts.add("ann", "another long password", "viewer", roots=[root])
        admin = accounts.make_token("root", "test")
        ann = accounts.make_token("ann", "test")
    # Behind a proxy accounts are demanded on this machine too.
    with running(ServeOptions(library=library, proxies=("127.0.0.9",))) as server:
        yield server.url, ann, admin


def test_a_token_says_who_asks(people: tuple[str, str, str], shelf: Shelf) -> None:
    url, ann, admin = people
    with connect(url) as client:
        assert client.health()["ok"]
        with pytest.raises(UsageError) as refused:
            client.search("water")
        assert refused.value.hint
    with connect(url, "kinolex_" + "x" * 43) as client, pytest.raises(UsageError):
        client.search("water")
    with connect(url, admin) as client:
        diary = client.search("the password is swordfish").moments[0].video
        assert diary.title == "diary"
        assert client.index(only="title").wait().state == "done"
    with connect(url, ann) as client:
        assert {v.title for v in client.videos()} == {"lake day", "colours", "water"}
        assert client.search("boiling water").moments[0].video.title == "water"
        with pytest.raises(NotFoundError):
            client.video(diary.id)
        with pytest.raises(UsageError, match="admin"):
            client.index()
        for video in client.videos():
            assert not Path(video.path).is_absolute()
