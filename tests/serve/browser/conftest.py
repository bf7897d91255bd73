"""A real browser (the system's Chromium) on a real server."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fastapi", reason="needs kinolex[serve]")
playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright")

from kinolex.serve.options import ServeOptions  # noqa: E402
from kinolex.serve.wall import walled  # noqa: E402
from tests.serve.served import Held, make_library, serving  # noqa: E402

REPOSITORY = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core."""
    given = os.environ.get("KINOLEX_AXE", "")
    places = (Path(given or "none"), REPOSITORY / "build/node_modules/axe-core/axe.min.js")
    for place in places:
        if place.is_file():
            return place.read_text("utf-8")
    pytest.skip("needs axe-core (npm install --prefix build axe-core)")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """The browser, ended with its module: its event loop would stop other tests from having one."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.skip("needs the system's chromium")
    with playwright.sync_playwright() as run:
        options = {"executable_path": found, "args": ["--no-sandbox", "--mute-audio"]}
        browser = run.chromium.launch(**options)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def held(tmp_path_factory: pytest.TempPathFactory) -> Held:
    """The library of this folder's tests; they add to it and never take away."""
    return make_library(tmp_path_factory.mktemp("browsed"))


@pytest.fixture(scope="session")
def address(held: Held) -> Iterator[str]:
    """Where the pages are, behind the whole guard."""
    options = ServeOptions(library=held.library, browse=(held.videos,))
    with serving(walled(options)) as found:
        yield found


class Watched:
    """What a page did that it must not do."""

    def __init__(self, page: Any, address: str) -> None:
        self.errors: list[str] = []
        self.outside: list[str] = []
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self._asked(request.url, address))

    def _said(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.errors.append(message.text)

    def _asked(self, url: str, address: str) -> None:
        if not url.startswith((address, "data:", "blob:")):
            self.outside.append(url)


@pytest.fixture
def new_page(chromium: Any, address: str) -> Iterator[Any]:
    """Make a page; at the end of the test it must have said and fetched nothing wrong."""
    made: list[tuple[Any, Watched]] = []

    def make(**options: Any) -> Any:
        context = chromium.new_context(base_url=address, accept_downloads=True, **options)
        page = context.new_page()
        page.set_default_timeout(20_000)
        made.append((context, Watched(page, address)))
        return page

    yield make
    for context, watched in made:
        context.close()
        assert watched.errors == []
        assert watched.outside == []


@pytest.fixture
def page(new_page: Any) -> Any:
    """A page of a desktop's size."""
    return new_page(viewport={"width": 1280, "height": 900})
