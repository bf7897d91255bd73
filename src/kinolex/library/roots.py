"""Folders that the user added, known by a marker file wherever they are mounted.

A root whose marker cannot be seen is absent: a disk that is not connected, an empty mount point.
Nothing that lies on it counts as deleted.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import time
from collections.abc import Iterable
from pathlib import Path

from kinolex.errors import NotFoundError
from kinolex.library.database import stored, unstored
from kinolex.library.part import Part
from kinolex.library.records import Root

__all__ = ["MARKER", "Roots", "read_marker", "write_marker"]

MARKER = ".kinolex-root"
_FRESH = 2.0
_TRIED = 50


def read_marker(folder: Path) -> str | None:
    """Root id that a folder carries; None without a readable marker."""
    try:
        said = json.loads((folder / MARKER).read_text(encoding="utf-8"))
        found = said["kinolex_root"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return found if isinstance(found, str) and found else None


def write_marker(folder: Path, root_id: str) -> bool:
    """Write a folder's marker; False where the folder cannot be written.

    A link where the marker should be is never followed or replaced, and a folder that is marked
    as not to be written stays as it is, also where an administrator could write it.
    """
    made = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    text = json.dumps({"kinolex_root": root_id, "made": made}) + "\n"
    place = folder / MARKER
    beside = folder / f"{MARKER}.{os.getpid()}"
    try:
        if place.is_symlink() or not folder.stat().st_mode & 0o222:
            return False
        beside.write_text(text, encoding="utf-8")
        beside.replace(place)
    except OSError:
        beside.unlink(missing_ok=True) if os.access(folder, os.W_OK) else None
        return False
    return True


def _inside(path: Path, folder: Path) -> bool:
    return path != folder and path.is_relative_to(folder)


class Roots(Part):
    """Add, list and remove roots."""

    def add_root(self, folder: Path, *, mark: bool = True) -> Root:
        """Make a folder a root, or recognise it as one.

        - A marker that the library knows, at a new place: the root has moved; its id stays. If
          the old place still carries the marker too, the folder was copied: a new root.
        - A folder inside a root that is there: that root.
        - A folder around roots that are there: they become part of it, with their files.
        - A folder that cannot be written becomes a root without a marker, known by its path.

        Parameters
        ----------
        folder : Path
            An existing folder.
        mark : bool
            Write the marker. Not for the folder of a file that was added alone: nobody asked for
            that folder.

        Raises
        ------
        NotFoundError
            If there is no such folder.
        """
        folder = _real(folder)
        if not folder.is_dir():
            raise NotFoundError(f"There is no folder {folder}.", hint="Check the path.")
        known = {root.id: root for root in self.roots()}
        marker = read_marker(folder)
        around = [r for r in known.values() if r.present and _inside(folder, r.path)]
        if around and marker not in known:
            return max(around, key=lambda r: len(r.path.parts))
        root_id = self._identify(folder, marker, known)
        marked = read_marker(folder) == root_id or (mark and write_marker(folder, root_id))
        inner = [
            r for r in known.values() if r.id != root_id and r.present and _inside(r.path, folder)
        ]
        row = (root_id, stored(str(folder)), stored(self._near(folder)), int(marked))
        same = self._db.one("SELECT id, path, near, marked FROM roots WHERE id = ?", (root_id,))
        if same == row and not inner:
            # Nothing new: no change for readers to notice.
            return Root(root_id, folder, present=True)
        with self._db.write() as connection:
            connection.execute(
                "INSERT INTO roots VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET "
                "path = excluded.path, near = excluded.near, marked = excluded.marked",
                row,
            )
            for root in inner:
                self._absorb(root, root_id, folder)
        self._caches.pop("roots", None)
        return Root(root_id, folder, present=True)

    def _identify(self, folder: Path, marker: str | None, known: dict[str, Root]) -> str:
        """Id of the root that a folder is, old or new."""
        new = os.urandom(16).hex()
        if marker is not None:
            old = known.get(marker)
            copied = old is not None and old.path != folder and read_marker(old.path) == marker
            return new if copied else marker
        for root in known.values():
            # The marker was deleted, or never could be written: known by path and files.
            if root.path == folder and (root.present or self._has_files(root)):
                return root.id
        return new

    def _has_files(self, root: Root) -> bool:
        """Whether some of the files known of a root are where they should be."""
        rows = self._db.all(
            "SELECT relative FROM paths WHERE root = ? AND NOT missing LIMIT ?", (root.id, _TRIED)
        )
        return any((root.path / unstored(relative)).exists() for (relative,) in rows)

    def _absorb(self, inner: Root, outer: str, folder: Path) -> None:
        """Move a root's files and failures into the root around it."""
        prefix = inner.path.relative_to(folder).as_posix() + "/"
        with self._db.write() as connection:
            for table in ("paths", "failures"):
                rows = connection.execute(
                    f"SELECT DISTINCT relative FROM {table} WHERE root = ?", (inner.id,)
                ).fetchall()
                connection.executemany(
                    f"UPDATE OR REPLACE {table} SET root = ?, relative = ? "
                    "WHERE root = ? AND relative = ?",
                    [(outer, stored(prefix + unstored(r)), inner.id, r) for (r,) in rows],
                )
            connection.execute("DELETE FROM roots WHERE id = ?", (inner.id,))

    def _near(self, folder: Path) -> str:
        """The folder as seen from the library, so that both may move together."""
        try:
            return os.path.relpath(folder, _real(self.path))
        except ValueError:
            return ""

    def roots(self) -> list[Root]:
        """All roots, by path, with whether each is there now."""
        held = self._caches.get("roots")
        stamp = self._db.stamp()
        if held is not None and held[0] == stamp and time.monotonic() - held[1] < _FRESH:
            found: list[Root] = held[2]
            return list(found)
        rows = self._db.all("SELECT id, path, near, marked FROM roots")
        found = sorted(
            (self._resolve(i, unstored(p), unstored(n), bool(m)) for i, p, n, m in rows),
            key=lambda root: (str(root.path), root.id),
        )
        self._caches["roots"] = (stamp, time.monotonic(), found)
        return list(found)

    def _resolve(self, root_id: str, path: str, near: str, marked: bool) -> Root:
        """Where a root is: at its path, or at the same place relative to the library."""
        places = [Path(path)]
        if near:
            places.append(Path(os.path.normpath(_real(self.path) / near)))
        for place in places:
            if marked and read_marker(place) == root_id:
                return Root(root_id, place, present=True)
        if not marked:
            for place in places:
                if self._unmarked_present(root_id, place):
                    return Root(root_id, place, present=True)
        return Root(root_id, places[0], present=False)

    def _unmarked_present(self, root_id: str, place: Path) -> bool:
        """Without a marker, an empty folder with known files is taken for an empty mount point."""
        try:
            with os.scandir(place) as entries:
                if next(entries, None) is not None:
                    return True
        except OSError:
            return False
        return self._db.one("SELECT 1 FROM paths WHERE root = ? LIMIT 1", (root_id,)) is None

    def remove_root(self, root_id: str) -> None:
        """Forget a root, its paths and failures; videos stay until `prune`.

        The marker file stays on the disk: another library may know the folder by it.
        """
        with self._db.write() as connection:
            connection.execute("DELETE FROM roots WHERE id = ?", (root_id,))
        self._caches.pop("roots", None)

    def _root_paths(self) -> dict[str, Root]:
        return {root.id: root for root in self.roots()}

    def _absolute(self, roots: Iterable[Root], root_id: str, relative: str) -> str:
        for root in roots:
            if root.id == root_id:
                return str(root.path / relative)
        return relative


def _real(path: Path) -> Path:
    """Absolute path without links, so that one folder has one name."""
    return Path(os.path.realpath(path))
