"""Requests that come through a proxy: who they are from is believed only of proxies we know.

Without known proxies every ``X-Forwarded-...`` header is the client's own invention. It is taken
out, so that nothing behind can believe it, and what came with one is marked: where no accounts
are demanded it is refused (see `kinolex.serve.guard.Who`).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import TYPE_CHECKING

from kinolex.errors import UsageError
from kinolex.serve.guard.asgi import address_of, headers_of, state_of

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

__all__ = ["Forwarded", "networks", "within"]

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_TELLING = (
    b"forwarded",
    b"x-forwarded-for",
    b"x-forwarded-host",
    b"x-forwarded-port",
    b"x-forwarded-prefix",
    b"x-forwarded-proto",
    b"x-forwarded-server",
    b"x-real-ip",
    b"via",
    b"cf-connecting-ip",
    b"true-client-ip",
)


def networks(addresses: Iterable[str]) -> tuple[Network, ...]:
    """Addresses and networks of proxies.

    Raises
    ------
    UsageError
        If one is no address, or the whole internet.

    Examples
    --------
    >>> networks(["127.0.0.1", "10.0.0.0/8"])
    (IPv4Network('127.0.0.1/32'), IPv4Network('10.0.0.0/8'))
    """
    found: list[Network] = []
    for text in addresses:
        try:
            network = ipaddress.ip_network(text.strip(), strict=False)
        except ValueError as error:
            raise UsageError(
                f"{text!r} is not the address of a proxy.",
                hint="Give its address in numbers, as 127.0.0.1 or 10.0.0.0/24.",
            ) from error
        if network.prefixlen == 0:
            raise UsageError(f"{text!r} would trust everybody.", hint="Name the proxy's address.")
        found.append(network)
    return tuple(found)


class Forwarded:
    """Take the client's address and scheme from a known proxy, and from nobody else.

    Of ``X-Forwarded-For`` the last address that is no known proxy counts: what stands before it
    was written by strangers. Of ``X-Forwarded-Proto`` the last word. ``Host`` is expected as the
    client sent it; ``X-Forwarded-Host`` is never used.

    Parameters
    ----------
    app : ASGI application
        What stands behind.
    proxies : iterable of str
        Addresses and networks; none by default.
    """

    def __init__(self, app: ASGIApp, proxies: Iterable[str] = ()) -> None:
        self.app = app
        self.proxies = networks(proxies)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on, or refuse."""
        if scope["type"] == "http":
            scope = self._read(scope)
        await self.app(scope, receive, send)

    def _read(self, scope: Scope) -> Scope:
        known = within(address_of(scope), self.proxies)
        told = any(name.lower() in _TELLING for name, _ in scope["headers"])
        kept = [(n, v) for n, v in scope["headers"] if n.lower() not in _TELLING]
        new = {**scope, "headers": kept, "state": dict(state_of(scope))}
        new["state"]["proxied"] = told
        if not known:
            return new
        new["state"]["proxied"] = True
        chain = b",".join(headers_of(scope, b"x-forwarded-for")).decode("latin-1").split(",")
        for hop in reversed([_bare(each) for each in chain]):
            if not _is_address(hop):
                break
            new["client"] = (hop, 0)
            if not within(hop, self.proxies):
                break
        protocols = b",".join(headers_of(scope, b"x-forwarded-proto")).lower().split(b",")
        if protocols[-1].strip() in (b"http", b"https"):
            new["scheme"] = protocols[-1].strip().decode()
        return new


def within(address: str, places: Iterable[Network]) -> bool:
    """Whether an address lies in one of the networks.

    Examples
    --------
    >>> within("::ffff:10.1.2.3", networks(["10.0.0.0/8"])), within("odd", networks(["10.0.0.1"]))
    (True, False)
    """
    if not _is_address(address):
        return False
    found = ipaddress.ip_address(address)
    mapped = getattr(found, "ipv4_mapped", None) or found
    return any(mapped in network for network in places)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _bare(hop: str) -> str:
    """An address without its port: ``[2001:db8::1]:443`` and ``192.0.2.7:1234`` are seen."""
    hop = hop.strip()
    if hop.startswith("["):
        return hop[1:].partition("]")[0]
    return hop.partition(":")[0] if hop.count(":") == 1 else hop
