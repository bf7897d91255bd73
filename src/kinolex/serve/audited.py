"""Whatever changes something is written down: who, what, how it ended, from where."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from anyio import to_thread

from kinolex.serve.guard.asgi import address_of

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from kinolex.serve.audit import Audit

__all__ = ["Audited"]

_SAFE = ("GET", "HEAD", "OPTIONS")
_QUESTIONS = ("/v1/search", "/timeline", "/mcp")
"""Ends of paths whose POST only asks."""

_NOBODY = "(unknown)"
"""Who asks on a path that is open to everybody."""

_log = logging.getLogger("kinolex.serve")


class Audited:
    """ASGI middleware; stands behind those that say who asks."""

    def __init__(self, app: ASGIApp, audit: Audit) -> None:
        self._app = app
        self._audit = audit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, and write it down where it may change something."""
        changes = scope["type"] == "http" and scope["method"] not in _SAFE
        own = scope.get("path", "") in ("/login", "/logout")  # these write their own lines
        if not changes or own or scope["path"].endswith(_QUESTIONS):
            await self._app(scope, receive, send)
            return
        status: list[int] = []

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                status.append(message["status"])
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            person = scope.get("state", {}).get("person")
            await to_thread.run_sync(
                self._write,
                _NOBODY if person is None else person.name or "(this machine)",
                scope["method"],
                scope["path"],
                str(status[0]) if status else "broke off",
                address_of(scope),
            )

    def _write(self, *line: str) -> None:
        try:
            self._audit.record(*line)
        except Exception:  # a full disk must not undo what was done, but somebody should know
            _log.exception("the audit log cannot be written")
