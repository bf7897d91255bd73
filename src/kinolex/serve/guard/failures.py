"""The last net: whatever goes wrong behind becomes a problem, and a line in the log."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from kinolex.errors import KinolexError
from kinolex.serve.guard.asgi import state_of
from kinolex.serve.problems import AsPage, problem_of, send_problem

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["Failures"]

_log = logging.getLogger("kinolex.serve")


class Failures:
    """Turn errors into problems (`kinolex.serve.problems.problem_of`).

    Parameters
    ----------
    app : ASGI application
        What stands behind.
    folders : callable, optional
        Gives the library and its roots, whose paths are cut out of sentences.
    as_page : callable, optional
        Draws a problem as a page, for browsers.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        folders: Callable[[], Iterable[Path]] = tuple,
        as_page: AsPage | None = None,
    ) -> None:
        self.app = app
        self.folders = folders
        self.as_page = as_page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on, or refuse."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = complete = False

        async def sending(message: Message) -> None:
            nonlocal started, complete
            await send(message)
            # Only now: an answer whose headers were refused has not begun.
            started = True
            complete = message["type"] == "http.response.body" and not message.get("more_body")

        if self.as_page is not None:
            state_of(scope)["as_page"] = self.as_page
        try:
            await self.app(scope, receive, sending)
        except asyncio.CancelledError:
            raise
        except Exception as error:
            if _left(error):
                return
            error = _meant(error)
            expected = isinstance(error, KinolexError)
            if not expected:
                _log.exception("%s %r failed", scope["method"], scope["path"])
            if not started:
                found = problem_of(error, self._places())
                await send_problem(scope, receive, send, found)
            elif not complete and expected:
                # Half an answer is out: the server closes the connection of whoever returns now,
                # so that nobody takes the half for the whole.
                _log.warning("%s %r broke off: %s", scope["method"], scope["path"], error)
            elif not complete:
                raise ConnectionAbortedError("an answer broke off") from None

    def _places(self) -> list[Path]:
        try:
            return list(self.folders())
        except Exception:
            _log.exception("the folders of the library are not known")
            return []


def _meant(error: Exception) -> Exception:
    """The error itself: Starlette wraps one that comes when half an answer is out."""
    cause = error.__cause__
    return cause if isinstance(error, RuntimeError) and isinstance(cause, KinolexError) else error


def _left(error: Exception) -> bool:
    """Whether the client has gone: nobody is there to be answered, and nothing is wrong."""
    from starlette.requests import ClientDisconnect

    return isinstance(error, ClientDisconnect)
