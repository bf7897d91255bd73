"""Stages scan, probe and titles: which files there are, what they hold, what they are called.

After this everything is found by name, metadata and subtitles, and no model has run. A moved,
renamed or copied file costs a fingerprint; an absent disk costs nothing and loses nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from kinolex.errors import MediaError
from kinolex.ingest.names import chapters_of, is_chapter, name, name_again
from kinolex.ingest.plan import SUBTITLES, Need
from kinolex.ingest.scan import Changes, Problem, compare
from kinolex.ingest.titles import (
    best_subtitles,
    subtitle_passages,
    title_passages,
    video_record,
)
from kinolex.library.records import (
    ChannelData,
    ChannelState,
    FileState,
    Passage,
    Root,
    Stamp,
    VideoRecord,
)
from kinolex.media.guard import Guard
from kinolex.media.types import MediaInfo
from kinolex.progress import Event

if TYPE_CHECKING:
    from kinolex.ingest.run import Ingest

__all__ = ["Catalogue", "Work"]

CUES = Stamp("speech", SUBTITLES, "1", {"words": ""})


@dataclass(slots=True)
class Work:
    """One video of this run: its record, a place to read it from, what it needs."""

    record: VideoRecord
    path: Path
    root: str
    relative: str
    info: MediaInfo | None = None
    need: Need = field(default_factory=Need)
    known: bool = False
    renamed: bool = False
    failed: bool = False
    sidecars: bool = False
    unsubtitled: bool = False


class Catalogue:
    """Bring the library's files up to date with the disk.

    Parameters
    ----------
    ingest : Ingest
        The run: store, settings, listener, report.
    guard : Guard
        Opens files in the guarded process.
    force : set of Path
        Files to try again although they are known to fail.
    """

    def __init__(self, ingest: Ingest, guard: Guard, force: set[Path]) -> None:
        self._run = ingest
        self._store = ingest.store
        self._guard = guard
        self._force = force
        self._works: dict[str, Work] = {}
        self._subtitled: set[str] = set()
        self._leaving: set[str] = set()
        self._unsubtitled: set[str] = set()
        self._failed = {f.path: f for f in self._store.failures()}

    def update(self, places: Iterable[tuple[Root, list[Path] | None]]) -> list[Work]:
        """Scan the places; returns one `Work` for each readable video in them."""
        gone: list[tuple[Root, list[str]]] = []
        for root, only in places:
            if not root.present:
                self._run._notice(
                    f"{root.path} is not there (a disk that is not connected?); "
                    "what is known of it is kept."
                )
                continue
            before = self._store.files(root.id)
            changes = compare(
                root,
                before,
                lambda video: self._store.video_record(video) is not None,
                only=only,
                redo=self._run.retry,
            )
            self._apply(root, changes, before)
            gone.append((root, changes.gone))
            self._leaving.clear()
        for root, relatives in gone:
            self._forget(root, relatives)
        return list(self._works.values())

    def _apply(self, root: Root, changes: Changes, before: dict[str, FileState]) -> None:
        self._leaving = {before[relative].video for relative in changes.gone}
        self._unsubtitled = {
            state.relative
            for state in changes.known
            if not state.sidecars and state.relative in before and before[state.relative].sidecars
        }
        replaced = dict(changes.replaced)
        total = len(changes.unchanged) + len(changes.known) + len(changes.fresh)
        self._run.emit(Event("scan", path=str(root.path), done=total, total=total))
        for state in changes.unchanged:
            self._known(root, state, renamed=False)
        if changes.known:
            # One transaction for a whole tree that was moved: a thousand would take a minute.
            with self._store.batch():
                self._store.touch_files(changes.known)
                for state in changes.known:
                    self._known(root, state, renamed=True)
                    self._replaced(replaced.get(state.relative))
        for problem in changes.problems:
            self._problem(root, problem)
        for state in changes.fresh:
            self._fresh(root, state, replaced.get(state.relative))
        self._vanished(root)

    def _vanished(self, root: Root) -> None:
        """A file that could not be read and is no longer there is no failure any more."""
        for place in self._failed:
            path = Path(place)
            if root.path in path.parents and not os.path.lexists(path):
                self._store.clear_failure(root.id, path.relative_to(root.path).as_posix())

    def _known(self, root: Root, state: FileState, *, renamed: bool) -> None:
        """A content that the library has: nothing to read, perhaps another name."""
        path = root.path / state.relative
        reason = "moved or copied" if renamed else "unchanged"
        self._run.emit(Event("skip", path=str(path), video=state.video, reason=reason))
        failure = self._failed.get(str(path))
        if failure is not None and not failure.video:
            # The path could not be read before; what lies there now can.
            self._store.clear_failure(root.id, state.relative)
        record = self._store.video_record(state.video)
        if record is None:
            return
        work = Work(record, path, root.id, state.relative, renamed=renamed, known=True)
        work.sidecars = bool(state.sidecars)
        work.unsubtitled = state.relative in self._unsubtitled
        try:
            self._name(work)
        except MediaError as error:
            self._run.emit(Event("notice", path=str(path), message=str(error)))
        work = self._works.setdefault(state.video, work)
        # A copy of what is new in this run takes nothing from what the new one needs.
        work.renamed = work.renamed or (renamed and work.known)

    def _name(self, work: Work) -> None:
        """Names and subtitles of a known content, where they are new or still missing."""
        states = {s.channel: s for s in self._store.states(work.record.id)}
        # A name that goes is left out when its path is forgotten, in the same transaction.
        fresh = (work.renamed and work.record.id not in self._leaving) or self._run.redo
        if "title" in self._run.channels and (fresh or "title" not in states):
            self._commit_titles(work, self._chapters(work, "title" in states))
        if "speech" in self._run.channels:
            if self._lost_subtitles(work, states.get("speech")):
                self._store.drop_channel(work.record.id, "speech")
                del states["speech"]
            embedded = "speech" not in states and work.record.info.get("subtitles")
            if embedded:
                work.info = self._guard.probe(work.path)
            if embedded or work.sidecars:
                self._subtitles(work)

    def _lost_subtitles(self, work: Work, state: ChannelState | None) -> bool:
        """Whether what is said was read from subtitles that lie beside no place of it any more."""
        stamp = state.stamp if state else None
        if work.sidecars or stamp is None or stamp.encoder != SUBTITLES:
            return False
        if work.record.info.get("subtitles") and not work.unsubtitled:
            return False  # they were in the file
        return not any(
            state.sidecars and state.video == work.record.id
            for root in self._store.roots()
            for state in self._store.files(root.id).values()
        )

    def _chapters(self, work: Work, named: bool) -> tuple[Passage, ...]:
        """Chapters as passages: those that are stored, else those in the file."""
        if named:
            return chapters_of(self._store, work.record)
        if work.info is None and work.record.info.get("chapters"):
            work.info = self._guard.probe(work.path)
        return tuple(
            p for p in title_passages(work.record, work.info, ()) if is_chapter(p, work.record)
        )

    def _problem(self, root: Root, problem: Problem) -> None:
        path = root.path / problem.relative
        before = self._failed.get(str(path))
        if before and before.reason == problem.reason and not self._again(path):
            self._run.report.skipped += 1
            self._run.emit(Event("skip", path=str(path), reason="known failure"))
            return
        self._fail(root, problem.relative, "", "scan", problem.reason, problem.message)

    def _again(self, path: Path) -> bool:
        return self._run.retry or path in self._force

    def _fail(
        self, root: Root, relative: str, content: str, stage: str, reason: str, message: str
    ) -> None:
        path = str(root.path / relative)
        self._store.put_failure(
            root.id, relative, fingerprint=content, stage=stage, reason=reason, message=message
        )
        self._run.report.failed += 1
        self._run.emit(Event("failure", path=path, stage=stage, reason=reason, message=message))

    def _fresh(self, root: Root, state: FileState, before: str | None) -> None:
        """A new content: probe it, record it, make its names and subtitles searchable."""
        path = root.path / state.relative
        if state.video in self._works:
            # A copy of something met earlier in this very run.
            with self._store.batch():
                self._store.put_file(state)
                self._known(root, state, renamed=True)
                self._replaced(before)
            return
        failure = self._store.failed_fingerprint(state.video)
        if failure and not self._again(path):
            if str(path) in self._failed:
                self._run.report.skipped += 1
                self._run.emit(Event("skip", path=str(path), reason="known failure"))
            else:  # a copy of a bad file is as bad: not opened, but not passed over either
                message = failure.message.replace(Path(failure.path).name, path.name)
                where = (root, state.relative, state.video)
                self._fail(*where, failure.stage, failure.reason, message)
            return
        self._run.emit(Event("start", path=str(path), stage="probe"))
        try:
            info = self._guard.probe(path)
        except MediaError as error:
            self._fail(root, state.relative, state.video, error.stage, error.reason, str(error))
            return
        record = video_record(info, state.video, state.size, Path(state.relative).name)
        work = Work(record, path, root.id, state.relative, info=info)
        self._works[record.id] = work
        with self._store.batch():
            self._store.put_video(record)
            self._store.put_file(state)
            self._store.clear_failure(root.id, state.relative)
            if "title" in self._run.channels:
                self._commit_titles(work, self._chapters(work, named=False))
            self._replaced(before)
        if "speech" in self._run.channels:
            self._subtitles(work)

    def _commit_titles(self, work: Work, chapters: tuple[Passage, ...]) -> None:
        work.record, count = name(
            self._store, work.record, chapters, work.relative, anew=self._run.redo
        )
        self._run.emit(
            Event(
                "commit",
                path=str(work.path),
                video=work.record.id,
                stage="title",
                items=count,
            )
        )

    def _subtitles(self, work: Work) -> None:
        """Subtitles win over speech: where there are any, they are the speech channel.

        Of several places with subtitles of their own the first one's are taken, in every run.
        """
        if work.record.id in self._subtitled:
            return
        info = work.info or MediaInfo(str(work.path), "", work.record.duration)
        cues, errors = best_subtitles(info, work.path, self._guard, self._run.settings.language)
        for error in errors:
            self._run.emit(
                Event("notice", path=str(work.path), message=f"Subtitles left out: {error}")
            )
        passages = subtitle_passages(cues, work.record.duration)
        if not passages:
            return
        self._subtitled.add(work.record.id)
        known = self._store.passages_of(work.record.id, ("subtitle",))
        right = self._store.corrected(work.record.id, passages)
        if [(p.span, p.text) for p in known] == [(p.span, p.text) for p in right]:
            return
        self._store.commit_channel(work.record.id, ChannelData(CUES, passages=passages))
        self._run.emit(
            Event(
                "commit",
                path=str(work.path),
                video=work.record.id,
                stage="subtitles",
                items=len(passages),
            )
        )

    def _replaced(self, video: str | None) -> None:
        """A file was overwritten: its old content is gone for good unless another path has it."""
        found = self._store.video(video) if video else None
        if found is not None and found.paths:
            self._retitle({found.id})
        elif found is not None:
            self._store.remove_video(found.id)
            self._works.pop(found.id, None)

    def _retitle(self, videos: set[str]) -> None:
        """Names that videos no longer have are not found any more."""
        for video in videos if "title" in self._run.channels else ():
            record = name_again(self._store, video)
            if record is not None and video in self._works:
                self._works[video].record = record

    def _forget(self, root: Root, relatives: list[str]) -> None:
        """Paths that are gone: moved ones are forgotten, the others only marked."""
        states = self._store.files(root.id)
        moved = [r for r in relatives if self._elsewhere(states[r].video, root, r)]
        gone = sorted(set(relatives) - set(moved))
        if moved:
            with self._store.batch():
                self._store.forget_files(root.id, moved)
                self._retitle({states[r].video for r in moved})
        if gone:
            self._store.mark_missing(root.id, gone)

    def _elsewhere(self, video: str, root: Root, relative: str) -> bool:
        work = self._works.get(video)
        return work is not None and (work.root, work.relative) != (root.id, relative)
