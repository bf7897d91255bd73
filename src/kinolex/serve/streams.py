"""Films as they are transcoded: a child process a stream, ended when nobody listens."""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

from kinolex.errors import NotFoundError
from kinolex.serve.children import ended
from kinolex.serve.problems import BusyError

__all__ = ["TYPES", "Transcoders", "media_type"]

TYPES = {
    ".3gp": "video/3gpp",
    ".avi": "video/x-msvideo",
    ".flac": "audio/flac",
    ".flv": "video/x-flv",
    ".gif": "image/gif",
    ".m4a": "audio/mp4",
    ".m4v": "video/mp4",
    ".mkv": "video/x-matroska",
    ".mov": "video/quicktime",
    ".mp3": "audio/mpeg",
    ".mp4": "video/mp4",
    ".mpeg": "video/mpeg",
    ".mpg": "video/mpeg",
    ".mts": "video/mp2t",
    ".m2ts": "video/mp2t",
    ".ogg": "audio/ogg",
    ".ogv": "video/ogg",
    ".opus": "audio/ogg",
    ".ts": "video/mp2t",
    ".wav": "audio/wav",
    ".webm": "video/webm",
    ".webp": "image/webp",
    ".wmv": "video/x-ms-wmv",
}
"""Media types by ending; never one that a browser would run."""

MOST = 3
"""Films that are transcoded at the same time."""

IDLE = 10.0
"""Seconds after which a film of which nobody takes the next piece gives way: a paused player."""

_PIECE = 64 * 1024


def media_type(path: Path) -> str:
    """Media type of a video file.

    Examples
    --------
    >>> media_type(Path("a.MKV")), media_type(Path("a.html"))
    ('video/x-matroska', 'application/octet-stream')
    """
    return TYPES.get(path.suffix.lower(), "application/octet-stream")


class _Film:
    """A child process and its reader.

    Attributes
    ----------
    idle : float
        Time since when its reader takes nothing; infinite: it waits for more.
    """

    def __init__(self, child: asyncio.subprocess.Process) -> None:
        self.idle = math.inf
        self._child = child
        self._turn = asyncio.Lock()

    async def begin(self, path: Path, start: float) -> bytes:
        """Give the order; the first bytes."""
        assert self._child.stdin is not None
        order = {"path": str(path), "start": start}
        self._child.stdin.write(json.dumps(order).encode() + b"\n")
        self._child.stdin.close()
        return await self.read()

    async def read(self) -> bytes:
        """The next bytes, none behind the end."""
        assert self._child.stdout is not None
        self.idle = math.inf
        async with self._turn:
            piece = await self._child.stdout.read(_PIECE)
        self.idle = time.monotonic()
        return piece

    async def end(self) -> None:
        """Kill the child, and wait until it is gone."""
        if self._child.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._child.kill()
        async with self._turn:  # its reader, where there still is one, finds the end and leaves
            await ended(self._child)


class Transcoders:
    """Runs a bounded number of child processes.

    Where all places are taken, the film that has waited longest for its reader gives way: it ends
    early, and the page asks for the rest when its player goes on.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._starting = 0
        self.running: set[_Film] = set()

    async def open(self, path: Path, start: float) -> AsyncIterator[bytes]:
        """Begin to transcode; the first bytes are there when this returns.

        Raises
        ------
        BusyError
            If too many films are being transcoded.
        NotFoundError
            If nothing of the file can be transcoded from there on.
        """
        full = len(self.running) + self._starting >= self._most
        stalest = self._stalest() if full else None
        if full and stalest is None:
            raise BusyError(
                "Too many films are being transcoded.", hint="Close another player, or wait."
            )
        self._starting += 1  # those that come while this one starts must count it
        try:
            if stalest is not None:
                await self._end(stalest)
            film = _Film(await self._child())
            self.running.add(film)
        finally:
            self._starting -= 1
        try:
            first = await film.begin(path, start)
        except BaseException:
            await self._end(film)
            raise
        if not first:
            await self._end(film)
            raise NotFoundError(
                "Nothing of this film can be shown from there on.", hint="Ask for an earlier time."
            )
        return self._pieces(film, first)

    def _stalest(self) -> _Film | None:
        """The one whose reader takes nothing for longest, where that is long enough."""
        stalest = min(self.running, key=lambda film: film.idle, default=None)
        if stalest is None or time.monotonic() - stalest.idle < IDLE:
            return None
        return stalest

    async def _child(self) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",
            "-m",
            "kinolex.serve.transcoding",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )

    async def _pieces(self, film: _Film, first: bytes) -> AsyncIterator[bytes]:
        try:
            piece = first
            while piece:
                yield piece  # the pipe fills up, and the child waits, while nobody takes it
                piece = await film.read()
        finally:
            await asyncio.shield(self._end(film))

    async def _end(self, film: _Film) -> None:
        self.running.discard(film)
        await film.end()

    async def close(self) -> None:
        """End them all."""
        for film in list(self.running):
            await self._end(film)
