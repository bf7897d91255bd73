"""Films as they are transcoded: a child process a stream, ended when nobody listens."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
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
    """Runs a bounded number of child processes."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._starting = 0
        self.running: set[asyncio.subprocess.Process] = set()

    async def open(self, path: Path, start: float) -> AsyncIterator[bytes]:
        """Begin to transcode; the first bytes are there when this returns.

        Raises
        ------
        BusyError
            If too many films are being transcoded.
        NotFoundError
            If nothing of the file can be transcoded from there on.
        """
        if len(self.running) + self._starting >= self._most:
            raise BusyError(
                "Too many films are being transcoded.", hint="Close another player, or wait."
            )
        self._starting += 1  # those that come while this one starts must count it
        try:
            child = await self._child()
            self.running.add(child)
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
        return self._pieces(child, first)

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
                yield piece  # the pipe fills up, and the child waits, while nobody takes it
                piece = await child.stdout.read(_PIECE)
        finally:
            await asyncio.shield(self._end(child))

    async def _end(self, child: asyncio.subprocess.Process) -> None:
        self.running.discard(child)
        if child.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                child.kill()
        await child.wait()

    async def close(self) -> None:
        """End them all."""
        for child in list(self.running):
            await self._end(child)
