"""The library page, and answers that stay true while the library changes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

import kinolex
from kinolex.serve.options import ServeOptions
from kinolex.serve.wall import walled
from kinolex.testing.clips import make_clip
from tests.serve.browser.test_pages import drawn, found, until
from tests.serve.served import Held, make_small_library, serving

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Held:
    """A library that these tests change."""
    base = tmp_path_factory.mktemp("kept")
    held = make_small_library(base)
    (held.videos / "trips" / "alps").mkdir(parents=True)
    return held


@pytest.fixture(scope="module")
def address(held: Held) -> Iterator[str]:
    """Where it is served."""
    options = ServeOptions(library=held.library, browse=(held.videos,))
    with serving(walled(options)) as made:
        yield made


@pytest.fixture
def page(new_page: Any) -> Any:
    """A page to which every film has a still: these are indexed without pictures."""
    page = new_page(viewport={"width": 1280, "height": 900})
    image = {"content_type": "image/png", "body": drawn("grey")}
    page.route("**/still.jpg*", lambda route: route.fulfill(**image))
    return page


def test_a_run_that_was_paused_is_followed_once(page: Any, held: Held, address: str) -> None:
    make_clip(held.open / "long.mp4", scenes=[(90, "moving")], fps=24)
    page.goto("/library")
    page.click("#again")
    page.wait_for_selector("#jobs li[data-state=running]")
    page.click("#jobs >> text=Pause")
    page.wait_for_selector("#jobs li[data-state=paused]")
    page.click("#jobs >> text=Resume")
    page.wait_for_selector("#jobs li[data-state=running]")
    asked: list[str] = []
    page.on("request", lambda r: asked.append(r.url) if "/v1/" in r.url else None)
    page.reload()  # and all events of the run are told again
    page.wait_for_timeout(3000)  # longer than the page waits before it follows again
    streams = [url for url in asked if url.endswith("/events")]
    page.wait_for_selector("#jobs li[data-state=running]")
    for job in httpx.get(f"{address}/v1/jobs").json()["jobs"]:
        httpx.delete(f"{address}/v1/jobs/{job['id']}")
    page.wait_for_selector("#jobs li[data-state=cancelled]")  # it is followed, after all
    (held.open / "long.mp4").unlink()
    assert len(streams) <= 1
    assert len(asked) < 60


def test_a_folder_is_added_by_keyboard(page: Any) -> None:
    page.goto("/library")
    page.focus("#add")
    page.keyboard.press("Enter")
    page.wait_for_selector("#browse[open]")
    until(page, "document.activeElement.textContent === '📁videos'")
    page.keyboard.press("Enter")
    page.wait_for_selector("#folders >> text=trips")
    until(page, "document.activeElement.closest('#folders') !== null")
    page.focus("#folders button:has-text('trips')")
    page.keyboard.press("Enter")
    page.wait_for_selector("#folders >> text=alps")
    page.focus("#folders button:has-text('alps')")
    page.keyboard.press("Enter")
    page.wait_for_selector("#folders >> text=No folder inside.")
    assert page.evaluate("document.activeElement.id") == "browse-add"
    crumbs = page.locator("#crumbs").bounding_box()
    top = page.locator("#crumbs button").first.bounding_box()
    assert top["x"] - crumbs["x"] < 2
    page.keyboard.press("Escape")
    assert not page.locator("#browse").is_visible()


def test_an_open_answer_takes_in_what_others_index(page: Any, held: Held) -> None:
    assert found(page, "boiling").locator("h3 a").inner_text() == "chemistry"
    new = held.open / "boiling an egg.mp4"
    make_clip(new, scenes=[(2, "green")], fps=12)
    with kinolex.open(held.library) as library:  # as the command line does
        library.add(held.open, only=["speech", "title"])
    page.wait_for_selector(".result >> text=boiling an egg")
    assert page.locator(".result h3 >> text=boiling an egg").count() == 1
    # Who is about to do something with a result is asked first.
    page.locator(".shot").first.focus()
    make_clip(held.open / "boiling over.mp4", scenes=[(2, "red")], fps=12)
    with kinolex.open(held.library) as library:
        library.add(held.open, only=["speech", "title"])
    page.click("text=The library has changed: ask again")
    page.wait_for_selector(".result >> text=boiling over")


def test_videos_without_a_picture_are_drawn_quietly(page: Any) -> None:
    asked: list[str] = []
    page.on("request", lambda r: asked.append(r.url) if "00000000" in r.url else None)
    page.goto("/library")
    page.wait_for_selector(".tile")
    page.evaluate(
        """async () => {
        const { tile } = await import("/static/tiles.js");
        const links = { page: "/video/ab", still: null };
        const video = { title: "Song", path: "/v/track 01.mp3", width: 0, duration: 3, links };
        const still = "/v1/videos/00000000/still.jpg";
        document.querySelector("#videos").replaceChildren(tile(video),
          tile({ ...video, links: { ...links, still } }),
          tile({ ...video, width: 9, path: "/v/Song.mp4" }));
        }"""
    )
    texts = [text.split("\n") for text in page.locator(".tile").all_inner_texts()]
    sound = ["♪ sound only", "Song", "0:03 · track 01.mp3"]
    assert texts == [sound, sound, ["no picture yet", "Song", "0:03"]]
    page.wait_for_timeout(200)
    assert asked == []  # a picture that is not there would be said in the console


def test_no_word_of_a_header_is_broken(page: Any) -> None:
    page.goto("/library")
    page.wait_for_selector("#models tr")
    assert page.evaluate(
        """[...document.querySelectorAll("th")].every((each) => {
        const range = document.createRange(); range.selectNodeContents(each);
        return range.getClientRects().length <= 1; })"""
    )
    assert page.locator("#models-used").inner_text().startswith(("In use: ", "None is in use"))
    page.route(
        "**/v1/models",
        lambda route: route.fulfill(
            json={"models": [_model("best", 0), _model("used", 3), _model("other", 0)]}
        ),
    )
    page.reload()
    page.wait_for_selector("#models-used >> text=In use: used (pictures).")
    assert page.locator("#models strong").all_inner_texts() == ["used", "best", "other"]


def _model(name: str, used: int) -> dict[str, Any]:
    return {
        "name": name, "kind": "picture", "title": name, "about": "", "licence": "MIT",
        "languages": [], "download_mb": 1, "here": bool(used), "speed": None, "in_use": used,
        "command": f"kinolex models pull {name}",
    }  # fmt: skip


def test_a_server_that_is_read_only_says_so(chromium: Any, held: Held) -> None:
    options = ServeOptions(library=held.library, read_only=True)
    with serving(walled(options)) as address:
        page = chromium.new_page()
        page.goto(f"{address}/library")
        page.wait_for_selector("text=so no folder can be added here")
        page.wait_for_selector(".tile")
        assert "admin" not in page.locator("body").inner_text()
        page.close()
