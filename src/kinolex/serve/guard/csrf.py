"""Requests that a page of a stranger makes in the name of the person who looks at it.

The browser of somebody who is logged in (or who sits at the machine of a server without accounts)
sends requests for any page. Four things keep a stranger's page from using that:

* ``Sec-Fetch-Site`` (W3C Fetch Metadata): browsers say there whether a request comes from our own
  page, and no page can change it. From elsewhere only plain links to pages are followed.
* ``Origin`` (RFC 6454; ``Referer`` where it is missing) of a request that changes something must
  be our own. Browsers send ``Origin`` with every POST across origins, also with "simple" ones
  that need no preflight, and ``null`` where they hide it: that is refused.
* Posts with the types of forms, which pages can send anywhere without a preflight, need a token
  besides: HMAC-SHA256 of the session under a key of the server. The cookie is ``SameSite=Lax``.
* Requests with none of these headers come from no browser of today (``Sec-Fetch-Site`` goes to
  loopback and https since Chrome 76, Firefox 90 and Safari 16.4, the last in 2023). Programs
  without an account, like curl on this machine, may make them if their type is not one of a form:
  even an old browser would have to ask before it sends such a request across origins (CORS
  preflight), and we never allow it. Programs with an account use tokens, which no browser sends by
  itself: exempt.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from kinolex.serve.guard.asgi import headers_of, one_header, origin_of, state_of
from kinolex.serve.guard.who import cookie_name, cookie_of
from kinolex.serve.problems import Problem, send_problem

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["FIELD", "HEADER", "Csrf", "csrf_token", "visit_name"]

FIELD = "csrf"
"""Name of the field of a form; in ``multipart/form-data`` it must be the first."""

HEADER = b"x-csrf-token"
"""Header that a script of ours may send instead of the field."""

SAFE = ("GET", "HEAD", "OPTIONS")
LONGEST_FORM = 64 * 1024
_HEAD = 2048
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data", "text/plain")
_FIRST_PART = re.compile(
    rb'--[^\r\n]{1,200}\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n([0-9a-f]{64})\r\n',
    re.IGNORECASE,
)


def csrf_token(key: bytes, session: str) -> str:
    """The token that forms of a session carry: 64 hexadecimal digits."""
    return hmac.new(key, session.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


class Csrf:
    """Refuse (403) what was not sent by a page of ours, by a program with a token, or by hand.

    Puts the token for forms into ``scope["state"]["csrf"]``. Stands behind `Who`.

    Parameters
    ----------
    app : ASGI application
        What stands behind.
    key : bytes
        32 random bytes, ``accounts.key("csrf")``, or drawn at start where there are no accounts.
    """

    def __init__(self, app: ASGIApp, key: bytes) -> None:
        self.app = app
        self.key = key

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on, or refuse."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        state = state_of(scope)
        if state.get("by") == "token":
            await self.app(scope, receive, send)
            return
        state["csrf"] = csrf_token(self.key, _secret(scope))
        reason = foreign(scope)
        if not reason and scope["method"] not in SAFE and is_form(scope):
            receive, reason = await self._form(scope, receive, state["csrf"])
        if reason:
            refusal = Problem(
                403, "Not from here", reason, hint="Load the page again, or use an API token."
            )
            await send_problem(scope, receive, send, refusal)
            return
        await self.app(scope, receive, send)

    async def _form(self, scope: Scope, receive: Receive, token: str) -> tuple[Receive, str]:
        """Look for the token, and give the body back whole."""
        given = (one_header(scope, HEADER) or "").encode("latin-1")
        if not given and _type(scope) in _FORMS[:2]:
            simple = _type(scope) == _FORMS[0]
            messages, body = await _read(receive, LONGEST_FORM if simple else _HEAD)
            receive = _again(messages, receive)
            given = _field(body) if simple else _first_part(body)
        good = hmac.compare_digest(given, token.encode())
        return receive, "" if good else "The form does not carry the token of this page."


def visit_name(scope: Scope) -> str:
    """Name of the cookie that stands in for the session's before a login."""
    return f"{cookie_name(scope)}-visit"


def _secret(scope: Scope) -> str:
    """What a form's token is bound to.

    Before a login it is a cookie of the visit: one that is new is left in ``state["new_visit"]``
    for the login page to set. Without accounts it is the start of the server alone (the key is
    drawn then): a page of a stranger cannot read the token.
    """
    state = state_of(scope)
    if state.get("by") == "nobody":
        visit = cookie_of(scope, visit_name(scope))
        if not visit:
            visit = state["new_visit"] = secrets.token_urlsafe(32)
        return visit
    return str(state.get("session") or "")


def foreign(scope: Scope) -> str:
    """Why a request does not come from a page of ours or from a program; empty when it does."""
    site = headers_of(scope, b"sec-fetch-site")
    if site and site not in ([b"same-origin"], [b"none"]) and not _is_link(scope):
        return "The request comes from another site."
    if scope["method"] in SAFE:
        return ""
    for name in (b"origin", b"referer"):
        if headers_of(scope, name):
            same = _origin(one_header(scope, name) or "") == origin_of(scope)
            return "" if same else "The request comes from another site."
    if site == [b"same-origin"]:
        return ""
    if state_of(scope).get("by") != "everybody":
        return "The request does not say where it comes from."
    if is_form(scope):
        return "Without Origin only JSON is taken: send Content-Type: application/json."
    return ""


def _is_link(scope: Scope) -> bool:
    """Whether somebody followed a link to a page of ours, in a window of its own."""
    return (
        scope["method"] in ("GET", "HEAD")
        and headers_of(scope, b"sec-fetch-mode") == [b"navigate"]
        and headers_of(scope, b"sec-fetch-dest") == [b"document"]
        and not scope["path"].startswith("/v1/")
    )


def _origin(text: str) -> str:
    """Origin of an address, as `origin_of` writes it."""
    try:
        parts = urlsplit(text)
        port = {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        return ""
    host = parts.netloc.lower()
    return f"{parts.scheme}://{host.removesuffix(f':{port}') if port else host}"


def _type(scope: Scope) -> str:
    given = one_header(scope, b"content-type") or ""
    return given.partition(";")[0].strip().lower()


def is_form(scope: Scope) -> bool:
    """Whether a page could have sent this anywhere without asking: a POST of a form's type.

    One without any type counts too when it has a body: a script may leave the type out.
    """
    if scope["method"] != "POST":
        return False  # every other method that changes something needs a preflight
    if headers_of(scope, b"content-type"):
        return _type(scope) in (*_FORMS, "")
    length = headers_of(scope, b"content-length")
    empty = length in ([], [b"0"]) and not headers_of(scope, b"transfer-encoding")
    return not empty or (state_of(scope).get("by") == "everybody" and not _told(scope))


def _told(scope: Scope) -> bool:
    """Whether a browser said where the request comes from."""
    return any(headers_of(scope, name) for name in (b"origin", b"referer", b"sec-fetch-site"))


async def _read(receive: Receive, most: int) -> tuple[list[Message], bytes]:
    """Messages until so many bytes, or the end."""
    messages: list[Message] = []
    body = b""
    while len(body) < most:
        message = await receive()
        messages.append(message)
        body += message.get("body", b"")
        if message["type"] != "http.request" or not message.get("more_body"):
            break
    return messages, body


def _again(messages: list[Message], receive: Receive) -> Receive:
    """Messages that were looked at, then those that come."""
    waiting = list(messages)

    async def receiving() -> Message:
        return waiting.pop(0) if waiting else await receive()

    return receiving


def _field(body: bytes) -> bytes:
    """The token of a form in the type that forms have by default."""
    try:
        found = parse_qs(body.decode("latin-1"), max_num_fields=200).get(FIELD, [])
    except ValueError:
        return b""
    return found[0].encode("utf-8", "replace") if len(found) == 1 else b""


def _first_part(body: bytes) -> bytes:
    """The token of a form with files, which must be its first part."""
    match = _FIRST_PART.match(body)
    return match[1] if match else b""
