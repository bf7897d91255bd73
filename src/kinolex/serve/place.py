"""`Place`: the library that a server serves, as each person may see it, and the threads that work.

One thread answers questions, as a question uses all cores already; more would only take turns.
Some others read what pages show meanwhile, through a connection of their own.
"""

from __future__ import annotations

import asyncio
import threading
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from starlette.requests import Request

import kinolex
from kinolex.api import Library
from kinolex.library.kept import Kept
from kinolex.serve.exporting import Exports
from kinolex.serve.films import Films
from kinolex.serve.folders import Folders
from kinolex.serve.health import Health
from kinolex.serve.jobs import Jobs
from kinolex.serve.options import ServeOptions
from kinolex.serve.people import EVERYBODY, Person
from kinolex.serve.pictures import Pictures
from kinolex.serve.streams import Transcoders

__all__ = ["GoneError", "Place", "owner_of", "while_there"]

_T = TypeVar("_T")
_MOST_SCOPES = 16
_READERS = 4


class GoneError(Exception):
    """The client has closed the connection: nobody waits for the answer."""


class Place:
    """What all requests share.

    Parameters
    ----------
    options : ServeOptions
    """

    def __init__(self, options: ServeOptions) -> None:
        self.options = options
        self.waiting = 0
        self.jobs = Jobs()
        self.health = Health()
        self.transcoders = Transcoders()
        self.films = Films()
        self.folders = Folders(options.browse)
        self.pictures = Pictures(options.library / "cache" / "pictures", options.settings)
        self.exports = Exports(options.library / "cache" / "exports")
        self._asking = ThreadPoolExecutor(1, thread_name_prefix="ask")
        self._looking = ThreadPoolExecutor(_READERS, thread_name_prefix="look")
        self._libraries: OrderedDict[tuple[str, frozenset[str] | None], Library] = OrderedDict()
        self._mutex = threading.RLock()
        self._unseen: tuple[object, dict[str, int]] | None = None

    def library(self, person: Person, use: str = "look") -> Library:
        """The library as a person may see it; ``use`` ``ask`` and ``look`` do not share threads."""
        key = (use, person.roots)
        with self._mutex:
            found = self._libraries.pop(key, None)
            if found is None:
                found = self._open(person)
            self._libraries[key] = found
            while len(self._libraries) > 2 * _MOST_SCOPES:
                self._libraries.popitem(last=False)  # whoever still uses it keeps it alive
            return found

    def _open(self, person: Person) -> Library:
        options = self.options
        if person.roots is None:
            return kinolex.open(
                options.library, read_only=options.read_only, settings=options.settings
            )
        # A root that was removed since is no reason to refuse the others.
        known = {root.id for root in self.library(EVERYBODY).roots()}
        return kinolex.open(options.library, settings=options.settings, roots=person.roots & known)

    def folders_known(self) -> list[Path]:
        """The library and its roots, whose paths no sentence may tell."""
        return [self.options.library, *(r.path for r in self.library(EVERYBODY).roots())]

    async def ask(self, person: Person, work: Callable[[Library], _T]) -> _T:
        """Let the engine work, one question after the other.

        Cancelled while it waits for its turn, a question is never begun.
        """
        self.waiting += 1
        try:
            return await self._run(self._asking, lambda: work(self.library(person, "ask")))
        finally:
            self.waiting -= 1

    async def look(self, person: Person, work: Callable[[Library], _T]) -> _T:
        """Read from the library beside the questions."""
        return await self._run(self._looking, lambda: work(self.library(person)))

    def kept(self) -> Kept:
        """What people keep, to be changed; whoever changes it must have looked who asks."""
        return self.library(EVERYBODY).kept

    def unseen(self, person: Person, library: Library) -> dict[str, int]:
        """Moments of each saved search that are new, kept until the library changes.

        Every saved search is asked for it; a page that shows the count must not cost that each
        time.
        """
        saved = tuple(one.id for one in library.kept.saved(owner=owner_of(person)))
        key = (person, library.status().generation, saved)
        if self._unseen is None or self._unseen[0] != key:
            self._unseen = (key, library.unseen(owner=owner_of(person)))
        return self._unseen[1]

    def looked(self) -> None:
        """Somebody has looked at a saved search: count anew."""
        self._unseen = None

    async def _run(self, threads: ThreadPoolExecutor, work: Callable[[], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(threads, work)

    async def close(self) -> None:
        """Stop all that is going on, and close every library."""
        await self.jobs.close()
        await self.transcoders.close()
        self.exports.close()
        self.pictures.close()
        self._asking.shutdown(cancel_futures=True)
        self._looking.shutdown(cancel_futures=True)
        for library in self._libraries.values():
            library.close()
        self._libraries.clear()


def owner_of(person: Person) -> str | None:
    """Whose kept things a person sees: everybody's, or where roots are hidden their own alone.

    What others keep may speak of what is hidden.
    """
    return None if person.roots is None else person.name


async def while_there(request: Request, work: Awaitable[_T]) -> _T:
    """Await work for as long as the client waits for it.

    Raises
    ------
    GoneError
        If the client closed the connection first; the work is cancelled.
    """
    task = asyncio.ensure_future(work)
    watch = asyncio.ensure_future(_left(request))
    try:
        await asyncio.wait({task, watch}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise GoneError
        return task.result()
    finally:
        for one in (task, watch):
            if not one.done():
                one.cancel()


async def _left(request: Request) -> Any:
    """Return when the client has gone; its body must have been read."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
