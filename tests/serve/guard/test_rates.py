from __future__ import annotations

import asyncio
from typing import Any

import pytest

from kinolex.serve.guard import Rates, Visits
from kinolex.serve.guard.rates import kind_of
from kinolex.serve.limits import Limit, Limits
from kinolex.serve.people import Person
from tests.serve.conftest import Clock
from tests.serve.drive import Echo, ask, scope_of

LIMITS = Limits(everything=Limit(1.0, 3), search=Limit(0.1, 1), uploads=Limit(0.01, 1))


def asking(
    app: Any, path: str = "/", name: str = "", client: str = "192.0.2.7", **more: Any
) -> int:
    person = Person(name, "viewer") if name else None
    scope = scope_of(path, client=(client, 1), state={"person": person}, **more)
    return ask(app, scope).status


def test_each_kind_has_a_limit_of_its_own() -> None:
    app = Rates(Echo(), LIMITS, clock=Clock())
    assert [asking(app) for _ in range(4)] == [200, 200, 200, 429]
    assert [asking(app, "/v1/search") for _ in range(2)] == [200, 429]
    assert [asking(app, "/search") for _ in range(2)] == [429, 429]


def test_people_are_counted_apart_wherever_they_are() -> None:
    app = Rates(Echo(), LIMITS, clock=Clock())
    assert [asking(app, "/search", "anna", f"192.0.2.{n}") for n in range(2)] == [200, 429]
    assert asking(app, "/search", "ben") == 200
    assert asking(app, "/search", client="192.0.2.9") == 200


def test_it_says_when_to_come_back_and_keeps_its_word() -> None:
    clock = Clock()
    app = Rates(Echo(), LIMITS, clock=clock)
    assert asking(app, "/search") == 200
    clock.now += 3.5
    got = ask(app, scope_of("/search", client=("192.0.2.7", 1)))
    assert (got.status, got.header("retry-after")) == (429, "7")
    clock.now += 7
    assert asking(app, "/search") == 200


def test_an_address_is_limited_before_anybody_looks_who_it_is() -> None:
    echo = Echo()
    app = Visits(echo, Limit(1.0, 2), clock=Clock())
    assert [asking(app, client=f"2001:db8::{n}") for n in range(3)] == [200, 200, 429]
    assert asking(app, client="2001:db8:1::1") == 200
    assert len(echo.seen) == 3


@pytest.mark.parametrize(
    ("path", "method", "kind", "expected"),
    [
        ("/v1/search", "GET", b"", "search"),
        ("/search", "POST", b"multipart/form-data; boundary=x", "search"),
        ("/v1/videos", "GET", b"multipart/form-data", "everything"),
        ("/v1/things", "POST", b"Multipart/form-data", "uploads"),
        ("/v1/things", "PUT", b"image/png", "uploads"),
        ("/v1/things", "POST", b"application/json", "everything"),
        ("/v1/exports", "POST", b"application/json", "search"),
        ("/v1/exports/ab/file", "GET", b"", "everything"),
        ("/searching", "GET", b"", "everything"),
        ("/", "GET", b"", "everything"),
    ],
)
def test_kinds(path: str, method: str, kind: bytes, expected: str) -> None:
    assert kind_of(scope_of(path, method, [(b"Content-Type", kind)])) == expected


def test_nothing_but_requests_is_counted() -> None:
    seen = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["type"])

    async def run() -> None:
        for guard in (Rates(app, LIMITS), Visits(app, Limit(1.0, 1))):
            for _ in range(5):
                await guard({"type": "lifespan"}, None, None)  # type: ignore[arg-type]

    asyncio.run(run())
    assert len(seen) == 10
