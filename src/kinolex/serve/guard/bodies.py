"""What may be sent to us: how much, in how many headers, and how slowly.

Lengths are counted while they stream; what ``Content-Length`` says is only believed when it is
already too much. The time counts only while we wait for the client, so that a slow disk of ours is
not their fault.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import anyio

from kinolex.serve.guard.asgi import headers_of, under
from kinolex.serve.problems import Problem, send_problem

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["Bodies", "Pace"]

MOST = 256 * 1024
MOST_HEADERS = 100
MOST_HEADER_BYTES = 32 * 1024


@dataclass(frozen=True, slots=True)
class Pace:
    """How slowly a body may come: ``grace`` seconds, and then ``rate`` bytes a second or more.

    ``total`` seconds end it in any case.
    """

    grace: float = 10.0
    rate: float = 4096.0
    total: float = 600.0

    def allowed(self, received: int) -> float:
        """Seconds of waiting that are allowed once so many bytes have come."""
        return min(self.grace + received / self.rate, self.total)


class Bodies:
    """Limit bodies (413), the time they take (408), and headers (431).

    Parameters
    ----------
    app : ASGI application
        What stands behind.
    most : int
        Bytes of a body.
    larger : mapping of str to int
        Other limits by path; one that ends with ``/`` holds for all below.
    pace : Pace
        How slowly bodies may come.
    clock : callable
        Seconds, never going back.
    """

    def __init__(
        self,
        app: ASGIApp,
        most: int = MOST,
        *,
        larger: Mapping[str, int] | None = None,
        pace: Pace | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.app = app
        self.most = most
        self.larger = dict(larger or {})
        self.pace = pace or Pace()
        self.clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on, or refuse."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        most = max((n for p, n in self.larger.items() if under(scope["path"], [p])), default=0)
        most = most or self.most
        refusal = refused(scope, most)
        if refusal is not None:
            await send_problem(scope, receive, send, refusal)
            return
        body = _Body(scope, receive, send, most, self.pace, self.clock)
        try:
            await self.app(scope, body.receive, body.send)
        except Exception:
            if body.refusal is None:
                raise
        await body.finish()


class _Body:
    """One request's body and the answer to it."""

    def __init__(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        most: int,
        pace: Pace,
        clock: Callable[[], float],
    ) -> None:
        self._scope, self._receive, self._send = scope, receive, send
        self._most, self._pace, self._clock = most, pace, clock
        self._received = 0
        self._waited = 0.0
        self._whole = False
        self._started = False
        self.refusal: Problem | None = None

    async def receive(self) -> Message:
        """The next piece; once the body is refused, only that the client has gone."""
        if self.refusal is not None:
            return {"type": "http.disconnect"}
        if self._whole:
            return await self._receive()
        message = await self._timely()
        if message is None:
            self.refusal = _SLOW
            return {"type": "http.disconnect"}
        if message["type"] == "http.request":
            self._received += len(message.get("body", b""))
            self._whole = not message.get("more_body", False)
            if self._received > self._most:
                self.refusal = too_big(self._most)
                return {"type": "http.disconnect"}
        return message

    async def _timely(self) -> Message | None:
        left = self._pace.allowed(self._received) - self._waited
        began = self._clock()
        message: Message | None = None
        with anyio.move_on_after(max(left, 0.0)):
            message = await self._receive()
        self._waited += self._clock() - began
        late = self._waited > self._pace.allowed(self._received)
        return None if late else message

    async def send(self, message: Message) -> None:
        """What the app answers, unless the body was refused before it began."""
        if self.refusal is not None and not self._started:
            return
        self._started = True
        await self._send(message)

    async def finish(self) -> None:
        """Answer with the refusal, where there is one and nothing was answered yet."""
        if self.refusal is not None and not self._started:
            self._started = True
            await send_problem(self._scope, self._receive, self._send, self.refusal)


_CLOSE = {"Connection": "close"}
_SLOW = Problem(
    408, "Too slow", "The body of the request came too slowly.", hint="Try again.", headers=_CLOSE
)


def too_big(most: int) -> Problem:
    """The refusal of a body above a limit.

    It does not close the connection: who is still sending would see a reset instead of the
    answer. What still comes is thrown away, for as long as `kinolex.serve.connections` waits.
    """
    return Problem(
        413,
        "Too large",
        f"The body of the request is larger than {most} bytes.",
        hint="Send less.",
    )


def refused(scope: Scope, most: int) -> Problem | None:
    """What is already clear from the headers."""
    sizes = [len(name) + len(value) for name, value in scope["headers"]]
    if len(sizes) > MOST_HEADERS or sum(sizes) > MOST_HEADER_BYTES:
        return Problem(431, "Headers too large", "There are too many headers.", headers=_CLOSE)
    encodings = headers_of(scope, b"content-encoding")
    if any(value.strip().lower() not in (b"", b"identity") for value in encodings):
        # A small compressed body can unfold to any size; nobody needs to send one.
        return Problem(
            415,
            "Compressed body",
            "Compressed bodies are not read.",
            headers={"Accept-Encoding": "identity"},
        )
    lengths = headers_of(scope, b"content-length")
    if not lengths:
        return None
    doubled = len(lengths) > 1 or bool(headers_of(scope, b"transfer-encoding"))
    if doubled or not lengths[0].isdigit() or len(lengths[0]) > 18:
        # Two readings of one length are how a request is smuggled past a proxy (RFC 9112, 6.1).
        return Problem(400, "Odd length", "The length of the body is not clear.", headers=_CLOSE)
    return too_big(most) if int(lengths[0]) > most else None
