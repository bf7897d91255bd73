"""What people keep, as far as it speaks of videos that a reader of some roots sees.

As in `limited`: a view for each table, and nobody gets past the views.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

from kinolex.library.kept_file import KeptFile
from kinolex.library.store import Store

__all__ = ["LimitedKeptFile"]

_VIEWS = {
    "saved": "SELECT * FROM main.saved",
    "seen": "SELECT * FROM main.seen WHERE kept_seen(video)",
    "collections": (
        "SELECT c.* FROM main.collections c "
        "WHERE NOT EXISTS (SELECT 1 FROM main.items i WHERE i.collection = c.num) "
        "OR EXISTS (SELECT 1 FROM main.items i WHERE i.collection = c.num AND kept_seen(i.video))"
    ),
    "items": "SELECT * FROM main.items WHERE kept_seen(video)",
    "tags": "SELECT * FROM main.tags WHERE kept_seen(video)",
    "corrections": "SELECT * FROM main.corrections WHERE kept_read(video, source, new)",
}
_OF_PLACES = ("title", "subtitle")
"""Sources of passages that may come from a hidden place of a video."""


class LimitedKeptFile(KeptFile):
    """``kept.sqlite`` for a reader of some roots; nothing is changed through it.

    Tags, spans of collections and corrections are those of videos that the reader sees. A
    collection that none of its spans are left of is not there, as a concept is not. Saved searches
    belong to their owners: ask for them by owner.

    Parameters
    ----------
    folder : Path
        The library.
    store : callable
        Gives the limited store; None where there is no library (then nothing is seen).
    """

    def __init__(self, folder: Path, store: Callable[[], Store | None]) -> None:
        super().__init__(folder, read_only=True)
        self._store = store
        self._limited: sqlite3.Connection | None = None
        self._seen: tuple[int, frozenset[str]] = (-1, frozenset())

    def _opened(self, *, make: bool = False) -> sqlite3.Connection:
        connection = super()._opened(make=make)
        if connection is not self._limited:
            connection.create_function("kept_seen", 1, self._sees)
            connection.create_function("kept_read", 3, self._reads)
            for table, rows in _VIEWS.items():
                connection.execute(f"CREATE TEMP VIEW {table} AS {rows}")
            connection.set_authorizer(_authorize)
            self._limited = connection
        return connection

    def _sees(self, video: str) -> bool:
        store = self._store()
        if store is None:
            return False
        generation = store.generation
        if self._seen[0] != generation:
            with store.snapshot():
                self._seen = store.generation, frozenset(v.id for v in store.videos())
        return video in self._seen[1]

    def _reads(self, video: str, source: str, new: str) -> bool:
        """Whether a correction may be seen: of the content, or of a passage that is there."""
        store = self._store()
        if store is None or not self._sees(video):
            return False
        if source not in _OF_PLACES:
            return True
        return any(passage.text == new for passage in store.passages_of(video, (source,)))


def _authorize(
    action: int, one: str | None, two: str | None, schema: str | None, inner: str | None
) -> int:
    """Let nobody past the views (``inner``: the view that asks)."""
    del one, two
    past = action == sqlite3.SQLITE_READ and schema == "main" and inner not in _VIEWS
    return sqlite3.SQLITE_DENY if past else sqlite3.SQLITE_OK
