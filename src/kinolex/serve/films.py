"""Files of videos, handed out only while they hold what was indexed, and sent in ranges.

Whoever can write into an indexed folder could put a link to any file of this machine where a video
was. A video's id is the fingerprint of its content: what is sent is the very file that was opened
and found to have it.
"""

from __future__ import annotations

import os
import re
import threading
from collections import OrderedDict
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from starlette.datastructures import Headers
from starlette.responses import FileResponse, Response

from kinolex.errors import MediaError, NotFoundError
from kinolex.media.files import open_regular
from kinolex.media.fingerprint import fingerprint_of
from kinolex.moments import Video
from kinolex.serve.problems import problem

if TYPE_CHECKING:
    from starlette.types import Message, Receive, Scope, Send

__all__ = ["FilmResponse", "Films", "ranges_of", "tagged"]

MOST_KNOWN = 10_000
MOST_RANGES = 16

_RANGE = re.compile(r"bytes\s*=\s*(.+)", re.IGNORECASE | re.ASCII)
_PART = re.compile(r"(\d{1,19})-(\d{0,19})|-(\d{1,19})", re.ASCII)

_State = tuple[int, int, int, int, int]
"""Device, inode, size and both times of a file: while they stay, so does its content."""


class Films:
    """Opens files of videos; remembers which it has looked at."""

    def __init__(self) -> None:
        self._known: OrderedDict[_State, str] = OrderedDict()
        self._mutex = threading.Lock()

    def open(self, video: Video) -> tuple[BinaryIO, Path]:
        """The file of a video, open for reading, and where it lies.

        Raises
        ------
        NotFoundError
            If none can be reached, or each has changed since it was indexed.
        """
        changed = False
        for path in map(Path, video.paths):
            try:
                file, _ = open_regular(path)
            except MediaError:
                continue
            try:
                if self._content(file, path) == video.id:
                    return file, path
            except MediaError:
                pass
            file.close()
            changed = True
        if changed:
            raise NotFoundError(
                "The file of this video has changed since it was indexed.",
                hint="Index it again, then try again.",
            )
        raise NotFoundError(
            "The file of this video cannot be reached now.",
            hint="Connect its disk, then try again.",
        )

    def path(self, video: Video) -> Path:
        """Where the file of a video lies.

        Raises
        ------
        NotFoundError
            As `open`.
        """
        file, path = self.open(video)
        file.close()
        return path

    def demand(self, videos: Iterable[Video]) -> None:
        """Nothing, where the file of each video can be read and is what was indexed.

        Raises
        ------
        NotFoundError
            As `open`.
        """
        for video in {video.id: video for video in videos}.values():
            self.path(video)

    def _content(self, file: BinaryIO, path: Path) -> str:
        about = os.fstat(file.fileno())
        state = (about.st_dev, about.st_ino, about.st_size, about.st_mtime_ns, about.st_ctime_ns)
        with self._mutex:
            if state in self._known:
                self._known.move_to_end(state)
                return self._known[state]
        found = fingerprint_of(file, path)
        with self._mutex:
            self._known[state] = found
            while len(self._known) > MOST_KNOWN:
                self._known.popitem(last=False)
        return found


def ranges_of(header: str) -> list[tuple[int, int | None]] | None:
    """Ranges that a ``Range`` header asks for (RFC 9110, 14.1.2): first and last byte.

    A range of the last n bytes is ``(-n, None)``, one up to the end ``(first, None)``. None where
    the header is to be ignored: another unit, not well-formed, or too many.

    Examples
    --------
    >>> ranges_of("bytes=0-99, -5"), ranges_of("bytes=7-")
    ([(0, 99), (-5, None)], [(7, None)])
    >>> ranges_of("items=0-1"), ranges_of("bytes=5-2"), ranges_of("bytes=x")
    (None, None, None)
    """
    found = _RANGE.fullmatch(header.strip())
    parts = [part.strip() for part in found[1].split(",")] if found else []
    parts = [part for part in parts if part]
    if not 1 <= len(parts) <= MOST_RANGES:
        return None
    ranges: list[tuple[int, int | None]] = []
    for part in parts:
        one = _PART.fullmatch(part)
        backwards = one is not None and one[1] and one[2] and int(one[2]) < int(one[1])
        if one is None or backwards or (one[3] and not int(one[3])):
            return None
        if one[3]:
            ranges.append((-int(one[3]), None))
        else:
            ranges.append((int(one[1]), int(one[2]) if one[2] else None))
    return ranges


def tagged(asked: str | None, tag: str) -> bool:
    """Whether ``If-None-Match`` names this entity tag (RFC 9110, 13.1.2: compared weakly).

    Examples
    --------
    >>> tagged('"a", W/"b"', '"b"'), tagged("*", '"b"'), tagged('"a"', '"b"'), tagged(None, '"b"')
    (True, True, False, False)
    """
    if asked is None:
        return False
    names = [one.strip().removeprefix("W/") for one in asked.split(",")]
    return "*" in names or tag.removeprefix("W/") in names


class FilmResponse(FileResponse):
    """One opened file, or ranges of it.

    Parameters
    ----------
    file : binary file
        Closed in the end.
    path : Path
        Where it lies; where the system has no names for open files, it is opened there again.
    **more
        As for `starlette.responses.FileResponse`.
    """

    def __init__(self, file: BinaryIO, path: Path, **more: Any) -> None:
        own = Path(f"/dev/fd/{file.fileno()}")
        about = os.fstat(file.fileno())
        super().__init__(own if own.exists() else path, stat_result=about, **more)
        self._file = file
        self._name = path.name
        self._size = about.st_size

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it, or say that whoever asks has it already."""
        try:
            await self._answer(scope, receive, send)
        finally:
            self._file.close()

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        if tagged(headers.get("if-none-match"), self.headers["etag"]):
            kept = ("etag", "cache-control", "last-modified")
            told = {name: self.headers[name] for name in kept if name in self.headers}
            await Response(status_code=304, headers=told)(scope, receive, send)
            return
        asked = ranges_of(headers.get("range", ""))
        if asked and "if-range" not in headers:
            asked = [one for one in asked if one[0] < self._size]
            if not asked:
                await self._no_such_range(scope, receive, send)
                return
        scope = {**scope, "headers": _with_ranges(scope["headers"], asked)}
        try:
            await super().__call__(scope, receive, self._counted(send, scope["method"]))
        except OSError as error:
            raise self._broken(error.strerror or "it failed") from error

    async def _no_such_range(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {"Content-Range": f"bytes */{self._size}"}
        detail = f"The film has {self._size} bytes."
        answer = problem(416, "No such range", detail, headers=headers)
        await answer(scope, receive, send)

    def _counted(self, send: Send, method: str) -> Send:
        """Refuse to end an answer that is shorter than was said: the file has become shorter."""
        left = 0

        async def sending(message: Message) -> None:
            nonlocal left
            if message["type"] == "http.response.start":
                left = int(Headers(raw=message["headers"]).get("content-length", 0))
            elif method != "HEAD":
                left -= len(message.get("body", b""))
                if left > 0 and not message.get("more_body"):
                    raise self._broken("it became shorter")
            await send(message)

        return sending

    def _broken(self, why: str) -> MediaError:
        return MediaError(
            f"{self._name} could not be sent to its end: {why.lower()}.",
            reason="unreadable",
            stage="scan",
        )


def _with_ranges(
    headers: Iterable[tuple[bytes, bytes]], ranges: list[tuple[int, int | None]] | None
) -> list[tuple[bytes, bytes]]:
    """The same headers with these ranges, or with none."""
    left = [(name, value) for name, value in headers if name.lower() != b"range"]
    if not ranges:
        return left
    said = ",".join(f"{a}" if a < 0 else f"{a}-{'' if b is None else b}" for a, b in ranges)
    return [*left, (b"range", f"bytes={said}".encode())]
