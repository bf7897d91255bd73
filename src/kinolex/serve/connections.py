"""Connections of clients that are slow on purpose: they cost little and keep nobody out.

uvicorn has no limit on how long a request's headers may take, nor on how long an answer may go
unread. Its protocol for HTTP/1.1 gets both here, and a place for each connection: where there is
none left, the oldest that has not asked for anything yet gives way.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

from kinolex.serve.guard.forwarded import networks, within
from kinolex.serve.limits import network_of

__all__ = ["Seats", "patient", "uvicorn_options"]

HEADER_BYTES = 32 * 1024
_FULL = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nRetry-After: 5\r\n"
    b"Connection: close\r\n\r\n"
)


class Seats:
    """Who is connected: at most ``most`` together, and ``each`` from one address.

    Parameters
    ----------
    most, each : int
        Connections. A browser opens six to one server.
    proxies : iterable of str
        Addresses that may have more: many people come from them.
    """

    def __init__(self, most: int = 400, each: int = 64, proxies: Iterable[str] = ()) -> None:
        self.most = most
        self.each = each
        self._proxies = networks(proxies)
        self._taken: dict[_Patient, str] = {}  # in order of arrival

    def __len__(self) -> int:
        return len(self._taken)

    def take(self, who: _Patient, address: str) -> bool:
        """Take a seat, where need be that of the oldest who waits; False when all are at work."""
        place = network_of(address)
        same = [other for other, taken in self._taken.items() if taken == place]
        crowded = len(same) >= self.each and not within(address, self._proxies)
        if crowded and not self._free(same):
            return False
        if len(self._taken) >= self.most and not self._free(list(self._taken)):
            return False
        self._taken[who] = place
        return True

    def _free(self, among: list[_Patient]) -> bool:
        for other in among:
            if not other.busy:
                self.leave(other)
                other.drop()
                return True
        return False

    def leave(self, who: _Patient) -> None:
        """Give a seat back."""
        self._taken.pop(who, None)


class _Patient(H11Protocol):
    """One connection, patient for so long."""

    seats: Seats
    header_seconds: float
    stall_seconds: float

    _waiting: asyncio.TimerHandle | None = None
    _stalled: asyncio.TimerHandle | None = None

    @property
    def busy(self) -> bool:
        """Whether a request is being answered."""
        return self.cycle is not None and not self.cycle.response_complete

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if not self.seats.take(self, str(self.client[0]) if self.client else ""):
            transport.write(_FULL)
            transport.close()
            return
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        self.seats.leave(self)
        self._unwait()
        self._unstall()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch()

    def _watch(self) -> None:
        """Wait for whole headers only so long; the time does not begin anew with each byte."""
        if self.busy:
            self._unwait()
        elif self._waiting is None:
            self._waiting = self.loop.call_later(self.header_seconds, self.drop)

    def on_response_complete(self) -> None:
        self._unwait()
        super().on_response_complete()

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._stalled is None:
            self._stalled = self.loop.call_later(self.stall_seconds, self.drop)

    def resume_writing(self) -> None:
        self._unstall()
        super().resume_writing()

    def _unwait(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
        self._waiting = None

    def _unstall(self) -> None:
        if self._stalled is not None:
            self._stalled.cancel()
        self._stalled = None

    def drop(self) -> None:
        """Close at once; what was not read is lost."""
        self.transport.abort()


def patient(
    seats: Seats | None = None, *, header_seconds: float = 15.0, stall_seconds: float = 300.0
) -> type[asyncio.Protocol]:
    """A protocol for uvicorn's option ``http``.

    Parameters
    ----------
    seats : Seats, optional
        How many connections there may be.
    header_seconds : float
        How long the headers of a request may take, from the connection or their first byte on.
    stall_seconds : float
        How long a client may read nothing of its answer. Browsers stop reading while a film is
        paused; they ask again for the rest when it goes on.
    """
    members = {
        "seats": Seats() if seats is None else seats,
        "header_seconds": header_seconds,
        "stall_seconds": stall_seconds,
    }
    return type("Patient", (_Patient,), members)


def uvicorn_options(proxies: Iterable[str] = ()) -> dict[str, Any]:
    """Options of ``uvicorn.Config`` that the guards count on.

    ``proxy_headers`` is off because `kinolex.serve.guard.Forwarded` does it: uvicorn's own would
    believe whoever connects from this machine.
    """
    return {
        "http": patient(Seats(proxies=proxies)),
        "ws": "none",
        "proxy_headers": False,
        "server_header": False,
        "h11_max_incomplete_event_size": HEADER_BYTES,
        "timeout_keep_alive": 15,
    }
