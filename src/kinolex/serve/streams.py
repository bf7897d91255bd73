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


class Transcoders:
    """Runs a bounded number of child processes.

    Where all places are taken, the film that has waited longest for its reader gives way: it ends
    early, and the page asks for the rest when its player goes on.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._starting = 0
        self.running: dict[asyncio.subprocess.Process, float] = {}
        """Children, each with the time since when its reader takes nothing; infinite: it waits."""

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
            child = await self._child()
            self.running[child] = math.inf
        finally:
            self._starting -= 1
        try:
            assert child.stdin is not None
            assert child.stdout is not None
            child.stdin.write(json.dumps({"path": str(path), "start": start}).encode() + b"\n")
            child.stdin.close()
            first = await child.stdout.read(_PIECE)
        except BaseException:
            await self._end(child)
            raise
        if not first:
            await self._end(child)
            raise NotFoundError(
                "Nothing of this film can be shown from there on.", hint="Ask for an earlier time."
            )
        self.running[child] = time.monotonic()
        return self._pieces(child, first)

    def _stalest(self) -> asyncio.subprocess.Process | None:
        """The one whose reader takes nothing for longest, where that is long enough."""
        since, stalest = min(
            ((since, child) for child, since in self.running.items()),
            key=lambda one: one[0],
            default=(math.inf, None),
        )
        return stalest if time.monotonic() - since >= IDLE else None

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

    async def _pieces(
        self, child: asyncio.subprocess.Process, first: bytes
    ) -> AsyncIterator[bytes]:
        assert child.stdout is not None
        try:
            piece = first
            while piece:
                if child in self.running:
                    self.running[child] = time.monotonic()
                yield piece  # the pipe fills up, and the child waits, while nobody takes it
                if child in self.running:
                    self.running[child] = math.inf
                piece = await child.stdout.read(_PIECE)
        finally:
            await asyncio.shield(self._end(child))

    async def _end(self, child: asyncio.subprocess.Process) -> None:
        self.running.pop(child, None)
        if child.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                child.kill()
        await child.wait()

    async def close(self) -> None:
        """End them all."""
        for child in list(self.running):
            await self._end(child)
