"""Paths: which content lies where. Relative to a root, with ``/`` between the parts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kinolex.library.database import stored, unstored
from kinolex.library.part import Part
from kinolex.library.records import FileState

__all__ = ["Files"]

_PUT = "INSERT OR REPLACE INTO paths VALUES (?, ?, ?, ?, ?, ?, ?)"


def _row(state: FileState) -> tuple[Any, ...]:
    return (
        state.root,
        stored(state.relative),
        state.size,
        state.mtime_ns,
        state.video,
        int(state.missing),
        stored(state.sidecars),
    )


class Files(Part):
    """What is known of paths; nothing here deletes a video."""

    def files(self, root_id: str) -> dict[str, FileState]:
        """Every path known under a root, missing ones included, by relative path."""
        rows = self._db.all(
            "SELECT relative, size, mtime_ns, video, missing, sidecars FROM paths "
            "WHERE root = ? ORDER BY relative",
            (root_id,),
        )
        return {
            unstored(r): FileState(
                root_id, unstored(r), size, mtime, video, bool(gone), unstored(s)
            )
            for r, size, mtime, video, gone, s in rows
        }

    def put_file(self, state: FileState) -> None:
        """Record which content lies at a path; replaces what was known of the path."""
        self.touch_files([state])

    def touch_files(self, states: Iterable[FileState]) -> None:
        """`put_file` for many paths in one transaction."""
        rows = [_row(state) for state in states]
        if rows:
            with self._db.write() as connection:
                connection.executemany(_PUT, rows)

    def mark_missing(self, root_id: str, relatives: Iterable[str]) -> None:
        """Note that files are gone; their videos stay searchable until `prune`."""
        self._each(
            "UPDATE paths SET missing = 1 WHERE root = ? AND relative = ?", root_id, relatives
        )

    def forget_files(self, root_id: str, relatives: Iterable[str]) -> None:
        """Forget paths (a file that has moved has a new one); their videos stay."""
        self._each("DELETE FROM paths WHERE root = ? AND relative = ?", root_id, relatives)

    def _each(self, sql: str, root_id: str, relatives: Iterable[str]) -> None:
        rows = [(root_id, stored(relative)) for relative in relatives]
        if rows:
            with self._db.write() as connection:
                connection.executemany(sql, rows)
