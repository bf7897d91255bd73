"""A real server in a process of its own, and clients that mean harm."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

pytest.importorskip("uvicorn", reason="needs kinolex[serve]")

from kinolex.serve.connections import Seats

SERVER = """
import asyncio, socket, sys, uvicorn
from kinolex.serve.connections import Seats, patient, uvicorn_options
from kinolex.serve.guard import Pace, guarded

async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": []})
    if scope["path"] == "/big":
        for _ in range(300):
            await send({"type": "http.response.body", "body": b"x" * 100_000, "more_body": True})
    await send({"type": "http.response.body", "body": b"fine"})

listening = socket.create_server(("127.0.0.1", 0), backlog=512)
print(listening.getsockname()[1], flush=True)
options = uvicorn_options() | {
    "http": patient(Seats(most=20, each=20), header_seconds=1.0, stall_seconds=1.0)
}
wall = guarded(app, None, most=100_000, pace=Pace(grace=1.0, rate=1e6))
config = uvicorn.Config(wall, lifespan="off", log_level="critical", **options)
uvicorn.Server(config).run(sockets=[listening])
"""


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER], env=environment, stdout=subprocess.PIPE, text=True
    )
    assert server.stdout is not None
    try:
        yield int(server.stdout.readline())
        assert server.poll() is None, "the server died"
    finally:
        server.kill()
        server.wait()
        server.stdout.close()


def connected(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=60)


def fine(port: int) -> None:
    """Somebody who means no harm is answered."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=60) as answer:
        assert answer.read() == b"fine"


def all_of(client: socket.socket) -> bytes:
    """Everything until the server closes."""
    parts = []
    with contextlib.suppress(ConnectionError):
        while part := client.recv(65536):
            parts.append(part)
    return b"".join(parts)


def said(port: int, request: bytes) -> bytes:
    with connected(port) as client:
        client.sendall(request)
        return all_of(client)


def test_many_slow_clients_do_not_keep_a_fast_one_out(port: int) -> None:
    with contextlib.ExitStack() as all_together:
        slow = [all_together.enter_context(connected(port)) for _ in range(100)]
        for number, client in enumerate(slow):
            with contextlib.suppress(ConnectionError):
                client.sendall(b"GET / HTTP/1.1\r\nHost: loc"[: number % 25])
        fine(port)
        for client in slow:
            assert all_of(client) == b""  # each is let go, and none was answered
    fine(port)


def test_headers_that_never_end_are_not_waited_for(port: int) -> None:
    with connected(port) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n")
        client.settimeout(0.2)
        for number in range(300):
            try:
                client.sendall(b"x-%d: y\r\n" % number)
                if client.recv(100) == b"":
                    break
            except TimeoutError:
                continue
            except ConnectionError:
                break
        else:
            pytest.fail("the server is still waiting")
    fine(port)


def test_nor_those_of_a_second_request(port: int) -> None:
    with connected(port) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert b"200 OK" in client.recv(65536)
        client.sendall(b"GET / HTTP/1.1\r\nHost: ")
        assert b"HTTP/1.1" not in all_of(client)


def test_a_request_in_single_bytes_is_answered(port: int) -> None:
    with connected(port) as client:
        for byte in b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n":
            client.sendall(bytes([byte]))
        assert b"200 OK" in all_of(client)


def test_headers_that_are_too_large(port: int) -> None:
    answer = said(port, b"GET / HTTP/1.1\r\nHost: localhost\r\nx: " + b"y" * 100_000)
    assert answer == b"" or answer.startswith(b"HTTP/1.1 4")
    fine(port)


@pytest.mark.parametrize("chunk", [b"1000\r\n" + b"x" * 4096 + b"\r\n"])
def test_a_body_without_end(port: int, chunk: bytes) -> None:
    head = (
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n"
    )
    with connected(port) as client:
        client.sendall(head)
        until = time.monotonic() + 60
        with contextlib.suppress(ConnectionError):
            while time.monotonic() < until:
                client.sendall(chunk)
            pytest.fail("the server goes on taking it")
    fine(port)


def test_who_sends_too_much_at_least_hears_it(port: int) -> None:
    size = 3_000_000
    head = (
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        b"Content-Length: %d\r\n\r\n" % size
    )
    with connected(port) as client:
        client.sendall(head)
        client.sendall(b"x" * size)  # all of it, without a look at the answer
        assert client.recv(12) == b"HTTP/1.1 413"


def test_a_body_that_comes_too_slowly(port: int) -> None:
    head = (
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        b"Content-Length: 1000\r\n\r\n{"
    )
    assert b" 408 " in said(port, head).split(b"\r\n")[0]
    fine(port)


def test_an_answer_that_nobody_reads(port: int) -> None:
    with contextlib.ExitStack() as all_together:
        lazy = [all_together.enter_context(connected(port)) for _ in range(20)]
        for client in lazy:
            client.sendall(b"GET /big HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert client.recv(1) == b"H"
        # They have every seat and are at work, so that none is asked to leave. The server has to
        # give up on them by itself.
        for _ in range(300):
            with contextlib.suppress(urllib.error.HTTPError, ConnectionError):
                fine(port)
                return
            time.sleep(0.1)
        pytest.fail("the server still waits for them")


@pytest.mark.parametrize(
    "request_line_and_headers",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n",
        b"GET http://localhost/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /../../etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /a%0d%0aset-cookie:x HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nx: a\x00b\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nx y: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\n folded: a\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: xchunked\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 20,
        b"\r\n" * 1000,
    ],
)
def test_odd_requests_are_refused_and_nothing_dies(
    port: int, request_line_and_headers: bytes
) -> None:
    with connected(port) as client:
        client.sendall(request_line_and_headers)
        client.shutdown(socket.SHUT_WR)
        answer = all_of(client)
    assert b"root:" not in answer
    assert b"Traceback" not in answer
    assert b"set-cookie" not in answer.lower()
    assert answer == b"" or answer.startswith(b"HTTP/1.1 4")
    fine(port)


def test_what_the_server_says_of_itself(port: int) -> None:
    answer = said(port, b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert b"uvicorn" not in answer.lower()
    assert answer.count(b"content-security-policy") == 1


def test_its_own_belief_in_proxies_is_off(port: int) -> None:
    answer = said(
        port,
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 127.0.0.1\r\n"
        b"X-Forwarded-Proto: https\r\nConnection: close\r\n\r\n",
    )
    assert answer.startswith(b"HTTP/1.1 403")
    assert b"strict-transport" not in answer


class Chair:
    """Stands in for a connection: all that `Seats` sees of one."""

    def __init__(self, busy: bool = False) -> None:
        self.busy = busy
        self.dropped = False

    def drop(self) -> None:
        self.dropped = True


def test_the_oldest_who_waits_gives_way_and_nobody_at_work() -> None:
    seats = Seats(most=3, each=2, proxies=["10.0.0.0/8"])
    first, second, third, other = Chair(busy=True), Chair(), Chair(), Chair()
    assert seats.take(first, "192.0.2.1")  # type: ignore[arg-type]
    assert seats.take(second, "192.0.2.1")  # type: ignore[arg-type]
    assert seats.take(other, "192.0.2.2")  # type: ignore[arg-type]
    # The third of one address takes the seat of one of its own, not of the other's.
    assert seats.take(third, "192.0.2.1")  # type: ignore[arg-type]
    assert [c.dropped for c in (first, second, third, other)] == [False, True, False, False]
    # The fourth of all takes that of the oldest who waits; from a proxy many may come.
    fourth, fifth, sixth = Chair(busy=True), Chair(busy=True), Chair()
    assert seats.take(fourth, "10.0.0.1")  # type: ignore[arg-type]
    assert other.dropped
    assert seats.take(fifth, "10.0.0.1")  # type: ignore[arg-type]
    assert third.dropped
    assert not seats.take(sixth, "10.0.0.1")  # type: ignore[arg-type]
    assert len(seats) == 3
    assert not any(c.dropped for c in (first, fourth, fifth))
    seats.leave(first)  # type: ignore[arg-type]
    assert seats.take(sixth, "192.0.2.9")  # type: ignore[arg-type]
