"""Failures: files, or stages of files, that could not be done, and how often they were tried."""

from __future__ import annotations

import datetime as dt
from typing import Any

from kinolex.library.database import stored, unstored
from kinolex.library.records import Failure
from kinolex.library.roots import Roots
from kinolex.library.videos import clean

__all__ = ["Failures"]

_COLUMNS = "root, relative, stage, reason, message, tries, video, at"


class Failures(Roots):
    """Remember failures by path and by content."""

    def put_failure(
        self,
        root_id: str,
        relative: str,
        *,
        fingerprint: str,
        stage: str,
        reason: str,
        message: str,
        video: str = "",
    ) -> None:
        """Note that a stage failed; the same stage of the same path counts one more try."""
        now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        with self._db.write() as connection:
            connection.execute(
                "INSERT INTO failures VALUES (?, ?, ?, ?, ?, ?, ?, 1, ?) "
                "ON CONFLICT (root, relative, stage) DO UPDATE SET "
                "fingerprint = excluded.fingerprint, video = excluded.video, "
                "reason = excluded.reason, message = excluded.message, tries = tries + 1, "
                "at = excluded.at",
                (root_id, stored(relative), stage, fingerprint, video, reason, clean(message), now),
            )

    def failures(self) -> list[Failure]:
        """All failures, by path and stage; paths are absolute."""
        rows = self._db.all(f"SELECT {_COLUMNS} FROM failures")
        return sorted((self._failure(row) for row in rows), key=lambda f: (f.path, f.stage))

    def failed_fingerprint(self, fingerprint: str, *, stage: str = "") -> Failure | None:
        """The latest failure of a content, wherever it lies; None if none is known.

        Parameters
        ----------
        fingerprint : str
            Content; the empty one never failed.
        stage : str
            Only failures of this stage.
        """
        if not fingerprint:
            return None
        row = self._db.one(
            f"SELECT {_COLUMNS} FROM failures WHERE fingerprint = ? AND ? IN ('', stage) "
            "ORDER BY at DESC, root, relative, stage LIMIT 1",
            (fingerprint, stage),
        )
        return None if row is None else self._failure(row)

    def clear_failure(self, root_id: str, relative: str, *, stage: str = "") -> None:
        """Forget the failures of a path, or those of one stage of it."""
        row = (root_id, stored(relative), stage)
        where = "WHERE root = ? AND relative = ? AND ? IN ('', stage)"
        if self._db.one(f"SELECT 1 FROM failures {where}", row) is not None:
            with self._db.write() as connection:
                connection.execute(f"DELETE FROM failures {where}", row)

    def _failure(self, row: tuple[Any, ...]) -> Failure:
        root_id, relative, stage, reason, message, tries, video, at = row
        path = self._absolute(self.roots(), root_id, unstored(relative))
        return Failure(path, stage, reason, message, tries, video, at)
