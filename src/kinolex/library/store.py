"""`Store`: the one door to a library on disk, put together from its parts.

One writer and many readers, in any number of processes. Every change is one transaction that
raises ``generation``; readers see whole transactions only.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from kinolex.errors import UsageError
from kinolex.library.channels import Channels
from kinolex.library.concepts import Concepts
from kinolex.library.counting import Counting
from kinolex.library.database import Database
from kinolex.library.failures import Failures
from kinolex.library.files import Files
from kinolex.library.finding import Finding
from kinolex.library.fulltext import FullText
from kinolex.library.limited import LimitedDatabase
from kinolex.library.passages import Passages
from kinolex.library.pruning import Pruning
from kinolex.library.tables import Tables
from kinolex.library.videos import Videos

__all__ = ["Store"]


class Store(
    Files,
    Videos,
    Channels,
    Failures,
    Passages,
    Tables,
    FullText,
    Finding,
    Counting,
    Concepts,
    Pruning,
):
    """A library: a folder with ``library.sqlite`` and the derived ``cache/``.

    Use `open`; an object may be shared between threads.

    Examples
    --------
    >>> import tempfile
    >>> from kinolex.library.records import VideoRecord
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with Store.open(Path(folder), write=True) as store:
    ...         store.put_video(VideoRecord("ab" * 16, 1, 2.5, "A title"))
    ...         store.generation, store.find_videos("title")
    (1, ['abababababababababababababababab'])
    """

    @classmethod
    def open(
        cls, path: Path, *, write: bool = False, roots: Collection[str] | None = None
    ) -> Store:
        """Open a library.

        Parameters
        ----------
        path : Path
            Its folder.
        write : bool
            Become the writer; the library is made when there is none, and brought up to the
            newest format when it is older.
        roots : collection of str, optional
            Ids of roots: the store behaves as if only these had ever been indexed (see
            `kinolex.library.limited`). None: everything; an empty collection: nothing.

        Raises
        ------
        NotFoundError
            If there is no library and ``write`` is false.
        LibraryBusyError
            If another process is the writer.
        LibraryReadOnlyError
            If ``write`` is asked for where nothing can be written.
        LibraryTooNewError
            If a newer kinolex wrote it.
        LibraryError
            If it is damaged or not a library.
        UsageError
            If ``roots`` are given to a writer.
        """
        folder = Path(path).expanduser()
        if roots is None:
            return cls(Database(folder, write=write))
        if write:
            raise UsageError(
                "A library that is limited to some roots is for reading only.",
                hint="Open it without roots to write.",
            )
        return cls(LimitedDatabase(folder, roots))

    @property
    def roots_allowed(self) -> frozenset[str] | None:
        """Ids of the roots that this object is limited to; None where it sees everything."""
        return self._db.roots

    @property
    def writable(self) -> bool:
        """Whether this object is the writer."""
        return self._db.writable

    @property
    def generation(self) -> int:
        """Number of the last committed change, read fresh.

        Where only some roots are seen it counts nothing: it only differs after every change.
        """
        return self._db.generation

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Everything read inside sees the same generation, whatever is written meanwhile."""
        with self._db.snapshot():
            yield

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Every change inside becomes visible at once, or none when an error leaves the block."""
        with self._db.write():
            yield

    def close(self) -> None:
        """Close the file; a writer lets the next one in."""
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
