"""What people do in the pages, done by a real browser."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw

playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright")

from kinolex.testing.clips import make_clip  # noqa: E402
from tests.serve.served import Held  # noqa: E402

pytestmark = pytest.mark.slow


def drawn(colour: str) -> bytes:
    """A disc as a PNG."""
    image = Image.new("RGB", (320, 240), "white")
    ImageDraw.Draw(image).ellipse((80, 40, 240, 200), fill=colour)
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def until(page: Any, expression: str) -> None:
    """Wait until an expression is true; the pages' own policy forbids to evaluate it inside."""
    for _ in range(300):
        with contextlib.suppress(playwright.Error):  # another page is just being opened
            if page.evaluate(expression):
                return
        page.wait_for_timeout(100)
    raise AssertionError(expression)


def found(page: Any, words: str) -> Any:
    """Search from the box; the first card."""
    page.goto("/")
    page.fill("#q", words)
    page.keyboard.press("Enter")
    page.wait_for_selector(".result:not(.weak)")
    return page.locator(".result").first


def test_words_are_found_with_their_reason(page: Any) -> None:
    card = found(page, '"boiling point"')
    assert card.locator("h3 a").inner_text() == "chemistry"
    assert "boiling point" in [mark.lower() for mark in card.locator("mark").all_inner_texts()]
    assert card.locator(".when").inner_text().startswith("0:0")
    assert "q=%22boiling+point%22" in page.url
    assert "exactly “boiling point”" in page.locator("#understood").inner_text()
    page.reload()
    page.wait_for_selector(".result")
    assert page.input_value("#q") == '"boiling point"'


def test_where_nothing_is_asked_the_page_says_how(page: Any) -> None:
    page.goto("/")
    assert "exactly these words" in page.locator("#empty").inner_text()
    found(page, "boiling")
    assert page.locator("#empty").is_hidden()


def test_a_card_says_nothing_twice_and_no_empty_range(page: Any) -> None:
    page.goto("/")
    when, reasons = page.evaluate(
        """async () => {
        const { card } = await import("/static/results.js");
        const title = { channel: "title", score: 1, time: 0, text: "lake", marks: [] };
        const seen = { channel: "picture", score: 1, time: 0, text: "", marks: [] };
        const links = { still: "", stream: "/" }, evidence = [title, seen, title];
        const moment = { id: "x", start: 0, end: 0.5, score: 0.9, evidence, links,
          video: { id: "x", title: "lake" } };
        const made = card(moment, { page: () => "/" });
        return [made.querySelector(".when").textContent, made.querySelectorAll(".why li").length];
        }"""
    )
    assert (when, reasons) == ("0:00.0 – 0:00.5", 2)


def test_the_api_page_shows_code_as_code(page: Any) -> None:
    page.goto("/api")
    assert "`" not in page.locator("main").inner_text()
    assert page.locator(".api dd code", has_text="page.next").count() == 1


def test_a_moment_plays_from_its_begin(page: Any) -> None:
    card = found(page, "below zero degrees it freezes")
    card.locator(".shot").click()
    until(page, "document.querySelector('.result video')?.currentTime > 7")
    assert page.evaluate("document.querySelector('.result video').currentTime") < 13


def test_a_film_the_browser_cannot_play_is_converted(page: Any) -> None:
    page.goto("/library")
    page.click(".tile:has-text('old')")
    until(page, "document.querySelector('#player')?.videoWidth > 0")
    assert page.locator("#converted").is_visible()


def test_nothing_found_says_what_was_searched(page: Any) -> None:
    page.goto("/?q=kangaroo+boxing+championship")
    page.wait_for_selector("#nothing h2")
    text = page.locator("#nothing").inner_text()
    assert re.search(r"Searched 5 videos \(.*\): picture, speech, title", text)
    assert "Screen" in text
    assert not page.locator("#nothing .result").first.is_visible()
    page.click("#nothing summary")
    assert page.locator("#nothing .result").count() <= 3


def test_a_picture_is_dropped_and_asked_with(page: Any) -> None:
    page.goto("/")
    page.set_input_files(
        "#picture", {"name": "disc.png", "mimeType": "image/png", "buffer": drawn("blue")}
    )
    page.wait_for_selector(".chip img")
    page.wait_for_selector(".result")
    assert "image=" in page.url
    first = page.locator(".result h3").first.inner_text()
    page.goto("/")
    data = page.evaluate_handle(
        """bytes => { const transfer = new DataTransfer();
        transfer.items.add(new File([new Uint8Array(bytes)], "disc.png", {type: "image/png"}));
        return transfer; }""",
        list(drawn("blue")),
    )
    page.dispatch_event("#box", "drop", {"dataTransfer": data})
    page.wait_for_selector(".result")
    assert page.locator(".result h3").first.inner_text() == first


def test_a_picture_is_pasted(page: Any) -> None:
    page.goto("/")
    page.focus("#q")
    page.evaluate(
        """bytes => { const data = new DataTransfer();
        data.items.add(new File([new Uint8Array(bytes)], "disc.png", {type: "image/png"}));
        document.activeElement.dispatchEvent(
          new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
        }""",
        list(drawn("blue")),
    )
    page.wait_for_selector(".chip img")
    page.wait_for_selector(".result")
    assert "image=" in page.url


def test_a_pointer_that_rests_sees_more_of_the_moment(page: Any) -> None:
    card = found(page, "blue circle")
    image = card.locator(".shot img")
    first = image.get_attribute("src")
    card.locator(".shot").hover()
    shown = set()
    for _ in range(40):
        shown.add(image.get_attribute("src"))
        if len(shown) >= 3:
            break
        page.wait_for_timeout(100)
    assert len(shown) >= 3
    page.mouse.move(0, 0)
    until(page, f"document.querySelector('.result .shot img').src.endsWith('{first}')")


def test_seek_from_timeline_and_transcript(page: Any) -> None:
    page.goto("/library")
    page.click(".tile:has-text('chemistry')")
    page.wait_for_selector("#lines .line")
    until(page, "document.querySelector('#player')?.readyState > 0")
    page.locator("#lines .line").nth(1).click()
    until(page, "document.querySelector('#player')?.currentTime >= 8")
    assert "freezes" in page.locator("#lines li.now").inner_text()
    page.fill("#q", "boiling point")
    page.click("#within button.primary")
    page.wait_for_selector("#heat canvas[data-channel=speech]")
    box = page.locator("#heat canvas[data-channel=speech]").bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.25, box["y"] + 5)
    until(page, "Math.abs(document.querySelector('#player')?.currentTime - 3) < 0.3")
    assert page.locator("#lines li.now").inner_text().count("boiling") == 1


def test_a_span_is_selected_and_exported(page: Any, tmp_path: Path) -> None:
    pytest.importorskip("kinolex.export.door")
    page.goto("/library")
    page.click(".tile:has-text('chemistry')")
    until(page, "document.querySelector('#player')?.readyState > 0")
    page.evaluate("document.querySelector('#player').currentTime = 2")
    page.locator("h1").click()
    page.keyboard.press("i")
    page.evaluate("document.querySelector('#player').currentTime = 5")
    page.keyboard.press("o")
    assert "0:02.0 – 0:05.0" in page.locator("#selected").inner_text()
    with page.expect_download() as download:
        page.click("[data-do=cut]")
    file = tmp_path / "cut.mp4"
    download.value.save_as(file)
    import av

    with av.open(str(file)) as film:
        length = float(film.duration) / 1e6
    assert length == pytest.approx(3, abs=0.35)


def test_a_search_is_saved_and_counts_what_is_new(page: Any, held: Held) -> None:
    found(page, "boiling")
    page.click("text=Save this search")
    page.click("#saving button[value=ok]")
    page.wait_for_selector(".toast")
    page.goto("/kept")
    page.wait_for_selector("#saved .card")
    assert "nothing new" in page.locator("#saved").inner_text()
    new = held.videos / "more"
    new.mkdir()
    make_clip(new / "penguins boiling eggs.mp4", scenes=[(2, "green")], fps=12)
    page.goto("/library")
    page.click("#add")
    page.click("#folders >> text=videos")
    page.click("#folders >> text=more")
    page.click("#browse-add")
    page.wait_for_selector("#jobs .card[data-state=done]", timeout=90_000)
    page.goto("/kept")
    page.wait_for_selector("#saved .badge")
    assert page.locator("#saved .badge").inner_text() == "1 new"
    page.click("#saved a")
    page.wait_for_selector(".result")
    page.goto("/kept")
    page.wait_for_selector("#saved .card")
    page.wait_for_selector("text=nothing new")


def test_moments_are_collected_and_tagged(page: Any) -> None:
    card = found(page, '"boiling point"')
    card.locator("text=Collect").click()
    page.fill("#collect-new", "For <b>class</b>")
    page.click("#collect button[value=ok]")
    page.wait_for_selector(".toast a")
    page.goto("/kept")
    page.wait_for_selector("#collections h3")
    assert "For <b>class</b> (1 moment)" in page.locator("#collections h3").inner_text()
    card = found(page, '"boiling point"')
    page.goto(card.locator("h3 a").get_attribute("href"))
    page.wait_for_selector("#selection-actions:not([hidden])")
    page.click("[data-do=tag]")
    page.fill("#name-value", "physics")
    page.click("#name button[value=ok]")
    page.wait_for_selector("#tag-lines >> text=physics", state="attached")
    page.goto("/?q=water&tag=physics")
    page.wait_for_selector(".result")
    assert page.locator(".result h3 a").first.inner_text() == "chemistry"


def test_a_passage_is_corrected(page: Any) -> None:
    page.goto("/library")
    page.click(".tile:has-text('vault')")
    page.click("[aria-label^='Correct: The secret']")
    page.wait_for_selector("#correct-value:focus")
    page.fill("#correct-value", "The secret rhubarb is kept in the vault.")
    page.keyboard.press("Enter")
    page.wait_for_timeout(50)
    assert page.locator("#correct").is_visible()
    page.keyboard.press("Backspace")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("#lines >> text=rhubarb")
    assert found(page, "rhubarb").locator("h3 a").inner_text() == "vault"


def test_everything_by_keyboard(page: Any) -> None:
    page.goto("/")
    page.keyboard.type("boiling point")
    page.keyboard.press("Enter")
    page.wait_for_selector(".result")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.className") == "shot"
    page.keyboard.press("Enter")
    page.wait_for_selector(".result video")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "q"
    page.goto("/")
    page.keyboard.press("Shift+Tab")
    seen = set()
    for _ in range(30):
        page.keyboard.press("Tab")
        seen.add(page.evaluate("document.activeElement.name || document.activeElement.id"))
    assert {"q", "channel", "sort", "group_by"} <= seen


def test_the_place_in_the_list_is_kept(page: Any) -> None:
    page.set_viewport_size({"width": 700, "height": 500})
    found(page, "a red circle")
    page.wait_for_timeout(300)
    page.evaluate("scrollTo(0, 400)")
    page.wait_for_timeout(400)
    before = page.evaluate("scrollY")
    page.locator(".result h3 a").nth(1).click()
    page.wait_for_selector("#player")
    page.go_back()
    page.wait_for_selector(".result")
    until(page, f"Math.abs(scrollY - {before}) < 40")


def test_a_hostile_file_name_is_only_text(page: Any) -> None:
    found(page, "lighthouse")
    assert (
        page.locator(".result h3 a").first.inner_text()
        == "lake <img src=x onerror=alert(1)> & more"
    )
    assert page.locator("img[onerror]").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "path",
    [
        *("/", "/?q=boiling+point", "/?q=kangaroo+boxing", "/?folder=open&after=2001"),
        *("video", "/library", "/kept", "/api"),
    ],
)
def test_accessible(new_page: Any, axe: str, path: str, scheme: str) -> None:
    page = new_page(color_scheme=scheme, viewport={"width": 1280, "height": 900}, bypass_csp=True)
    if path == "video":
        card = found(page, '"boiling point"')
        path = card.locator("h3 a").get_attribute("href")
    page.goto(path)
    page.wait_for_load_state("networkidle")
    for fold in page.locator("main details > summary").all():
        fold.click()
    page.add_script_tag(content=axe)
    assert violations(page) == []
    if "q=boiling" in path:
        page.click("text=Save this search")
        assert violations(page) == []


def violations(page: Any) -> list[str]:
    """What axe says against a page."""
    result = page.evaluate(
        "axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']})"
    )
    return [
        f"{v['id']}: {v['nodes'][0]['html'][:120]}"
        for v in result["violations"]
        if v["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize(
    "path", ["/?q=boiling+point", "/?folder=open", "/library", "/kept", "video", "/api"]
)
def test_a_phone_needs_no_sideways_scrolling(new_page: Any, path: str) -> None:
    page = new_page(viewport={"width": 360, "height": 740}, has_touch=True)
    if path == "video":
        path = found(page, '"boiling point"').locator("h3 a").get_attribute("href")
    page.goto(path)
    page.wait_for_load_state("networkidle")
    for fold in page.locator("main details > summary").all():
        fold.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
