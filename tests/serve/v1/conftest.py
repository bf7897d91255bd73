"""The API over a library of drawn clips, asked through a real server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("fastapi", reason="needs kinolex[serve]")
httpx = pytest.importorskip("httpx", reason="needs kinolex[client]")

from kinolex.serve.options import ServeOptions  # noqa: E402
from kinolex.serve.wall import walled  # noqa: E402
from tests.serve.served import Held, make_library, make_small_library, serving  # noqa: E402


@pytest.fixture(scope="session")
def held(tmp_path_factory: pytest.TempPathFactory) -> Held:
    """The library; tests that change it make their own."""
    return make_library(tmp_path_factory.mktemp("served"))


@pytest.fixture(scope="session")
def http(held: Held) -> Iterator[httpx.Client]:
    """A client of a server without accounts."""
    options = ServeOptions(library=held.library, browse=(held.videos,))
    with serving(walled(options)) as address, httpx.Client(base_url=address, timeout=60) as client:
        yield client


@pytest.fixture
def own(tmp_path: Path) -> Iterator[tuple[Held, httpx.Client]]:
    """A library and a server for one test alone."""
    made = make_small_library(tmp_path)
    options = ServeOptions(library=made.library, browse=(made.videos,))
    with serving(walled(options)) as address, httpx.Client(base_url=address, timeout=60) as client:
        yield made, client
