"""Idempotency keys: a request that is sent again is answered again, not done again.

After draft-ietf-httpapi-idempotency-key-header-07: a POST to the API with ``Idempotency-Key`` is
remembered with its answer for a day, in memory; the same key with another request is refused (422),
and one that is still being worked on too (409).
"""

from __future__ import annotations

import hashlib
import re
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kinolex.serve.problems import Problem, send_problem

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["Idempotency"]

MOST = 1000
MOST_BODY = 1 << 20
"""Bytes of an answer that is remembered; requests are bounded by the guard already."""

_LONGEST = 24 * 3600.0
_KEY = re.compile(r"[!-~]{1,255}")


@dataclass(slots=True)
class _Known:
    """A request that was seen: the hash of its body, and the answer once it is there."""

    body: str
    at: float
    start: dict[str, Any] | None = None
    answer: bytearray = field(default_factory=bytearray)
    whole: bool = False


class Idempotency:
    """ASGI middleware; stands behind those that say who asks."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._known: OrderedDict[tuple[str, ...], _Known] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        keys = [v for k, v in scope.get("headers", []) if k == b"idempotency-key"]
        api = scope["type"] == "http" and scope["method"] == "POST"
        if not (api and keys and scope["path"].startswith("/v1/")):
            await self._app(scope, receive, send)
            return
        key = keys[0].decode("latin-1")
        if len(keys) > 1 or not _KEY.fullmatch(key):
            await send_problem(scope, receive, send, _WRONG)
            return
        body = await _whole(receive)
        if body is None:
            return
        person = scope.get("state", {}).get("person")
        if person is None:  # an open path: nobody who could send a request again is known
            await self._app(scope, _given(body, receive), send)
            return
        # With the roots: who sees less since hears nothing again of what they saw before.
        roots = "*" if person.roots is None else " ".join(sorted(person.roots))
        name = (person.name, person.role, roots, scope["path"], key)
        digest = hashlib.sha256(body + b"\0" + scope["query_string"]).hexdigest()
        known = self._recalled(name)
        if known is not None:
            await self._again(known, digest, scope, receive, send)
            return
        await self._first(name, _Known(digest, time.monotonic()), body, scope, receive, send)

    def _recalled(self, name: tuple[str, ...]) -> _Known | None:
        now = time.monotonic()
        while self._known:
            oldest = next(iter(self._known.values()))
            if now - oldest.at < _LONGEST and len(self._known) < MOST:
                break
            self._known.popitem(last=False)
        return self._known.get(name)

    async def _again(
        self, known: _Known, digest: str, scope: Scope, receive: Receive, send: Send
    ) -> None:
        if known.body != digest:
            await send_problem(scope, receive, send, _OTHER)
        elif not known.whole or known.start is None:
            await send_problem(scope, receive, send, _BUSY)
        else:
            start = dict(known.start)
            start["headers"] = [*start["headers"], (b"idempotent-replayed", b"true")]
            await send(start)
            await send({"type": "http.response.body", "body": bytes(known.answer)})

    async def _first(
        self,
        name: tuple[str, ...],
        known: _Known,
        body: bytes,
        scope: Scope,
        receive: Receive,
        send: Send,
    ) -> None:
        self._known[name] = known

        async def kept(message: Message) -> None:
            if message["type"] == "http.response.start":
                known.start = dict(message)
            elif message["type"] == "http.response.body":
                known.answer += message.get("body", b"")
                known.whole = not message.get("more_body", False)
            await send(message)

        try:
            await self._app(scope, _given(body, receive), kept)
        finally:
            failed = known.start is None or known.start["status"] >= 500
            if failed or not known.whole or len(known.answer) > MOST_BODY:
                self._known.pop(name, None)  # nothing to repeat: the next try is a new one


def _given(body: bytes, receive: Receive) -> Receive:
    """A body that was read, once more, and then what comes behind it."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


async def _whole(receive: Receive) -> bytes | None:
    """The body of a request; None when the client left."""
    parts = []
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)


_WRONG = Problem(
    400,
    "Not an idempotency key",
    "Idempotency-Key must be given once, 1 to 255 visible characters.",
)
_OTHER = Problem(422, "The idempotency key was used", "This key came with another request before.")
_BUSY = Problem(
    409,
    "Still being done",
    "The first request with this key is not answered yet.",
    headers={"Retry-After": "1"},
)
