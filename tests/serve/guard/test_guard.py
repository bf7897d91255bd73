"""All guards together, through a client library."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from kinolex.serve.accounts import Accounts
from kinolex.serve.guard import guarded
from kinolex.serve.limits import Limit, Limits
from tests.serve.drive import Echo, ask, host, scope_of

GOOD = "seven green kites"


def visit(
    app: Any, *calls: tuple[str, str, dict[str, Any]], base: str = "http://localhost"
) -> list[httpx.Response]:
    async def run() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app, raise_app_exceptions=True)
        async with httpx.AsyncClient(transport=transport, base_url=base) as client:
            return [await client.request(m, p, **more) for m, p, more in calls]

    return asyncio.run(run())


def test_alone_on_this_machine_everything_works_without_accounts() -> None:
    page, posted, bad = visit(
        guarded(Echo(), None),
        ("GET", "/", {}),
        ("POST", "/v1/index", {"json": {"a": 1}}),
        ("POST", "/v1/index", {"json": {}, "headers": {"origin": "http://evil.example"}}),
    )
    assert (page.status_code, posted.status_code, bad.status_code) == (200, 200, 403)
    assert posted.json() == {"a": 1}


@pytest.mark.parametrize("status", [400, 401, 403, 413, 415, 429, 431])
def test_refusals_carry_the_headers_too(accounts: Accounts, status: int) -> None:
    accounts.add("anna", GOOD)
    bearer = (b"authorization", b"Bearer " + accounts.make_token("anna", "t").encode())
    visits = Limits(visits=Limit(0.001, 0)) if status == 429 else Limits()
    cookie = (b"cookie", b"kinolex=" + accounts.start_session("anna").encode())
    scope = {
        400: scope_of(headers=[(b"host", b"evil.example")]),
        401: scope_of("/v1/x"),
        403: scope_of(method="POST", headers=host(cookie)),
        413: scope_of(method="POST", headers=host(bearer, (b"content-length", b"99999999"))),
        415: scope_of(method="POST", headers=host(bearer, (b"content-encoding", b"br"))),
        429: scope_of(),
        431: scope_of(headers=host((b"x", b"y" * 40_000))),
    }[status]
    echo = Echo()
    got = ask(guarded(echo, accounts, limits=visits), scope)
    assert got.status == status
    assert not echo.seen
    assert got.header("content-type") == "application/problem+json"
    assert got.header("x-content-type-options") == "nosniff"
    assert got.header("cache-control") == "no-store"
    assert "default-src 'none'" in got.header("content-security-policy")
    assert got.json()["status"] == status


def test_a_proxy_that_was_announced_brings_people_with_accounts(accounts: Accounts) -> None:
    accounts.add("anna", GOOD)
    secret = accounts.start_session("anna").encode()
    echo = Echo()
    app = guarded(echo, accounts, hosts=["films.example"], proxies=["127.0.0.1"])
    headers = host(
        (b"x-forwarded-for", b"6.6.6.6, 192.0.2.7"),
        (b"x-forwarded-proto", b"https"),
        (b"cookie", b"__Host-kinolex=" + secret),
        (b"origin", b"https://films.example"),
        (b"content-type", b"application/json"),
        name=b"films.example",
    )
    got = ask(app, scope_of(method="POST", headers=headers))
    assert got.status == 200
    assert got.all("strict-transport-security")
    assert echo.seen[0]["client"] == ("192.0.2.7", 0)
    assert echo.seen[0]["scheme"] == "https"


def test_streams_pass_through_piece_by_piece() -> None:
    """Nothing waits for a whole answer, and what the client does reaches the app."""
    order: list[str] = []

    async def stream(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for number in range(3):
            await send({"type": "http.response.body", "body": b"x", "more_body": True})
            order.append(f"made {number}")
        assert (await receive())["type"] == "http.disconnect"
        order.append("gone")

    async def run() -> None:
        async def send(message: Any) -> None:
            order.append("sent")

        waiting = [{"type": "http.request", "body": b"", "more_body": False}]

        async def receive() -> Any:
            return waiting.pop() if waiting else {"type": "http.disconnect"}

        await guarded(stream, None)(scope_of(), receive, send)

    asyncio.run(run())
    assert order == ["sent", "sent", "made 0", "sent", "made 1", "sent", "made 2", "gone"]


def test_cancelling_reaches_the_app() -> None:
    ended: list[bool] = []

    async def forever(scope: Any, receive: Any, send: Any) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(True)

    async def run() -> None:
        async def receive() -> Any:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Any) -> None:
            raise AssertionError

        task = asyncio.create_task(guarded(forever, None)(scope_of(), receive, send))  # type: ignore[arg-type]
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(run())
    assert ended == [True]


def test_the_start_and_end_of_the_server_pass_through() -> None:
    seen: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["type"])

    asyncio.run(guarded(app, None)({"type": "lifespan"}, None, None))  # type: ignore[arg-type]
    assert seen == ["lifespan"]
