"""Answers over HTTP are those of the library, with links that work."""

from __future__ import annotations

import base64
import io
from typing import Any

import httpx
import pytest
from PIL import Image, ImageDraw

import kinolex
from tests.serve.served import Held


def plain(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer without what HTTP adds, and without times that differ from run to run."""
    kept = {k: v for k, v in answer.items() if k not in ("page", "timing")}
    kept["query"] = {k: v for k, v in kept["query"].items() if k != "limit"}
    for name in ("moments", "weak"):
        kept[name] = [{k: v for k, v in m.items() if k not in ("id", "links")} for m in kept[name]]
    return kept


@pytest.mark.parametrize(
    "asked",
    [
        {"text": "boiling point"},
        {"text": '"boiling point" -ice'},
        {"text": "a red circle", "channels": ["picture"]},
        {"text": "lighthouse", "group_by": "video"},
        {"text": "kangaroo boxing championship"},
        {"text": "circle", "filters": {"folder": "open", "max_length": 20}},
    ],
)
def test_the_answer_is_that_of_the_library(
    http: httpx.Client, held: Held, asked: dict[str, Any]
) -> None:
    found = http.post("/v1/search", json=asked)
    assert found.status_code == 200, found.text
    filters = asked.get("filters", {})
    with kinolex.open(held.library, read_only=True) as library:
        wanted = library.search(
            asked["text"],
            channels=asked.get("channels"),
            group=asked.get("group_by", "moment"),
            limit=20,
            **filters,
        ).to_dict()
    assert plain(found.json()) == plain(wanted)


def test_the_address_asks_the_same_as_the_body(http: httpx.Client) -> None:
    by_body = http.post("/v1/search", json={"text": "boiling point", "channels": ["speech"]}).json()
    by_address = http.get("/v1/search", params={"q": "boiling point", "channel": "speech"}).json()
    assert plain(by_body) == plain(by_address)


def test_links_lead_to_the_moment(http: httpx.Client) -> None:
    moment = http.get("/v1/search", params={"q": '"boiling point"'}).json()["moments"][0]
    again = http.get(moment["links"]["self"]).json()
    assert (again["start"], again["end"]) == (moment["start"], moment["end"])
    assert "boiling point" in " ".join(p["text"] for p in again["passages"])
    still = http.get(moment["links"]["still"])
    assert still.headers["content-type"] == "image/jpeg"
    with Image.open(io.BytesIO(still.content)) as image:
        assert image.size[0] <= 320
    same = http.get(moment["links"]["still"], headers={"If-None-Match": still.headers["etag"]})
    assert same.status_code == 304
    assert http.get(moment["links"]["page"]).status_code == 200


def test_pages_put_together_are_one_large_answer(http: httpx.Client) -> None:
    asked = {"text": "a circle or a square or water", "channels": ["picture", "speech"]}
    whole = http.post("/v1/search", json={**asked, "page": {"size": 50}}).json()["moments"]
    found, cursor = [], None
    while True:
        page = {"size": 1, **({"cursor": cursor} if cursor else {})}
        answer = http.post("/v1/search", json={**asked, "page": page}).json()
        found += answer["moments"]
        cursor = answer["page"]["next"]
        if cursor is None:
            break
    assert [m["id"] for m in found] == [m["id"] for m in whole]


def test_a_cursor_of_another_question_is_refused(http: httpx.Client) -> None:
    first = http.post("/v1/search", json={"text": "circle", "page": {"size": 1}}).json()
    cursor = first["page"]["next"] or "WzEsImFiYyJd"
    answer = http.post("/v1/search", json={"text": "square", "page": {"cursor": cursor}})
    assert answer.status_code == 400
    assert "cursor" in answer.json()["detail"]


def picture(colour: str) -> bytes:
    image = Image.new("RGB", (320, 240), "white")
    ImageDraw.Draw(image).ellipse((80, 40, 240, 200), fill=colour)
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def test_a_picture_is_found(http: httpx.Client) -> None:
    made = http.post("/v1/pictures", content=picture("blue"), headers={"Content-Type": "image/png"})
    assert made.status_code == 201
    assert http.get(made.headers["location"]).headers["content-type"] == "image/jpeg"
    answer = http.post("/v1/search", json={"image": made.json()["id"]}).json()
    shown = answer["moments"] or answer["weak"]
    assert shown[0]["video"]["title"] == "shapes"
    assert answer["query"]["parts"] == [
        {"kind": "image", "value": made.json()["id"], "weight": 1.0}
    ]


def test_a_picture_may_come_with_the_question(http: httpx.Client) -> None:
    url = "data:image/png;base64," + base64.b64encode(picture("blue")).decode()
    made = http.post("/v1/pictures", content=picture("blue"), headers={"Content-Type": "image/png"})
    answer = http.post("/v1/search", json={"image": url})
    assert answer.status_code == 200, answer.text
    same = http.post("/v1/search", json={"image": made.json()["id"]}).json()
    assert plain(answer.json()) == plain(same)
    broken = "data:image/png;base64," + base64.b64encode(b"no picture").decode()
    refused = http.post("/v1/search", json={"image": broken})
    assert refused.status_code == 422
    assert "cannot be read as a picture" in refused.json()["detail"]


def test_pages_by_number(http: httpx.Client) -> None:
    asked = {"text": "a circle or a square or water", "channels": ["picture", "speech"]}
    whole = http.post("/v1/search", json=asked).json()["moments"]
    second = http.post("/v1/search", json={**asked, "page": {"size": 1, "number": 2}}).json()
    assert [m["id"] for m in second["moments"]] == [m["id"] for m in whole[1:2]]
    assert http.post("/v1/search", json={**asked, "page": 1}).json()["moments"] == whole


def test_sums_add_and_take_away(http: httpx.Client) -> None:
    name = http.post(
        "/v1/pictures", content=picture("red"), headers={"Content-Type": "image/png"}
    ).json()["id"]
    asked = {
        "sums": [
            {"kind": "image", "value": name},
            {"kind": "words", "value": "a red circle", "weight": 0.5},
        ]
    }
    answer = http.post("/v1/search", json=asked)
    assert answer.status_code == 200, answer.text
    assert [p["weight"] for p in answer.json()["query"]["parts"]] == [1.0, 0.5]
    assert answer.json()["query"]["words"] == ""


def test_like_a_span_leaves_the_span_itself_out(http: httpx.Client) -> None:
    videos = http.get("/v1/videos").json()["videos"]
    shapes = next(v for v in videos if v["title"] == "shapes")
    span = {"video": shapes["id"], "start": 0, "end": 4}
    answer = http.post("/v1/search", json={"span": span}).json()
    shown = answer["moments"] + answer["weak"]
    assert shown
    assert not any(m["video"]["id"] == shapes["id"] and m["end"] <= 4 for m in shown)


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({}, 422),
        ({"text": ""}, 422),
        ({"text": "x", "colour": "red"}, 422),
        ({"text": "x", "filters": {"videos": ["/etc/passwd"]}}, 422),
        ({"text": "x", "filters": {"videos": ["../secret.mp4"]}}, 422),
        ({"text": "x", "filters": {"folder": "/etc"}}, 422),
        ({"text": "dogs in:/etc/passwd"}, 422),
        ({"text": "x folder:~/private"}, 422),
        ({"span": "/etc/passwd#t=1,2"}, 422),
        ({"span": "no such video#t=1,2"}, 422),
        ({"image": "0" * 32}, 404),
        ({"image": "../../library.sqlite"}, 422),
        ({"text": "x", "page": {"size": 0}}, 422),
        ({"text": "x", "page": {"cursor": "!!"}}, 400),
        ({"text": "x", "page": {"cursor": "Wy0xLCJhIl0"}}, 400),
        ({"sums": [{"kind": "words", "value": " "}]}, 422),
        ({"sums": [{"kind": "words", "value": "x", "weight": 1e9}]}, 422),
        ({"sums": [{"kind": "image", "value": "/etc/passwd"}]}, 404),
        ({"text": "x", "filters": {"after": "yesterweek"}}, 422),
    ],
)
def test_wrong_questions_get_a_problem(
    http: httpx.Client, asked: dict[str, Any], status: int
) -> None:
    answer = http.post("/v1/search", json=asked)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["status"] == status
    assert told["title"]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"\xff\xfe", b"[" * 5000])
def test_what_is_no_json_gets_a_problem(http: httpx.Client, body: bytes) -> None:
    answer = http.post("/v1/search", content=body, headers={"Content-Type": "application/json"})
    assert 400 <= answer.status_code < 500
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_parameter_that_would_do_nothing_is_refused(http: httpx.Client) -> None:
    answer = http.get("/v1/search", params={"q": "ice", "channels": "speech"})
    assert answer.status_code == 422
    assert "Did you mean channel?" in answer.json()["detail"]
    assert http.get("/v1/videos", params={"tags": "x"}).status_code == 422


def test_refusals_say_what_and_why(http: httpx.Client) -> None:
    nowhere = http.get("/v1/nosuch").json()
    assert nowhere["detail"]
    assert nowhere["hint"]
    broken = http.post("/v1/search", content=b"{", headers={"Content-Type": "application/json"})
    assert broken.json()["detail"].startswith("The body is no JSON")
    video = http.get("/v1/videos/nosuch")
    assert (video.status_code, video.json()["detail"]) == (404, "There is no such video.")
    picture = http.post("/v1/search", json={"image": "x"}).json()["detail"]
    assert picture.startswith("image: ")
    assert "constrained" not in picture
    span = {"video": "chemistry", "start": 5, "end": 4}
    said = http.post("/v1/exports", json={"format": "srt", "spans": [span]}).json()["detail"]
    assert said == "A span must end after it begins: 5.000 to 4.000 s does not."


def test_a_saved_search_keeps_its_order(own: tuple[Held, httpx.Client]) -> None:
    _, client = own
    question = {"text": "boiling", "sort": "newest"}
    saved = client.post("/v1/saved", json={"name": "hot", "question": question}).json()
    assert saved["question"]["sort"] == "newest"
    (one,) = client.get("/v1/saved").json()["saved"]
    assert (one["question"]["sort"], one["unseen"]) == ("newest", 0)
    assert client.post(f"/v1/saved/{one['id']}/look", json={}).json()["unseen"] == 0
