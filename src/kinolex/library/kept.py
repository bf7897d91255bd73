"""`Kept`: what people make themselves in a library, and no index run can make again.

Saved searches, collections of spans, tags, and corrections of passages lie in a file of their own,
``kept.sqlite`` in the library's folder (docs/kept.md). Videos are named by their ids, which come
from their content: what is kept outlives moving, renaming and indexing anew, and fits every library
that holds the same videos.
"""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

from kinolex.library.kept_collections import KeptCollections
from kinolex.library.kept_corrections import KeptCorrections
from kinolex.library.kept_file import KeptFile
from kinolex.library.kept_records import Collection, Correction, Item, Saved, Tag
from kinolex.library.kept_saved import KeptSaved
from kinolex.library.kept_tags import KeptTags

__all__ = ["Collection", "Correction", "Item", "Kept", "Saved", "Tag"]


class Kept(KeptSaved, KeptCollections, KeptTags, KeptCorrections):
    """Saved searches, collections, tags and corrections of one library.

    Use `open`; an object may be shared between threads. Every change is one short transaction,
    and any process may write at any time, also while an index run is going on.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder, Kept.open(Path(folder)) as kept:
    ...     tag = kept.tag("ab" * 16, "Beach", 3, 5)
    ...     kept.tagged("beach") == [tag.video], kept.tag_names()
    (True, {'Beach': 1})
    """

    @classmethod
    def open(cls, folder: Path, *, read_only: bool = False) -> Kept:
        """Open what is kept in a library; the file comes into being with the first change.

        Parameters
        ----------
        folder : Path
            The library's folder.
        read_only : bool
            Refuse every change.

        Raises
        ------
        LibraryError
            From this and every other method, if the file is damaged, of another program, of a
            newer kinolex, or (on a change) cannot be written.
        """
        kept = cls(KeptFile(Path(folder).expanduser(), read_only=read_only))
        kept._file.one("SELECT 1")  # says now what is wrong with the file
        return kept

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
