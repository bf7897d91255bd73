"""Exports that the server makes: in threads beside the questions, kept for a day."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import secrets
import shutil
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kinolex.errors import KinolexError, NotFoundError
from kinolex.export.request import Exported
from kinolex.serve.people import Person
from kinolex.serve.problems import BusyError, writable

__all__ = ["Export", "Exports", "Work"]

MOST = 200
"""Files that are kept at the same time."""
MOST_UNDER_WAY = 50
LONGEST = 24 * 3600.0
"""Seconds for which a finished file is kept."""
LEAST_ROOM = 1 << 20
"""Bytes below which a disk is full."""

Work = Callable[[Path, Callable[[], bool]], Exported]
"""Makes a file in a folder of its own; asks now and then whether to give up."""


@dataclass(slots=True)
class Export:
    """One file that is made or was made."""

    id: str
    format: str
    person: Person
    created: float
    work: asyncio.Future[Exported]
    stop: threading.Event

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        own = f"/v1/exports/{self.id}"
        told: dict[str, Any] = {"id": self.id, "format": self.format, "links": {"self": own}}
        if not self.work.done():
            return told | {"state": "running"}
        error = self.work.exception()
        if isinstance(error, KinolexError):
            return told | {"state": "failed", "error": {"title": error.message, "hint": error.hint}}
        if error is not None:
            return told | {"state": "failed", "error": {"title": "The export failed.", "hint": ""}}
        made = self.work.result().to_dict()
        return told | {"state": "done", **made, "links": {"self": own, "file": f"{own}/file"}}


class Exports:
    """Exports of one server.

    Films are made one after the other, as each takes all cores; what is only written is written
    beside them, so that a list of words does not wait for an hour of film.

    Parameters
    ----------
    folder : Path
        Where the files are kept.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._exports: dict[str, Export] = {}
        self._films = ThreadPoolExecutor(1, thread_name_prefix="export-film")
        self._texts = ThreadPoolExecutor(1, thread_name_prefix="export-text")

    def begin(self, format: str, person: Person, work: Work, *, film: bool) -> Export:
        """Start an export.

        Parameters
        ----------
        format : str
            Name of the format.
        person : Person
            Who alone may ask for it.
        work : callable
            See `Work`.
        film : bool
            Whether films are read for it.

        Raises
        ------
        BusyError
            If too many are under way.
        """
        self._tidy()
        name, stop = secrets.token_hex(16), threading.Event()
        place = self._folder / name
        with writable():
            place.mkdir(parents=True)

        def made() -> Exported:
            try:
                return work(place, stop.is_set)
            except KinolexError as error:
                with writable():
                    _demand_room(place, error)
                raise
            finally:
                if stop.is_set():
                    shutil.rmtree(place, ignore_errors=True)

        threads = self._films if film else self._texts
        future = asyncio.get_running_loop().run_in_executor(threads, made)
        future.add_done_callback(lambda f: None if f.cancelled() else f.exception())
        self._exports[name] = Export(name, format, person, time.monotonic(), future, stop)
        return self._exports[name]

    def one(self, name: str, person: Person) -> Export:
        """An export of this person.

        Raises
        ------
        NotFoundError
            If there is none.
        """
        found = self._exports.get(name)
        if found is None or found.person != person:
            raise NotFoundError("There is no such export.", hint="It is kept for a day.")
        return found

    def drop(self, name: str, person: Person) -> None:
        """Stop an export of this person, where it is under way, and delete its file.

        Raises
        ------
        NotFoundError
            If there is none.
        """
        self._forget(self.one(name, person))

    def _forget(self, old: Export) -> None:
        self._exports.pop(old.id, None)
        old.stop.set()
        old.work.cancel()
        shutil.rmtree(self._folder / old.id, ignore_errors=True)  # its thread does so again

    def _tidy(self) -> None:
        """Forget what is old; make room for one more.

        Raises
        ------
        BusyError
            If too many are under way.
        """
        now = time.monotonic()
        ended = [one for one in self._exports.values() if one.work.done()]
        if len(self._exports) - len(ended) >= MOST_UNDER_WAY:
            raise BusyError(
                f"{MOST_UNDER_WAY} exports are under way already.",
                hint="Wait for some, or withdraw them: `DELETE /v1/exports/ID`.",
            )
        self._sweep()
        over = len(self._exports) + 1 - MOST
        for number, old in enumerate(ended):
            if number < over or now - old.created > LONGEST:
                self._forget(old)

    def _sweep(self) -> None:
        """Delete what a server left that was killed; another one may be at work beside this."""
        oldest = time.time() - LONGEST
        with contextlib.suppress(OSError):
            for place in list(self._folder.iterdir()):
                if place.name not in self._exports and place.stat().st_mtime < oldest:
                    shutil.rmtree(place, ignore_errors=True)

    def close(self) -> None:
        """Stop, and delete every file."""
        for old in list(self._exports.values()):
            self._forget(old)
        for threads in (self._films, self._texts):
            threads.shutdown(cancel_futures=True)
        with contextlib.suppress(OSError):
            self._folder.rmdir()


def _demand_room(place: Path, error: KinolexError) -> None:
    """Say that the server's own disk is full, which is not the fault of who asked."""
    if shutil.disk_usage(place).free < LEAST_ROOM:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from error
