"""The whole of kinolex for programs: `open` a library, add videos, ask, get moments.

>>> import kinolex, tempfile
>>> with kinolex.open(tempfile.mkdtemp()) as library:
...     library.search("anything at all").nothing_found
True
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Sequence
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal

from kinolex.errors import NotFoundError, UsageError
from kinolex.export.door import Exporting
from kinolex.ingest.report import Report
from kinolex.library.store import Store
from kinolex.moments import CHANNELS, Answer, Query
from kinolex.progress import Listener, silent
from kinolex.search.door import Looking
from kinolex.search.here import folder_here, here, real_folder, roots_here, span_here
from kinolex.search.parse import parse
from kinolex.settings import Settings, default_library, settings_from
from kinolex.understand.door import Understanding
from kinolex.understand.keeping import Keeping

if TYPE_CHECKING:
    from kinolex.library.kept import Kept
    from kinolex.search.engine import Engine

__all__ = ["Library", "Report", "open"]

PathLike_ = str | PathLike[str]


def open(
    path: PathLike_ | None = None,
    *,
    read_only: bool = False,
    settings: Settings | None = None,
    roots: Collection[PathLike_] | None = None,
) -> Library:
    """Open a library; it comes into being when something is added.

    Parameters
    ----------
    path : path-like, optional
        The library's folder. Default: ``KINOLEX_LIBRARY``, else the platform's data directory.
    read_only : bool
        Refuse everything that would write.
    settings : Settings, optional
        Encoders, sampling, threads; default from ``KINOLEX_...`` in the environment.
    roots : collection of str or path-like, optional
        Ids or folders of roots: the library behaves as if only these had ever been indexed, and is
        read-only. An empty collection sees nothing.

    Returns
    -------
    Library
        Also a context manager.

    Raises
    ------
    NotFoundError
        If a root is not in the library.

    Examples
    --------
    >>> import tempfile
    >>> library = open(tempfile.mkdtemp())
    >>> library.status().videos
    0
    """
    place = Path(path).expanduser() if path is not None else default_library()
    if roots is None:
        return Library(place, read_only=read_only, settings=settings)
    with Library(place, read_only=True) as whole:
        allowed = roots_here(whole.roots(), roots)
    return Library(place, settings=settings, roots_allowed=allowed)


class Library(Looking, Understanding, Keeping, Exporting):
    """Everything known about a set of videos, and the questions it answers.

    Parameters
    ----------
    path : Path
        The library's folder; it may not exist yet.
    read_only : bool
        Refuse everything that would write.
    settings : Settings, optional
        How to index and search.
    roots_allowed : collection of str, optional
        Ids of the only roots that are seen; implies ``read_only``. `open` also takes folders.
    """

    def __init__(
        self,
        path: Path,
        *,
        read_only: bool = False,
        settings: Settings | None = None,
        roots_allowed: Collection[str] | None = None,
    ) -> None:
        self.path = path
        self._roots_allowed = None if roots_allowed is None else frozenset(roots_allowed)
        self.read_only = read_only or roots_allowed is not None
        self.settings = settings or settings_from()
        self._reader: Store | None = None
        self._engine: Engine | None = None
        self._kept: Kept | None = None

    def __enter__(self) -> Library:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Library({str(self.path)!r})"

    def close(self) -> None:
        """Give files and caches back; the library can be used again afterwards."""
        if self._reader is not None:
            self._reader.close()
        if self._kept is not None:
            self._kept.close()
        self._reader = self._engine = self._kept = None

    @property
    def roots_allowed(self) -> frozenset[str] | None:
        """Ids of the roots that this library is limited to; None where it sees everything."""
        return self._roots_allowed

    @property
    def exists(self) -> bool:
        """Whether anything was ever written here."""
        return (self.path / "library.sqlite").is_file()

    def _store(self) -> Store | None:
        if self.path.is_file():
            raise UsageError(
                f"{self.path} is a file, not a folder.",
                hint="Choose another place with --library.",
            )
        if self._reader is None and self.exists:
            self._reader = Store.open(self.path, roots=self._roots_allowed)
        return self._reader

    def _writer(self) -> Store:
        if self.read_only or self._roots_allowed is not None:
            raise UsageError(
                f"The library at {self.path} was opened read-only.",
                hint="Open it without read_only.",
            )
        return Store.open(self.path, write=True)

    # Adding

    def add(
        self,
        *paths: PathLike_,
        only: str | Collection[str] = (),
        redo: bool = False,
        listener: Listener = silent,
        **settings: Any,
    ) -> Report:
        """Index folders and files; without paths, every folder that was added before.

        Parameters
        ----------
        *paths : path-like
            Folders (with all that is below) or single files.
        only : str or collection of str
            Channels to fill: ``picture``, ``speech``, ``screen``, ``title``; all when empty.
        redo : bool
            Do the chosen channels again even where they are up to date.
        listener : callable
            Told every `kinolex.progress.Event`.
        **settings
            Fields of `kinolex.settings.Settings` for this run.

        Returns
        -------
        Report
            A bad file never raises: it is a row of `failures`.

        Raises
        ------
        NotFoundError
            If a path does not exist.
        UsageError
            If a path is empty, or there is no such channel or setting.
        LibraryBusyError
            If another process is writing.
        """
        if any(str(p) == "" for p in paths):
            # `Path("")` is the current folder: an unset variable must not add that.
            raise UsageError("A path is empty.", hint="Name a folder or a file; . means this one.")
        only = (only,) if isinstance(only, str) else tuple(only)
        unknown = [name for name in only if name not in CHANNELS]
        if unknown:
            raise UsageError(
                f"There is no channel {unknown[0]!r}.", hint=f"Choose from {', '.join(CHANNELS)}."
            )
        given = [Path(p).expanduser() for p in paths]
        for path in given:
            if not path.exists():
                raise NotFoundError(
                    f"There is no {path}.", hint="Check the path; quote it if it holds spaces."
                )
        return self._ingest(given, only=only, redo=redo, listener=listener, settings=settings)

    def _ingest(
        self,
        paths: Sequence[Path],
        *,
        only: Collection[str] = (),
        redo: bool = False,
        retry: bool = False,
        force: Collection[Path] = (),
        listener: Listener = silent,
        settings: dict[str, Any] | None = None,
    ) -> Report:
        from kinolex.ingest.run import Ingest

        merged = settings_from(self.settings, **(settings or {}))
        with self._writer() as store:
            ingest = Ingest(store, merged, listener=listener, only=only, redo=redo, retry=retry)
            return ingest.run(paths, force=force)

    def retry(
        self, paths: Sequence[PathLike_] = (), *, listener: Listener = silent, **settings: Any
    ) -> Report:
        """Try failed files again: those named, or all."""
        failed = [Path(f.path) for f in self.failures()]
        wanted = {Path(p).expanduser().absolute() for p in paths}
        chosen = [p for p in failed if not wanted or p in wanted]
        for path in wanted - set(failed):
            raise NotFoundError(
                f"{path} is not among the failures.", hint="See `kinolex failures`."
            )
        there = [p for p in chosen if p.exists() or p.is_symlink()]
        if not there:
            return Report()
        return self._ingest(there, force=there, listener=listener, settings=settings)

    def watch(
        self, *paths: PathLike_, listener: Listener = silent, **settings: Any
    ) -> Iterator[Report]:
        """Index, then again whenever something below the paths changes; a `Report` each time."""
        from kinolex.ingest.watch import changes

        given = [Path(p).expanduser() for p in paths]
        yield self.add(*given, listener=listener, **settings)
        for _ in changes(given or [r.path for r in self.roots()]):
            yield self.add(*given, listener=listener, **settings)

    def remove(self, what: PathLike_) -> list[str]:
        """Forget a video or a folder of videos; the files themselves are never touched.

        Parameters
        ----------
        what : path-like
            A video (id, path, part of its name) or a root or folder.

        Returns
        -------
        list of str
            Paths that are no longer in the library.

        Raises
        ------
        NotFoundError
            If nothing is called so, or more than one video is.
        """
        if not str(what):  # as a path it would mean the current folder
            raise NotFoundError("No video has an empty name.")
        with self._writer() as store:
            folder = real_folder(what)
            roots = [r for r in store.roots() if r.path == folder]
            below = {
                v.id: [p for p in v.paths if folder in Path(p).parents] for v in store.videos()
            }
            if roots or any(below.values()):
                from kinolex.ingest.names import forget_below

                with store.batch():
                    forget_below(store, folder, below)
                    for root in roots:
                        store.remove_root(root.id)
                return sorted(path for paths in below.values() for path in paths)
            video = self._one(store, str(what))
            store.remove_video(video.id)
            return sorted(video.paths or (video.path,))

    def prune(self, *, apply: bool = False) -> list[Any]:
        """List what is known of files that are gone; with ``apply`` forget it.

        Files on a disk that is not connected are never listed.
        """
        if not apply:
            store = self._store()
            return list(store.prune_candidates()) if store else []
        with self._writer() as writer:
            return list(writer.prune())

    # Asking

    def search(
        self,
        text: str = "",
        *,
        image: PathLike_ | Sequence[PathLike_] | None = None,
        like: str | Sequence[str] | None = None,
        channels: Sequence[str] | None = None,
        video: str | Sequence[str] | None = None,
        folder: PathLike_ = "",
        after: dt.date | str | None = None,
        before: dt.date | str | None = None,
        min_length: float | None = None,
        max_length: float | None = None,
        language: str = "",
        tag: str | Sequence[str] | None = None,
        limit: int = 10,
        group: Literal["moment", "video"] = "moment",
    ) -> Answer:
        """Ask in words, with pictures, with spans of videos, or with sums of them.

        Parameters
        ----------
        text : str
            Words; ``"exact phrases"``, ``-excluded`` words, names that were taught (``@NAME``),
            dates and file names are understood.
        image : path-like or sequence, optional
            Pictures to look for.
        like : str or sequence of str, optional
            Spans of indexed videos, as media fragments (``VIDEO#t=10,15``).
        channels : sequence of str, optional
            Where to look; everywhere by default.
        video, folder, after, before, min_length, max_length, language
            Filters; see `kinolex.moments.Filters`.
        tag : str or sequence of str, optional
            Only videos that have every one of these tags, on the whole or on a span.
        limit : int
            At most so many moments.
        group : {"moment", "video"}
            ``video`` gives one moment a video.

        Returns
        -------
        Answer
            Moments, best first; or ``nothing_found`` with at most three weak ones.

        Raises
        ------
        QueryError
            If the question cannot be understood.
        """
        query = parse(
            text,
            images=[str(p) for p in _several(image)],
            like=[span_here(self._store(), str(p)) for p in _several(like)],
            channels=channels,
            videos=[here(self._store(), str(v)) for v in _several(video)],
            folder=folder_here(str(folder)),
            after=after,
            before=before,
            min_length=min_length,
            max_length=max_length,
            language=language,
            tags=_several(tag),
            limit=limit,
            group=group,
        )
        return self.answer(query)

    def answer(self, query: Query, *, stop: Callable[[], bool] | None = None) -> Answer:
        """Answer a parsed `Query`; ``stop`` is asked between the steps whether to give up.

        Raises
        ------
        StoppedError
            If ``stop`` said so.
        """
        store = self._store()
        if store is not None:
            return self._asked(store).answer(query, stop)
        from kinolex.search.concepts import check

        check(query.parts, {})
        return Answer(query)

    def timeline(
        self, what: PathLike_, query: Query, *, stop: Callable[[], bool] | None = None
    ) -> dict[str, list[tuple[float, float, float]]]:
        """How the chance to answer a parsed `Query` runs over one video; ``stop`` as in `answer`.

        Returns
        -------
        dict
            For each channel bars of ``(start, end, chance)``, seconds and [0, 1], in order of
            time: ``picture`` has one for each frame, the others where words answer.
        """
        store = self._need()
        return self._asked(store).timeline(query, self.video(what).id, stop)

    def _asked(self, store: Store) -> Engine:
        """The engine of this library, which keeps models and tables between questions."""
        if self._engine is None:
            from kinolex.search.engine import Engine

            self._engine = Engine(store, settings=self.settings)
        return self._engine


def _several(value: Any) -> list[Any]:
    if value is None or value == "":
        return []
    if isinstance(value, (str, PathLike)):
        return [value]
    return list(value)
