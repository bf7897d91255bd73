"""Looking: videos, their words, shots, pictures and files, and the library as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from os import PathLike
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from kinolex.client.questions import id_of, several
from kinolex.client.reading import passage_of, video_of
from kinolex.client.records import Passage
from kinolex.client.saving import saved_to
from kinolex.moments import Moment, Span, Video

if TYPE_CHECKING:
    from kinolex.client.transport import Transport

__all__ = ["Looking"]

One = str | Video | Moment


def at(video: One, rest: str = "") -> str:
    """Address of a video, or of something of it.

    Examples
    --------
    >>> at("../ab", "/shots")
    '/v1/videos/..%2Fab/shots'
    """
    return f"/v1/videos/{quote(id_of(video), safe='')}{rest}"


class Looking:
    """Methods of `Client` that read."""

    if TYPE_CHECKING:
        _transport: Transport
        _videos: dict[str, Video]

    def videos(
        self, *, folder: str = "", language: str = "", tag: str | Sequence[str] | None = None
    ) -> Iterator[Video]:
        """All videos by path, page by page; `video` alone also tells a file's metadata."""
        given = {"folder": folder, "language": language, "tag": several(tag), "size": 500}
        cursor: dict[str, str] = {}
        while True:
            told = self._transport.json("GET", "/v1/videos", params=given | cursor)
            yield from (video_of(one) for one in told["videos"])
            if told["next"] is None:
                return
            cursor = {"cursor": told["next"]}

    def video(self, video: One) -> Video:
        """One video by its whole id.

        Raises
        ------
        NotFoundError
            If there is none, for whoever asks.
        """
        return video_of(self._transport.json("GET", at(video)))

    def passages(
        self,
        video: One,
        start: float | None = None,
        end: float | None = None,
        *,
        sources: str | Sequence[str] | None = None,
    ) -> list[Passage]:
        """What is said, shown or written, in order of time; of a span where one is given."""
        given = {"start": start, "end": end, "source": several(sources)}
        params = {name: value for name, value in given.items() if value is not None}
        told = self._transport.json("GET", at(video, "/passages"), params=params)
        return [passage_of(one, told["video"]) for one in told["passages"]]

    def shots(self, video: One) -> list[Span]:
        """Spans between cuts, in order."""
        told = self._transport.json("GET", at(video, "/shots"))
        return [Span(float(a), float(b)) for a, b in told["shots"]]

    def still(self, video: One, time: float = 0.0) -> bytes:
        """JPEG of the kept frame that is nearest to a time (seconds).

        Raises
        ------
        NotFoundError
            If none is kept.
        """
        params = {"t": f"{time:.3f}"}
        response = self._transport.send("GET", at(video, "/still.jpg"), params=params)
        return bytes(response.content)

    def download(self, video: One, to: str | PathLike[str] = "") -> Path:
        """Fetch the file of a video.

        Parameters
        ----------
        video : str, Video or Moment
            Which one.
        to : path-like
            A file, which is replaced; or a folder (default: the current one), in which the file
            keeps its name.

        Returns
        -------
        Path
            The file. It is there when it is whole.

        Raises
        ------
        UsageError
            If ``to`` cannot be written, or the name is taken in the folder.
        """
        known = video if isinstance(video, Video) else self.video(video)
        with self._transport.stream(at(known, "/stream")) as response:
            return saved_to(to, PurePosixPath(known.path).name or known.id, response.iter_bytes())

    def library(self) -> dict[str, Any]:
        """Numbers that must agree with each other, encoders, languages."""
        return dict(self._transport.json("GET", "/v1/libraries/default"))

    def failures(self) -> list[dict[str, Any]]:
        """What could not be indexed: ``path``, ``stage``, ``reason``, ``message``, ``tries``."""
        return list(self._transport.json("GET", "/v1/failures")["failures"])

    def health(self) -> dict[str, Any]:
        """Whether a query works there: ``ok``, ``version`` ...; it needs no token."""
        return dict(self._transport.json("GET", "/v1/health", bad=(503,)))
