"""Corrections: what passages should say, kept beside what their encoder wrote."""

from __future__ import annotations

import json
from collections.abc import Sequence

from kinolex.errors import NotFoundError, UsageError
from kinolex.library.kept_file import KeptPart, new_id, now, storable
from kinolex.library.kept_records import (
    MOST_LETTERS,
    MOST_NAME,
    Correction,
    named,
    span_of,
    written,
)
from kinolex.moments import SOURCE_CHANNEL

__all__ = ["KeptCorrections", "Words"]

Words = Sequence[tuple[float, float, str]]
"""Start, end and text of single words (`kinolex.library.records.Passage.words`)."""

_COLUMNS = "id, video, source, start_time, end_time, old, new, at, owner"


class KeptCorrections(KeptPart):
    """Keep, list and forget corrections.

    What the library shows is not touched here: `kinolex.api.Library.correct` does both.
    """

    def correct(
        self,
        video: str,
        source: str,
        start: float,
        end: float,
        old: str,
        new: str,
        *,
        owner: str = "",
        words: Words = (),
    ) -> Correction:
        """Keep a correction; one of the same passage (span, source and old text) is replaced.

        Parameters
        ----------
        video : str
            Its id.
        source : str
            Of the passage: ``speech``, ``subtitle``, ``screen``, ``title``, ...
        start, end : float
            Of the passage, in seconds.
        old, new : str
            What its encoder wrote, and what it should say.
        owner : str
            Who corrects, where several people share a library.
        words : sequence of (float, float, str)
            Times of the old words, for `original`.

        Raises
        ------
        UsageError
            If there is no such source, or a text or span cannot be kept.
        """
        if source not in SOURCE_CHANNEL:
            raise UsageError(
                f"There is no source {source!r}.", hint=f"Choose from {', '.join(SOURCE_CHANNEL)}."
            )
        new = written(new, "The corrected text", MOST_LETTERS)
        if not new:
            raise UsageError("The corrected text is empty.", hint="Write what the passage says.")
        video, owner = named(video, "The video"), written(owner, "The owner", MOST_NAME)
        old, span = storable(old), span_of(start, end)
        if not isinstance(old, str):
            raise UsageError("The old text must be text.")
        place = (video, source, span.start, span.end, old)
        with self._file.write() as connection:
            self._room(connection, "corrections", "video", video)
            row = connection.execute(
                f"INSERT INTO corrections ({_COLUMNS}, words) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
                "ON CONFLICT (video, source, start_time, end_time, old) DO UPDATE SET "
                f"new = excluded.new, at = excluded.at, owner = excluded.owner "
                f"RETURNING {_COLUMNS}",
                (new_id(), *place, new, now(), owner, _json(words)),
            ).fetchone()
        return Correction(*row)

    def corrections(self, video: str | None = None) -> list[Correction]:
        """Corrections of a video, or all, in the order in which they were made."""
        where, arguments = ("", ()) if video is None else ("WHERE video = ?", (video,))
        rows = self._file.all(f"SELECT {_COLUMNS} FROM corrections {where} ORDER BY num", arguments)
        return [Correction(*row) for row in rows]

    def correction(self, id: str) -> Correction:
        """One correction.

        Raises
        ------
        NotFoundError
            If there is none of that id.
        """
        row = self._file.one(f"SELECT {_COLUMNS} FROM corrections WHERE id = ?", (id,))
        if row is None:
            raise NotFoundError(f"There is no correction {id!r}.")
        return Correction(*row)

    def original(self, id: str) -> tuple[str, Words]:
        """What the encoder wrote where something was corrected, and the times of those words."""
        row = self._file.one("SELECT old, words FROM corrections WHERE id = ?", (id,))
        if row is None:
            raise NotFoundError(f"There is no correction {id!r}.")
        return row[0], tuple((a, b, text) for a, b, text in json.loads(row[1]))

    def reread(self, id: str, old: str, words: Words = ()) -> None:
        """Note what another encoder wrote where something was corrected, so that undoing gives it.

        Nothing happens where the correction is gone meanwhile.
        """
        with self._file.write() as connection:
            connection.execute(
                "UPDATE OR IGNORE corrections SET old = ?, words = ? WHERE id = ?",
                (storable(old), _json(words), storable(id)),
            )

    def uncorrect(self, id: str) -> Correction:
        """Forget a correction; gives what it was."""
        with self._file.write() as connection:
            row = connection.execute(
                f"DELETE FROM corrections WHERE id = ? RETURNING {_COLUMNS}", (storable(id),)
            ).fetchone()
        if row is None:
            raise NotFoundError(f"There is no correction {id!r}.")
        return Correction(*row)


def _json(words: Words) -> str:
    return json.dumps([list(word) for word in words], separators=(",", ":"))
