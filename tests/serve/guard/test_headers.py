from __future__ import annotations

import pytest

from kinolex.serve.guard import Failures, Headers
from tests.serve.drive import Echo, ask, scope_of


def test_every_answer_carries_them() -> None:
    got = ask(Headers(Echo(404)), scope_of())
    policy = dict(part.split(" ", 1) for part in got.header("content-security-policy").split("; "))
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' blob: data:",
        "media-src": "'self' blob:",
        "connect-src": "'self'",
        "font-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
        "manifest-src": "'self'",
    }
    assert got.header("x-content-type-options") == "nosniff"
    assert got.header("referrer-policy") == "same-origin"
    assert got.header("cross-origin-opener-policy") == "same-origin"
    assert got.header("cross-origin-resource-policy") == "same-origin"
    assert got.header("cache-control") == "no-store"
    assert "camera=()" in got.header("permissions-policy")
    assert not got.all("strict-transport-security")


def test_https_is_remembered_only_over_https() -> None:
    app = Headers(Echo(headers=[(b"strict-transport-security", b"max-age=0")]))
    assert ask(app, scope_of()).all("strict-transport-security") == []
    got = ask(app, scope_of(scheme="https"))
    assert got.all("strict-transport-security") == ["max-age=31536000"]


def test_the_app_may_cache_and_be_stricter_but_not_laxer() -> None:
    echo = Echo(
        headers=[
            (b"Cache-Control", b"max-age=60"),
            (b"content-security-policy", b"default-src 'none'; sandbox"),
            (b"X-Content-Type-Options", b"maybe"),
            (b"server", b"secret/1.0"),
            (b"set-cookie", b"a=1"),
            (b"set-cookie", b"b=2"),
        ]
    )
    got = ask(Headers(echo), scope_of())
    assert got.header("cache-control") == "max-age=60"
    assert got.header("content-security-policy").endswith("sandbox")
    assert got.header("x-content-type-options") == "nosniff"
    assert got.all("server") == []
    assert got.all("set-cookie") == ["a=1", "b=2"]


@pytest.mark.parametrize(
    "header",
    [
        (b"location", b"/x\r\nset-cookie: stolen=1"),
        (b"x-name", b"a\nb"),
        (b"x-name", b"a\0b"),
        (b"x-name\r\nx", b"a"),
        (b"x name", b"a"),
        (b"", b"a"),
    ],
)
def test_no_header_splits_an_answer(header: tuple[bytes, bytes]) -> None:
    got = ask(Headers(Failures(Echo(headers=[header]))), scope_of())
    assert got.status == 500
    assert b"stolen" not in b"".join(n + v for n, v in got.headers) + got.body
    assert got.header("x-content-type-options") == "nosniff"
