"""A real server on a real port over a small library, and a client that talks to it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

pytest.importorskip("fastapi", reason="needs FastAPI: pip install 'kinolex[serve]'")
pytest.importorskip("uvicorn", reason="needs uvicorn: pip install 'kinolex[serve]'")
pytest.importorskip("argon2", reason="needs argon2: pip install 'kinolex[serve]'")
pytest.importorskip("httpx", reason="needs httpx: pip install 'kinolex[client]'")

from kinolex.client import Client, connect
from kinolex.serve.options import ServeOptions
from kinolex.serve.wall import walled
from tests.serve.assistant.shelf import Shelf, make_shelf
from tests.serve.served import serving


@dataclass(frozen=True)
class Server:
    """A server as `kinolex serve` runs it, guards and all, on a free port."""

    url: str
    library: Path

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])


@contextmanager
def running(options: ServeOptions) -> Iterator[Server]:
    with serving(walled(options)) as url:
        yield Server(url.rstrip("/"), options.library)


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    return make_shelf(tmp_path_factory.mktemp("client-shelf"))


@pytest.fixture(scope="session")
def server(shelf: Shelf) -> Iterator[Server]:
    with running(ServeOptions(library=shelf.library)) as one:
        yield one


@pytest.fixture
def client(server: Server) -> Iterator[Client]:
    with connect(server.url) as one:
        yield one


@pytest.fixture
def own(tmp_path: Path, shelf: Shelf) -> Iterator[Server]:
    """A server over an empty library, with folders that may be added."""
    films = tmp_path / "browse" / "films"
    shutil.copytree(shelf.films, films)
    options = ServeOptions(library=tmp_path / "library", browse=(tmp_path / "browse",))
    with running(options) as one:
        yield one
