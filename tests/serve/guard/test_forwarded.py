from __future__ import annotations

from typing import Any

import pytest

from kinolex.errors import UsageError
from kinolex.serve.guard import Forwarded
from kinolex.serve.guard.forwarded import networks
from tests.serve.drive import Echo, ask, host, scope_of


def seen(proxies: list[str], client: str, *headers: tuple[bytes, bytes]) -> dict[str, Any]:
    echo = Echo()
    ask(Forwarded(echo, proxies), scope_of(headers=host(*headers), client=(client, 1)))
    return echo.seen[0]


def test_a_strangers_word_counts_for_nothing() -> None:
    scope = seen(
        ["10.0.0.1"],
        "192.0.2.7",
        (b"x-forwarded-for", b"127.0.0.1"),
        (b"X-Forwarded-Proto", b"https"),
        (b"forwarded", b"for=127.0.0.1"),
    )
    assert scope["client"][0] == "192.0.2.7"
    assert scope["scheme"] == "http"
    assert [name for name, _ in scope["headers"]] == [b"host"]
    assert scope["state"]["proxied"]


def test_nobody_is_trusted_by_default_not_even_this_machine() -> None:
    scope = seen([], "127.0.0.1", (b"x-forwarded-proto", b"https"))
    assert scope["scheme"] == "http"
    assert scope["state"]["proxied"]
    assert not seen([], "127.0.0.1")["state"]["proxied"]


@pytest.mark.parametrize(
    ("chain", "client"),
    [
        (b"192.0.2.7", "192.0.2.7"),
        (b"127.0.0.1, 192.0.2.7", "192.0.2.7"),  # the first was written by the client
        (b"192.0.2.7, 10.0.0.9", "192.0.2.7"),  # two proxies of ours
        (b"6.6.6.6, 192.0.2.7, 10.0.0.9", "192.0.2.7"),
        (b"10.0.0.5, 10.0.0.9", "10.0.0.5"),
        (b"[2001:db8::7]:443", "2001:db8::7"),
        (b"192.0.2.7:1234", "192.0.2.7"),
        (b"nonsense", "10.0.0.1"),
        (b"192.0.2.7, nonsense", "10.0.0.1"),
        (b"", "10.0.0.1"),
        (b"1.2.3.4, unknown, 10.0.0.9", "10.0.0.9"),
    ],
)
def test_the_last_stranger_in_the_chain_is_the_client(chain: bytes, client: str) -> None:
    scope = seen(["10.0.0.0/24"], "10.0.0.1", (b"x-forwarded-for", chain))
    assert scope["client"][0] == client


def test_headers_that_come_twice_are_one_chain() -> None:
    scope = seen(
        ["10.0.0.1"],
        "10.0.0.1",
        (b"x-forwarded-for", b"6.6.6.6"),
        (b"x-forwarded-for", b"192.0.2.7"),
        (b"x-forwarded-proto", b"http"),
        (b"x-forwarded-proto", b"https"),
    )
    assert scope["client"][0] == "192.0.2.7"
    assert scope["scheme"] == "https"


def test_the_host_is_never_taken_from_elsewhere() -> None:
    scope = seen(["10.0.0.1"], "10.0.0.1", (b"x-forwarded-host", b"evil.example"))
    assert scope["headers"] == [(b"host", b"localhost")]
    odd = seen(["10.0.0.1"], "10.0.0.1", (b"x-forwarded-proto", b"gopher"))
    assert odd["scheme"] == "http"


@pytest.mark.parametrize("text", ["", "proxy.example", "0.0.0.0/0", "::/0", "1.2.3", "*"])
def test_proxies_must_be_named(text: str) -> None:
    with pytest.raises(UsageError):
        networks([text])
