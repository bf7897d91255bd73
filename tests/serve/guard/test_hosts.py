from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolex.serve.guard import Hosts, Targets
from kinolex.serve.guard.hosts import good_target
from tests.serve.drive import Echo, ask, scope_of


@pytest.mark.parametrize(
    "value",
    [b"localhost", b"LOCALHOST:8000", b"127.0.0.1", b"127.0.0.1:1", b"[::1]:8000", b"films.example",
     b"films.example:9", b"ported.example:8443"],
)  # fmt: skip
def test_own_names_are_answered(value: bytes) -> None:
    app = Hosts(Echo(), ["Films.example", "ported.example:8443"])
    assert ask(app, scope_of(headers=[(b"host", value)])).status == 200


@pytest.mark.parametrize(
    "value",
    [b"", b" ", b"evil.example", b"localhost.evil.example", b"evil.example#localhost",
     b"localhost@evil.example", b"evil.example@localhost", b"localhost:99999", b"localhost:",
     b"localhost:80:80", b"localhost/", b"local host", b"localhost, evil.example",
     b"127.0.0.1.nip.io",
     b"2130706433", b"0x7f.1", b"127.1", b"[::1", b"::1", b"localhost\x00", b"localhost\r\nx: y",
     b"films.example.", b"*", b"ported.example", b"ported.example:80", b"192.168.1.5", b"\xff"],
)  # fmt: skip
def test_names_of_strangers_are_not(value: bytes) -> None:
    echo = Echo()
    got = ask(
        Hosts(echo, ["films.example", "ported.example:8443"]), scope_of(headers=[(b"host", value)])
    )
    assert got.status == 400
    assert got.header("content-type") == "application/problem+json"
    assert not echo.seen
    assert value not in got.body or not value.strip()  # nothing of it is said back


@pytest.mark.parametrize("headers", [[], [(b"host", b"localhost"), (b"Host", b"localhost")]])
def test_none_or_two_are_refused(headers: list[tuple[bytes, bytes]]) -> None:
    assert ask(Hosts(Echo()), scope_of(headers=headers)).status == 400


@pytest.mark.parametrize(
    ("value", "status"),
    [(b"192.168.1.5:8000", 200), (b"[fe80::1]", 200), (b"evil.example", 400), (b"1.2.3.4.5", 400)],
)
def test_addresses_in_numbers_cannot_be_rebound(value: bytes, status: int) -> None:
    app = Hosts(Echo(), any_address=True)
    assert ask(app, scope_of(headers=[(b"host", value)])).status == status


def test_websockets_are_closed() -> None:
    echo = Echo()
    got = ask(Hosts(echo), scope_of(type="websocket"))
    assert got.events == ["websocket.close"]
    assert not echo.seen


@pytest.mark.parametrize(
    ("path", "raw", "query"),
    [
        ("http://evil.example/", b"http://evil.example/", b""),
        ("*", b"*", b""),
        ("", b"", b""),
        ("//evil.example", b"//evil.example", b""),
        ("/a//b", b"/a//b", b""),
        ("/static/../../etc/passwd", b"/static/..%2f..%2fetc/passwd", b""),
        ("/static/./x", b"/static/%2e/x", b""),
        ("/..", b"/..", b""),
        ("/a\\..\\b", b"/a%5c..%5cb", b""),
        ("/a\0.jpg", b"/a%00.jpg", b""),
        ("/a\r\nset-cookie: x", b"/a%0d%0aset-cookie:%20x", b""),
        ("/a\x7f", b"/a%7f", b""),
        ("/" + "a" * 9000, b"/" + b"a" * 9000, b""),
        ("/", b"/", b"q=" + b"a" * 9000),
        ("/", b"/", b"q=\xff"),
        ("/", b"/", b"q=a b"),
    ],
)
def test_odd_targets_are_refused(path: str, raw: bytes, query: bytes) -> None:
    echo = Echo()
    got = ask(Targets(echo), scope_of(path, raw_path=raw, query_string=query))
    assert got.status == 400
    assert not echo.seen


@pytest.mark.parametrize(
    "path",
    ["/", "/v1/videos/ab12", "/static/app.css", "/ü/видео", "/a/", "/a...b", "/.well-known/x"],
)
def test_good_targets_pass(path: str) -> None:
    assert ask(Targets(Echo()), scope_of(path, raw_path=b"/x")).status == 200


@given(st.text(max_size=40))
def test_no_path_that_passes_leads_out(path: str) -> None:
    import posixpath

    if good_target(path, b"", b""):
        assert posixpath.normpath("/root" + path).startswith("/root")
        assert "\0" not in path
        assert not path.startswith("//")
