"""The whole of kinolex for programs: `open` a library, add videos, ask, get moments.

>>> import kinolex, tempfile
>>> with kinolex.open(tempfile.mkdtemp()) as library:
...     library.search("anything at all").nothing_found
True
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal

from kinolex.errors import NotFoundError, UsageError
from kinolex.ingest.report import Report
from kinolex.library.records import ChannelState, Counts, Failure, Passage, Root
from kinolex.library.store import Store
from kinolex.moments import CHANNELS, Answer, Query, Span, Video
from kinolex.progress import Listener, silent
from kinolex.search.fragments import parse_fragment
from kinolex.search.here import folder_here, here, real_folder, span_here
from kinolex.search.parse import parse
from kinolex.settings import Settings, default_library, settings_from
from kinolex.understand.door import Understanding

if TYPE_CHECKING:
    from kinolex.search.engine import Engine

__all__ = ["Library", "Report", "open"]

PathLike_ = str | PathLike[str]


def open(
    path: PathLike_ | None = None, *, read_only: bool = False, settings: Settings | None = None
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

    Returns
    -------
    Library
        Also a context manager.

    Examples
    --------
    >>> import tempfile
    >>> library = open(tempfile.mkdtemp())
    >>> library.status().videos
    0
    """
    return Library(
        Path(path).expanduser() if path is not None else default_library(),
        read_only=read_only,
        settings=settings,
    )


class Library(Understanding):
    """Everything known about a set of videos, and the questions it answers.

    Parameters
    ----------
    path : Path
        The library's folder; it may not exist yet.
    read_only : bool
        Refuse everything that would write.
    settings : Settings, optional
        How to index and search.
    """

    def __init__(
        self, path: Path, *, read_only: bool = False, settings: Settings | None = None
    ) -> None:
        self.path = path
        self.read_only = read_only
        self.settings = settings or settings_from()
        self._reader: Store | None = None
        self._engine: Engine | None = None

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
        self._reader = None
        self._engine = None

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
            self._reader = Store.open(self.path)
        return self._reader

    def _writer(self) -> Store:
        if self.read_only:
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
                with store.batch():
                    _forget_below(store, folder, below)
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
            limit=limit,
            group=group,
        )
        return self.answer(query)

    def answer(self, query: Query) -> Answer:
        """Answer a parsed `Query`."""
        store = self._store()
        if store is not None:
            return self._asked(store).answer(query)
        from kinolex.search.concepts import check

        check(query.parts, {})
        return Answer(query)

    def _asked(self, store: Store) -> Engine:
        """The engine of this library, which keeps models and tables between questions."""
        if self._engine is None:
            from kinolex.search.engine import Engine

            self._engine = Engine(store, settings=self.settings)
        return self._engine

    # Looking

    def _need(self) -> Store:
        store = self._store()
        if store is None:
            raise NotFoundError(
                f"There is no library at {self.path} yet.",
                hint="Run `kinolex index FOLDER` first.",
            )
        return store

    def _one(self, store: Store, what: str) -> Video:
        found = store.find_videos(here(store, what))
        if not found:
            raise NotFoundError(
                f"No video is called {what!r}.", hint="See `kinolex list` for all names."
            )
        if len(found) > 1:
            names = ", ".join(v.path for v in (store.video(i) for i in found[:3]) if v is not None)
            raise NotFoundError(
                f"{len(found)} videos match {what!r}: {names}{' ...' if len(found) > 3 else '.'}",
                hint="Give the whole path or the id.",
            )
        video = store.video(found[0])
        if video is None:
            raise NotFoundError(f"No video is called {what!r}.")
        return video

    def video(self, what: PathLike_) -> Video:
        """One video by id (or its first 8 letters), path, file name or part of its title.

        Raises
        ------
        NotFoundError
            If none, or more than one, is called so.
        """
        return self._one(self._need(), str(what))

    def videos(self) -> list[Video]:
        """All videos, by path."""
        store = self._store()
        return sorted(store.videos(), key=lambda v: v.path) if store else []

    def states(self, what: PathLike_) -> list[ChannelState]:
        """State of each channel of a video."""
        return self._need().states(self.video(what).id)

    def passages(
        self, what: PathLike_, *, sources: Sequence[str] | None = None, span: Span | None = None
    ) -> list[Passage]:
        """Words of a video in order of time; ``what`` may be a media fragment."""
        fragment = parse_fragment(str(what))
        video = self.video(fragment.video)
        found = self._need().passages_of(video.id, sources)
        window = span or fragment.span(video.duration)
        if window is not None:
            found = [p for p in found if p.span.overlap(window) > 0]
        return sorted(found, key=lambda p: (p.span, p.source))

    def shots(self, what: PathLike_) -> list[Span]:
        """Shots of a video in order of time."""
        return self._need().shots_of(self.video(what).id)

    def still(self, what: PathLike_, time: float) -> bytes | None:
        """JPEG of the kept frame nearest to ``time`` (seconds), or None."""
        return self._need().still(self.video(what).id, time)

    def roots(self) -> list[Root]:
        """Folders that were added."""
        store = self._store()
        return store.roots() if store else []

    def failures(self) -> list[Failure]:
        """Files and stages that could not be done, with reasons."""
        store = self._store()
        return store.failures() if store else []

    def status(self) -> Counts:
        """Numbers that must agree with each other."""
        store = self._store()
        if store is None:
            return Counts(0, 0, 0, 0.0, 0, 0, 0, 0, 0, 0, 0, 0)
        return store.counts()


def _forget_below(store: Store, folder: Path, below: Mapping[str, Sequence[str]]) -> None:
    """Forget the paths below a folder with their names, and the videos that have no other."""
    from kinolex.ingest.names import name_again

    for root in store.roots():
        known = store.files(root.id)
        store.forget_files(root.id, [r for r in known if folder in (root.path / r).parents])
    for video, paths in below.items():
        left = store.video(video) if paths else None
        if left is not None and left.paths:
            name_again(store, video)
        elif left is not None:
            store.remove_video(video)


def _several(value: Any) -> list[Any]:
    if value is None or value == "":
        return []
    if isinstance(value, (str, PathLike)):
        return [value]
    return list(value)
