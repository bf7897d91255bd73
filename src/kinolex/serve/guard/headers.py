"""Headers that tell the browser what our answers may never do.

`POLICY` follows Content Security Policy Level 3: scripts, styles and requests only from here, no
inline code, no frames around us, no plugins. A title or a subtitle that holds a script stays text
even if a template should forget to escape it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["POLICY", "Headers"]

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob: data:",
        "media-src 'self' blob:",
        "connect-src 'self'",
        "font-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "manifest-src 'self'",
    )
)
"""The value of ``Content-Security-Policy``."""

_ALWAYS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (
        b"permissions-policy",
        b"camera=(), display-capture=(), geolocation=(), microphone=(), "
        b"payment=(), publickey-credentials-get=(), usb=()",
    ),
)
_HSTS = (b"strict-transport-security", b"max-age=31536000")
_NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


class Headers:
    """Put the headers on every answer, and let no line end through in any.

    They replace what the app says, but for a ``Content-Security-Policy`` (a page may have a
    stricter one of its own) and ``Cache-Control`` (``no-store`` where the app says nothing).
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on, or refuse."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        secure = scope.get("scheme") == "https"

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = [(bytes(n).lower(), bytes(v)) for n, v in message.get("headers", ())]
                message = {**message, "headers": complete(given, secure=secure)}
            await send(message)

        await self.app(scope, receive, sending)


def complete(given: list[tuple[bytes, bytes]], *, secure: bool) -> list[tuple[bytes, bytes]]:
    """An answer's headers with ours.

    Raises
    ------
    ValueError
        If a header holds a line end or another control character: it could split the answer
        (RFC 9110, 5.5).
    """
    for name, value in given:
        if not _NAME.fullmatch(name) or any((c < 32 and c != 9) or c == 127 for c in value):
            raise ValueError(f"the header {name!r} of an answer holds a control character")
    ours = {name for name, _ in _ALWAYS}
    kept = [(n, v) for n, v in given if n not in ours and n not in (b"server", _HSTS[0])]
    names = {name for name, _ in kept}
    kept += _ALWAYS
    if b"content-security-policy" not in names:
        kept.append((b"content-security-policy", POLICY.encode()))
    if b"cache-control" not in names:
        kept.append((b"cache-control", b"no-store"))
    if secure:
        kept.append(_HSTS)
    return kept
