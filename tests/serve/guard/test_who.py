from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from kinolex.serve.accounts import EVERYBODY, Accounts, Person
from kinolex.serve.guard import Forwarded, Who, person_of
from kinolex.serve.login import local_path
from kinolex.serve.people import ForbiddenError
from tests.serve.drive import Echo, Got, ask, host, scope_of

GOOD = "seven green kites"
HTML = (b"accept", b"text/html,application/xhtml+xml;q=0.9,*/*;q=0.8")


@pytest.fixture
def anna(accounts: Accounts) -> Person:
    return accounts.add("anna", GOOD, "editor", {"r1"})


def visit(accounts: Accounts | None, *headers: Any, **more: Any) -> tuple[Got, dict[str, Any]]:
    echo = Echo()
    scope = scope_of(**{"path": "/v1/videos", "headers": host(*headers), **more})
    got = ask(Who(echo, accounts), scope)
    return got, (echo.seen[0]["state"] if echo.seen else {})


def test_a_session(accounts: Accounts, anna: Person) -> None:
    secret = accounts.start_session("anna")
    got, state = visit(accounts, (b"cookie", b"theme=dark; kinolex=" + secret.encode()))
    assert got.status == 200
    assert (state["person"], state["by"], state["session"]) == (anna, "session", secret)


def test_a_token(accounts: Accounts, anna: Person) -> None:
    secret = accounts.make_token("anna", "t", role="viewer").encode()
    for scheme in (b"Bearer ", b"bearer ", b"BEARER  "):
        got, state = visit(accounts, (b"authorization", scheme + secret))
        assert got.status == 200
        assert state["person"] == Person("anna", "viewer", frozenset({"r1"}))
        assert (state["by"], state["session"]) == ("token", "")


@pytest.mark.parametrize(
    "value",
    [b"", b"Bearer", b"Bearer ", b"Bearer x", b"Basic YW5uYTp4", b"Bearer knx_" + b"A" * 43,
     b"Bearer " + b"x" * 100_000, b"Bearer \xff\xfe"],
)  # fmt: skip
def test_a_bad_token_is_told_so_also_beside_a_good_cookie(
    accounts: Accounts, anna: Person, value: bytes
) -> None:
    cookie = (b"cookie", b"kinolex=" + accounts.start_session("anna").encode())
    for path in ("/v1/videos", "/login"):
        got, _ = visit(accounts, (b"authorization", value), cookie, path=path)
        assert got.status == 401
        assert got.header("www-authenticate").startswith("Bearer")


def test_two_tokens_are_none(accounts: Accounts, anna: Person) -> None:
    good = b"Bearer " + accounts.make_token("anna", "t").encode()
    got, _ = visit(accounts, (b"authorization", good), (b"authorization", good))
    assert got.status == 401


@pytest.mark.parametrize("form", [b"kinolex=%s; kinolex=%s", b"kinolex=%s; kinolex=x; a=%s"])
def test_two_cookies_are_none(accounts: Accounts, anna: Person, form: bytes) -> None:
    """One of them was planted; which, nobody can tell."""
    secret = accounts.start_session("anna").encode()
    assert visit(accounts, (b"cookie", form % (secret, secret)))[0].status == 401


@pytest.mark.parametrize(
    "cookie",
    [b"", b"kinolex", b"kinolex=", b"kinolex=x", b"xkinolex=%s", b"kinolex=" + b"x" * 9999,
     b"kinolex=\xff", b"__Host-kinolex=%s"],
)  # fmt: skip
def test_odd_cookies_are_nobody(accounts: Accounts, anna: Person, cookie: bytes) -> None:
    secret = accounts.start_session("anna").encode()
    assert visit(accounts, (b"cookie", cookie.replace(b"%s", secret)))[0].status == 401


def test_over_https_only_the_bound_cookie_counts(accounts: Accounts, anna: Person) -> None:
    secret = accounts.start_session("anna").encode()
    plain = visit(accounts, (b"cookie", b"kinolex=" + secret), scheme="https")
    bound = visit(accounts, (b"cookie", b"__Host-kinolex=" + secret), scheme="https")
    assert (plain[0].status, bound[0].status) == (401, 200)


def test_an_ended_session_and_a_removed_person(accounts: Accounts, anna: Person) -> None:
    secret = accounts.start_session("anna")
    accounts.end_session(secret)
    assert visit(accounts, (b"cookie", b"kinolex=" + secret.encode()))[0].status == 401
    token = accounts.make_token("anna", "t").encode()
    accounts.remove("anna")
    assert visit(accounts, (b"authorization", b"Bearer " + token))[0].status == 401


@pytest.mark.parametrize("path", ["/login", "/static/app.css", "/v1/health"])
def test_open_paths_need_nobody(accounts: Accounts, path: str) -> None:
    got, state = visit(accounts, path=path)
    assert got.status == 200
    assert (state["person"], state["by"]) == (None, "nobody")
    with pytest.raises(ForbiddenError):
        person_of({"state": state})


@pytest.mark.parametrize(
    "path", ["/", "/loginx", "/login/x", "/static", "/v1/healthy", "/v1/health/x", "/V1/health"]
)
def test_what_only_looks_open_is_not(accounts: Accounts, path: str) -> None:
    assert visit(accounts, path=path)[0].status == 401


@pytest.mark.parametrize(
    ("path", "raw", "query", "back"),
    [
        ("/", b"/", b"", "/"),
        ("/video/ab", b"/video/ab", b"t=1,2&q=a%26b", "/video/ab?t=1,2&q=a%26b"),
        ("/a b/ü", b"/a%20b/%C3%BC", b"", "/a%20b/%C3%BC"),
        ("/a\r\nset-cookie: x", b"/a%0D%0Aset-cookie:%20x", b"", "/a%0D%0Aset-cookie:%20x"),
    ],
)
def test_browsers_are_shown_the_login_and_come_back(
    accounts: Accounts, path: str, raw: bytes, query: bytes, back: str
) -> None:
    got, _ = visit(accounts, HTML, path=path, raw_path=raw, query_string=query)
    assert got.status == 303
    location = urlsplit(got.header("location"))
    assert (location.scheme, location.netloc, location.path) == ("", "", "/login")
    (after,) = parse_qs(location.query)["next"]
    assert after == back
    assert local_path(after) == back


def test_programs_and_posts_are_not_redirected(accounts: Accounts) -> None:
    for path, method in [("/v1/videos", "GET"), ("/", "POST"), ("/", "DELETE")]:
        got, _ = visit(accounts, HTML, path=path, method=method)
        assert got.status == 401
        assert got.header("www-authenticate") == 'Bearer realm="kinolex"'
    got, _ = visit(accounts, path="/")
    assert got.json()["status"] == 401


def test_without_accounts_everybody_here_is_the_person_at_the_machine() -> None:
    for client in (("127.0.0.1", 1), ("127.9.9.9", 1), ("::1", 1), ("::ffff:127.0.0.1", 1), None):
        got, state = visit(None, client=client)
        assert got.status == 200
        assert state["person"] is EVERYBODY


@pytest.mark.parametrize("client", ["192.168.1.5", "8.8.8.8", "fe80::1%eth0", "2001:db8::1", "odd"])
def test_without_accounts_nobody_else_is(client: str) -> None:
    got, state = visit(None, client=(client, 1))
    assert got.status == 403
    assert not state


@pytest.mark.parametrize("name", [b"X-Forwarded-For", b"forwarded", b"x-real-ip", b"Via"])
def test_a_proxy_that_was_not_announced_gives_nothing_away(name: bytes) -> None:
    echo = Echo()
    scope = scope_of(headers=host((name, b"192.0.2.7")))
    got = ask(Forwarded(Who(echo, None)), scope)
    assert got.status == 403
    assert "--trust-proxy" in got.json()["hint"]
    assert not echo.seen


def test_nor_does_one_that_says_nothing_but_speaks_as_nginx_does() -> None:
    assert visit(None, http_version="1.0")[0].status == 403


def test_a_session_planted_before_the_login_is_worth_nothing(accounts: Accounts) -> None:
    """What was never started cannot become good by being sent (session fixation)."""
    accounts.add("anna", GOOD)
    planted = b"A" * 43
    assert visit(accounts, (b"cookie", b"kinolex=" + planted))[0].status == 401
    accounts.start_session("anna")
    assert visit(accounts, (b"cookie", b"kinolex=" + planted))[0].status == 401
