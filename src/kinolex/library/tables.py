"""From blocks in the file to one `VectorTable` a space, kept in ``cache/`` and in memory."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from itertools import groupby
from typing import Any, Literal

import numpy as np

from kinolex.library.arrays import Arrays, Entry, Layout, Piece
from kinolex.library.part import Part
from kinolex.library.passages import seconds
from kinolex.library.vectors import VectorTable

__all__ = ["Tables"]

Kind = Literal["frames", "passages"]


class Tables(Part):
    """Give the vectors of a space."""

    def vectors(self, space: str, kind: Kind) -> VectorTable:
        """All vectors of a space, as of the last commit.

        Rows are ordered by the commit that wrote them, so that the same library always gives the
        same order. A space that holds nothing gives an empty table.

        Parameters
        ----------
        space : str
            `Stamp.space` of the encoder.
        kind : str
            ``frames`` or ``passages``.
        """
        arrays = Arrays(self.path / "cache", space, kind)
        name = f"table {kind} {space}"
        with self._db.snapshot():
            stamp = self._db.stamp()
            held = self._caches.get(name)
            if held is not None and held[0] == stamp:
                table: VectorTable = held[2]
                return table
            found = arrays.fresh(stamp)
            if found is None:
                layout = self._layout(space, kind)
                if held is not None and held[1] == layout:
                    same: VectorTable = held[2]
                    self._caches[name] = (stamp, layout, same)
                    return same
                found = layout, arrays.refresh(layout, stamp, lambda e: self._piece(e, layout))
        table = _table(*found)
        self._caches[name] = (stamp, found[0], table)
        return table

    def _layout(self, space: str, kind: Kind) -> Layout:
        """Entries by the newest commit that touched them."""
        rows = self._db.all(
            "SELECT v.id, b.token, b.rows, b.generation, b.dimensions FROM blocks b "
            "JOIN videos v ON v.num = b.video WHERE b.kind = ? AND b.space = ? "
            "ORDER BY v.id, b.channel",
            (kind, space),
        )
        found = []
        for video, group in groupby(rows, key=lambda row: row[0]):
            blocks = list(group)
            entry = Entry(video, "+".join(b[1] for b in blocks), sum(b[2] for b in blocks))
            found.append((max(b[3] for b in blocks), entry))
        found.sort(key=lambda pair: (pair[0], pair[1].video))
        dimensions = rows[0][4] if rows else 0
        return Layout(space, kind, dimensions, tuple(entry for _, entry in found))

    def _piece(self, entry: Entry, layout: Layout) -> Piece:
        """Read one video's rows from the file; several channels are merged by time."""
        rows = self._db.all(
            "SELECT b.channel, b.pts, b.vectors, v.base_num, b.video, v.base_den FROM blocks b "
            "JOIN videos v ON v.num = b.video WHERE v.id = ? AND b.kind = ? AND b.space = ? "
            "ORDER BY b.channel",
            (entry.video, layout.kind, layout.space),
        )
        pieces = [self._block(row, layout) for row in rows]
        vectors = np.concatenate([piece.vectors for piece in pieces])
        times = np.concatenate([piece.times for piece in pieces])
        passages = np.concatenate([piece.passages for piece in pieces])
        if len(pieces) == 1 and bool(np.all(np.diff(times) >= 0)):
            return pieces[0]
        order = np.argsort(times, kind="stable")
        return Piece(vectors[order], times[order], passages[order] if len(passages) else passages)

    def _block(self, row: tuple[Any, ...], layout: Layout) -> Piece:
        channel, pts, blob, base_num, video, base_den = row
        vectors = np.frombuffer(blob, "<f2").reshape(-1, layout.dimensions)
        if layout.kind == "frames":
            times = seconds(np.frombuffer(pts, "<i8"), Fraction(base_num, base_den))
            return Piece(vectors, times, np.empty(0, np.int64))
        passages = self._db.all(
            "SELECT id, start_time FROM passages WHERE video = ? AND channel = ? ORDER BY id",
            (video, channel),
        )
        ids = np.array([row[0] for row in passages], np.int64)
        return Piece(vectors, np.array([row[1] for row in passages], np.float64), ids)


def _table(layout: Layout, piece: Piece) -> VectorTable:
    return VectorTable(
        video_ids=[entry.video for entry in layout.entries],
        starts=_starts(entry.rows for entry in layout.entries),
        times=piece.times,
        passages=piece.passages if layout.kind == "passages" else None,
        rows=piece.vectors,
    )


def _starts(counts: Iterable[int]) -> Any:
    return np.cumsum([0, *counts], dtype=np.int64)
