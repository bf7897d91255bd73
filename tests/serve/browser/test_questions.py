"""Questions in the pages: what the address holds, what filters alone give, what is saved."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.serve.browser.test_pages import drawn, found, until

pytestmark = pytest.mark.slow


def asked(address: str) -> dict[str, list[str]]:
    """The question that an address holds."""
    return parse_qs(urlsplit(address).query)


def ids(page: Any) -> dict[str, str]:
    """Ids of videos by title."""
    told = page.request.get("/v1/videos").json()
    return {video["title"]: video["id"] for video in told["videos"]}


def test_enter_keeps_in_every_dialog(page: Any) -> None:
    card = found(page, '"boiling point"')
    card.locator("text=Collect").click()
    page.fill("#collect-new", "Kept by Enter")
    page.keyboard.press("Enter")
    page.wait_for_selector(".toast >> text=Added.")
    card.locator("text=Collect").click()
    page.fill("#collect-new", "Left by Cancel")
    page.click("#collect [data-cancel]")
    assert not page.locator("#collect").is_visible()
    names = [c["name"] for c in page.request.get("/v1/collections").json()["collections"]]
    assert "Kept by Enter" in names
    assert "Left by Cancel" not in names
    page.goto(card.locator("h3 a").get_attribute("href"))
    page.click("[data-do=tag]")
    page.fill("#name-value", "by enter")
    page.keyboard.press("Enter")
    page.wait_for_selector("#tag-lines >> text=by enter", state="attached")
    page.click("#lines button[aria-label^='Correct']")
    page.wait_for_selector("#correct-value:focus")
    page.keyboard.press("Escape")
    assert not page.locator("#correct").is_visible()


def test_the_address_survives_all_that_one_does(page: Any) -> None:
    known = ids(page)
    given = {
        "q": ["boiling point"], "video": [known["chemistry"], known["shapes"]], "folder": ["open"],
        "after": ["2019"], "before": ["2035-05"], "min_length": ["1"], "max_length": ["100"],
        "channel": ["speech", "title"], "sort": ["newest"], "group_by": ["video"],
        "like": [f"{known['shapes']}#t=0.000,2.000@0.5"],
    }  # fmt: skip
    query = "&".join(f"{k}={v}" for k, many in given.items() for v in many).replace("#", "%23")
    page.goto(f"/?{query}")
    until(page, "!document.querySelector('#summary').textContent.startsWith('Searching')")
    page.evaluate("document.querySelector('#ask').requestSubmit()")
    until(page, "history.length > 2")
    assert asked(page.url) == given
    page.reload()
    page.wait_for_selector("#limits .chip")
    chips = page.locator("#limits .chip").all_inner_texts()
    assert [text.replace("×", "").strip() for text in chips[2:6]] == [
        "folder open", "from 2019", "until 2035-05", "1 s or longer"
    ]  # fmt: skip
    assert "like 0:00–0:02 × 0.5" in page.locator("#examples").inner_text()
    page.click("#limits [aria-label='Without from 2019']")
    until(page, "!location.search.includes('after=')")
    assert page.evaluate("document.activeElement.closest('#limits') !== null")
    del given["after"]
    assert asked(page.url) == given


def test_a_day_that_is_none_is_said_at_its_field(page: Any) -> None:
    found(page, "boiling")
    page.click("#filters summary")
    page.fill("[name=after]", "soon")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.name") == "after"
    assert "after" not in asked(page.url)
    page.fill("[name=after]", "2019")
    page.keyboard.press("Enter")
    until(page, "location.search.includes('after=2019')")
    page.fill("[name=video]", "chemistry")
    page.keyboard.press("Enter")
    until(page, "location.search.includes('video=chemistry')")
    page.fill("[name=video]", "shapes")
    page.keyboard.press("Enter")
    until(page, "location.search.includes('video=shapes')")
    assert asked(page.url)["video"] == ["chemistry", "shapes"]
    page.click("#unfilter")
    until(page, "!location.search.includes('video=')")
    assert asked(page.url) == {"q": ["boiling"]}


def test_filters_alone_give_a_list(page: Any) -> None:
    page.goto("/?folder=closed")
    page.wait_for_selector(".tile")
    assert page.locator(".tile").all_inner_texts()[0].startswith("vault")
    assert page.locator("#empty").is_hidden()
    assert page.locator("#summary").inner_text().startswith("1 video.")
    page.goto("/?folder=open&min_length=11.9")
    page.wait_for_selector(".tile")
    assert page.locator(".tile").count() == 2
    page.goto("/?folder=open&video=chem")
    page.wait_for_selector(".tile")
    assert page.locator(".tile").count() == 1
    page.goto("/?folder=nothing")
    page.wait_for_selector("text=No video passes the filters.")
    page.fill("#q", "boiling")
    page.keyboard.press("Enter")
    page.wait_for_selector("#nothing h2")
    assert "folder=nothing" in page.url


def test_a_tag_of_the_saved_page_is_a_filter(page: Any) -> None:
    page.goto(f"/video/{ids(page)['shapes']}")
    page.click("#tab-tags")
    page.click("#tag-whole")
    page.fill("#name-value", "geometry")
    page.keyboard.press("Enter")
    page.wait_for_selector("#tag-lines >> text=geometry")
    page.goto("/kept")
    page.click("#tag-names >> text=geometry")
    page.wait_for_selector(".tile")
    assert asked(page.url) == {"tag": ["geometry"]}
    assert [t.split("\n")[0] for t in page.locator(".tile").all_inner_texts()] == ["shapes"]


def test_a_video_opens_with_the_whole_question(page: Any) -> None:
    page.goto("/")
    page.set_input_files(
        "#picture", {"name": "disc.png", "mimeType": "image/png", "buffer": drawn("blue")}
    )
    page.wait_for_selector(".result")
    picture = asked(page.url)["image"]
    page.uncheck("[name=channel][value=screen]", force=True)
    until(page, "location.search.includes('channel')")
    page.wait_for_selector(".result")
    sent: list[Any] = []
    page.on("request", lambda r: sent.append(r.post_data_json) if r.method == "POST" else None)
    page.locator(".result h3 a", has_text="shapes").first.click()
    page.wait_for_selector("#heat canvas[data-channel=picture]")
    assert asked(page.url)["image"] == picture
    assert asked(page.url)["channel"] == ["picture", "speech", "title"]
    assert all(each["image"] == picture for each in sent)
    assert all(each["channels"] == ["picture", "speech", "title"] for each in sent)
    assert len(sent) == 2
    assert "moment" in page.locator("#hits").inner_text()
    page.reload()
    page.wait_for_selector("#heat canvas[data-channel=picture]")
    page.click("#examples [aria-label='Without your picture']")
    until(page, "!location.search.includes('image=')")
    assert page.locator("#heat canvas").count() == 0


def test_like_a_moment_goes_on_in_the_video(page: Any) -> None:
    found(page, "a red circle").locator("text=More like this").click()
    page.wait_for_selector("#examples .chip")
    page.wait_for_selector(".result")
    page.locator(".result h3 a").first.click()
    page.wait_for_selector("#heat canvas")
    assert page.locator("#examples .chip").inner_text().startswith("like 0:0")
    assert "like" in asked(page.url)


def test_a_search_is_saved_by_a_name(page: Any) -> None:
    page.goto("/?q=kangaroo+boxing&sort=newest&folder=open")
    page.wait_for_selector("#nothing h2")
    page.click("#nothing >> text=Save it")
    assert page.input_value("#saving-name") == "kangaroo boxing"
    page.fill("#saving-name", "Hopping")
    page.keyboard.press("Enter")
    page.wait_for_selector(".toast")
    page.goto("/kept")
    with page.expect_navigation():
        page.click("#saved >> text=Hopping")
    assert asked(page.url)["folder"] == ["open"]
    assert asked(page.url)["q"] == ["kangaroo boxing"]


def test_a_saved_question_is_asked_whole(page: Any) -> None:
    page.goto("/kept")
    address = page.evaluate(
        """async () => {
        const { ofSaved, read, asked } = await import("/static/question.js");
        const kept = { text: "dog", like: ["ab#t=1.000,2.000"], channels: ["speech", "screen"],
          video: ["a", "b"], folder: "f", after: "2019", tag: ["x", "y"], group: "video",
          sort: "newest" };
        return [ofSaved(kept), asked(read(ofSaved(kept).slice(1)))];
        }"""
    )
    assert asked(address[0]) == {
        "q": ["dog"], "like": ["ab#t=1.000,2.000"], "channel": ["speech", "screen"],
        "video": ["a", "b"], "folder": ["f"], "after": ["2019"], "tag": ["x", "y"],
        "group_by": ["video"], "sort": ["newest"],
    }  # fmt: skip
    assert address[1]["filters"]["tags"] == ["x", "y"]
    assert address[1]["sort"] == "newest"


def test_the_badge_stands_on_every_page(page: Any) -> None:
    page.route("**/v1/saved", lambda route: route.fulfill(json={"saved": [{"unseen": 3}]}))
    for path in ("/", "/library", "/api", f"/video/{ids(page)['shapes']}"):
        page.goto(path)
        page.wait_for_selector("[data-unseen] >> text=3")


def test_the_marked_words_are_seen(page: Any) -> None:
    page.goto("/")
    text = page.evaluate(
        """async () => {
        const { card } = await import("/static/results.js");
        const text = "blah ".repeat(80) + "the quokka sleeps" + " on".repeat(90);
        const evidence = [{ channel: "speech", score: 1, time: 0, text, marks: [[404, 410]] }];
        const links = { still: "", stream: "/" };
        const moment = { id: "x", start: 0, end: 3, score: 0.9, evidence, links,
          video: { id: "x", title: "lake" } };
        const list = document.querySelector("#results");
        list.append(card(moment, { page: () => "/" }));
        const mark = list.querySelector("mark").getBoundingClientRect();
        const box = list.querySelector(".text").getBoundingClientRect();
        return [list.querySelector("mark").textContent, mark.bottom <= box.bottom,
          list.querySelector(".text").textContent.slice(0, 7)];
        }"""
    )
    assert text == ["quokka", True, "… blah "]


def test_the_examples_ask(page: Any) -> None:
    page.goto("/")
    with page.expect_file_chooser():
        page.click("#pick")
    page.click("#empty a:has-text('boiling point')")
    page.wait_for_selector(".result")
    assert asked(page.url)["q"] == ['"boiling point"']


def test_the_address_of_a_picture_is_no_picture(page: Any) -> None:
    page.goto("/")
    data = page.evaluate_handle(
        """() => { const transfer = new DataTransfer();
        transfer.setData("text/uri-list", "http://films.example/dog.png"); return transfer; }"""
    )
    page.dispatch_event("#box", "drop", {"dataTransfer": data})
    page.wait_for_selector(".toast >> text=The picture itself is needed")


def test_toasts_do_not_pile_up(page: Any) -> None:
    page.goto("/")
    shown = page.evaluate(
        """async () => {
        const { tell } = await import("/static/common.js");
        for (let n = 0; n < 9; n += 1) { tell(`Number ${n}`); tell("The same"); }
        return [...document.querySelectorAll(".toast span")].map((each) => each.textContent);
        }"""
    )
    assert shown == ["Number 7", "Number 8", "The same"]
    page.click(".toast >> nth=0 >> [aria-label=Close]")
    assert page.locator(".toast").count() == 2


def test_no_page_sends_people_to_the_api(new_page: Any) -> None:
    page = new_page(extra_http_headers={"accept": "text/html"})
    for path in ("/video/deadbeef", "/nowhere"):
        text = page.request.get(path).text()
        assert "Not found" in text
        assert not re.search(r"GET|/v1/", text)
