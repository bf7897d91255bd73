"""From blocks in the file to one `VectorTable` a space, kept in ``cache/`` and in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from itertools import groupby
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from kinolex.errors import LibraryReadOnlyError
from kinolex.library.arrays import LISTS, Arrays, Entry, Layout, Piece
from kinolex.library.lists import make_lists, read_lists, write_lists
from kinolex.library.part import Part
from kinolex.library.passages import seconds
from kinolex.library.vectors import VectorTable

__all__ = ["EXACT_BELOW", "Tables"]

_COVERED = 0.9

EXACT_BELOW = 1_000_000
"""Rows (about 280 hours at one frame a second) from which on inverted lists are made and used."""

Kind = Literal["frames", "passages"]


class Tables(Part):
    """Give the vectors of a space.

    Attributes
    ----------
    exact_below : int
        Tables with fewer rows never use inverted lists.
    """

    exact_below: int = EXACT_BELOW

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
        arrays = self._arrays(space, kind)
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
        if len(table) >= self.exact_below:
            table.lists = read_lists(arrays.folder / LISTS, found[0])
        self._caches[name] = (stamp, found[0], table)
        return table

    def kept(
        self, space: str, kind: Kind, name: str, make: Callable[[], npt.NDArray[np.float32]]
    ) -> npt.NDArray[np.float32]:
        """A small float32 array of a space's encoder that costs time to make.

        It lies in ``cache/`` and must depend on the space and its name alone.

        Parameters
        ----------
        space, kind : str
            As in `vectors`.
        name : str
            Of the file, without ending.
        make : callable
            Makes it where it is not kept yet.
        """
        # Not of what is seen, but of the encoder: one for all readers.
        return Arrays(self.path / "cache", space, kind).kept(name, make)

    def make_lists(self) -> list[str]:
        """Make inverted lists for every table of at least `exact_below` rows.

        For the end of a long run: it takes a minute or two for a million rows. Tables whose
        lists still cover nine rows in ten are left alone.

        Returns
        -------
        list of str
            Spaces whose lists were made anew.

        Raises
        ------
        LibraryReadOnlyError
            If ``cache/`` cannot be written.
        """
        made = []
        for space, kind in self._db.all("SELECT DISTINCT space, kind FROM blocks ORDER BY 1, 2"):
            table = self.vectors(space, kind)
            covered = table.lists is not None and table.lists.covered >= _COVERED
            if len(table) < max(1, self.exact_below) or covered:
                continue
            layout = self._caches[f"table {kind} {space}"][1]
            table.lists = make_lists(table.rows)
            try:
                write_lists(self._arrays(space, kind).folder / LISTS, layout, table.lists)
            except OSError as error:
                raise LibraryReadOnlyError(
                    f"The inverted lists of {self.path} cannot be written: {error.strerror}.",
                    hint="Searching works without them, only slower.",
                ) from error
            made.append(space)
        return made

    def _arrays(self, space: str, kind: Kind) -> Arrays:
        return Arrays(self._db.cache, space, kind)

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
