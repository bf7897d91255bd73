"""What all parts of the store share: the database, and whether roots are there now."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kinolex.errors import NotFoundError
from kinolex.library.database import Database

__all__ = ["Part"]


class Part:
    """One concern of the store.

    Parameters
    ----------
    database : Database
        The opened library.
    """

    def __init__(self, database: Database) -> None:
        self._db = database
        self._caches: dict[str, Any] = {}

    @property
    def path(self) -> Path:
        """The library's folder."""
        return self._db.folder

    def _num(self, video_id: str) -> int | None:
        """Row number of a video inside the file."""
        row = self._db.one("SELECT num FROM videos WHERE id = ?", (video_id,))
        return None if row is None else int(row[0])

    def _known(self, video_id: str) -> int:
        """Row number of a video that must exist."""
        num = self._num(video_id)
        if num is None:
            raise NotFoundError(f"There is no video {video_id} in the library.")
        return num
