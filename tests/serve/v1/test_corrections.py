"""Words that people put right over HTTP, and take back."""

from __future__ import annotations

import httpx

from tests.serve.served import Held


def spoken(http: httpx.Client, base: str) -> list[dict[str, object]]:
    told = http.get(f"{base}/passages", params={"source": "subtitle"}).json()["passages"]
    assert isinstance(told, list)
    return told


def found(http: httpx.Client, words: str) -> int:
    return len(http.get("/v1/search", params={"q": f'"{words}"'}).json()["moments"])


def test_a_correction_is_listed_and_undone(own: tuple[Held, httpx.Client]) -> None:
    _, http = own
    videos = http.get("/v1/videos").json()["videos"]
    base = next(v["links"]["self"] for v in videos if v["title"] == "chemistry")
    first = spoken(http, base)[0]
    assert http.get(f"{base}/corrections").json()["corrections"] == []
    new = {"text": "Water simmers at one hundred degrees."}
    put = http.put(f"{base}/passages/{first['id']}", json=new)
    assert put.status_code == 200, put.text
    assert (found(http, "simmers"), found(http, "boils")) == (1, 0)
    (one,) = http.get(f"{base}/corrections").json()["corrections"]
    assert (one["old"], one["new"]) == (first["text"], new["text"])
    assert one["passage"] == put.json()["id"]

    other = next(v["links"]["self"] for v in videos if v["title"] != "chemistry")
    assert http.delete(f"{other}/corrections/{one['id']}").status_code == 404
    assert http.delete(f"{base}/corrections/{one['id']}").status_code == 204
    assert http.delete(f"{base}/corrections/{one['id']}").status_code == 404
    assert (found(http, "simmers"), found(http, "boils")) == (0, 1)
    again = spoken(http, base)[0]
    assert (again["text"], again["words"]) == (first["text"], first["words"])


def test_tags_lie_inside_their_videos(own: tuple[Held, httpx.Client]) -> None:
    _, http = own
    video = next(v for v in http.get("/v1/videos").json()["videos"] if v["title"] == "chemistry")
    tag = {"name": "good", "video": video["id"]}
    assert http.post("/v1/tags", json=tag | {"start": 99, "end": 100}).status_code == 400
    assert http.post("/v1/tags", json=tag | {"start": 5, "end": 2}).status_code == 400
    made = http.post("/v1/tags", json=tag | {"start": 3, "end": 1e6}).json()
    assert (made["start"], made["end"]) == (3, video["duration"])
    assert http.post("/v1/tags", json=tag).json()["start"] is None
