"""Films in the pages: those that a browser cannot show, spans of them, and exports."""

from __future__ import annotations

import json
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import kinolex
from kinolex.serve.options import ServeOptions
from kinolex.serve.wall import walled
from kinolex.testing.clips import make_clip
from tests.serve.browser.test_pages import found, until
from tests.serve.served import serving

pytestmark = pytest.mark.slow

RUNNING = {"id": "ab", "state": "running", "links": {"self": "/v1/exports/ab"}}
PLAYER = "document.querySelector('#player')"


def said(count: int) -> str:
    """Subtitles of a line a second."""
    lines = ("Some words in line", "and more of them, so that it is long")
    return "\n".join(
        f"{n + 1}\n00:00:{n:02},000 --> 00:00:{n:02},900\n{lines[0]} {n} {lines[1]}\n"
        for n in range(count)
    )


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A film that chromium only sounds, one that it plays, and sound alone."""
    base = tmp_path_factory.mktemp("playing")
    videos, place = base / "videos", base / "library"
    videos.mkdir()
    strange = {"scenes": [(4, "red"), (4, "blue")], "fps": 12, "sound": "tone"}
    make_clip(videos / "violin.mp4", codec="mpeg4", **strange)
    make_clip(videos / "talk.mp4", scenes=[(40, "gradient")], fps=4, sound="tone")
    with wave.open(str(videos / "hum.wav"), "wb") as hum:
        hum.setparams((1, 2, 8000, 0, "NONE", ""))
        hum.writeframes(bytes(2 * 2 * 8000))
    (videos / "talk.srt").write_text(said(40), "utf-8")
    with kinolex.open(place) as library:
        report = library.add(videos, only=["picture", "speech", "title"])
        assert report.failed == 0
    with serving(walled(ServeOptions(library=place, browse=(videos,)))) as made:
        yield made


def opened(page: Any, title: str, more: str = "") -> None:
    """Open the page of a video."""
    told = page.request.get("/v1/videos").json()["videos"]
    (video,) = (one["id"] for one in told if one["title"] == title)
    page.goto(f"/video/{video}{more}")
    until(page, f"{PLAYER}?.readyState > 0")


def test_a_film_that_only_sounds_is_converted_on_its_card(page: Any) -> None:
    card = found(page, "violin")
    until(page, "document.querySelector('.result img').naturalWidth > 0")
    card.locator(".shot").click()
    until(page, "document.querySelector('.result video')?.videoWidth > 0")
    assert "/stream.mp4?t=" in page.evaluate("document.querySelector('.result video').src")


def test_a_film_that_only_sounds_is_converted_on_its_page(page: Any) -> None:
    # Heard late: the file is known to the player before the module is there.
    page.route("**/static/video.js", lambda route: (page.wait_for_timeout(900), route.continue_()))
    opened(page, "violin", "?t=5,6")
    until(page, f"{PLAYER}.videoWidth > 0")
    assert page.locator("#converted").is_visible()
    assert "t=5.000" in page.evaluate(f"{PLAYER}.src")


def test_a_conversion_that_was_given_up_is_asked_for_again_but_not_without_end(page: Any) -> None:
    opened(page, "violin")
    until(page, f"{PLAYER}.videoWidth > 0")
    asked: list[str] = []
    page.on("request", lambda r: asked.append(r.url) if "stream.mp4" in r.url else None)
    page.evaluate(f"{PLAYER}.dispatchEvent(new Event('ended'))")
    page.wait_for_timeout(500)
    assert asked == []  # it gave nothing: it is at its end
    page.evaluate(f"{PLAYER}.muted = true, void {PLAYER}.play()")
    until(page, f"{PLAYER}.currentTime > 1.2")
    page.evaluate(f"{PLAYER}.dispatchEvent(new Event('ended'))")
    until(page, f"/t=[1-7]\\.\\d/.test({PLAYER}.src)")
    assert len(asked) == 1


def test_a_film_that_can_be_played_is_not_converted(page: Any) -> None:
    opened(page, "talk")
    page.wait_for_timeout(1000)
    assert page.locator("#converted").is_hidden()


def test_sound_alone_needs_no_picture(page: Any) -> None:
    page.goto("/library")
    assert "♪ sound only" in page.locator(".tile", has_text="hum").inner_text()
    page.click(".tile:has-text('hum')")
    until(page, f"{PLAYER}?.readyState > 0")
    page.wait_for_timeout(900)
    assert page.locator("#converted").is_hidden()
    assert page.locator("#strip button").count() == 0


def test_a_span_is_selected_without_keys(page: Any) -> None:
    opened(page, "talk")
    page.evaluate(f"{PLAYER}.currentTime = 3")
    page.click("text=Begin here")
    assert "From 0:03.0" in page.locator("#selected").inner_text()
    page.evaluate(f"{PLAYER}.currentTime = 9")
    page.click("text=End here")
    assert "0:03.0 – 0:09.0" in page.locator("#selected").inner_text()
    assert page.locator("[data-do=cut]").inner_text() == "Cut it"
    assert page.input_value("#format") == "clip"
    page.click("[data-do=clear]")
    assert page.locator("[data-do=cut]").inner_text() == "Export the whole video"


def test_keys_work_after_the_slider_was_used(page: Any) -> None:
    opened(page, "talk")
    page.click("#seek")
    assert page.evaluate("document.activeElement.id") == "seek"
    page.keyboard.press("i")
    assert page.locator("#selected").inner_text().startswith("From 0:")
    page.evaluate(f"{PLAYER}.currentTime = 39")
    page.keyboard.press("o")
    assert "– 0:39.0" in page.locator("#selected").inner_text()
    page.keyboard.press("k")
    until(page, f"!{PLAYER}.paused")


def test_the_line_of_now_is_seen_on_a_phone(new_page: Any) -> None:
    page = new_page(viewport={"width": 360, "height": 740}, has_touch=True)
    opened(page, "talk")
    page.wait_for_selector("#lines .line")
    page.evaluate(f"{PLAYER}.currentTime = 25.5")
    until(page, "document.querySelector('#lines li.now')?.textContent.includes('line 25')")
    page.wait_for_timeout(100)
    assert page.evaluate(
        """(() => { const panel = document.querySelector("#words").getBoundingClientRect();
        const line = document.querySelector("#lines li.now").getBoundingClientRect();
        return line.top >= panel.top && line.bottom <= panel.bottom; })()"""
    )


def test_words_of_a_whole_video_are_saved_at_once(page: Any, tmp_path: Path) -> None:
    opened(page, "talk")
    until(page, "document.querySelector('#format').value === 'transcript'")
    with page.expect_download() as download:
        page.click("[data-do=cut]")
    file = tmp_path / "words.txt"
    download.value.save_as(file)
    assert "line 39" in file.read_text("utf-8")
    name = download.value.suggested_filename
    assert f"{name} is ready." in page.locator(".toast").inner_text()


def test_options_go_with_an_export(page: Any) -> None:
    sent: list[Any] = []

    def take(route: Any) -> None:
        sent.append(json.loads(route.request.post_data))
        route.fulfill(status=202, json=RUNNING)

    page.route("**/v1/exports", take)
    opened(page, "talk", "?t=2,5")
    page.wait_for_selector("#selection .options")
    page.click("#selection .options summary")
    assert not page.locator("[name=base_url]").is_visible()
    page.fill("#selection [name=title]", "A talk")
    page.fill("#selection [name=pad]", "1.5")
    page.check("#selection [name=exact]")
    page.select_option("#selection [name=drop_frame]", "true")
    page.select_option("#format", "iiif")
    assert page.locator("[name=base_url]").is_visible()
    with page.expect_response("**/v1/exports"):
        page.click("[data-do=cut]")
    origin = page.evaluate("location.origin")
    (span,) = sent[0].pop("spans")
    assert (span["start"], span["end"]) == (2, 5)
    assert sent[0] == {
        "format": "iiif", "title": "A talk", "pad": 1.5, "exact": True, "drop_frame": True,
        "base_url": f"{origin}/v1",
    }  # fmt: skip


def test_an_export_under_way_is_cancelled(page: Any) -> None:
    gone: list[str] = []

    def one(route: Any) -> None:
        if route.request.method == "DELETE":
            gone.append(route.request.url)
            route.fulfill(status=204)
        else:
            route.fulfill(json=RUNNING)

    page.route("**/v1/exports/ab", one)
    page.route("**/v1/exports", lambda route: route.fulfill(status=202, json=RUNNING))
    opened(page, "talk", "?t=2,5")
    until(page, "document.querySelector('#format').value === 'clip'")
    page.click("[data-do=cut]")
    page.click(".toast >> text=Cancel")
    page.wait_for_selector(".toast >> text=The export was cancelled.")
    assert len(gone) == 1
    assert page.locator(".toast").count() == 1


def test_a_whole_video_is_tagged(page: Any) -> None:
    opened(page, "talk")
    page.click("#tab-tags")
    page.click("#tag-whole")
    page.fill("#name-value", "lectures")
    page.keyboard.press("Enter")
    page.wait_for_selector("#tag-lines >> text=lectures")
    (tag,) = page.request.get("/v1/tags").json()["tags"]
    assert tag["start"] is None
