"""The read side of what channels hold: passages, frames, shots, stills."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from kinolex.library.part import Part
from kinolex.library.records import Passage
from kinolex.moments import Span

__all__ = ["Passages"]

_COLUMNS = (
    "p.id, v.id, p.source, p.start_time, p.end_time, p.text, p.language, p.confidence, p.box, "
    "p.words"
)
_FROM = "FROM passages p JOIN videos v ON v.num = p.video"


def _passage(row: Sequence[Any]) -> Passage:
    words = json.loads(row[9]) if row[9] else []
    return Passage(
        span=Span(row[3], row[4]),
        text=row[5],
        source=row[2],
        language=row[6],
        confidence=row[7],
        box=tuple(json.loads(row[8])) if row[8] else None,
        words=tuple((a / 1000, b / 1000, text) for a, b, text in words),
        video=row[1],
        id=row[0],
    )


class Passages(Part):
    """Read passages, frames, shots and stills."""

    def passages(self, ids: Sequence[int], *, words: bool = True) -> list[Passage]:
        """Passages by id, in the order given; ids that are gone meanwhile are left out.

        Without ``words`` (and their times) they come twice as fast.
        """
        columns = _COLUMNS if words else _COLUMNS.replace("p.words", "NULL")
        wanted = [int(i) for i in ids]
        found: dict[int, Passage] = {}
        for first in range(0, len(wanted), 500):
            some = ",".join(map(str, wanted[first : first + 500]))
            for row in self._db.all(f"SELECT {columns} {_FROM} WHERE p.id IN ({some})"):
                found[row[0]] = _passage(row)
        return [found[i] for i in wanted if i in found]

    def passages_of(self, video_id: str, sources: Collection[str] | None = None) -> list[Passage]:
        """Passages of a video by time, of all sources or some."""
        rows = self._db.all(
            f"SELECT {_COLUMNS} {_FROM} WHERE v.id = ? ORDER BY p.start_time, p.end_time, p.id",
            (video_id,),
        )
        return [_passage(row) for row in rows if sources is None or row[2] in sources]

    def frames_of(
        self, video_id: str, space: str
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float16]] | None:
        """Times (seconds, float64 (n,)) and vectors (float16 (n, d)) of a video's frames.

        None when the video has no frames in this space.
        """
        rows = self._db.all(
            "SELECT b.pts, b.vectors, b.dimensions FROM blocks b JOIN videos v ON v.num = b.video "
            "WHERE v.id = ? AND b.kind = 'frames' AND b.space = ? ORDER BY b.channel",
            (video_id, space),
        )
        base = self._base(video_id)
        if not rows or base is None:
            return None
        pts = np.concatenate([np.frombuffer(row[0], "<i8") for row in rows])
        vectors = np.concatenate([np.frombuffer(row[1], "<f2").reshape(-1, row[2]) for row in rows])
        order = np.argsort(pts, kind="stable")
        return seconds(pts[order], base), vectors[order]

    def shots_of(self, video_id: str) -> list[Span]:
        """Shots of a video by time; empty when none are known."""
        base = self._base(video_id)
        if base is None:
            return []
        rows = self._db.all(
            "SELECT s.start_pts, s.end_pts FROM shots s JOIN videos v ON v.num = s.video "
            "WHERE v.id = ? AND s.end_pts > s.start_pts ORDER BY s.start_pts, s.end_pts",
            (video_id,),
        )
        # Whole numbers divide to the same float as a Fraction would give, ten times as fast.
        up, down = base.numerator, base.denominator
        return [Span(a * up / down, b * up / down) for a, b in rows]

    def still(self, video_id: str, time: float) -> bytes | None:
        """The kept JPEG that is nearest to a time (seconds); None when the video has none."""
        base = self._base(video_id)
        if base is None:
            return None
        pts = round(time / float(base))
        sql = (
            "SELECT s.pts, s.block, s.start, s.bytes FROM stills s JOIN videos v "
            "ON v.num = s.video WHERE v.id = ? AND s.pts {} ? ORDER BY s.pts {} LIMIT 1"
        )
        with self._db.snapshot():
            rows = [
                *self._db.all(sql.format("<=", "DESC"), (video_id, pts)),
                *self._db.all(sql.format(">", "ASC"), (video_id, pts)),
            ]
            if not rows:
                return None
            _, block, start, size = min(rows, key=lambda row: (abs(row[0] - pts), row[0]))
            return self._db.piece("still_blocks", "data", block, start, size)

    def has_stills(self, video_id: str) -> bool:
        """Whether any still of a video is kept."""
        row = self._db.one(
            "SELECT 1 FROM channels c JOIN videos v ON v.num = c.video "
            "WHERE v.id = ? AND c.stills > 0 LIMIT 1",
            (video_id,),
        )
        return row is not None

    def still_times(self, video_id: str) -> list[float]:
        """Times (seconds) of all kept stills of a video."""
        base = self._base(video_id)
        rows = self._db.all(
            "SELECT s.pts FROM stills s JOIN videos v ON v.num = s.video WHERE v.id = ? "
            "ORDER BY s.pts",
            (video_id,),
        )
        return [float(pts * base) for (pts,) in rows] if base is not None else []

    def _base(self, video_id: str) -> Fraction | None:
        row = self._db.one("SELECT base_num, base_den FROM videos WHERE id = ?", (video_id,))
        return None if row is None else Fraction(row[0], row[1])


def seconds(pts: npt.NDArray[np.int64], base: Fraction) -> npt.NDArray[np.float64]:
    """Timestamps in seconds, each rounded once.

    Examples
    --------
    >>> seconds(np.array([3, 6]), Fraction(1, 3)).tolist()
    [1.0, 2.0]
    """
    result: npt.NDArray[np.float64] = pts.astype(np.float64) * base.numerator / base.denominator
    return result
