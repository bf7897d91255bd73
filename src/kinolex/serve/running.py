"""Listening: the application behind its wall, on a socket that is bound before anything is said."""

from __future__ import annotations

import contextlib
import socket
import webbrowser
from collections.abc import Callable
from typing import TYPE_CHECKING

import kinolex
from kinolex.errors import UsageError
from kinolex.serve.options import ServeOptions

if TYPE_CHECKING:
    from kinolex.serve.limits import Limits

__all__ = ["address_of", "bound", "serve"]


def bound(options: ServeOptions) -> socket.socket:
    """A listening socket.

    Raises
    ------
    UsageError
        If the address or port cannot be had.
    """
    try:
        family = socket.getaddrinfo(options.host, options.port, type=socket.SOCK_STREAM)[0][0]
        # The protocol is named because asyncio turns Nagle's algorithm off only where it reads
        # TCP; else a body that follows its headers waits 40 ms for a delayed acknowledgement.
        made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((options.host, options.port))
        made.listen(256)
    except (OSError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise UsageError(
            f"Cannot listen on {options.host} port {options.port}: {why}.",
            hint="Choose another with --port, or 0 for any that is free.",
        ) from error
    return made


def address_of(options: ServeOptions, made: socket.socket) -> str:
    """Where to find the page.

    Examples
    --------
    >>> with bound(ServeOptions(port=0)) as made:
    ...     address_of(ServeOptions(port=0), made).startswith("http://127.0.0.1:")
    True
    """
    host = "localhost" if options.host in ("0.0.0.0", "::") else options.host
    name = f"[{host}]" if ":" in host else host
    return f"http://{name}:{made.getsockname()[1]}/"


def serve(
    options: ServeOptions,
    *,
    say: Callable[[str], None] = print,
    browser: bool = False,
    limits: Limits | None = None,
) -> None:
    """Serve until Ctrl-C.

    Parameters
    ----------
    options : ServeOptions
    say : callable
        Told where the page is, once it can be opened.
    browser : bool
        Open it.
    limits : Limits, optional
        How often somebody may ask; those of `kinolex.serve.wall.walled` otherwise.

    Raises
    ------
    UsageError
        If accounts are demanded and there are none, or the address cannot be had.
    LibraryError
        If the library cannot be read.
    """
    try:
        import uvicorn

        from kinolex.serve.connections import uvicorn_options
        from kinolex.serve.wall import walled
    except ModuleNotFoundError as missing:
        raise UsageError(
            f"Serving needs {missing.name}.", hint="Run `pip install 'kinolex[serve]'`."
        ) from missing
    with kinolex.open(options.library, read_only=True, settings=options.settings) as library:
        library.status()  # a library that cannot be read is said now, not to the first visitor
    app = walled(options, limits=limits)
    made = bound(options)
    with made:
        address = address_of(options, made)
        config = uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=3,
            lifespan="on",
            **uvicorn_options(options.proxies),
        )

        class Server(uvicorn.Server):
            """Says where it is as soon as it answers."""

            async def startup(self, sockets: list[socket.socket] | None = None) -> None:
                await super().startup(sockets)
                if self.started:
                    say(f"kinolex is at {address} (Ctrl-C ends it)")
                    if browser:
                        webbrowser.open(address)

        with contextlib.suppress(KeyboardInterrupt):  # uvicorn has ended everything by then
            Server(config).run([made])
