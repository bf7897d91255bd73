"""The library that the assistant of these tests may ask, made once; and two ways to ask it."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import anyio
import pytest

pytest.importorskip("mcp", reason="needs the MCP SDK: pip install 'kinolex[serve]'")
pytest.importorskip("uvicorn", reason="needs uvicorn: pip install 'kinolex[serve]'")

from mcp import Client, StdioServerParameters

from kinolex.serve.assistant.web import assistant_app
from kinolex.serve.options import ServeOptions
from kinolex.serve.people import EVERYBODY, Person
from kinolex.serve.place import Place
from tests.serve.assistant.shelf import Shelf, make_shelf

_T = TypeVar("_T")
Talk = Callable[[Callable[[Client], Awaitable[Any]]], Any]


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    return make_shelf(tmp_path_factory.mktemp("shelf"))


def stdio(shelf: Shelf, *more: str) -> StdioServerParameters:
    """`kinolex mcp` as a process of its own."""
    return StdioServerParameters(
        command=sys.executable,
        args=["-m", "kinolex", "mcp", "--library", str(shelf.library), *more],
        env=dict(os.environ),
        cwd="/",
    )


class Server:
    """The ASGI application behind a stand-in for the guards, on a real port."""

    def __init__(self, shelf: Shelf, person: Person | None = EVERYBODY) -> None:
        import uvicorn

        self.place = Place(ServeOptions(library=shelf.library, read_only=True))
        inner = assistant_app(lambda: self.place)

        async def app(scope: Any, receive: Any, send: Any) -> None:
            await inner({**scope, "state": {"person": person}}, receive, send)

        config = uvicorn.Config(app, port=0, log_level="error", lifespan="off")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run)

    def __enter__(self) -> Server:
        self._thread.start()
        while not self._server.started:
            assert self._thread.is_alive()
            threading.Event().wait(0.01)
        port = self._server.servers[0].sockets[0].getsockname()[1]
        self.base = f"http://127.0.0.1:{port}"
        return self

    def __exit__(self, *error: object) -> None:
        self._server.should_exit = True
        self._thread.join()
        anyio.run(self.place.close)


@pytest.fixture(scope="session")
def server(shelf: Shelf) -> Iterator[Server]:
    with Server(shelf) as one:
        yield one


@pytest.fixture(scope="session")
def limited(shelf: Shelf) -> Iterator[Server]:
    """As somebody sees it who may see the films alone."""
    with shelf.open(read_only=True) as library:
        root = next(r.id for r in library.roots() if r.path == shelf.films.resolve())
    with Server(shelf, Person("ann", "viewer", frozenset({root}))) as one:
        yield one


def talk(server: Any, work: Callable[[Client], Awaitable[_T]], **given: Any) -> _T:
    """Connect the SDK's client, and let it work."""

    async def main() -> _T:
        async with Client(server, read_timeout_seconds=120, **given) as client:
            return await work(client)

    return anyio.run(main)


@pytest.fixture(params=["stdio", "http", "http-2025"])
def ask(request: pytest.FixtureRequest, shelf: Shelf) -> Talk:
    """Talk over each transport, and over HTTP as both generations of clients do."""
    if request.param == "stdio":
        return lambda work: talk(stdio(shelf), work)
    base = request.getfixturevalue("server").base
    mode = "legacy" if request.param == "http-2025" else "auto"
    return lambda work: talk(f"{base}/mcp", work, mode=mode)


@pytest.fixture
def untouched(shelf: Shelf) -> Iterator[None]:
    """Fail if the library's own files are another than before."""

    def state() -> dict[str, bytes]:
        files = (p for p in sorted(shelf.library.glob("*.sqlite")) if p.is_file())
        return {str(p): Path(p).read_bytes() for p in files}

    before = state()
    yield
    assert state() == before
