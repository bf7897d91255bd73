"""What `kinolex.api.Library` tells of its videos, by the names that people give them."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from kinolex.errors import NotFoundError
from kinolex.library.records import ChannelState, Counts, Failure, Passage, Root
from kinolex.library.store import Store
from kinolex.moments import Span, Video
from kinolex.search.fragments import parse_fragment
from kinolex.search.here import here

__all__ = ["Looking"]

PathLike_ = str | PathLike[str]


class Looking:
    """Methods of `kinolex.api.Library` that read what is known."""

    if TYPE_CHECKING:
        path: Path

        def _store(self) -> Store | None: ...

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
