"""A real server, asked by people with odd files and by people who mean harm."""

from __future__ import annotations

import asyncio
import io
import json
import os
import re
import socket
import struct
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

pytest.importorskip("fastapi", reason="needs kinolex[serve]")
httpx = pytest.importorskip("httpx", reason="needs kinolex[client]")

import kinolex  # noqa: E402
from kinolex.errors import NotFoundError  # noqa: E402
from kinolex.serve import streams  # noqa: E402
from kinolex.serve.accounts import Accounts  # noqa: E402
from kinolex.serve.options import ServeOptions  # noqa: E402
from kinolex.serve.problems import BusyError  # noqa: E402
from kinolex.serve.streams import Transcoders  # noqa: E402
from kinolex.serve.wall import walled  # noqa: E402
from kinolex.testing.clips import make_clip  # noqa: E402
from tests.serve.served import Held, make_small_library, serving  # noqa: E402

JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Held:
    """A library that stays as it is."""
    return make_small_library(tmp_path_factory.mktemp("abused"))


@pytest.fixture(scope="module")
def http(held: Held) -> Iterator[httpx.Client]:
    options = ServeOptions(library=held.library, browse=(held.videos,))
    with serving(walled(options)) as address, httpx.Client(base_url=address, timeout=60) as client:
        yield client


@pytest.fixture(scope="module")
def video(http: httpx.Client) -> str:
    videos = http.get("/v1/videos").json()["videos"]
    return str(next(v["id"] for v in videos if v["title"] == "chemistry"))


def refused(answer: httpx.Response, *statuses: int) -> dict[str, Any]:
    """A problem with one of some statuses, which says nothing of the inside."""
    assert answer.status_code in statuses, (answer.status_code, answer.text[:300])
    assert answer.headers["content-type"] == "application/problem+json"
    assert "Traceback" not in answer.text
    told: dict[str, Any] = answer.json()
    return told


# Wrong questions


@pytest.mark.parametrize(
    "query",
    [
        "q=x&tag=",
        "q=x&min_length=1e10",
        "q=x&image=xyz",
        "q=x&video=/etc/passwd",
        "q=x&video=",
        "q=x&video=..%2Fa",
    ],
)
def test_a_part_of_an_address_that_cannot_be_is_named(http: httpx.Client, query: str) -> None:
    told = refused(http.get(f"/v1/search?{query}"), 422)
    assert told["detail"].endswith(".")
    assert "/etc" not in told["detail"]
    assert "pydantic" not in told["detail"]


def test_videos_with_an_empty_tag(http: httpx.Client) -> None:
    assert "tags" in refused(http.get("/v1/videos?tag="), 422)["detail"]


def test_digits_of_other_scripts_make_no_moment(http: httpx.Client, video: str) -> None:
    refused(http.get(f"/v1/moments/{video}-٣-٤"), 404)


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"a":' * 40_000,
        b'{"text":"x","page":{"size":' + b"9" * 5000 + b"}}",
        b'{"text":"x","filters":{"min_length":NaN}}',
        b'{"text":"\\ud800"}',
        b'{"\\ud800":"x"}',
        b"\xff\xfe{",
        b"",
        b"null",
        b'{"text":"x","sums":[{"kind":"image","value":"../../library.sqlite"}]}',
    ],
)
def test_bodies_that_are_no_question(http: httpx.Client, body: bytes) -> None:
    refused(http.post("/v1/search", content=body, headers=JSON), 400, 404, 422)


@pytest.mark.parametrize("key", ["x", "\x7f", "a b", "k" * 300])
def test_a_key_on_an_open_path_without_anybody(held: Held, tmp_path: Path, key: str) -> None:
    with Accounts.open(held.library) as accounts:
        if not accounts.people():
            accounts.add("boss", "correct horse battery", "admin")
    options = ServeOptions(library=held.library, host="0.0.0.0")
    with serving(walled(options)) as address, httpx.Client(base_url=address) as client:
        headers = {"Idempotency-Key": key, "Origin": address, "Sec-Fetch-Site": "same-origin"}
        answer = client.post("/v1/health", json={}, headers=headers)
        assert answer.status_code in (400, 405), answer.text
    from kinolex.serve.audit import Audit

    with Audit.open(held.library) as audit:
        lines = [e for e in audit.entries(50) if e.what == "/v1/health"]
    assert {line.person for line in lines} == {"(unknown)"}


def test_methods_that_strangers_make_up_are_counted_as_one(http: httpx.Client) -> None:
    for number in range(5):
        http.request(f"MADEUP{number}", "/v1/health", headers=JSON)
    text = http.get("/metrics").text
    assert "MADEUP" not in text
    assert 'method="other"' in text


# Pictures


def chunk(kind: bytes, data: bytes) -> bytes:
    """A chunk of a PNG."""
    check = struct.pack(">I", zlib.crc32(kind + data))
    return struct.pack(">I", len(data)) + kind + data + check


def png(width: int, height: int, rows: int | None = None) -> bytes:
    """A black PNG that says this size, with fewer rows where told."""
    packer = zlib.compressobj(9)
    line = bytes(1 + 3 * width)
    lines = range(height if rows is None else rows)
    packed = b"".join(packer.compress(line) for _ in lines) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")
    )


def jpeg(**options: Any) -> bytes:
    """A small JPEG."""
    from PIL import Image

    made = io.BytesIO()
    Image.new("RGB", (64, 48), "red").save(made, "JPEG", **options)
    return made.getvalue()


def bombs() -> dict[str, bytes]:
    """What is no picture to search with."""
    small = jpeg()
    size = small.find(b"\xff\xc0") + 5
    return {
        "50,000 x 50,000": png(50_000, 50_000, rows=400),
        "65,535 x 65,535": small[:size] + b"\xff" * 4 + small[size + 4 :],
        "truncated": png(400, 300)[:60],
        "bytes of nothing": bytes(1000),
        "SVG": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        "HTML": b"<!doctype html><script>alert(1)</script>",
        "playlist": b"#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n",
        "BMP": b"BM"
        + struct.pack("<IHHI", 54, 0, 0, 54)
        + struct.pack("<IiiHHIIiiII", 40, 60_000, -60_000, 1, 24, 0, 0, 0, 0, 0, 0),
    }


@pytest.mark.parametrize("name", bombs())
def test_bombs_are_refused(http: httpx.Client, name: str) -> None:
    answer = http.post("/v1/pictures", content=bombs()[name], headers={"Content-Type": "image/png"})
    assert refused(answer, 422)["hint"]
    assert http.get("/v1/health").json()["ok"]


def test_a_film_is_no_picture(http: httpx.Client, held: Held) -> None:
    film = (held.open / "chemistry.mp4").read_bytes()
    headers = {"Content-Type": "image/png"}
    refused(http.post("/v1/pictures", content=film, headers=headers), 422)


@pytest.mark.parametrize("orientation", [0, 9, 60_000])
def test_what_is_kept_of_a_picture_is_a_picture_alone(http: httpx.Client, orientation: int) -> None:
    from PIL import Image

    exif = Image.Exif()
    exif[0x0112] = orientation
    sent = jpeg(exif=exif) + b"<script>alert(1)</script>"
    made = http.post("/v1/pictures", content=sent, headers={"Content-Type": "text/html"})
    if made.status_code == 403:  # a type that forms can send needs a form's token
        made = http.post("/v1/pictures", content=sent, headers={"Content-Type": "image/jpeg"})
    assert made.status_code == 201, made.text
    kept = http.get(made.json()["links"]["self"])
    assert kept.headers["content-type"] == "image/jpeg"
    assert kept.headers["x-content-type-options"] == "nosniff"
    assert b"script" not in kept.content
    assert Image.open(io.BytesIO(kept.content)).size == (64, 48)


def test_what_is_too_large_is_refused_however_it_comes(http: httpx.Client) -> None:
    headers = {"Content-Type": "image/png"}
    much = bytes(21 << 20)
    refused(http.post("/v1/pictures", content=much, headers=headers), 413)
    pieces = (bytes(1 << 20) for _ in range(22))
    refused(http.post("/v1/pictures", content=pieces, headers=headers), 413)
    refused(http.post("/v1/tags", content=bytes(300_000), headers=JSON), 413)
    # A question may bring its picture as base64, and nothing larger.
    refused(http.post("/v1/search", content=bytes(29 << 20), headers=JSON), 413)


# Films and files


@pytest.mark.parametrize(
    "ranges",
    [
        ",".join("0-" for _ in range(1000)),
        ",".join(f"{n}-{n + 5}" for n in range(1000)),
        "500-100",
        "-0",
        "0-0,-1",
        "99999999999999999999-",
        "a-b",
        "-",
        "1-2-3",
        "٣-٤",
    ],
)
def test_ranges(http: httpx.Client, held: Held, video: str, ranges: str) -> None:
    size = (held.open / "chemistry.mp4").stat().st_size
    headers = {"Range": f"bytes={ranges}".encode()}
    answer = http.get(f"/v1/videos/{video}/stream", headers=headers)
    assert answer.status_code in (200, 206, 400, 416)
    assert len(answer.content) < 2 * size + 100_000


def test_a_file_that_became_a_page_is_not_sent(tmp_path: Path) -> None:
    held = make_small_library(tmp_path)
    with (
        serving(walled(ServeOptions(library=held.library))) as address,
        httpx.Client(base_url=address, timeout=60) as client,
    ):
        videos = {v["title"]: v["id"] for v in client.get("/v1/videos").json()["videos"]}
        film = held.open / "chemistry.mp4"
        stream = client.get(f"/v1/videos/{videos['chemistry']}/stream")
        assert stream.headers["content-type"] == "video/mp4"
        assert stream.headers["x-content-type-options"] == "nosniff"
        film.write_bytes(b"<!doctype html><script>alert(1)</script>")
        refused(client.get(f"/v1/videos/{videos['chemistry']}/stream"), 404)
        refused(client.get(f"/v1/videos/{videos['chemistry']}/stream.mp4"), 404)
        film.unlink()
        refused(client.get(f"/v1/videos/{videos['chemistry']}/stream"), 404)
        refused(client.get(f"/v1/videos/{videos['chemistry']}/stream.mp4"), 404)


@pytest.mark.parametrize("t", ["500", "1e9"])
def test_behind_the_end_nothing_is_shown(http: httpx.Client, video: str, t: str) -> None:
    refused(http.get(f"/v1/videos/{video}/stream.mp4", params={"t": t}), 404)


def test_transcoders_that_start_together_count_each_other(held: Held) -> None:
    async def opened() -> tuple[int, int]:
        transcoders = Transcoders(most=2)
        film = held.open / "chemistry.mp4"
        tries = (transcoders.open(film, 0.0) for _ in range(8))
        found = await asyncio.gather(*tries, return_exceptions=True)
        running = len(transcoders.running)
        await transcoders.close()
        return running, sum(isinstance(one, BusyError) for one in found)

    assert asyncio.run(opened()) == (2, 6)


def test_a_film_that_nobody_goes_on_reading_gives_way(
    held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "IDLE", 0.5)

    async def opened() -> tuple[int, int]:
        transcoders = Transcoders(most=1)
        film = held.open / "chemistry.mp4"
        first = await transcoders.open(film, 0.0)
        with pytest.raises(BusyError):
            await transcoders.open(film, 0.0)
        await anext(first)
        await asyncio.sleep(0.6)
        second = await transcoders.open(film, 0.0)
        rest = [piece async for piece in first]  # ends early, but it ends
        whole = [piece async for piece in second]
        assert not transcoders.running
        return sum(map(len, rest)), sum(map(len, whole))

    rest, whole = asyncio.run(opened())
    assert rest < whole


def test_a_paused_film_of_which_much_lies_unread_gives_way_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "IDLE", 0.5)
    film = make_clip(
        tmp_path / "noise.mp4", scenes=[(0.2, f"noise:{n}") for n in range(30)], size=(640, 360)
    )

    async def opened() -> int:
        transcoders = Transcoders(most=1)
        first = await transcoders.open(film, 0.0)
        await anext(first)
        await asyncio.sleep(3)  # what is unread grows until the pipe is not looked at any more
        second = await asyncio.wait_for(transcoders.open(film, 0.0), 60)
        await anext(second)
        await asyncio.sleep(3)
        await asyncio.wait_for(transcoders.close(), 60)  # nor does the server hang at its end
        return len(transcoders.running)

    assert asyncio.run(opened()) == 0


def test_a_transcoder_that_shows_nothing_leaves_its_place(held: Held) -> None:
    async def opened() -> int:
        transcoders = Transcoders(most=1)
        for _ in range(3):
            with pytest.raises(NotFoundError):
                await transcoders.open(held.open / "chemistry.srt", 0.0)
        return len(transcoders.running)

    assert asyncio.run(opened()) == 0


@pytest.mark.parametrize(
    "title",
    [
        "𠀀" * 80,
        'a"; filename=evil.html',
        "x\r\nSet-Cookie: a=b",
        "../../etc/cron.d/x",
        "\u202egnp.exe",
        "%0d%0aX: y",
        "a\0b",
        "..",
    ],
)
def test_titles_of_exports_stay_in_their_header(
    http: httpx.Client, video: str, title: str, held: Held
) -> None:
    spans = [{"video": video, "start": 1, "end": 3}] * 2
    made = http.post("/v1/exports", json={"format": "srt", "title": title, "spans": spans})
    assert made.status_code == 201, made.text
    file = http.get(made.json()["links"]["file"])
    said = file.headers["content-disposition"]
    known = r"""attachment; filename="[^";]+"; filename\*=UTF-8''[\w.%-]+"""
    assert re.fullmatch(known, said), said
    assert "set-cookie" not in file.headers
    assert not any(c in said for c in "/\\\u202e")


def test_a_file_whose_folder_was_emptied(http: httpx.Client, video: str, held: Held) -> None:
    import shutil

    order = {"format": "csv", "spans": [{"video": video, "start": 1, "end": 3}]}
    made = http.post("/v1/exports", json=order).json()
    shutil.rmtree(held.library / "cache")
    refused(http.get(made["links"]["file"]), 404)
    assert http.post("/v1/exports", json=order).status_code == 201
    assert http.get("/v1/search", params={"q": "boiling"}).json()["moments"]
    assert http.get("/v1/health").json()["ok"]


@pytest.mark.skipif(sys.platform == "win32" or os.name != "posix", reason="names are text there")
def test_names_that_are_no_text(tmp_path: Path) -> None:
    videos = tmp_path / "videos"
    folder = os.fsencode(videos) + b"/dir\xe9"
    try:
        os.makedirs(folder)
    except OSError:
        pytest.skip("the file system takes only names in UTF-8")
    make_clip(tmp_path / "a.mp4", scenes=[(3, "shape:red circle on white")], fps=8)
    os.rename(os.fsencode(tmp_path / "a.mp4"), folder + b"/caf\xe9.mp4")
    (Path(os.fsdecode(folder)) / os.fsdecode(b"bro\xe9ken.mp4")).write_bytes(b"nothing")
    with kinolex.open(tmp_path / "library") as library:
        library.add(videos, only=["title"])
    options = ServeOptions(library=tmp_path / "library", browse=(videos,))
    with serving(walled(options)) as address, httpx.Client(base_url=address) as client:
        (found,) = client.get("/v1/videos").json()["videos"]
        assert found["path"].endswith("dir?/caf?.mp4")
        paths = ["/v1/failures", "/v1/roots", "/v1/search?q=caf", f"/video/{found['id']}"]
        for path in [*paths, found["links"]["self"], found["links"]["stream"]]:
            assert client.get(path).status_code == 200, path
        (top,) = client.get("/v1/folders").json()["folders"]
        (below,) = client.get(f"/v1/folders/{top['id']}").json()["folders"]
        job = client.post("/v1/jobs", json={"folder": below["id"], "only": ["title"]})
        assert job.status_code == 202, job.text
        with client.stream("GET", job.json()["links"]["events"], timeout=60) as events:
            events.read()
        told = client.get("/v1/jobs").json()["jobs"][0]
        assert told["what"] == "dir?"
        assert told["state"] == "done", told


# Slow and many


def test_answers_that_nobody_reads_keep_nobody_out(http: httpx.Client, held: Held) -> None:
    make_clip(held.open / "noise.mp4", scenes=[(6, "moving")], fps=24)
    found = http.get("/v1/videos").json()["videos"]
    place = urlsplit(str(http.base_url))
    assert place.hostname is not None
    stream = next(v["links"]["stream"] for v in found if v["title"] == "chemistry")
    ask = f"GET {stream} HTTP/1.1\r\nHost: {place.netloc}\r\n\r\n".encode()
    lazy = []
    try:
        for number in range(200):
            one = socket.socket()
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
            one.settimeout(5)
            one.bind((f"127.0.{1 + number // 50}.2" if sys.platform == "linux" else "", 0))
            one.connect((place.hostname, place.port))
            one.sendall(ask)
            lazy.append(one)
        assert http.get("/v1/health").json()["ok"]
    finally:
        for one in lazy:
            one.close()


def test_many_who_ask_whether_it_works_ask_one_question(http: httpx.Client) -> None:
    statuses: list[int] = []

    def ask() -> None:
        statuses.append(httpx.get(f"{http.base_url}/v1/health", timeout=60).status_code)

    threads = [threading.Thread(target=ask) for _ in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 30


def test_a_killed_server_goes_on_where_it_was(tmp_path: Path) -> None:
    held = make_small_library(tmp_path)
    for number in range(2):
        make_clip(held.open / f"more {number}.mp4", scenes=[(4, "moving")], fps=12 + number)
    command = [sys.executable, "-m", "kinolex", "--library", str(held.library), "serve"]
    states = []
    for kill in (True, False):
        with subprocess.Popen(
            [*command, "--port", "0"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as server:
            assert server.stdout is not None
            said = server.stdout.readline()
            address = next(word for word in said.split() if word.startswith("http"))
            with httpx.Client(base_url=address, timeout=60) as client:
                for _ in range(100):
                    job = client.post("/v1/jobs", json={"only": ["picture"]}).json()
                    if kill:
                        break
                    with client.stream("GET", job["links"]["events"]) as events:
                        events.read()
                    job = client.get(job["links"]["self"]).json()
                    if job["state"] == "done":
                        break
                    time.sleep(0.2)  # the writer of the killed server has not ended yet
                for _ in range(200 if kill else 0):
                    if client.get(job["links"]["self"]).json()["state"] != "waiting":
                        break
                    time.sleep(0.05)
                states.append(job["state"])
                if not kill:
                    assert client.get("/v1/libraries/default").json()["videos"] == 4
            server.kill()
    assert states[-1] == "done"


# Libraries that are not what they should be


@pytest.mark.parametrize("state", ["absent", "empty", "damaged", "a file"])
def test_libraries_that_are_none(tmp_path: Path, state: str) -> None:
    place = tmp_path / "library"
    if state == "a file":
        place.write_text("no library")
    elif state != "absent":
        place.mkdir()
    if state == "damaged":
        (place / "library.sqlite").write_bytes(b"this is no database" * 100)
    good = state in ("absent", "empty")
    options = ServeOptions(library=place)
    with serving(walled(options)) as address, httpx.Client(base_url=address) as client:
        for path in ("/v1/videos", "/v1/search?q=x", "/v1/libraries", "/v1/saved", "/", "/library"):
            answer = client.get(path)
            if good or path == "/library":
                assert answer.status_code == 200, (path, answer.text)
                continue
            assert answer.status_code in (400, 503), (path, answer.text)
            assert str(tmp_path) not in answer.text
            assert answer.json()["detail"]
        assert client.get("/v1/health").status_code == (200 if good else 503)


def test_a_disk_that_takes_nothing(tmp_path: Path) -> None:
    held = make_small_library(tmp_path)
    (held.library / "cache").write_text("no folder: nothing can be made below")
    options = ServeOptions(library=held.library)
    with serving(walled(options)) as address, httpx.Client(base_url=address) as client:
        (video, *_) = (v["id"] for v in client.get("/v1/videos").json()["videos"])
        headers = {"Content-Type": "image/png"}
        told = refused(client.post("/v1/pictures", content=png(9, 9), headers=headers), 503)
        assert "written" in told["detail"]
        order = {"format": "csv", "spans": [{"video": video, "start": 1, "end": 3}]}
        told = refused(client.post("/v1/exports", json=order), 503)
        assert str(tmp_path) not in json.dumps(told)
