"""Counts that must agree with each other, all read from one snapshot."""

from __future__ import annotations

from pathlib import Path

from kinolex.library.memory import Memory
from kinolex.library.records import Counts

__all__ = ["WANTED", "Counting"]

WANTED = "channels"
"""Name under which ingest remembers the list of channels that a finished video has."""


class Counting(Memory):
    """Count what the library holds."""

    def counts(self) -> Counts:
        """Numbers of everything.

        ``videos = done + partial + pending``: *partial* has a coarse channel, or lacks some of the
        channels that ingest wants (`WANTED`) while another than the title is there; *pending* has
        nothing but its title; *done* is the rest. A channel that failed is not waited for.
        ``failed`` counts paths, and ``missing`` paths that are gone. ``bytes`` is the size of the
        whole folder, ``cache/`` included; where only some roots are seen, of the vectors,
        stills and words of these.
        """
        with self._db.snapshot():
            wanted = set(self.recall(WANTED, []))
            states = self._states()
            videos, duration = self._pair("SELECT count(*), total(duration) FROM videos")
            paths, missing = self._pair("SELECT count(*), total(missing) FROM paths")
            frames, _ = self._pair("SELECT total(rows), 0 FROM blocks WHERE kind = 'frames'")
            passages, _ = self._pair("SELECT count(*), 0 FROM passages")
            stills, _ = self._pair("SELECT total(stills), 0 FROM channels")
            failed, _ = self._pair(
                "SELECT count(*), 0 FROM (SELECT DISTINCT root, relative FROM failures)"
            )
            channels = self._db.all(
                "SELECT channel, count(*) FROM channels WHERE state != 'empty' "
                "GROUP BY channel ORDER BY channel"
            )
            size = self._seen_bytes() if self._db.roots is not None else None
            generation = self._db.generation
        kinds = [_kind(*entry, wanted) for entry in states]
        return Counts(
            videos=int(videos),
            paths=int(paths),
            missing=int(missing),
            duration=duration,
            done=kinds.count("done"),
            partial=kinds.count("partial"),
            pending=kinds.count("pending"),
            failed=int(failed),
            frames=int(frames),
            passages=int(passages),
            stills=int(stills),
            bytes=folder_bytes(self.path) if size is None else size,
            channels=dict(channels),
            generation=generation,
        )

    def _pair(self, sql: str) -> tuple[float, float]:
        row = self._db.one(sql)
        return (float(row[0]), float(row[1])) if row else (0.0, 0.0)

    def _seen_bytes(self) -> int:
        """Bytes of what is seen: the folder's size would tell of the rest."""
        vectors, times = self._pair(
            "SELECT total(2 * rows * dimensions), total(8 * rows * (kind = 'frames')) FROM blocks"
        )
        stills, words = self._pair(
            "SELECT (SELECT total(bytes) FROM stills), (SELECT total(length(text)) FROM passages)"
        )
        return int(vectors + times + stills + words)

    def _states(self) -> list[tuple[set[str], bool, bool]]:
        """For each video: its channels, whether one is coarse, whether something failed."""
        rows = self._db.all(
            "SELECT v.num, group_concat(c.channel), total(c.state = 'partial'), "
            "EXISTS (SELECT 1 FROM failures f WHERE f.video = v.id) "
            "FROM videos v LEFT JOIN channels c ON c.video = v.num GROUP BY v.num"
        )
        return [(set((names or "").split(",")) - {""}, bool(p), bool(f)) for _, names, p, f in rows]


def _kind(channels: set[str], coarse: bool, failed: bool, wanted: set[str]) -> str:
    more = channels - {"title"}
    lacks = bool(wanted - channels) and not failed
    if coarse or (more and lacks):
        return "partial"
    if not channels or (not more and (lacks or (not wanted and not failed))):
        return "pending"
    return "done"


def folder_bytes(folder: Path) -> int:
    """Bytes of all files in a folder; files that vanish meanwhile do not count."""
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size if path.is_file() else 0
        except OSError:
            continue
    return total
