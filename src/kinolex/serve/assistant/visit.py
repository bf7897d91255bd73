"""The way of one request to the library: as whom, on which thread, with which addresses."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from kinolex.api import Library
from kinolex.serve.exporting import Exports
from kinolex.serve.films import Films
from kinolex.serve.people import Person

if TYPE_CHECKING:
    from starlette.requests import Request

    from kinolex.serve.place import Place

__all__ = ["Alone", "AtPlace", "Reach", "Visit"]

_T = TypeVar("_T")


class Visit(ABC):
    """One request. ``base``: what addresses begin with; "" where there are no pages."""

    person: Person
    exports: Exports
    films: Films
    base: str = ""

    @abstractmethod
    async def ask(self, work: Callable[[Library], _T]) -> _T:
        """Let the engine work, one question after the other."""

    @abstractmethod
    async def look(self, work: Callable[[Library], _T]) -> _T:
        """Read from the library."""

    def link(self, path: str) -> str | None:
        """The whole address of a path of the server, where there is one."""
        return f"{self.base}{path}" if self.base else None


Reach = Callable[["Request | None"], Visit]
"""Makes the visit of a request; there is no request over stdio."""


class Alone(Visit):
    """A library and one thread, for the one assistant at the other end of stdin and stdout.

    Parameters
    ----------
    library : Library
        It may be limited to some roots.
    """

    person = Person("assistant", "viewer")

    def __init__(self, library: Library) -> None:
        self._library = library
        self._threads = ThreadPoolExecutor(1, thread_name_prefix="assistant")
        self.exports = Exports(library.path / "cache" / "exports")
        self.films = Films()

    def __call__(self, request: Request | None = None) -> Visit:
        """Every request is the same visit."""
        return self

    async def ask(self, work: Callable[[Library], _T]) -> _T:
        """On the one thread."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, work, self._library)

    async def look(self, work: Callable[[Library], _T]) -> _T:
        """On the one thread."""
        return await self.ask(work)

    def close(self) -> None:
        """End the threads, and delete the exported files."""
        self.exports.close()
        self._threads.shutdown(cancel_futures=True)


class AtPlace(Visit):
    """A person at a server: with its threads, and with what they may see.

    Parameters
    ----------
    place : Place
        The server's library and threads.
    person : Person
        Who asks.
    base : str
        Origin of the server (``http://host:port``); "" where it has no pages.
    """

    def __init__(self, place: Place, person: Person, base: str = "") -> None:
        self._place = place
        self.person = person
        self.exports, self.films = place.exports, place.films
        self.base = base

    async def ask(self, work: Callable[[Library], _T]) -> _T:
        """In the server's queue of questions."""
        return await self._place.ask(self.person, work)

    async def look(self, work: Callable[[Library], _T]) -> _T:
        """On the server's readers."""
        return await self._place.look(self.person, work)
