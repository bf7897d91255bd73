"""Which videos a name or a filter means; every filter is exact.

Names are compared in Unicode's composed form (NFC), so that a name typed on one system finds the
file written by another. Nothing is a wildcard.
"""

from __future__ import annotations

import datetime as dt
import os
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any, cast

from kinolex.library.database import unstored
from kinolex.library.kept import Kept
from kinolex.library.records import Root
from kinolex.library.roots import Roots
from kinolex.moments import Filters

__all__ = ["Finding", "day_of"]

_PREFIX = 8


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _loose(text: str) -> str:
    """For names that people type: case does not count."""
    return _nfc(_nfc(text).casefold())


def day_of(recorded: dt.datetime) -> dt.date:
    """The day on the wall calendar where a video was recorded, as well as it can be known.

    Times with an offset from UTC, and those without any, are taken as they stand. Cameras often
    write UTC for want of a time zone; such times are converted to this computer's.

    Examples
    --------
    >>> day_of(dt.datetime.fromisoformat("2024-05-01T23:30:00-07:00"))
    datetime.date(2024, 5, 1)
    """
    if recorded.tzinfo is not None and not recorded.utcoffset():
        recorded = recorded.astimezone()
    return recorded.date()


@dataclass(frozen=True, slots=True)
class _Place:
    """One path of a video. ``folders``: names of the folders from the root's own down."""

    video: str
    absolute: str
    relative: str
    folders: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.relative.rsplit("/", 1)[-1]


def _place(video: str, root: Root, relative: str) -> _Place:
    absolute = _nfc(str(root.path / relative))
    folders = (root.path.name, *PurePath(relative).parts[:-1])
    return _Place(video, absolute, _nfc(relative), tuple(_loose(f) for f in folders))


def _absolute(what: str) -> str:
    """The absolute path that a text is, with ``~/`` for the person's own folder; else empty."""
    if what == "~" or what.startswith(("~/", "~\\")):
        what = os.path.expanduser(what)  # unlike pathlib's this never fails
    return _nfc(os.path.normpath(what)) if Path(what).is_absolute() else ""


def _stem(name: str) -> str:
    return name.rsplit(".", 1)[0] if "." in name[1:] else name


class Finding(Roots):
    """Find and filter videos."""

    def find_videos(self, what: str) -> list[str]:
        """Ids of all videos that a name means, in the order in which they were put.

        The first of these that fits any video decides, and gives every video that it fits:

        1. the id; 2. the first 8 or more characters of it; 3. an absolute path; 4. a path relative
        to its root; 5. a file name, then one in other case; 6. a file name without its ending;
        7. the title; 8. a part of the title or of the file name. From 5 on, case does not count.

        Examples
        --------
        ``find_videos("holiday.mp4")`` gives both videos of that name in two folders; the caller
        asks which is meant.
        """
        if not what.strip():
            return []
        videos = self._db.all("SELECT id, title FROM videos ORDER BY num")
        return self._meant(what, cast(list[tuple[Any, Any]], videos), self._places_of())

    def _meant(
        self, what: str, videos: Sequence[tuple[Any, Any]], places: list[_Place]
    ) -> list[str]:
        for fits in _levels(what, dict(videos), places):
            found = set(fits())
            if found:
                return [video for video, _ in videos if video in found]
        return []

    def _places_of(self) -> list[_Place]:
        roots = self._root_paths()
        rows = self._db.all("SELECT video, root, relative FROM paths WHERE video != ''")
        return [
            _place(video, roots[root], unstored(relative))
            for video, root, relative in rows
            if root in roots
        ]

    def filter_videos(self, filters: Filters) -> list[str] | None:
        """Ids of the videos that fulfil every filter, in the order in which they were put.

        - ``videos``: what `find_videos` gives for any of them.
        - ``folder``: with an absolute path, videos with a path below it; otherwise videos below
          any folder of that name (several parts: consecutive ones) from their root on.
        - ``after`` and ``before``: `day_of` the recording, both days included; videos whose day is
          not known do not fulfil them.
        - ``min_length``, ``max_length``: the duration in seconds, both included.
        - ``language``: the video's, without its region.
        - ``tags``: each of them is on the video or on a span of it (`kinolex.library.kept`).

        Returns
        -------
        list of str, or None
            None when nothing is filtered.
        """
        if not filters:
            return None
        rows = self._db.all(
            "SELECT id, title, duration, recorded, language FROM videos ORDER BY num"
        )
        kept = [row[0] for row in rows if _plain(filters, *row[2:])]
        if filters.videos or filters.folder:
            places = self._places_of()
            if filters.videos:
                titles = [(row[0], row[1]) for row in rows]
                named = {v for what in filters.videos for v in self._meant(what, titles, places)}
                kept = [video for video in kept if video in named]
            if filters.folder:
                below = set(_below(filters.folder, places))
                kept = [video for video in kept if video in below]
        if filters.tags:
            with Kept.open(self.path, read_only=True) as made:
                tagged = set.intersection(*(set(made.tagged(name)) for name in filters.tags))
            kept = [video for video in kept if video in tagged]
        return kept

    def unknown_tags(self, filters: Filters) -> list[str]:
        """Those of the filters' tags that no video of the library has."""
        if not filters.tags:
            return []
        known = {video for (video,) in self._db.all("SELECT id FROM videos")}
        with Kept.open(self.path, read_only=True) as made:
            return [name for name in filters.tags if known.isdisjoint(made.tagged(name))]


def _levels(
    what: str, titles: dict[str, str], places: list[_Place]
) -> Iterable[Callable[[], list[str]]]:
    """The ways to be meant, the most exact first."""
    exact = _nfc(what)
    path = _absolute(what)
    real = _nfc(os.path.realpath(path)) if path else ""
    relative = exact.rstrip("/").removeprefix("./")
    loose = _loose(what)
    yield lambda: [v for v in titles if v == what]
    yield lambda: [v for v in titles if len(what) >= _PREFIX and v.startswith(what.lower())]
    yield lambda: [p.video for p in places if path and p.absolute in (path, real)]
    yield lambda: [p.video for p in places if p.relative == relative]
    yield lambda: [p.video for p in places if p.name == exact]
    yield lambda: [p.video for p in places if _loose(p.name) == loose]
    yield lambda: [p.video for p in places if _loose(_stem(p.name)) == loose]
    yield lambda: [v for v, title in titles.items() if _loose(title) == loose]
    yield lambda: [
        *(v for v, title in titles.items() if loose in _loose(title)),
        *(p.video for p in places if loose in _loose(p.name)),
    ]


def _below(folder: str, places: list[_Place]) -> Iterable[str]:
    """Videos that lie below a folder."""
    if top := _absolute(folder):
        tops = {t.rstrip("/\\") for t in (top, _nfc(os.path.realpath(top)))}
        return [
            p.video for p in places if any(p.absolute.startswith((f"{t}/", f"{t}\\")) for t in tops)
        ]
    parts = tuple(
        _loose(part) for part in folder.replace("\\", "/").split("/") if part not in ("", ".")
    )
    size = len(parts)
    return [
        p.video
        for p in places
        if any(p.folders[i : i + size] == parts for i in range(len(p.folders) - size + 1))
    ]


def _plain(filters: Filters, duration: float, recorded: str | None, language: str) -> bool:
    """The filters that need no paths."""
    if filters.min_length is not None and duration < filters.min_length:
        return False
    if filters.max_length is not None and duration > filters.max_length:
        return False
    if filters.language and _primary(language) != _primary(filters.language):
        return False
    if filters.after is None and filters.before is None:
        return True
    if recorded is None:
        return False
    day = day_of(dt.datetime.fromisoformat(recorded))
    return (filters.after is None or day >= filters.after) and (
        filters.before is None or day <= filters.before
    )


def _primary(language: str) -> str:
    return language.lower().replace("_", "-").split("-")[0]
