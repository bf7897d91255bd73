"""Pruning: say what is gone for good, and only then forget it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kinolex.library.arrays import Arrays, sweep
from kinolex.library.database import explained, stored, unstored
from kinolex.library.roots import Roots

__all__ = ["Gone", "Pruning"]


@dataclass(frozen=True, slots=True)
class Gone:
    """Something that `Pruning.prune` forgets.

    ``kind``: ``path`` (the file is gone, its video has others), ``video`` (no file of it is left:
    frames, passages and stills go with it) or ``failure`` (of a file that is gone).
    """

    kind: Literal["path", "video", "failure"]
    path: str
    video: str = ""
    title: str = ""
    root: str = ""
    relative: str = ""


class Pruning(Roots):
    """List and forget what is gone; absent roots are never touched."""

    def prune_candidates(self) -> list[Gone]:
        """What `prune` would forget: nothing on an absent root, nothing that can still be seen.

        A path counts as gone when it is marked missing and its file is not there now.
        """
        with self._db.snapshot():
            paths = self._gone_paths()
            gone = {(g.root, g.relative) for g in paths}
            left: dict[str, bool] = {}
            for video, root, relative in self._db.all("SELECT video, root, relative FROM paths"):
                stays = (root, unstored(relative)) not in gone
                left[video] = left.get(video, False) or stays
            videos = self._db.all("SELECT id, title FROM videos ORDER BY num")
            last = {g.video: g.path for g in paths}
            lost = [
                Gone("video", last.get(video, ""), video, title)
                for video, title in videos
                if not left.get(video, False)
            ]
            return [*paths, *lost, *self._gone_failures()]

    def _gone_paths(self) -> list[Gone]:
        roots = self._root_paths()
        rows = self._db.all(
            "SELECT p.root, p.relative, p.video, coalesce(v.title, '') FROM paths p "
            "LEFT JOIN videos v ON v.id = p.video WHERE p.missing ORDER BY p.root, p.relative"
        )
        found = []
        for root_id, relative, video, title in rows:
            root = roots.get(root_id)
            if root is None or not root.present:
                continue
            path = root.path / unstored(relative)
            if not path.exists():
                found.append(Gone("path", str(path), video, title, root_id, unstored(relative)))
        return found

    def _gone_failures(self) -> list[Gone]:
        roots = self._root_paths()
        found = []
        for root_id, relative in self._db.all("SELECT DISTINCT root, relative FROM failures"):
            root = roots.get(root_id)
            path = root.path / unstored(relative) if root and root.present else None
            if path is not None and not path.exists() and not path.is_symlink():
                found.append(Gone("failure", str(path), root=root_id, relative=unstored(relative)))
        return found

    def prune(self, *, vacuum: bool = False) -> list[Gone]:
        """Forget what `prune_candidates` lists; returns it.

        Arrays in ``cache/`` of vector spaces that are no longer used are deleted as well.

        Parameters
        ----------
        vacuum : bool
            Give the freed space back to the disk (rewrites the file, needs as much free space).
        """
        with self._db.write() as connection:
            gone = self.prune_candidates()
            for thing in gone:
                if thing.kind == "video":
                    connection.execute("DELETE FROM videos WHERE id = ?", (thing.video,))
                    connection.execute("DELETE FROM failures WHERE video = ?", (thing.video,))
                else:
                    table = "paths" if thing.kind == "path" else "failures"
                    connection.execute(
                        f"DELETE FROM {table} WHERE root = ? AND relative = ?",
                        (thing.root, stored(thing.relative)),
                    )
            spaces = connection.execute("SELECT DISTINCT space, kind FROM blocks").fetchall()
        cache = self.path / "cache"
        sweep(cache, (Arrays(cache, space, kind).folder for space, kind in spaces))
        if vacuum:
            with explained(self.path):
                self._db.connection.execute("VACUUM")
        return gone
