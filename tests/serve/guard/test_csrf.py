from __future__ import annotations

import itertools
from typing import Any
from urllib.parse import urlencode

import pytest

from kinolex.serve.guard import Csrf
from kinolex.serve.guard.csrf import csrf_token
from kinolex.serve.people import EVERYBODY, Person
from tests.serve.drive import Echo, Got, ask, host, pieces, scope_of

KEY = bytes(range(32))
ANNA = Person("anna", "editor")
JSON = (b"content-type", b"application/json")
FORM = (b"content-type", b"application/x-www-form-urlencoded")
OWN = (b"origin", b"http://localhost")
SAME = (b"sec-fetch-site", b"same-origin")
STATES: dict[str, dict[str, Any]] = {
    "session": {"person": ANNA, "by": "session", "session": "s" * 43},
    "everybody": {"person": EVERYBODY, "by": "everybody", "session": ""},
    "nobody": {"person": None, "by": "nobody", "session": ""},
    "token": {"person": ANNA, "by": "token", "session": ""},
}
NOBODY_SAFE = ["session", "everybody", "nobody"]


def sent(
    by: str, *headers: tuple[bytes, bytes], method: str = "POST", body: bytes = b"{}", **more: Any
) -> Got:
    length = (b"content-length", str(len(body)).encode())
    scope = scope_of(method=method, headers=host(*headers, length), state=dict(STATES[by]), **more)
    return ask(Csrf(Echo(), KEY), scope, pieces(body))


def token(by: str) -> str:
    return csrf_token(KEY, STATES[by]["session"])


@pytest.mark.parametrize("by", NOBODY_SAFE)
def test_our_own_page_may(by: str) -> None:
    for headers in ([OWN, SAME], [OWN], [SAME], [(b"referer", b"http://localhost/video/a")]):
        assert sent(by, JSON, *headers).body == b"{}", headers


@pytest.mark.parametrize("by", NOBODY_SAFE)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "BREW"])
@pytest.mark.parametrize(
    "headers",
    [
        [(b"origin", b"http://evil.example")],
        [(b"origin", b"null")],
        [(b"origin", b"")],
        [(b"origin", b"https://localhost")],
        [(b"origin", b"http://localhost:8001")],
        [(b"origin", b"http://localhost.evil.example")],
        [(b"origin", b"http://evil.example/http://localhost")],
        [(b"origin", b"http://localhost@evil.example")],
        [OWN, (b"origin", b"http://evil.example")],
        [OWN, OWN],
        [(b"referer", b"http://evil.example/http://localhost/")],
        [(b"origin", b"http://evil.example"), (b"referer", b"http://localhost/")],
        [OWN, (b"sec-fetch-site", b"cross-site")],
        [OWN, (b"sec-fetch-site", b"same-site")],
        [OWN, SAME, (b"sec-fetch-site", b"cross-site")],
        [(b"sec-fetch-site", b"cross-site"), (b"sec-fetch-mode", b"navigate"),
         (b"sec-fetch-dest", b"document")],
    ],
)  # fmt: skip
def test_a_page_of_a_stranger_may_not(
    by: str, method: str, headers: list[tuple[bytes, bytes]]
) -> None:
    for kind in (JSON, FORM):
        got = sent(by, kind, *headers, (b"x-csrf-token", token(by).encode()), method=method)
        assert got.status == 403


def test_a_token_is_sent_by_no_browser_and_is_exempt() -> None:
    for headers in ([], [(b"origin", b"http://evil.example")], [FORM]):
        assert sent("token", *headers).status == 200


def test_curl_on_this_machine_sends_json_or_nothing() -> None:
    for headers, method, status in [
        ([JSON], "POST", 200),
        ([(b"content-type", b"application/json; charset=utf-8")], "POST", 200),
        ([FORM], "POST", 403),
        ([(b"content-type", b"text/plain")], "POST", 403),
        ([(b"content-type", b"TEXT/PLAIN;charset=utf-8")], "POST", 403),
        ([(b"content-type", b"multipart/form-data; boundary=x")], "POST", 403),
        ([(b"content-type", b"")], "POST", 403),
        ([JSON, FORM], "POST", 403),
        ([], "POST", 403),
        ([], "DELETE", 200),
        ([JSON], "PUT", 200),
    ]:
        assert sent("everybody", *headers, method=method).status == status, (headers, method)
        # Who is logged in through a browser always says where from.
        assert sent("session", *headers, method=method).status == 403
        assert sent("nobody", *headers, method=method).status == 403


def test_a_post_without_a_body_is_no_form_when_the_browser_says_where_from() -> None:
    assert sent("session", OWN, SAME, body=b"").status == 200
    assert sent("everybody", OWN, body=b"").status == 200
    assert sent("everybody", body=b"").status == 403


@pytest.mark.parametrize("by", ["session", "everybody"])
def test_a_form_carries_the_token_and_arrives_whole(by: str) -> None:
    body = urlencode({"a": "1", "csrf": token(by), "b": "ü&="}).encode()
    assert sent(by, FORM, OWN, body=body).body == body
    for wrong in (
        b"",
        b"a=1",
        b"csrf=",
        b"csrf=" + b"0" * 64,
        body + b"&" + body,
        urlencode({"csrf": csrf_token(KEY, "another session")}).encode(),
        urlencode({"csrf": csrf_token(b"other key", STATES[by]["session"])}).encode(),
        b"csrf=" + b"a" * 200_000,
    ):
        assert sent(by, FORM, OWN, body=wrong or b" ").status == 403, wrong[:80]


def test_a_form_in_single_bytes() -> None:
    body = urlencode({"csrf": token("session"), "name": "x"}).encode()
    scope = scope_of(method="POST", headers=host(FORM, OWN), state=dict(STATES["session"]))
    got = ask(Csrf(Echo(), KEY), scope, pieces(*(bytes([b]) for b in body)))
    assert got.body == body


def part(name: str, value: str, extra: str = "") -> str:
    return f'--bnd\r\nContent-Disposition: form-data; name="{name}"{extra}\r\n\r\n{value}\r\n'


def test_a_form_with_files_carries_it_first() -> None:
    kind = (b"content-type", b"multipart/form-data; boundary=bnd")
    mine, image = part("csrf", token("session")), part("image", "x" * 5000, '; filename="a.png"')
    end = "--bnd--\r\n"
    good = (mine + image + end).encode()
    assert sent("session", kind, OWN, body=good).body == good
    for wrong in (image + mine + end, part("csrf", "0" * 64) + end, end, "", mine.lower()[:-70]):
        assert sent("session", kind, OWN, body=wrong.encode() or b" ").status == 403
    header = (b"x-csrf-token", token("session").encode())
    assert sent("session", kind, OWN, header, body=(image + end).encode()).status == 200


def test_a_body_without_end_is_not_collected() -> None:
    count = itertools.count()

    async def endless() -> dict[str, Any]:
        assert next(count) < 100, "read on and on"
        return {"type": "http.request", "body": b"x" * 10_000, "more_body": True}

    for kind in (FORM, (b"content-type", b"multipart/form-data; boundary=b")):
        scope = scope_of(method="POST", headers=host(kind, OWN), state=dict(STATES["session"]))
        assert ask(Csrf(Echo(), KEY), scope, endless).status == 403


@pytest.mark.parametrize(
    ("headers", "path", "status"),
    [
        ([], "/v1/search", 200),
        ([SAME], "/v1/search", 200),
        ([(b"sec-fetch-site", b"none")], "/v1/search", 200),
        ([(b"sec-fetch-site", b"cross-site")], "/v1/search", 403),
        ([(b"sec-fetch-site", b"same-site")], "/v1/still/1", 403),
        ([(b"sec-fetch-site", b"cross-site"), (b"sec-fetch-mode", b"no-cors"),
          (b"sec-fetch-dest", b"image")], "/still/1", 403),
        ([(b"sec-fetch-site", b"cross-site"), (b"sec-fetch-mode", b"navigate"),
          (b"sec-fetch-dest", b"iframe")], "/", 403),
        ([(b"sec-fetch-site", b"cross-site"), (b"sec-fetch-mode", b"navigate"),
          (b"sec-fetch-dest", b"document")], "/video/a", 200),
        ([(b"sec-fetch-site", b"cross-site"), (b"sec-fetch-mode", b"navigate"),
          (b"sec-fetch-dest", b"document")], "/v1/videos", 403),
        ([(b"origin", b"http://evil.example")], "/v1/search", 200),
    ],
)  # fmt: skip
def test_strangers_may_link_to_pages_and_read_nothing(
    headers: list[tuple[bytes, bytes]], path: str, status: int
) -> None:
    for by in ("session", "everybody"):
        assert sent(by, *headers, method="GET", path=path, body=b"").status == status


def test_the_own_origin_is_the_name_and_scheme_of_the_request() -> None:
    for scheme, own, origin, status in [
        ("https", b"films.example", b"https://films.example", 200),
        ("https", b"films.example:443", b"https://films.example", 200),
        ("https", b"films.example:8443", b"https://films.example:8443", 200),
        ("https", b"films.example", b"http://films.example", 403),
        ("http", b"Films.Example:80", b"http://films.example", 200),
        ("http", b"[::1]:8000", b"http://[::1]:8000", 200),
        ("http", b"localhost:8000", b"http://127.0.0.1:8000", 403),
    ]:
        headers = host(JSON, (b"origin", origin), name=own)
        scope = scope_of(
            method="POST", headers=headers, scheme=scheme, state=dict(STATES["session"])
        )
        assert ask(Csrf(Echo(), KEY), scope).status == status, (scheme, own, origin)


def test_before_a_login_the_token_belongs_to_the_visit() -> None:
    echo = Echo()
    ask(Csrf(echo, KEY), scope_of("/login", state=dict(STATES["nobody"])))
    first = echo.seen[0]["state"]
    visit = first["new_visit"]
    assert first["csrf"] == csrf_token(KEY, visit)
    body = urlencode({"csrf": first["csrf"]}).encode()
    cookie = (b"cookie", b"kinolex-visit=" + visit.encode())
    assert sent("nobody", FORM, OWN, cookie, body=body).status == 200
    assert sent("nobody", FORM, OWN, body=body).status == 403
    other = (b"cookie", b"kinolex-visit=" + b"x" * 43)
    assert sent("nobody", FORM, OWN, other, body=body).status == 403
