"""Tags: words that people put on videos, or on spans of them."""

from __future__ import annotations

from kinolex.errors import NotFoundError, UsageError
from kinolex.library.kept_file import KeptPart, new_id, now, storable
from kinolex.library.kept_records import MOST_NAME, Tag, alike, named, span_of, written

__all__ = ["KeptTags"]

_COLUMNS = "id, name, video, start_time, end_time, added, owner"


class KeptTags(KeptPart):
    """Tag, untag, and list."""

    def tag(
        self,
        video: str,
        name: str,
        start: float | None = None,
        end: float | None = None,
        *,
        owner: str = "",
    ) -> Tag:
        """Put a tag on a video, or on a span of it; the same again gives the one that is there.

        Parameters
        ----------
        video : str
            Its id.
        name : str
            The tag; case does not count.
        start, end : float, optional
            The span in seconds; both or neither.
        owner : str
            Who tags, where several people share a library.

        Raises
        ------
        UsageError
            If name or span cannot be kept.
        """
        video, name = named(video, "The video"), named(name, "The tag")
        owner = written(owner, "The owner", MOST_NAME)
        if (start is None) != (end is None):
            raise UsageError("A span needs both its start and its end.")
        if start is not None:
            span = span_of(start, end)
            start, end = span.start, span.end
        new = Tag(new_id(), name, video, start, end, now(), owner)
        with self._file.write() as connection:
            before = connection.execute(
                f"SELECT {_COLUMNS} FROM tags WHERE folded = ? AND video = ? AND start_time IS ? "
                "AND end_time IS ? AND owner = ?",
                (alike(name), video, start, end, owner),
            ).fetchone()
            if before is not None:
                return Tag(*before)
            self._room(connection, "tags", "video", video)
            connection.execute(
                f"INSERT INTO tags ({_COLUMNS}, folded) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (new.id, name, video, start, end, new.added, owner, alike(name)),
            )
        return new

    def untag(self, id: str) -> None:
        """Take a tag away.

        Raises
        ------
        NotFoundError
            If there is none of that id.
        """
        with self._file.write() as connection:
            if not connection.execute("DELETE FROM tags WHERE id = ?", (storable(id),)).rowcount:
                raise NotFoundError(f"There is no tag {id!r}.", hint="See `kinolex tag VIDEO`.")

    def tags(self, video: str | None = None) -> list[Tag]:
        """Tags of a video and its spans, or of all, in the order in which they were put."""
        where, arguments = ("", ()) if video is None else ("WHERE video = ?", (video,))
        rows = self._file.all(f"SELECT {_COLUMNS} FROM tags {where} ORDER BY num", arguments)
        return [Tag(*row) for row in rows]

    def tag_names(self) -> dict[str, int]:
        """Every tag, as it was first written, with the number of videos that have it; by name."""
        rows = self._file.all(
            "SELECT name, min(num), count(DISTINCT video) FROM tags GROUP BY folded ORDER BY folded"
        )
        return {name: videos for name, _, videos in rows}

    def tagged(self, name: str) -> list[str]:
        """Ids of the videos that have a tag, on the whole or on a span; case does not count."""
        rows = self._file.all(
            "SELECT video FROM tags WHERE folded = ? GROUP BY video ORDER BY min(num)",
            (alike(name),),
        )
        return [video for (video,) in rows]
