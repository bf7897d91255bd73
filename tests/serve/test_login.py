from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolex.serve.accounts import Accounts
from kinolex.serve.audit import Audit
from kinolex.serve.guard import guarded
from kinolex.serve.limits import Logins
from kinolex.serve.login import Login, local_path, login_routes
from tests.serve.conftest import Clock

starlette = pytest.importorskip("starlette.applications", reason="needs kinolex[serve]")

GOOD = "seven green kites"
TELL = ("accept", "text/html")


@pytest.fixture
def audit(tmp_path: Path) -> Iterator[Audit]:
    with Audit.open(tmp_path) as found:
        yield found


def app_of(accounts: Accounts, audit: Audit, clock: Clock) -> Any:
    from starlette.responses import JSONResponse
    from starlette.routing import Route

    async def me(request: Any) -> Any:
        return JSONResponse({"name": request.state.person.name, "csrf": request.state.csrf})

    login = Login(accounts, audit, logins=Logins(clock=clock))
    inner = starlette.Starlette(routes=[*login_routes(login), Route("/v1/me", me)])
    return guarded(inner, accounts, hosts=["films.example"])


def browse(
    app: Any, story: Callable[[httpx.AsyncClient], Awaitable[None]], base: str = "http://localhost"
) -> None:
    async def run() -> None:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url=base) as client:
            await story(client)

    asyncio.run(run())


async def enter(
    client: httpx.AsyncClient, name: str = "anna", password: str = GOOD, next: str = "/"
) -> httpx.Response:
    page = await client.get("/login", params={"next": next})
    found = re.search(r'name="csrf" value="([0-9a-f]{64})"', page.text)
    assert found
    after = re.search(r'name="next" value="([^"]*)"', page.text)
    assert after
    form = {"csrf": found[1], "name": name, "password": password, "next": after[1]}
    own = str(client.base_url).rstrip("/")
    return await client.post("/login", data=form, headers={"origin": own})


@pytest.mark.parametrize("base", ["http://localhost", "https://films.example"])
def test_in_and_out(accounts: Accounts, audit: Audit, clock: Clock, base: str) -> None:
    accounts.add("anna", GOOD)

    async def story(client: httpx.AsyncClient) -> None:
        assert (await client.get("/v1/me")).status_code == 401
        answer = await enter(client, next="/video/a?t=1")
        assert (answer.status_code, answer.headers["location"]) == (303, "/video/a?t=1")
        name = "__Host-kinolex" if base.startswith("https") else "kinolex"
        (cookie,) = [c for c in answer.headers.get_list("set-cookie") if c.startswith(f"{name}=")]
        flags = {each.strip().lower() for each in cookie.split(";")[1:]}
        assert {"httponly", "samesite=lax", "path=/"} <= flags
        assert ("secure" in flags) == base.startswith("https")
        assert not any(flag.startswith("domain") for flag in flags)
        me = (await client.get("/v1/me")).json()
        assert me["name"] == "anna"
        assert (await client.get("/login")).status_code == 303
        secret = client.cookies[name]
        out = await client.post("/logout", data={"csrf": me["csrf"]}, headers={"origin": base})
        assert out.status_code == 303
        assert name not in client.cookies
        again = await client.get("/v1/me", headers={"cookie": f"{name}={secret}"})
        assert again.status_code == 401

    browse(app_of(accounts, audit, clock), story, base)
    assert [(e.action, e.outcome) for e in audit.entries()] == [("logout", "ok"), ("login", "ok")]


def test_a_login_never_goes_on_with_a_session_that_was_there(
    accounts: Accounts, audit: Audit, clock: Clock
) -> None:
    accounts.add("anna", GOOD)
    accounts.add("eve", GOOD)
    planted = accounts.start_session("eve")

    async def story(client: httpx.AsyncClient) -> None:
        first = await enter(client)
        assert first.status_code == 303
        one = client.cookies["kinolex"]
        # Somebody comes back with a session of somebody else in the cookie and logs in.
        page = await client.get("/login")
        assert page.status_code == 303  # who is in goes on; so they log out of nothing
        client.cookies.clear()
        assert (await enter(client)).status_code == 303
        assert client.cookies["kinolex"] not in (one, planted)

    browse(app_of(accounts, audit, clock), story)


def test_the_session_that_a_login_replaces_ends(
    accounts: Accounts, audit: Audit, clock: Clock
) -> None:
    accounts.add("anna", GOOD)
    old = accounts.start_session("anna")

    async def story(client: httpx.AsyncClient) -> None:
        client.cookies.set("kinolex", old)
        token = (await client.get("/v1/me")).json()["csrf"]
        form = {"csrf": token, "name": "anna", "password": GOOD, "next": "/"}
        answer = await client.post("/login", data=form, headers={"origin": "http://localhost"})
        assert answer.status_code == 303
        assert old not in answer.headers["set-cookie"]

    browse(app_of(accounts, audit, clock), story)
    assert accounts.session(old) is None


def test_wrong_passwords_and_unknown_names_look_the_same(
    accounts: Accounts, audit: Audit, clock: Clock
) -> None:
    accounts.add("anna", GOOD)
    texts: list[str] = []

    async def story(client: httpx.AsyncClient) -> None:
        for name in ("anna", "nobody", "hunter2 is my password", "<b>", "a" * 10_000, ""):
            clock.now += 60
            answer = await enter(client, name, "wrong password")
            assert answer.status_code == 401
            assert "kinolex" not in client.cookies
            texts.append(re.sub(r'value="[0-9a-f]{64}"', "", answer.text))

    browse(app_of(accounts, audit, clock), story)
    assert len(set(texts)) == 1
    said = {entry.person for entry in audit.entries()}
    assert said == {"anna", "(unknown)"}  # a password in the wrong field is not kept


def test_guessing_is_slowed_down_even_for_the_right_password(
    accounts: Accounts, audit: Audit, clock: Clock
) -> None:
    accounts.add("anna", GOOD)

    async def story(client: httpx.AsyncClient) -> None:
        for _ in range(3):
            assert (await enter(client, password="wrong password")).status_code == 401
        slow = await enter(client)
        assert slow.status_code == 429
        assert int(slow.headers["retry-after"]) >= 1
        clock.now += 60
        assert (await enter(client)).status_code == 303

    browse(app_of(accounts, audit, clock), story)
    assert [e.outcome for e in audit.entries()] == ["ok", "too many"] + ["refused"] * 3


def test_a_stranger_cannot_log_somebody_in(accounts: Accounts, audit: Audit, clock: Clock) -> None:
    accounts.add("eve", GOOD)

    async def story(client: httpx.AsyncClient) -> None:
        form = {"name": "eve", "password": GOOD, "next": "/"}
        for headers in ({}, {"origin": "http://evil.example"}, {"origin": "http://localhost"}):
            answer = await client.post("/login", data=form, headers=headers)
            assert answer.status_code == 403
        assert "kinolex" not in client.cookies

    browse(app_of(accounts, audit, clock), story)


def test_odd_forms_break_nothing(accounts: Accounts, audit: Audit, clock: Clock) -> None:
    accounts.add("anna", GOOD)

    async def story(client: httpx.AsyncClient) -> None:
        page = await client.get("/login")
        found = re.search(r'value="([0-9a-f]{64})"', page.text)
        assert found
        headers = {"origin": "http://localhost"}
        token = {"csrf": found[1]}
        file = {"name": ("x.bin", b"x" * 100)}
        for call in (
            {"data": token},
            {"data": token | {"name": ["anna", "ben"], "password": [GOOD, GOOD]}},
            {"data": token | {str(n): "x" for n in range(100)}},
            {"data": token, "files": file},
            {"content": f"csrf={found[1]}&name=%ff%fe&password=%00".encode(),
             "headers": {"content-type": "application/x-www-form-urlencoded"}},
        ):  # fmt: skip
            clock.now += 60
            merged = {**call, "headers": {**headers, **call.get("headers", {})}}
            answer = await client.post("/login", **merged)
            assert answer.status_code in (303, 400, 401), answer.text
        huge = await client.post("/login", content=b"x" * 10**6, headers=headers)
        assert huge.status_code == 413

    browse(app_of(accounts, audit, clock), story)


def test_the_page_writes_nothing_unescaped(accounts: Accounts, audit: Audit, clock: Clock) -> None:
    async def story(client: httpx.AsyncClient) -> None:
        page = await client.get("/login", params={"next": '/"><script>alert(1)</script>'})
        assert "<script>" not in page.text
        assert page.headers["cache-control"] == "no-store"

    browse(app_of(accounts, audit, clock), story)


@pytest.mark.parametrize(
    "text",
    ["", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "https://evil",
     "javascript:alert(1)", "evil", "/\t/evil.example", "/\n/evil", " /x", "/x\r\nset-cookie: a",
     "/login", "/login?next=/login", "/logout", "/" + "a" * 5000, "/\u2028x"],
)  # fmt: skip
def test_ways_out_lead_to_the_start(text: str) -> None:
    assert local_path(text) == "/"


@given(st.text(alphabet="/\\:@.aé \t\n%?#", max_size=12))
def test_where_it_leads_a_browser_stays_here(text: str) -> None:
    base = httpx.URL("http://localhost/login")
    assert base.join(local_path(text)).host == "localhost"
