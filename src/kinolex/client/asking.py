"""Questions: `Client.search`, `Client.moments`, `Client.timeline`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote

from kinolex.client.questions import id_of, question, several
from kinolex.client.reading import Told, answer_of, video_of
from kinolex.errors import NotFoundError, UsageError
from kinolex.moments import Answer, Moment, Video

if TYPE_CHECKING:
    from kinolex.client.transport import Transport

__all__ = ["Asking"]

PAGE = 200
"""Most moments of one page."""

MOST_KNOWN = 10_000

Image = str | PathLike[str] | bytes
Like = str | Moment


class Asking:
    """Methods of `Client` that find moments."""

    if TYPE_CHECKING:
        _transport: Transport
        _videos: dict[str, Video]

        def video(self, video: str | Video | Moment) -> Video: ...  # noqa: D102

    def search(
        self,
        text: str = "",
        *,
        image: Image | Sequence[Image] | None = None,
        like: Like | Sequence[Like] | None = None,
        channels: Sequence[str] | None = None,
        video: str | Video | Sequence[str | Video] | None = None,
        folder: str = "",
        after: dt.date | str | None = None,
        before: dt.date | str | None = None,
        min_length: float | None = None,
        max_length: float | None = None,
        language: str = "",
        tag: str | Sequence[str] | None = None,
        limit: int = 10,
        group: Literal["moment", "video"] = "moment",
        sort: Literal["score", "video", "newest", "oldest"] = "score",
    ) -> Answer:
        """Ask in words, with pictures, with spans of videos, or with sums of them.

        Parameters
        ----------
        text : str
            Words, as for `kinolex.Library.search`.
        image : path, bytes, or several of them, optional
            Pictures of this machine; they are uploaded.
        like : str, Moment, or several, optional
            Spans of indexed videos: ``VIDEO#t=10,15`` with the id or name of a video.
        channels, video, folder, after, before, min_length, max_length, language, tag
            As for `kinolex.Library.search`; videos and folders by id or name, not by path.
        limit : int
            At most so many moments, from 1 to 1000.
        group : {"moment", "video"}
            ``video`` gives one moment a video.
        sort : {"score", "video", "newest", "oldest"}
            Order of the moments.

        Returns
        -------
        Answer
            The same as the library gives, in the numbers that JSON carries: scores to 4 digits,
            times to milliseconds. Pictures stand in its query by the ids that they were given.

        Raises
        ------
        QueryError
            If the question cannot be understood.
        """
        if not 1 <= limit <= 1000:
            raise UsageError(f"limit is {limit}.", hint="Ask for 1 to 1000 moments.")
        body = question(
            text,
            pictures=self._uploaded(image),
            like=like,
            channels=channels,
            video=video,
            folder=folder,
            after=after,
            before=before,
            min_length=min_length,
            max_length=max_length,
            language=language,
            tag=tag,
            group=group,
            sort=sort,
        )
        pages = self._pages(body, min(PAGE, limit))
        answer = answer_of(next(pages), self._whole)
        moments = list(answer.moments)
        while len(moments) < limit and (page := next(pages, None)) is not None:
            moments += answer_of(page, self._whole).moments
        query = replace(answer.query, limit=limit)
        return replace(answer, moments=tuple(moments[:limit]), query=query)

    def moments(self, text: str = "", *, size: int = 50, **given: Any) -> Iterator[Moment]:
        """Moments one after the other, page by page, at most 1000.

        Parameters
        ----------
        text : str
            As for `search`.
        size : int
            Moments of one page, 1 to 200.
        **given
            Keyword arguments of `search` other than ``limit``.
        """
        pictures = self._uploaded(given.pop("image", None))
        for page in self._pages(question(text, pictures=pictures, **given), size):
            yield from answer_of(page, self._whole).moments

    def timeline(
        self, video: str | Video | Moment, text: str = "", **given: Any
    ) -> dict[str, list[tuple[float, float, float]]]:
        """How the chance to answer runs over one video.

        Returns
        -------
        dict
            For each channel bars of ``(start, end, chance)``, seconds and [0, 1].
        """
        body = question(text, pictures=self._uploaded(given.pop("image", None)), **given)
        path = f"/v1/videos/{quote(id_of(video), safe='')}/timeline"
        channels = self._transport.json("POST", path, json=body)["channels"]
        return {
            channel: [(float(a), float(b), float(c)) for a, b, c in bars]
            for channel, bars in channels.items()
        }

    def upload(self, image: Image) -> str:
        """Bring a picture to the server; gives its id, which is good for further questions.

        Parameters
        ----------
        image : path or bytes
            JPEG, PNG, WebP, GIF or BMP, at most 20 MB.
        """
        if not isinstance(image, bytes):
            path = Path(image).expanduser()
            try:
                image = path.read_bytes()
            except OSError as error:
                raise NotFoundError(
                    f"{path} cannot be read: {error.strerror or error}.", hint="Check the path."
                ) from error
        headers = {"Content-Type": "application/octet-stream"}
        told = self._transport.json("POST", "/v1/pictures", content=image, headers=headers)
        return str(told["id"])

    def _uploaded(self, image: Image | Sequence[Image] | None) -> list[str]:
        return [self.upload(one) for one in several(image)]

    def _pages(self, body: dict[str, Any], size: int) -> Iterator[dict[str, Any]]:
        cursor = None
        while True:
            page = {"size": size, "cursor": cursor}
            told = self._transport.json("POST", "/v1/search", json={**body, "page": page})
            yield told
            cursor = told.get("page", {}).get("next")
            if cursor is None:
                return

    def _whole(self, told: Told) -> Video:
        """The video of a moment with all that is known of it; asked for once."""
        name = str(told["id"])
        if name not in self._videos:
            while len(self._videos) >= MOST_KNOWN:
                self._videos.pop(next(iter(self._videos)))
            try:
                self._videos[name] = self.video(name)
            except NotFoundError:  # forgotten since the answer
                return video_of(told)
        known = self._videos[name]
        return replace(known, path=told["path"], title=told["title"])
