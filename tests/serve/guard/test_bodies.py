from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolex.serve.guard import Bodies, Pace
from tests.serve.conftest import Clock
from tests.serve.drive import Echo, ask, host, pieces, scope_of


def post(*headers: tuple[bytes, bytes], path: str = "/") -> dict[str, Any]:
    return scope_of(path, "POST", host(*headers))


@given(st.lists(st.binary(max_size=20), min_size=1, max_size=10), st.integers(0, 100))
def test_the_limit_is_exact_whatever_the_pieces(parts: list[bytes], most: int) -> None:
    whole = b"".join(parts)
    got = ask(Bodies(Echo(), most), post(), pieces(*parts))
    if len(whole) <= most:
        assert (got.status, got.body) == (200, whole)
    else:
        assert got.status == 413
        assert got.ends == 1


def test_a_body_without_end_ends() -> None:
    sent = 0

    async def endless() -> dict[str, Any]:
        nonlocal sent
        sent += 1000
        return {"type": "http.request", "body": b"x" * 1000, "more_body": True}

    assert ask(Bodies(Echo(), 10_000), post(), endless).status == 413
    assert sent <= 11_000


def test_a_length_that_is_too_much_is_not_read_at_all() -> None:
    echo = Echo()
    got = ask(Bodies(echo, 10), post((b"content-length", b"11")))
    assert got.status == 413
    assert not echo.seen


def test_a_length_that_lies_is_not_believed() -> None:
    got = ask(Bodies(Echo(), 10), post((b"content-length", b"3")), pieces(b"x" * 11))
    assert got.status == 413


@pytest.mark.parametrize(
    "headers",
    [
        [(b"content-length", b"3"), (b"content-length", b"3")],
        [(b"content-length", b"3"), (b"transfer-encoding", b"chunked")],
        [(b"content-length", b"-1")],
        [(b"content-length", b"+1")],
        [(b"content-length", b"1_0")],
        [(b"content-length", b"")],
        [(b"content-length", b"9" * 30)],
    ],
)
def test_a_length_with_two_readings_is_refused(headers: list[tuple[bytes, bytes]]) -> None:
    echo = Echo()
    assert ask(Bodies(echo), post(*headers)).status == 400
    assert not echo.seen


@pytest.mark.parametrize("value", [b"gzip", b"GZIP", b"identity, br", b"deflate", b"zstd"])
def test_compressed_bodies_are_not_unpacked(value: bytes) -> None:
    echo = Echo()
    assert ask(Bodies(echo), post((b"content-encoding", value))).status == 415
    assert not echo.seen


@pytest.mark.parametrize(
    "headers",
    [
        [(b"x-%d" % n, b"1") for n in range(200)],
        [(b"x", b"1" * 40_000)],
        [(b"x" * 40_000, b"1")],
        [(b"cookie", b"a=1; " * 10_000)],
    ],
)
def test_header_bombs(headers: list[tuple[bytes, bytes]]) -> None:
    echo = Echo()
    assert ask(Bodies(echo), scope_of(headers=host(*headers))).status == 431
    assert not echo.seen


def test_paths_with_limits_of_their_own() -> None:
    app = Bodies(Echo(), 10, larger={"/upload/": 100, "/upload/small": 5, "/one": 50})
    for path, size, status in [
        ("/upload/x", 100, 200), ("/upload/x", 101, 413), ("/uploads", 11, 413), ("/one", 50, 200),
        ("/one/x", 11, 413), ("/onex", 11, 413), ("/", 10, 200),
    ]:  # fmt: skip
        assert ask(app, post(path=path), pieces(b"x" * size)).status == status, (path, size)


def slowly(clock: Clock, seconds: float, size: int, times: int) -> Any:
    """A body that comes in pieces, with time passing before each."""
    left = times

    async def receive() -> dict[str, Any]:
        nonlocal left
        clock.now += seconds
        left -= 1
        return {"type": "http.request", "body": b"x" * size, "more_body": left > 0}

    return receive


@pytest.mark.parametrize(
    ("seconds", "size", "times", "status"),
    [
        (1.0, 100, 20, 200),  # 100 B/s is the rate
        (0.9, 10, 10, 200),  # slow, but done within the grace
        (1.0, 10, 20, 408),  # a byte now and then
        (11.0, 0, 1, 408),  # nothing at all
        (1.0, 1000, 60, 200),
        (1.0, 1000, 61, 408),  # fast, and never done
    ],
)
def test_slow_bodies(seconds: float, size: int, times: int, status: int) -> None:
    clock = Clock(0.0)
    app = Bodies(Echo(), 10**6, pace=Pace(grace=10.0, rate=100.0, total=60.0), clock=clock)
    got = ask(app, post(), slowly(clock, seconds, size, times))
    assert got.status == status
    assert got.ends == 1


def test_a_client_that_says_nothing_is_not_waited_for() -> None:
    async def silent() -> dict[str, Any]:
        await asyncio.Event().wait()
        raise AssertionError

    got = ask(Bodies(Echo(), pace=Pace(grace=0.05)), post(), silent)
    assert got.status == 408


def test_our_own_slowness_is_not_theirs() -> None:
    clock = Clock(0.0)

    async def works_long(scope: Any, receive: Any, send: Any) -> None:
        for _ in range(3):
            await receive()
            clock.now += 1000
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    got = ask(Bodies(works_long, clock=clock), post(), pieces(b"a", b"b", b"c"))
    assert got.status == 200


def test_after_the_body_the_client_may_be_silent() -> None:
    """A stream's app waits for the disconnect; that has no limit."""

    async def streams(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        assert (await receive())["type"] == "http.disconnect"
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    first = True

    async def receive() -> dict[str, Any]:
        nonlocal first
        if first:
            first = False
            return {"type": "http.request", "body": b"", "more_body": False}
        await asyncio.sleep(0.2)
        return {"type": "http.disconnect"}

    assert ask(Bodies(streams, pace=Pace(grace=0.05)), scope_of(), receive).status == 200


def test_an_app_that_swallows_the_refusal_still_gives_it() -> None:
    async def stubborn(scope: Any, receive: Any, send: Any) -> None:
        for _ in range(5):
            await receive()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"fine"})

    got = ask(Bodies(stubborn, 3), post(), pieces(b"xxxx", b"x"))
    assert got.status == 413
    assert b"fine" not in got.body


def test_an_app_that_fails_at_the_refusal_gives_it_too() -> None:
    async def fails(scope: Any, receive: Any, send: Any) -> None:
        if (await receive())["type"] == "http.disconnect":
            raise RuntimeError("gone")

    assert ask(Bodies(fails, 3), post(), pieces(b"xxxx")).status == 413
    with pytest.raises(RuntimeError):
        ask(Bodies(fails, 3), post(), pieces())  # its own errors are its own
