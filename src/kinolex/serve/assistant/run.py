"""Running the assistant's server by itself: on stdin and stdout, or on a port of this machine."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING

from kinolex.errors import UsageError

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from kinolex.api import Library
    from kinolex.serve.place import Place

__all__ = ["over_http", "over_stdio"]

LOOPBACK = "127.0.0.1"
_NAMES = ("127.0.0.1:*", "localhost:*")


def over_stdio(library: Library) -> None:
    """Serve on stdin and stdout until stdin ends; nothing else goes to stdout.

    Parameters
    ----------
    library : Library
        It may be limited to some roots.

    Raises
    ------
    UsageError
        If the optional package is missing.
    """
    try:
        import anyio
        from mcp.server.stdio import stdio_server

        from kinolex.serve.assistant.server import assistant
        from kinolex.serve.assistant.visit import Alone
    except ModuleNotFoundError as missing:
        raise _missing(missing) from missing
    visit = Alone(library)
    server = assistant(visit)

    async def talk() -> None:
        async with stdio_server() as (heard, said):
            await server.run(heard, said, server.create_initialization_options())

    try:
        anyio.run(talk)
    finally:
        visit.close()


def over_http(
    folder: Path,
    *,
    port: int,
    roots: Collection[str] | None = None,
    say: Callable[[str], None] = print,
) -> None:
    """Serve streamable HTTP at ``/mcp`` on this machine alone, until Ctrl-C.

    Parameters
    ----------
    folder : Path
        The library's folder.
    port : int
        0 takes one that is free.
    roots : collection of str, optional
        Ids of the only roots that are seen.
    say : callable
        Told the address.

    Raises
    ------
    UsageError
        If the port cannot be had, or an optional package is missing.
    """
    try:
        import uvicorn

        from kinolex.serve.options import ServeOptions
        from kinolex.serve.place import Place
        from kinolex.serve.running import address_of, bound
    except ModuleNotFoundError as missing:
        raise _missing(missing) from missing
    options = ServeOptions(library=folder, host=LOOPBACK, port=port, read_only=True)
    with bound(options) as made:
        config = uvicorn.Config(
            alone(Place(options), roots),
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=3,
            lifespan="on",
        )
        say(f"kinolex speaks MCP at {address_of(options, made)}mcp (Ctrl-C ends it)")
        uvicorn.Server(config).run([made])


def alone(place: Place, roots: Collection[str] | None = None) -> ASGIApp:
    """An application with nothing but ``/mcp``, for the one person at this machine."""
    from collections.abc import AsyncIterator
    from contextlib import asynccontextmanager

    from starlette.applications import Starlette
    from starlette.routing import Route

    from kinolex.serve.assistant.web import assistant_app
    from kinolex.serve.people import EVERYBODY, Person

    person = EVERYBODY if roots is None else Person("assistant", "viewer", frozenset(roots))
    inner = assistant_app(place, links=False, names=_NAMES)

    class Known:
        """Says who asks."""

        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            state = {**scope.get("state", {}), "person": person}
            await inner({**scope, "state": state}, receive, send)

    @asynccontextmanager
    async def life(app: Starlette) -> AsyncIterator[None]:
        try:
            yield
        finally:
            await place.close()

    return Starlette(routes=[Route("/mcp", Known())], lifespan=life)


def _missing(missing: ModuleNotFoundError) -> UsageError:
    return UsageError(
        f"The MCP server needs {missing.name}.", hint="Run `pip install 'kinolex[serve]'`."
    )
