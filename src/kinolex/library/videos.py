"""Videos: contents with their facts, and the noun `Video` with its present places."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from kinolex.library.database import unstored
from kinolex.library.records import VideoRecord
from kinolex.library.roots import Roots
from kinolex.moments import Video

__all__ = ["Videos", "clean"]

_COLUMNS = (
    "id, size, duration, title, base_num, base_den, width, height, fps, recorded, language, "
    "metadata, info"
)


def clean(text: str) -> str:
    """Text that is valid Unicode without NUL; other characters stay.

    Examples
    --------
    >>> clean("a" + chr(0xDCFF))
    'a?'
    """
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "")


def _json(value: Any) -> str:
    # Lone surrogates are escaped by JSON itself and survive the way through SQLite.
    return json.dumps(value, separators=(",", ":"), default=str)


class Videos(Roots):
    """Put, read and remove videos."""

    def put_video(self, record: VideoRecord) -> None:
        """Insert a video, or update its facts; its channels stay."""
        row = (
            record.id,
            record.size,
            record.duration,
            clean(record.title),
            record.time_base.numerator,
            record.time_base.denominator,
            record.width,
            record.height,
            record.fps,
            record.recorded.isoformat() if record.recorded else None,
            record.language,
            _json(dict(record.metadata)),
            _json(dict(record.info)),
        )
        names = _COLUMNS.split(", ")
        updates = ", ".join(f"{name} = excluded.{name}" for name in names[1:])
        with self._db.write() as connection:
            connection.execute(
                f"INSERT INTO videos ({_COLUMNS}) VALUES ({', '.join('?' * len(names))}) "
                f"ON CONFLICT (id) DO UPDATE SET {updates}",
                row,
            )

    def video_record(self, video_id: str) -> VideoRecord | None:
        """The stored facts of a video; None if it is not known."""
        row = self._db.one(f"SELECT {_COLUMNS} FROM videos WHERE id = ?", (video_id,))
        return None if row is None else _record(row)

    def video(self, video_id: str) -> Video | None:
        """The noun, with absolute paths; None if it is not known.

        Present places come first. ``missing`` is true when none of its places can be reached: the
        files are gone, or their disk is.
        """
        row = self._db.one(f"SELECT {_COLUMNS} FROM videos WHERE id = ?", (video_id,))
        if row is None:
            return None
        places = self._db.all(
            "SELECT root, relative, missing FROM paths WHERE video = ? ORDER BY root, relative",
            (video_id,),
        )
        return self._noun(_record(row), places)

    def videos(self) -> Iterator[Video]:
        """All videos, in the order in which they were first put."""
        rows = self._db.all(f"SELECT {_COLUMNS} FROM videos ORDER BY num")
        places: dict[str, list[tuple[Any, ...]]] = {}
        for video, *place in self._db.all(
            "SELECT video, root, relative, missing FROM paths ORDER BY video, root, relative"
        ):
            places.setdefault(video, []).append(tuple(place))
        for row in rows:
            yield self._noun(_record(row), places.get(row[0], []))

    def _noun(self, record: VideoRecord, places: Sequence[tuple[Any, ...]]) -> Video:
        roots = self._root_paths()
        found: list[tuple[bool, str]] = []
        for root_id, relative, gone in places:
            root = roots.get(root_id)
            if root is not None:
                reachable = root.present and not gone
                found.append((not reachable, str(root.path / unstored(relative))))
        found.sort()
        paths = tuple(dict.fromkeys(path for _, path in found))
        return Video(
            id=record.id,
            path=paths[0] if paths else "",
            title=record.title,
            duration=record.duration,
            paths=paths,
            width=record.width,
            height=record.height,
            fps=record.fps,
            recorded=record.recorded,
            language=record.language,
            missing=all(unreachable for unreachable, _ in found),
            metadata=record.metadata,
        )

    def remove_video(self, video_id: str) -> None:
        """Remove everything that is known of a video, its paths and failures included."""
        with self._db.write() as connection:
            connection.execute("DELETE FROM videos WHERE id = ?", (video_id,))
            connection.execute("DELETE FROM paths WHERE video = ?", (video_id,))
            connection.execute(
                "DELETE FROM failures WHERE video = ? OR fingerprint = ?", (video_id, video_id)
            )


def _record(row: Sequence[Any]) -> VideoRecord:
    return VideoRecord(
        id=row[0],
        size=row[1],
        duration=row[2],
        title=row[3],
        time_base=Fraction(row[4], row[5]),
        width=row[6],
        height=row[7],
        fps=row[8],
        recorded=dt.datetime.fromisoformat(row[9]) if row[9] else None,
        language=row[10],
        metadata=json.loads(row[11]),
        info=json.loads(row[12]),
    )
