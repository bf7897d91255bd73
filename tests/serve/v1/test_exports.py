"""Files for editors over HTTP."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

import kinolex
from kinolex.export.registry import formats
from kinolex.serve import exporting
from tests.serve.served import Held


def chemistry(http: httpx.Client) -> str:
    videos = http.get("/v1/videos").json()["videos"]
    return str(next(v["id"] for v in videos if v["title"] == "chemistry"))


def exported(http: httpx.Client, **asked: Any) -> tuple[dict[str, Any], bytes]:
    """Make an export, waiting where it takes longer; what is told of it, and the file."""
    made = http.post("/v1/exports", json=asked)
    assert made.status_code in (201, 202), made.text
    told = made.json()
    for _ in range(300):
        if told["state"] != "running":
            break
        time.sleep(0.1)
        told = http.get(told["links"]["self"]).json()
    assert told["state"] == "done", told
    file = http.get(told["links"]["file"])
    assert file.headers["content-disposition"].startswith("attachment")
    return told, file.content


def test_every_format_is_listed(http: httpx.Client) -> None:
    told = http.get("/v1/exports/formats").json()["formats"]
    assert {f["name"] for f in told} == set(formats())


@pytest.mark.parametrize("format", sorted(set(formats()) - {"clip", "reel"}))
def test_the_file_is_that_of_the_library(
    http: httpx.Client, held: Held, tmp_path: Path, format: str
) -> None:
    if format in ("otio", "fcpxml"):
        pytest.importorskip("opentimelineio", reason="needs kinolex[nle]")
    video = chemistry(http)
    _, data = exported(http, format=format, spans=[{"video": video, "start": 1, "end": 8}])
    with kinolex.open(held.library, read_only=True) as library:
        made = library.export(f"{video}#t=1,8", format, tmp_path / f"x{formats()[format].suffix}")
    assert data == made.path.read_bytes()


def test_a_clip_is_a_film_of_its_length(http: httpx.Client, tmp_path: Path) -> None:
    spans = [{"video": chemistry(http), "start": 2, "end": 5}]
    told, data = exported(http, format="clip", spans=spans, exact=True)
    assert told["notes"]
    file = tmp_path / "clip.mp4"
    file.write_bytes(data)
    import av

    with av.open(str(file)) as film:
        assert sum(1 for _ in film.decode(video=0)) == 36


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"format": "edl", "spans": []}, 400),
        ({"format": "nothing", "spans": [{"video": "x"}]}, 400),
        ({"format": "edl", "spans": [{"video": "no such"}]}, 404),
        ({"format": "edl", "spans": [{"video": "/etc/passwd"}]}, 422),
        ({"format": "edl", "spans": [{"video": "chemistry", "start": 9, "end": 3}]}, 400),
        ({"format": "edl", "spans": [{"video": "chemistry", "start": 99}]}, 400),
        ({"format": "edl", "collection": "0" * 12}, 404),
        ({"format": "edl", "spans": [{"video": "chemistry"}], "pad": -1}, 422),
        ({"format": "edl", "spans": [{"video": "chemistry"}], "to": "/tmp/x"}, 422),
    ],
)
def test_wrong_exports(http: httpx.Client, asked: dict[str, Any], status: int) -> None:
    answer = http.post("/v1/exports", json=asked)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def long_film(http: httpx.Client) -> dict[str, Any]:
    """An export of more than an hour of film: still under way whenever a test looks."""
    spans = [{"video": chemistry(http), "start": 0, "end": 11}] * 400
    return {"format": "reel", "spans": spans, "exact": True}


def folders(held: Held) -> list[str]:
    return sorted(p.name for p in (held.library / "cache" / "exports").glob("*"))


def until(true: Callable[[], bool]) -> bool:
    for _ in range(200):
        if true():
            return True
        time.sleep(0.05)
    return False


def test_a_film_under_way_is_withdrawn_and_others_go_on(own: tuple[Held, httpx.Client]) -> None:
    held, http = own
    begun = http.post("/v1/exports", json=long_film(http))
    assert begun.status_code == 202
    assert begun.json()["state"] == "running"
    (folder,) = folders(held)
    span = {"video": chemistry(http), "start": 1, "end": 4}
    # Words do not wait for films.
    assert http.post("/v1/exports", json={"format": "srt", "spans": [span]}).status_code == 201
    assert http.delete(begun.json()["links"]["self"]).status_code == 204
    assert http.get(begun.json()["links"]["self"]).status_code == 404
    assert http.delete(begun.json()["links"]["self"]).status_code == 404
    assert until(lambda: folder not in folders(held))
    # The next film is made by the same thread: it is free.
    assert exported(http, format="clip", spans=[span])[1][4:8] == b"ftyp"


def test_who_leaves_withdraws_the_film(own: tuple[Held, httpx.Client]) -> None:
    held, http = own
    with pytest.raises(httpx.ReadTimeout):
        http.post("/v1/exports", json=long_film(http), timeout=2)
    assert until(lambda: not folders(held))
    span = {"video": chemistry(http), "start": 1, "end": 4}
    assert exported(http, format="clip", spans=[span])[1][4:8] == b"ftyp"


def test_more_exports_than_can_wait_are_refused(
    own: tuple[Held, httpx.Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, http = own
    monkeypatch.setattr(exporting, "MOST_UNDER_WAY", 1)
    monkeypatch.setattr(exporting, "MOST", 3)
    begun = http.post("/v1/exports", json=long_film(http)).json()
    refused = http.post("/v1/exports", json=long_film(http))
    assert refused.status_code == 503
    assert refused.headers["retry-after"]
    assert http.get(begun["links"]["self"]).json()["state"] == "running"
    monkeypatch.setattr(exporting, "MOST_UNDER_WAY", 2)
    spans = [{"video": chemistry(http), "start": 1, "end": 4}]
    made = [http.post("/v1/exports", json={"format": "srt", "spans": spans}) for _ in range(4)]
    left = [http.get(one.json()["links"]["self"]).status_code for one in made]
    assert left == [404, 404, 200, 200]  # the oldest of what is done makes room
    assert http.get(begun["links"]["self"]).json()["state"] == "running"


def test_a_manifest_of_this_server_plays_there(http: httpx.Client) -> None:
    spans = [{"video": chemistry(http), "start": 1, "end": 4}]
    base = f"{str(http.base_url).rstrip('/')}/v1"
    _, data = exported(http, format="iiif", spans=spans, base_url=base)
    (canvas,) = json.loads(data)["items"]
    body = canvas["items"][0]["items"][0]["body"]
    film = http.get(body["id"], headers={"Range": "bytes=0-99"})
    assert (film.status_code, len(film.content)) == (206, 100)
    assert film.headers["content-type"] == body["format"]
    wrong = {"format": "iiif", "spans": spans, "base_url": "javascript:alert(1)"}
    assert http.post("/v1/exports", json=wrong).status_code == 422


def test_what_a_killed_server_left_goes_after_a_day(own: tuple[Held, httpx.Client]) -> None:
    held, http = own
    left = [held.library / "cache" / "exports" / name for name in ("a" * 32, "b" * 32)]
    for place in left:
        place.mkdir(parents=True)
        (place / "film.mp4").write_bytes(b"x")
    old = time.time() - exporting.LONGEST - 60
    os.utime(left[0], (old, old))
    spans = [{"video": chemistry(http), "start": 1, "end": 4}]
    exported(http, format="srt", spans=spans)
    assert [place.exists() for place in left] == [False, True]


def test_a_collection_is_exported_in_its_order(own: tuple[Held, httpx.Client]) -> None:
    _, http = own
    video = chemistry(http)
    spans = [{"video": video, "start": 8, "end": 11}, {"video": video, "start": 1, "end": 3}]
    made = http.post("/v1/collections", json={"name": "Class", "spans": spans}).json()
    told, data = exported(http, format="csv", collection=made["id"], title="Class")
    assert told["file"].startswith("Class")
    _, same = exported(http, format="csv", spans=spans, title="Class")
    assert data == same
    assert data.decode().index("8.0") < data.decode().rindex("1.0")
    empty = http.post("/v1/collections", json={"name": "Empty"}).json()["id"]
    assert http.post("/v1/exports", json={"format": "csv", "collection": empty}).status_code == 400
