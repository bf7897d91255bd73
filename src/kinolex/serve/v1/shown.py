"""What of a video and a moment goes over HTTP: the same objects, paths as the person may see them.

On loopback without accounts whoever asks is at this machine and gets true paths. Beyond it a path
is that of the file within its root, after the root's name: nobody learns how a server is laid out.
"""

from __future__ import annotations

import functools
import urllib.parse
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path, PurePath
from typing import Any

from kinolex.api import Library
from kinolex.library.records import Root
from kinolex.moments import Answer, Moment, Video
from kinolex.serve.people import EVERYBODY, Person
from kinolex.serve.problems import without_paths

__all__ = ["Shown", "links_of", "moment_id", "page_of", "readable", "span_of_id"]


def readable(name: str) -> str:
    r"""A name of a file as text; bytes that are no UTF-8 become question marks.

    Python keeps such bytes as lone surrogates, which neither JSON nor HTML can carry.

    Examples
    --------
    >>> readable("caf\udce9.mp4")
    'caf?.mp4'
    """
    return name.encode("utf-8", "replace").decode("utf-8")


def moment_id(video: str, start: float, end: float) -> str:
    """The id of a moment: video, start and end in milliseconds.

    Examples
    --------
    >>> moment_id("ab12", 1.5, 4.0)
    'ab12-1500-4000'
    """
    return f"{video}-{round(start * 1000)}-{round(end * 1000)}"


def span_of_id(name: str) -> tuple[str, float, float]:
    """The reverse of `moment_id`.

    Raises
    ------
    ValueError
        If it is none.

    Examples
    --------
    >>> span_of_id("ab12-1500-4000")
    ('ab12', 1.5, 4.0)
    """
    video, start, end = name.rsplit("-", 2)
    if not (video and start.isascii() and start.isdecimal() and end.isascii() and end.isdecimal()):
        raise ValueError(name)
    return video, int(start) / 1000, int(end) / 1000


class Shown:
    """Writes videos, moments and answers for one person.

    Parameters
    ----------
    person : Person
    roots : sequence of Root
        Of the library, as the person may see it.
    pictured : callable, optional
        Whether stills of a video, by its id, are kept; default: of all.
    """

    def __init__(
        self,
        person: Person,
        roots: Sequence[Root],
        pictured: Callable[[str], bool] = lambda video: True,
    ) -> None:
        self._true = person is EVERYBODY
        self._roots = [root.path for root in roots]
        self._pictured = functools.cache(pictured)

    @classmethod
    def of(cls, person: Person, library: Library) -> Shown:
        """What a person may see of a library."""
        store = library._store()
        return cls(person, library.roots(), store.has_stills if store else lambda video: False)

    def path(self, path: str) -> str:
        """A path as the person may see it.

        Examples
        --------
        >>> root = Root("r", Path("/srv/films"), True)
        >>> Shown(Person("ann", "viewer"), [root]).path("/srv/films/a/b.mp4")
        'films/a/b.mp4'
        """
        if self._true or not path:
            return readable(path)
        for root in self._roots:
            if Path(path).is_relative_to(root):
                return readable(PurePath(root.name, Path(path).relative_to(root)).as_posix())
        return readable(PurePath(path).name)

    def video(self, video: Video) -> dict[str, Any]:
        """A video with its links."""
        own = f"/v1/videos/{video.id}"
        return {
            **video.to_dict(),
            "path": self.path(video.path),
            "paths": [self.path(path) for path in video.paths],
            "links": {
                "self": own,
                "page": f"/video/{video.id}",
                "still": still_of(video.id, min(1.0, video.duration / 2))
                if self._pictured(video.id)
                else None,
                "stream": f"{own}/stream",
            },
        }

    def moment(self, moment: Moment) -> dict[str, Any]:
        """A moment as `kinolex search --json` gives it, with id and links."""
        found = moment.to_dict()
        video, start, end = moment.video.id, moment.start, moment.end
        found["video"]["path"] = self.path(moment.video.path)
        found["uri"] = f"{found['video']['path']}#t={found['uri'].rpartition('#t=')[2]}"
        found["id"] = moment_id(video, start, end)
        pictured = self._pictured(video)
        found["links"] = links_of(video, start, end, best_time(moment), pictured=pictured)
        return found

    def answer(self, answer: Answer, moments: Sequence[Moment]) -> dict[str, Any]:
        """An answer as `kinolex search --json` gives it, with some of its moments."""
        found = answer.to_dict()
        found["moments"] = [self.moment(one) for one in moments]
        found["weak"] = [self.moment(one) for one in answer.weak]
        for part in found["query"]["parts"]:
            if part["kind"] == "image":
                part["value"] = Path(part["value"]).stem  # the picture's id
        return found

    def text(self, text: str) -> str:
        """A sentence without the server's folders."""
        return readable(text if self._true else without_paths(text, self._roots))


def best_time(moment: Moment) -> float:
    """The time that shows best why a moment was found: of the picture, else of the best channel."""
    pictured = [e.time for e in moment.evidence if e.channel in ("picture", "screen")]
    times = pictured or [e.time for e in moment.evidence] or [moment.span.middle]
    return min(max(times[0], moment.start), moment.end)


def still_of(video: str, time: float) -> str:
    """Address of the still of a video at a time."""
    return f"/v1/videos/{video}/still.jpg?t={time:.3f}"


def page_of(video: str, start: float, end: float) -> str:
    """Address of the page of a span."""
    span = urllib.parse.urlencode({"t": f"{start:.3f},{end:.3f}"}, safe=",")
    return f"/video/{video}?{span}"


def links_of(
    video: str, start: float, end: float, best: float, *, pictured: bool
) -> Mapping[str, str | None]:
    """Addresses of what belongs to a span; no still of a video that has none."""
    own = f"/v1/videos/{video}"
    return {
        "self": f"/v1/moments/{moment_id(video, start, end)}",
        "still": still_of(video, best) if pictured else None,
        "stream": f"{own}/stream#t={start:.3f},{end:.3f}",
        "page": page_of(video, start, end),
    }
