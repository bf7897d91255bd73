"""Films are sent while they are what was indexed: links, other files, files that become shorter."""

from __future__ import annotations

import logging
import os
import shutil
import socket
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolex.serve.films import MOST_RANGES, ranges_of
from tests.serve.served import Held

Own = tuple[Held, httpx.Client]


def chemistry(http: httpx.Client) -> dict[str, object]:
    videos = http.get("/v1/videos").json()["videos"]
    return next(v for v in videos if v["title"] == "chemistry")  # type: ignore[no-any-return]


def refusals(http: httpx.Client, video: object) -> set[str]:
    """What every way to the film's content says."""
    spans = [{"video": video, "start": 0, "end": 2}]
    answers = [
        http.get(f"/v1/videos/{video}/stream"),
        http.get(f"/v1/videos/{video}/stream", headers={"Range": "bytes=0-9"}),
        http.get(f"/v1/videos/{video}/stream.mp4"),
        http.get(f"/v1/media/{video}.mp4"),
        http.post("/v1/exports", json={"format": "clip", "spans": spans}),
        http.post("/v1/exports", json={"format": "reel", "spans": spans}),
    ]
    assert [one.status_code for one in answers] == [404] * len(answers)
    assert not any("top secret" in one.text for one in answers)
    return {one.json()["detail"] for one in answers}


@pytest.mark.parametrize("other", ["text", "film"])
def test_a_link_in_the_place_of_a_film_leads_nowhere(own: Own, tmp_path: Path, other: str) -> None:
    held, http = own
    video = chemistry(http)["id"]
    target = tmp_path / "secret"
    if other == "text":
        target.write_text("top secret")
    else:
        shutil.copy(held.closed / "vault.mp4", target)
    film = held.open / "chemistry.mp4"
    assert http.get(f"/v1/videos/{video}/stream").status_code == 200
    film.rename(tmp_path / "was.mp4")
    film.symlink_to(target)
    assert refusals(http, video) == {"The file of this video has changed since it was indexed."}
    film.unlink()
    assert refusals(http, video) == {"The file of this video cannot be reached now."}
    # A link to the film itself is as good as the film: people keep footage so.
    film.symlink_to(tmp_path / "was.mp4")
    assert http.get(f"/v1/videos/{video}/stream").content == film.read_bytes()


def test_other_bytes_of_the_same_size_and_time_are_not_sent(own: Own) -> None:
    held, http = own
    video, film = chemistry(http)["id"], held.open / "chemistry.mp4"
    assert http.get(f"/v1/videos/{video}/stream").status_code == 200
    about, data = film.stat(), bytearray(film.read_bytes())
    data[100] ^= 1
    film.write_bytes(data)
    os.utime(film, ns=(about.st_atime_ns, about.st_mtime_ns))
    refusals(http, video)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_in_the_place_of_a_film_does_not_hold_the_server(own: Own) -> None:
    held, http = own
    video, film = chemistry(http)["id"], held.open / "chemistry.mp4"
    film.unlink()
    os.mkfifo(film)
    assert refusals(http, video) == {"The file of this video cannot be reached now."}


def test_a_film_that_becomes_shorter_breaks_off_in_one_sentence(
    own: Own, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, http = own
    video, film = chemistry(http)["id"], held.open / "chemistry.mp4"
    large = 80_000_000
    from kinolex.serve import films

    # A real film of 80 MB would have to be indexed first.
    monkeypatch.setattr(films, "fingerprint_of", lambda file, path: video)
    os.truncate(film, large)
    port = http.base_url.port
    assert port is not None
    with socket.create_connection(("127.0.0.1", port)) as client:
        asked = f"GET /v1/videos/{video}/stream HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
        client.sendall(asked.encode())
        got = len(client.recv(1000))
        os.truncate(film, 1_000_000)
        with caplog.at_level(logging.WARNING):
            while data := client.recv(1 << 20):
                got += len(data)
    assert got < large
    assert "it became shorter" in caplog.text
    assert "Traceback" not in caplog.text
    assert http.get("/v1/health").status_code == 200


def test_whoever_has_it_is_told_so(http: httpx.Client) -> None:
    base = f"/v1/videos/{chemistry(http)['id']}"
    for path in (f"{base}/stream", "/v1/videos/{}/still.jpg"):
        if "still" in path:
            pictured = next(
                v for v in http.get("/v1/videos").json()["videos"] if v["title"] == "shapes"
            )
            path = path.format(pictured["id"])
        tag = http.get(path).headers["etag"]
        for same in (tag, f"W/{tag}", f'"x", {tag}', "*"):
            answer = http.get(path, headers={"If-None-Match": same})
            assert (answer.status_code, answer.content) == (304, b""), same
            assert answer.headers["etag"] == tag
        for other in ('"x"', "garbage", '"' * 2000):
            assert http.get(path, headers={"If-None-Match": other}).status_code == 200


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ("bytes=0-9", 206),
        ("BYTES = 0-9", 206),
        ("bytes=-10", 206),
        ("bytes=0-3,10-12", 206),
        ("bytes=0-99999999999999", 206),
        ("items=0-1", 200),
        ("bytes=5-2", 200),
        ("bytes=", 200),
        ("bytes=a-b", 200),
        ("bytes=٣-٤", 200),
        ("bytes=0-1;2-3", 200),
        ("bytes=" + "9" * 400 + "-", 200),
        ("bytes=" + ",".join(["0-0"] * (MOST_RANGES + 1)), 200),
        ("bytes=99999999-", 416),
        ("bytes=0-4,99999999-", 206),
        ("bytes=-0", 200),
    ],
)
def test_ranges_that_mean_nothing_are_ignored(http: httpx.Client, asked: str, status: int) -> None:
    path = f"/v1/videos/{chemistry(http)['id']}/stream"
    answer = http.get(path, headers={"Range": asked.encode()})
    assert answer.status_code == status
    size = int(http.head(path).headers["content-length"])
    if status == 416:
        assert answer.headers["content-range"] == f"bytes */{size}"
        assert answer.json()["title"] == "No such range"
    if status == 200:
        assert len(answer.content) == size


@given(st.text(alphabet="bytes=0123456789-, x", max_size=40))
def test_ranges_are_read_as_they_are_written(header: str) -> None:
    found = ranges_of(header)
    if found is None:
        return
    again = ",".join(
        f"{first}" if first < 0 else f"{first}-{'' if last is None else last}"
        for first, last in found
    )
    assert ranges_of(f"bytes={again}") == found
