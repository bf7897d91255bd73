"""A question that nobody waits for any more is not answered."""

from __future__ import annotations

import socket
import threading
import time
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fastapi", reason="needs kinolex[serve]")
httpx = pytest.importorskip("httpx", reason="needs kinolex[client]")

import kinolex  # noqa: E402
from kinolex.errors import StoppedError  # noqa: E402
from kinolex.moments import Answer, Query  # noqa: E402
from kinolex.search.parse import parse  # noqa: E402
from kinolex.serve.options import ServeOptions  # noqa: E402
from kinolex.serve.wall import walled  # noqa: E402
from tests.serve.served import make_small_library, serving  # noqa: E402


def test_the_engine_stops_between_its_steps(tmp_path: Path) -> None:
    held = make_small_library(tmp_path)
    with kinolex.open(held.library, read_only=True) as library:
        asked = iter([False, False, False, True])
        with pytest.raises(StoppedError):
            library.answer(parse("boiling"), stop=lambda: next(asked))
        assert library.answer(parse("boiling"), stop=lambda: False).moments


def test_questions_of_clients_that_left_are_never_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    answer_of = kinolex.Library.answer

    def counted(library: kinolex.Library, query: Query, **more: Any) -> Answer:
        asked.append(query.raw)
        return answer_of(library, query, **more)

    monkeypatch.setattr(kinolex.Library, "answer", counted)
    held = make_small_library(tmp_path)
    app = walled(ServeOptions(library=held.library))
    inner = app
    while not hasattr(inner, "state"):
        inner = inner.app  # the application behind its guards
    with serving(app) as address, httpx.Client(base_url=address, timeout=60) as http:
        place = inner.state.place
        free = threading.Event()
        place._asking.submit(free.wait)  # the one thread that answers is busy
        host, port = address.removeprefix("http://").split(":")
        for _ in range(20):
            with socket.create_connection((host, int(port))) as left:
                left.sendall(f"GET /v1/search?q=ice HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
                time.sleep(0.02)
        for _ in range(100):
            if not place.waiting:
                break
            time.sleep(0.05)
        assert place.waiting == 0
        free.set()
        answer = http.get("/v1/search", params={"q": "boiling"})
        assert answer.json()["moments"]
        assert asked == ["boiling"]
        assert "kinolex_requests_gone_total 20.0" in http.get("/metrics").text
