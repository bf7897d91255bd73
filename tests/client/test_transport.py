"""The connection: what is tried again, what is not, and what becomes which error."""

from __future__ import annotations

import builtins
import contextlib
import http.server
import json
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from kinolex import errors
from kinolex.client import Client, connect
from kinolex.client.problems import problem_error
from kinolex.errors import KinolexError, UsageError
from kinolex.serve.problems import problem_of
from tests.client.conftest import Server


class Cutting:
    """A wire to a server that breaks whenever a rule says so: before or behind the request."""

    def __init__(self, port: int, breaks: Callable[[int, bytes], str]) -> None:
        self._port, self._breaks = port, breaks
        self.seen: list[bytes] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                one, _ = self._listening.accept()
                threading.Thread(target=self._serve, args=(one,), daemon=True).start()

    def _serve(self, one: socket.socket) -> None:
        with one, contextlib.suppress(OSError):
            while request := _message(one):
                self.seen.append(request)
                how = self._breaks(len(self.seen), request)
                if how == "before":
                    return
                with socket.create_connection(("127.0.0.1", self._port)) as other:
                    close = request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1)
                    other.sendall(close)
                    answer = b"".join(iter(lambda: other.recv(65536), b""))
                if how == "behind":
                    return
                one.sendall(answer)
                return

    def close(self) -> None:
        self._listening.close()


def _message(one: socket.socket) -> bytes:
    """One whole request with a Content-Length."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = one.recv(65536)
        if not piece:
            return b""
        data += piece
    head = data.partition(b"\r\n\r\n")[0].lower()
    length = 0
    for line in head.split(b"\r\n"):
        if line.startswith(b"content-length:"):
            length = int(line.partition(b":")[2])
    while len(data) < len(head) + 4 + length:
        data += one.recv(65536)
    return data


def keys(seen: list[bytes]) -> list[str]:
    found = []
    for request in seen:
        for line in request.split(b"\r\n"):
            if line.lower().startswith(b"idempotency-key:"):
                found.append(line.partition(b":")[2].strip().decode())
    return found


@pytest.mark.parametrize("how", ["before", "behind"])
def test_a_broken_post_is_done_once(own: Server, how: str) -> None:
    """Broken behind the server, the first request was carried out: its answer comes again."""
    wire = Cutting(own.port, lambda number, request: how if number == 1 else "")
    with connect(wire.url) as client:
        made = client.collect("once")
    with connect(own.url) as direct:
        assert [one.id for one in direct.collections()] == [made.id]
    wire.close()
    assert len(wire.seen) == 2
    first, second = keys(wire.seen)
    assert first == second


def test_each_post_has_a_key_of_its_own(own: Server) -> None:
    wire = Cutting(own.port, lambda number, request: "")
    with connect(wire.url) as client:
        client.collect("one")
        client.collect("two")
    wire.close()
    assert len(set(keys(wire.seen))) == 2


def test_a_broken_get_is_asked_again_and_a_delete_is_not(own: Server) -> None:
    wire = Cutting(own.port, lambda number, request: "behind" if number == 1 else "")
    with connect(wire.url) as client:
        assert client.collections() == []
    assert len(wire.seen) == 2
    wire.close()
    wire = Cutting(own.port, lambda number, request: "before")
    with connect(wire.url) as client, pytest.raises(KinolexError, match="cannot be reached"):
        client.drop("abcd")
    assert len(wire.seen) == 1
    with connect(wire.url) as client, pytest.raises(KinolexError, match="cannot be reached"):
        client.collections()
    assert len(wire.seen) == 1 + 3
    wire.close()


BUSY = b'{"title": "Still being done", "status": 409, "detail": "Not answered yet."}'


@pytest.mark.parametrize("broken", [True, False])
def test_a_first_try_that_still_goes_on_is_waited_for(broken: bool) -> None:
    """Only behind a broken connection: else 409 is the answer."""
    answers = [b""] if broken else []
    answers.append(
        b"HTTP/1.1 409 Conflict\r\nContent-Type: application/problem+json\r\n"
        b"Connection: close\r\nContent-Length: %d\r\n\r\n%s" % (len(BUSY), BUSY)
    )
    told = b'{"id":"ab","name":"n","items":[],"created":"","changed":""}'
    answers.append(b"HTTP/1.1 201 Created\r\nContent-Length: %d\r\n\r\n%s" % (len(told), told))
    seen: list[bytes] = []

    def serve(listening: socket.socket) -> None:
        for answer in answers:
            with contextlib.suppress(OSError):
                one, _ = listening.accept()
                with one:
                    seen.append(_message(one))
                    one.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=serve, args=(listening,), daemon=True).start()
        with connect(f"http://127.0.0.1:{listening.getsockname()[1]}") as client:
            if broken:
                assert client.collect("n").id == "ab"
            else:
                with pytest.raises(errors.LibraryBusyError):
                    client.collect("n")
    assert len(seen) == (3 if broken else 1)
    assert len(set(keys(seen))) == 1


def test_a_server_that_refuses_is_asked_once(own: Server) -> None:
    wire = Cutting(own.port, lambda number, request: "")
    with connect(wire.url) as client, pytest.raises(errors.QueryError):
        client.search("")
    wire.close()
    assert len(wire.seen) == 1


def test_no_server_is_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with connect(f"http://127.0.0.1:{port}") as client, pytest.raises(KinolexError) as refused:
        client.search("x")
    assert type(refused.value) is KinolexError
    assert f"http://127.0.0.1:{port} cannot be reached" in refused.value.message
    assert "kinolex serve" in refused.value.hint


def test_a_server_that_is_silent_is_not_waited_for_forever() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        connect(f"http://127.0.0.1:{silent.getsockname()[1]}", timeout=0.2) as client,
        pytest.raises(KinolexError, match="in time"),
    ):
        client.search("x")


@pytest.fixture
def stranger() -> Iterator[Any]:
    """A server that is no kinolex: it says what it is told to."""

    class Says(http.server.BaseHTTPRequestHandler):
        status, kind, body = 200, "text/html", b"<h1>Hello</h1>"
        more: dict[str, str] = {}  # noqa: RUF012
        seen: list[dict[str, str]] = []  # noqa: RUF012

        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            Says.seen.append(dict(self.headers))
            self.send_response(Says.status)
            self.send_header("Content-Type", Says.kind)
            self.send_header("Content-Length", str(len(Says.body)))
            for name, value in Says.more.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(Says.body)

        do_POST = do_GET  # noqa: N815

        def log_message(self, *said: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Says) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        Says.url = f"http://127.0.0.1:{server.server_address[1]}"  # type: ignore[attr-defined]
        yield Says
        server.shutdown()
        thread.join()


def test_who_answers_in_html_is_no_server(stranger: Any) -> None:
    with connect(stranger.url) as client, pytest.raises(KinolexError, match="no kinolex server"):
        client.search("x")
    stranger.kind, stranger.body = "application/json", b'{"hello": 1}'
    with connect(stranger.url) as client, pytest.raises(KinolexError):
        client.search("x")


def test_a_redirect_is_not_followed_and_the_token_stays_here(stranger: Any) -> None:
    stranger.status, stranger.more = 302, {"Location": "http://elsewhere.example/"}
    with connect(stranger.url, "secret-token") as client:
        assert "secret" not in repr(client)
        with pytest.raises(KinolexError, match="sends elsewhere"):
            client.videos().__next__()
    assert stranger.seen[-1]["Authorization"] == "Bearer secret-token"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, errors.UsageError),
        (401, errors.UsageError),
        (403, errors.UsageError),
        (404, errors.NotFoundError),
        (409, errors.LibraryBusyError),
        (413, errors.UsageError),
        (422, errors.QueryError),
        (429, KinolexError),
        (500, KinolexError),
        (503, KinolexError),
    ],
)
def test_statuses_without_a_problem(stranger: Any, status: int, kind: type[Exception]) -> None:
    stranger.status = status
    with connect(stranger.url) as client, pytest.raises(kind) as refused:
        client.library()
    assert type(refused.value) is kind
    assert str(refused.value)


def test_problems_are_the_errors_that_they_were() -> None:
    """What `kinolex.serve.problems` writes, `kinolex.client.problems` reads."""
    given: list[KinolexError] = [
        errors.QueryError("It is empty.", hint="Write."),
        errors.UsageError("Wrong.", hint="Right."),
        errors.NotFoundError("Not there.", hint="Look."),
        errors.ModelMissingError("No model.", hint="Get it."),
        errors.MediaError("Damaged.", reason="damaged", hint="Mend it."),
        errors.LibraryBusyError("Busy.", hint="Wait."),
        errors.LibraryReadOnlyError("Read-only.", hint="Write."),
        errors.LibraryError("Broken.", hint="Mend."),
        KinolexError("Odd.", hint="Even."),
    ]
    for error in given:
        told = problem_of(error)
        back = problem_error(told.status, json.loads(told.to_json()))
        assert type(back) is type(error)
        assert (back.message, back.hint) == (error.message, error.hint)


@pytest.mark.parametrize("url", ["", "localhost:7860", "ftp://x", "file:///etc", "http://[::1"])
def test_an_address_that_is_none(url: str) -> None:
    with pytest.raises(UsageError, match="address"):
        connect(url)


@pytest.mark.parametrize("token", ["a b", "a\r\nHost: x", "ü"])
def test_a_token_that_is_none(token: str) -> None:
    with pytest.raises(UsageError, match="token"):
        connect("http://127.0.0.1:1", token)


def test_importing_the_client_needs_neither_httpx_nor_the_library() -> None:
    code = "import kinolex.client, sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    names = set(done.stdout.split())
    assert not names & {
        "httpx",
        "numpy",
        "pydantic",
        "sqlite3",
        "kinolex.api",
        "kinolex.library.store",
    }


def test_without_httpx_connect_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def refused(name: str, *given: Any, **more: Any) -> Any:
        if name == "httpx":
            raise ModuleNotFoundError("No module named 'httpx'", name="httpx")
        return real(name, *given, **more)

    monkeypatch.setattr(builtins, "__import__", refused)
    with pytest.raises(UsageError, match=r"kinolex\[client\]"):
        connect("http://127.0.0.1:7860")


def test_a_client_is_closed_by_with(server: Server) -> None:
    with connect(server.url) as client:
        assert isinstance(client, Client)
        assert client.health()["ok"]
    with pytest.raises(RuntimeError):
        client.health()
