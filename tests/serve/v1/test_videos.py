"""What is told of videos, and their bytes."""

from __future__ import annotations

import itertools
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest

import kinolex
from tests.serve.served import Held


def one(http: httpx.Client, title: str) -> dict[str, Any]:
    """A video by the begin of its title."""
    videos = http.get("/v1/videos").json()["videos"]
    return next(v for v in videos if v["title"].startswith(title))


def test_every_video_is_listed_once_page_by_page(http: httpx.Client, held: Held) -> None:
    found, cursor = [], None
    while True:
        params = {"size": 2, **({"cursor": cursor} if cursor else {})}
        page = http.get("/v1/videos", params=params).json()
        found += [v["id"] for v in page["videos"]]
        cursor = page["next"]
        if cursor is None:
            break
    with kinolex.open(held.library, read_only=True) as library:
        assert found == [v.id for v in library.videos()]
    assert page["total"] == len(found)


def test_words_of_a_span(http: httpx.Client) -> None:
    video = one(http, "chemistry")
    told = http.get(f"/v1/videos/{video['id']}/passages", params={"start": 8.5, "end": 9}).json()
    said = [p["text"] for p in told["passages"] if p["source"] != "title"]
    assert said == ["Below zero degrees it freezes and becomes ice."]


def test_chapters_and_shots(http: httpx.Client) -> None:
    lake = one(http, "lake")
    assert [c["title"] for c in http.get(lake["links"]["self"]).json()["chapters"]] == [
        "Swimming",
        "The lighthouse",
    ]
    shots = http.get(f"{lake['links']['self']}/shots").json()["shots"]
    assert shots[0][0] == 0
    assert shots[-1][1] == pytest.approx(6, abs=0.2)


def test_the_heat_is_highest_where_the_answer_is(http: httpx.Client) -> None:
    video = one(http, "shapes")
    asked = {"text": "a green triangle", "channels": ["picture"]}
    told = http.post(f"{video['links']['self']}/timeline", json=asked).json()
    bars = told["channels"]["picture"]
    assert bars[0][0] == 0
    assert all(a[1] == b[0] for a, b in itertools.pairwise(bars))
    assert bars[-1][1] == pytest.approx(video["duration"], abs=0.01)
    best = max(bars, key=lambda bar: bar[2])
    assert 3.5 < (best[0] + best[1]) / 2 < 8.5


def test_bytes_come_in_ranges(http: httpx.Client, held: Held) -> None:
    video = one(http, "chemistry")
    data = (held.open / "chemistry.mp4").read_bytes()
    stream = f"{video['links']['self']}/stream"
    whole = http.get(stream)
    assert whole.content == data
    assert whole.headers["content-type"] == "video/mp4"
    assert whole.headers["accept-ranges"] == "bytes"
    part = http.get(stream, headers={"Range": "bytes=100-299"})
    assert (part.status_code, part.content) == (206, data[100:300])
    assert part.headers["content-range"] == f"bytes 100-299/{len(data)}"
    assert http.get(stream, headers={"Range": "bytes=-50"}).content == data[-50:]
    assert http.get(stream, headers={"Range": f"bytes={len(data)}-"}).status_code == 416
    many = ",".join(f"{n}-{n}" for n in range(0, 4000, 2))
    assert http.get(stream, headers={"Range": f"bytes={many}"}).status_code < 500
    head = http.head(stream)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(data))


def test_a_film_that_browsers_do_not_know_is_transcoded(
    http: httpx.Client, tmp_path: Path, held: Held
) -> None:
    video = one(http, "old")
    made = http.get(f"{video['links']['self']}/stream.mp4", params={"t": 1.0})
    assert made.headers["content-type"] == "video/mp4"
    file = tmp_path / "out.mp4"
    file.write_bytes(made.content)
    import av

    with av.open(str(file)) as film:
        assert film.streams.video[0].codec_context.name == "h264"
        frames = list(film.decode(video=0))
    assert frames[0].time == pytest.approx(0, abs=0.05)
    assert frames[-1].time == pytest.approx(3 - 1 / 12, abs=0.1)


def test_a_transcoder_ends_when_nobody_listens(http: httpx.Client) -> None:
    video = one(http, "chemistry")
    with http.stream("GET", f"{video['links']['self']}/stream.mp4") as answer:
        next(answer.iter_raw(1))
    for _ in range(50):
        left = subprocess.run(
            ["pgrep", "-f", "kinolex.serve.transcoding"], capture_output=True, check=False
        )
        if left.returncode:
            return
        import time

        time.sleep(0.1)
    pytest.fail("the transcoder goes on")


@pytest.mark.parametrize(
    "path",
    [
        "/v1/videos/../../etc/passwd",
        "/v1/videos/%2e%2e%2f%2e%2e%2fetc%2fpasswd/stream",
        "/v1/videos/0000000000000000/stream",
        "/v1/videos/..%5c..%5cboot.ini/still.jpg",
        "/v1/moments/0000000000000000-0-1",
        "/v1/moments/abcdefabcdefabcd-5-2",
        "/v1/exports/00000000000000000000000000000000/file",
        "/v1/pictures/..%2f..%2flibrary.sqlite",
        "/static/..%2f..%2fapp.py",
        "/static/%2e%2e/app.py",
        "/static//etc/passwd",
        "/v1/jobs/0000000000000000",
        "/v1/folders/AAAA",
        "/nothing",
    ],
)
def test_what_is_not_there_is_not_found(http: httpx.Client, path: str) -> None:
    answer = http.get(path)
    assert answer.status_code in (400, 404, 422), (path, answer.text)
    assert "root:" not in answer.text
    assert "SQLite" not in answer.text


@pytest.mark.parametrize("t", ["-1", "nan", "inf", "1e400", "x", "99999999999"])
def test_strange_times(http: httpx.Client, t: str) -> None:
    video = one(http, "shapes")
    answer = http.get(f"{video['links']['self']}/still.jpg", params={"t": t})
    assert answer.status_code == 422


def test_health_and_metrics(http: httpx.Client) -> None:
    told = http.get("/v1/health").json()
    assert told["ok"] is True
    assert "picture" in told["channels"]
    text = http.get("/metrics").text
    assert 'kinolex_requests_total{method="GET",route="/v1/health",status="200"}' in text
    assert "kinolex_videos" in text


def test_videos_by_every_filter(http: httpx.Client) -> None:
    every = http.get("/v1/videos").json()
    for given in ({"min_length": 11}, {"max_length": 5}, {"video": "chemistry"}, {"after": "2999"}):
        told = http.get("/v1/videos", params=given).json()
        by_hand = [
            v["id"]
            for v in every["videos"]
            if v["duration"] >= given.get("min_length", 0)
            and v["duration"] <= given.get("max_length", 1e9)
            and given.get("video", "") in v["title"]
            and "after" not in given
        ]
        assert [v["id"] for v in told["videos"]] == by_hand, given
        assert told["total"] == len(by_hand)
        assert len(by_hand) < every["total"]


def test_the_library_is_asked_often_for_next_to_nothing(own: tuple[Held, httpx.Client]) -> None:
    held, client = own
    first = client.get("/v1/libraries/default")
    again = client.get("/v1/libraries/default", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    with kinolex.open(held.library) as library:
        library.remove("chemistry")
    later = client.get("/v1/libraries/default", headers={"If-None-Match": first.headers["etag"]})
    assert later.status_code == 200
    assert later.json()["videos"] == first.json()["videos"] - 1


def test_only_stills_that_are_kept_have_an_address(own: tuple[Held, httpx.Client]) -> None:
    held, client = own  # indexed without pictures
    video = one(client, "chemistry")
    assert video["links"]["still"] is None
    moment = client.get("/v1/search", params={"q": "boiling"}).json()["moments"][0]
    assert moment["links"]["still"] is None
    span = {"video": video["id"], "start": 1, "end": 3}
    made = client.post("/v1/collections", json={"name": "c", "spans": [span]}).json()
    assert made["items"][0]["links"]["still"] is None
    with kinolex.open(held.library) as library:
        assert library.add(held.open, only=["picture"]).failed == 0
    for links in (
        one(client, "chemistry")["links"],
        client.get("/v1/search", params={"q": "boiling"}).json()["moments"][0]["links"],
        client.get("/v1/collections").json()["collections"][0]["items"][0]["links"],
        client.get(moment["links"]["self"]).json()["links"],
    ):
        assert client.get(links["still"]).headers["content-type"] == "image/jpeg"
