"""Drive an ASGI app with scopes as hostile as wanted, without a server or a client library."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

Header = tuple[bytes, bytes]


@dataclass
class Got:
    """What came back."""

    status: int = 0
    headers: list[Header] = field(default_factory=list)
    body: bytes = b""
    ends: int = 0
    events: list[str] = field(default_factory=list)

    def header(self, name: str) -> str:
        found = self.all(name)
        assert len(found) <= 1, f"{name} came {len(found)} times"
        return found[0] if found else ""

    def all(self, name: str) -> list[str]:
        return [v.decode("latin-1") for n, v in self.headers if n == name.encode()]

    def json(self) -> Any:
        return json.loads(self.body)


def scope_of(
    path: str = "/", method: str = "GET", headers: Sequence[Header] | None = None, **more: Any
) -> dict[str, Any]:
    """A scope as uvicorn makes it."""
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"localhost")] if headers is None else list(headers),
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 8000),
        "state": {},
        **more,
    }


def host(*headers: Header, name: bytes = b"localhost") -> list[Header]:
    """Headers with a good ``Host``."""
    return [(b"host", name), *headers]


def pieces(*parts: bytes) -> Callable[[], Awaitable[dict[str, Any]]]:
    """A body in parts, then the end of the connection."""
    waiting = [
        {"type": "http.request", "body": part, "more_body": i < len(parts)}
        for i, part in enumerate(parts, 1)
    ]

    async def receive() -> dict[str, Any]:
        return waiting.pop(0) if waiting else {"type": "http.disconnect"}

    return receive


async def asked(app: Any, scope: dict[str, Any], receive: Any = None) -> Got:
    """Call an app and check that it keeps to the protocol."""
    got = Got()

    async def send(message: dict[str, Any]) -> None:
        got.events.append(message["type"])
        if message["type"] == "http.response.start":
            assert not got.status, "the answer began twice"
            got.status, got.headers = message["status"], list(message["headers"])
        elif message["type"] == "http.response.body":
            assert got.status, "a body before its headers"
            assert not got.ends, "more after the end"
            got.body += message.get("body", b"")
            got.ends += not message.get("more_body", False)

    await app(scope, receive or pieces(b""), send)
    return got


def ask(app: Any, scope: dict[str, Any], receive: Any = None) -> Got:
    return asyncio.run(asked(app, scope, receive))


class Echo:
    """Reads the whole body and answers with it; remembers the scopes that it saw."""

    def __init__(self, status: int = 200, headers: Sequence[Header] = ()) -> None:
        self.status, self.headers = status, list(headers)
        self.seen: list[dict[str, Any]] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.seen.append(scope)
        body = b""
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                break
            body += message["body"]
            if not message["more_body"]:
                break
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        await send({"type": "http.response.body", "body": body})
