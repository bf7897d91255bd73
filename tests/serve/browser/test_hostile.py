"""Words of strangers in every place where a page shows words: they stay words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import kinolex
from kinolex.media.types import Chapter
from kinolex.moments import Span
from kinolex.serve.options import ServeOptions
from kinolex.serve.wall import walled
from kinolex.testing.clips import make_clip
from tests.serve.served import serving

pytestmark = pytest.mark.slow

EVIL = (
    '<img src=x onerror=document.body.id="hacked"><script>document.body.id="hacked"</script>'
    "\"'><svg onload=document.body.id='hacked'>{{191*7}}${191*7}</textarea></title>"
)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server whose library says hostile things wherever it can."""
    base = tmp_path_factory.mktemp("hostile")
    videos, place = base / "videos", base / "library"
    folder = videos / "<b onclick=alert(1)>bold"
    folder.mkdir(parents=True)
    film = folder / "film.mp4"
    make_clip(film, scenes=[(4, "red"), (4, "blue")], fps=12, chapters=[Chapter(Span(0, 4), EVIL)])
    said = EVIL.replace("<", "&lt;")
    times = "00:00:01,000 --> 00:00:03,000"
    (folder / "film.srt").write_text(f"1\n{times}\nwater {said}\n", "utf-8")
    with kinolex.open(place) as library:
        report = library.add(folder, only=["picture", "speech", "title"])
        assert report.failed == 0
        (video,) = library.videos()
        library.save_search(EVIL, "water")
        library.kept.collect(EVIL, [(video.id, 0.0, 2.0, EVIL)])
        library.kept.tag(video.id, EVIL)
        library.kept.tag(video.id, EVIL, 1.0, 2.0)
    broken = folder / "broken <script>alert(1)<∕script>.mp4"
    broken.write_bytes(b"\x00\x00\x00\x18ftypmp42" + bytes(200))
    with kinolex.open(place) as library:
        library.add(folder)
    with serving(walled(ServeOptions(library=place, browse=(videos,)))) as found:
        yield found


def quiet(page: Any) -> None:
    """Nothing of it became a part of the page, or ran."""
    page.wait_for_timeout(300)
    assert page.locator("#hacked").count() == 0
    assert page.locator("img[src='x'], svg[onload], main script, b[onclick]").count() == 0
    assert "1337" not in page.locator("main").inner_text()


def test_pages_show_hostile_words_as_words(page: Any) -> None:
    page.on("dialog", lambda _: pytest.fail("a dialog"))
    page.goto("/?q=water")
    page.wait_for_selector(".result:not(.weak)")
    assert "onerror" in page.locator(".result").first.inner_text()
    quiet(page)
    page.goto(f"/?q={EVIL.replace('#', '%23').replace('&', '%26')}")
    page.wait_for_selector("#summary, .result, #empty")
    quiet(page)

    page.goto("/?q=water")
    page.wait_for_selector(".result:not(.weak)")
    page.locator(".result h3 a").first.click()
    page.wait_for_selector("#lines .line")
    assert "onerror" in page.locator("#lines").inner_text()
    for tab in ("#tab-screen", "#tab-chapters", "#tab-tags"):
        page.click(tab)
        quiet(page)
    assert "onerror" in page.locator("#tag-lines").inner_text()
    page.fill("#within input", EVIL)
    page.keyboard.press("Enter")
    quiet(page)

    page.goto("/kept")
    page.wait_for_selector("text=onerror")
    quiet(page)
    page.goto("/library")
    page.wait_for_selector("text=broken")
    quiet(page)


def test_a_cue_is_corrected_to_something_hostile(page: Any, address: str) -> None:
    page.goto("/?q=water")
    page.wait_for_selector(".result:not(.weak)")
    page.locator(".result h3 a").first.click()
    page.locator("#lines .line + button").first.click()
    page.fill("#correct-value", f"colder {EVIL}")
    page.click("#correct button[value=ok]")
    page.wait_for_selector("#lines >> text=colder")
    quiet(page)
    undo = page.locator("#lines button[aria-label^='Undo']")
    assert "it was read as water" in undo.get_attribute("aria-label")
    undo.click()
    page.wait_for_selector("#lines >> text=water")
    assert page.locator("#lines button[aria-label^='Undo']").count() == 0
    quiet(page)
