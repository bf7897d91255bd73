"""One run over roots and files: every stage of the design, coarse first, searchable at each step.

`Ingest.run` is the whole story. Each step commits what is whole, so that a run that is killed at
any moment and started again ends like one that was not.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

from kinolex.errors import NotFoundError, UsageError
from kinolex.ingest.catalogue import Catalogue, Work
from kinolex.ingest.clock import Clock
from kinolex.ingest.corrections import put_right
from kinolex.ingest.models import Models
from kinolex.ingest.plan import Need, Stamps, needs
from kinolex.ingest.report import Report
from kinolex.ingest.stages import Stages
from kinolex.library.counting import WANTED
from kinolex.library.memory import CHOSEN, WHOLE
from kinolex.library.records import Root
from kinolex.library.store import Store
from kinolex.media.guard import Guard
from kinolex.media.languages import known_language
from kinolex.media.scan import scan
from kinolex.moments import CHANNELS
from kinolex.progress import Event, Listener, silent
from kinolex.settings import Settings

__all__ = ["Ingest"]

PREVIEW_FROM = 120.0
"""Videos below this many seconds skip the coarse pass: the full one is nearly as quick."""

_ALSO = ("haw", "yue")
"""Languages of speech models that have no code of two letters."""


class Ingest:
    """Bring videos into a library.

    Parameters
    ----------
    store : Store
        Opened for writing.
    settings : Settings, optional
        Encoders, sampling, threads.
    listener : callable, optional
        Told every `kinolex.progress.Event`.
    only : collection of str
        Channels to fill; all when empty.
    redo : bool
        Do the chosen channels again even where they are up to date.
    retry : bool
        Try files again that are known to fail.
    """

    def __init__(
        self,
        store: Store,
        settings: Settings | None = None,
        *,
        listener: Listener = silent,
        only: Collection[str] = (),
        redo: bool = False,
        retry: bool = False,
    ) -> None:
        self.store = store
        self.settings = _understood(settings or Settings())
        self.channels = tuple(c for c in CHANNELS if not only or c in only)
        self.redo = redo
        self.retry = retry
        self.report = Report()
        self.clock = Clock()
        self._listener = listener
        self.models = Models(self.settings, self._notice, store.recall(CHOSEN, {}))

    def emit(self, event: Event) -> None:
        """Tell the listener."""
        self._listener(event)

    def _notice(self, message: str) -> None:
        self.report.notices.append(message)
        self.emit(Event("notice", message=message))

    def run(self, paths: Sequence[Path] = (), *, force: Collection[Path] = ()) -> Report:
        """Index folders and files (or all known roots when none is given).

        Parameters
        ----------
        paths : sequence of Path
            Folders become roots; files are added alone.
        force : collection of Path
            Files to try again although they are known to fail.

        Returns
        -------
        Report
            Never raises for a bad file: that is a failure row.

        Raises
        ------
        NotFoundError
            If a path does not exist.
        """
        started = time.monotonic()
        with Guard(self.settings) as guard:
            try:
                self._run(guard, [_real(p) for p in paths], {_real(p) for p in force})
                put_right(self.store, self.models, self._notice)
            except KeyboardInterrupt:
                # Every commit was whole; what is missing is done by the next run.
                self.report.interrupted = True
        self.report.seconds = time.monotonic() - started
        self.report.model_calls = self.models.calls
        self.report.missing = tuple(c for c in self.channels if c in self.models.missing)
        self.emit(
            Event(
                "done",
                done=self.report.done,
                total=self.report.done + self.report.failed,
                seconds=self.report.seconds,
                items=self.report.failed,
                overall=self.clock.overall,
            )
        )
        return self.report

    def _run(self, guard: Guard, paths: list[Path], force: set[Path]) -> None:
        catalogue = Catalogue(self, guard, force)
        works = catalogue.update(self._places(paths, force))
        if not works:
            return
        stamps = Stamps.of(self.settings, self.models, self.channels)
        if named := self.models.named():
            self.store.remember(CHOSEN, self.store.recall(CHOSEN, {}) | named)
        self._want(stamps)
        stages = Stages(self, guard, stamps)
        for work in works:
            stages.nothing(work)
            work.need = self._needs(stages, work)
        pending = self._plan([w for w in works if w.need])
        for work in pending:
            if work.need.preview and work.record.duration >= PREVIEW_FROM:
                stages.preview(work)
        for work in pending:
            stages.embed(work)
            stages.speech(work)
        for work in pending:
            stages.pictures(work)
        for work in works:
            stages.verify(work)

    def _want(self, stamps: Stamps) -> None:
        """Remember which channels a finished video has, so that counts can say what is pending."""
        before = set(self.store.recall(WANTED, []))
        wanted = before | {"title"} | {s.channel for s in stamps.encoded()}
        if wanted != before:
            self.store.remember(WANTED, sorted(wanted))

    def _places(self, paths: list[Path], force: set[Path]) -> list[tuple[Root, list[Path] | None]]:
        """Roots to look at, each whole or with the files that were named."""
        if not paths:
            return [(root, self._only(root)) for root in self.store.roots()]
        places: list[tuple[Root, list[Path] | None]] = []
        for path in paths:
            if not path.exists() and path not in force:
                raise NotFoundError(
                    f"There is no {path}.", hint="Check the path; quote it if it holds spaces."
                )
            if path.is_dir() and path not in force:
                root = self.store.add_root(path)
                self.store.remember(WHOLE + root.id, "1")
                places.append((root, self._below(root, path)))
            else:
                places.append((self.store.add_root(path.parent, mark=False), [path]))
        return places

    def _only(self, root: Root) -> list[Path] | None:
        """None for folders that were added whole, else the files that were added alone."""
        if self.store.recall(WHOLE + root.id):
            return None
        return [root.path / relative for relative in self.store.files(root.id)]

    def _below(self, root: Root, path: Path) -> list[Path] | None:
        """The files of a folder inside a root, known ones too, or None for the whole root."""
        if path == root.path:
            return None
        inside = {f.path for f in scan(path)}
        known = (root.path / relative for relative in self.store.files(root.id))
        return sorted(inside | {place for place in known if path in place.parents})

    def _needs(self, stages: Stages, work: Work) -> Need:
        states = {s.channel: s for s in self.store.states(work.record.id)}
        info = work.record.info
        need = needs(
            states,
            stages.stamps,
            film=bool(info.get("video")),
            sound=bool(info.get("audio")),
            redo=self.channels if self.redo else (),
        )
        # New names of a known content cost no model call; their vectors come with the next run.
        return replace(need, embed=()) if work.renamed else need

    def _plan(self, works: list[Work]) -> list[Work]:
        """Tell the clock what is to do; short videos first, so that more is searchable soon."""
        works.sort(key=lambda w: (w.record.duration, w.record.id))
        for work in works:
            length = work.record.duration
            if work.need.picture or work.need.screen:
                self.clock.plan("pictures", length)
            if work.need.preview and length >= PREVIEW_FROM:
                self.clock.plan("preview", length)
            if work.need.speech:
                self.clock.plan("speech", length)
        self.emit(Event("plan", total=len(works), seconds=sum(w.record.duration for w in works)))
        return works


def _understood(settings: Settings) -> Settings:
    """The settings with the language as a code, before any model runs."""
    written = settings.language.strip().lower()
    code = written if written in _ALSO else known_language(written)
    if written and not code:
        raise UsageError(
            f"There is no language {settings.language!r}.",
            hint="Give a code such as en, de or zh, or leave it out.",
        )
    return settings.model_copy(update={"language": code})


def _real(path: Path) -> Path:
    """The path as roots name it: links in its folders resolved, the file's own name kept."""
    path = path.absolute()
    return path.resolve() if path.is_dir() else path.parent.resolve() / path.name
