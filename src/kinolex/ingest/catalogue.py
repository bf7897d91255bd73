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
from kinolex.ingest.plan import SUBTITLES, Need
from kinolex.ingest.scan import Changes, Problem, compare
from kinolex.ingest.titles import (
    best_subtitles,
    subtitle_passages,
    title_passages,
    video_record,
)
from kinolex.library.records import ChannelData, FileState, Passage, Root, Stamp, VideoRecord
from kinolex.media.guard import Guard
from kinolex.media.types import MediaInfo
from kinolex.progress import Event

if TYPE_CHECKING:
    from kinolex.ingest.run import Ingest

__all__ = ["Catalogue", "Work"]

TITLES = Stamp("title", "names", "1", {"words": ""})
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
            changes = compare(
                root,
                self._store.files(root.id),
                lambda video: self._store.video_record(video) is not None,
                only=only,
                redo=self._run.retry,
            )
            self._apply(root, changes)
            gone.append((root, changes.gone))
        for root, relatives in gone:
            self._forget(root, relatives)
        return list(self._works.values())

    def _apply(self, root: Root, changes: Changes) -> None:
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
        for problem in changes.problems:
            self._problem(root, problem)
        for state in changes.fresh:
            self._fresh(root, state)
        for _, video in changes.replaced:
            self._replaced(video)
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
        try:
            self._name(work)
        except MediaError as error:
            self._run.emit(Event("notice", path=str(path), message=str(error)))
        work = self._works.setdefault(state.video, work)
        # A copy of what is new in this run takes nothing from what the new one needs.
        work.renamed = work.renamed or (renamed and work.known)

    def _name(self, work: Work) -> None:
        """Names and subtitles of a known content, where they are new or still missing."""
        there = {s.channel for s in self._store.states(work.record.id)}
        fresh = work.renamed or self._run.redo
        if "title" in self._run.channels and (fresh or "title" not in there):
            self._commit_titles(work, self._chapters(work, "title" in there))
        if "speech" in self._run.channels:
            embedded = "speech" not in there and work.record.info.get("subtitles")
            if embedded:
                work.info = self._guard.probe(work.path)
            if embedded or work.sidecars:
                self._subtitles(work)

    def _chapters(self, work: Work, named: bool) -> tuple[Passage, ...]:
        """Chapters as passages: those that are stored, else those in the file."""
        if named:
            old = self._store.passages_of(work.record.id, ("title",))
            return tuple(p for p in old if _is_part(p, work.record))
        if work.info is None and work.record.info.get("chapters"):
            work.info = self._guard.probe(work.path)
        return tuple(
            p for p in title_passages(work.record, work.info, ()) if _is_part(p, work.record)
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

    def _fresh(self, root: Root, state: FileState) -> None:
        """A new content: probe it, record it, make its names and subtitles searchable."""
        path = root.path / state.relative
        if state.video in self._works:
            # A copy of something met earlier in this very run.
            self._store.put_file(state)
            self._known(root, state, renamed=True)
            return
        if self._store.failed_fingerprint(state.video) and not self._again(path):
            self._run.report.skipped += 1
            self._run.emit(Event("skip", path=str(path), reason="known failure"))
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
        if "speech" in self._run.channels:
            self._subtitles(work)

    def _commit_titles(self, work: Work, chapters: tuple[Passage, ...]) -> None:
        places = self._places(work)
        names = title_passages(work.record, None, places)
        self._store.commit_channel(work.record.id, ChannelData(TITLES, passages=names + chapters))
        self._run.emit(
            Event(
                "commit",
                path=str(work.path),
                video=work.record.id,
                stage="title",
                items=len(names) + len(chapters),
            )
        )

    def _places(self, work: Work) -> list[str]:
        """Names under which the video is to be found: its places, with their root's own name."""
        video = self._store.video(work.record.id)
        roots = sorted((str(r.path) for r in self._store.roots()), key=len, reverse=True)
        places = []
        for place in video.paths if video else ():
            root = next((r for r in roots if place.startswith(r)), "")
            places.append(str(Path(place).relative_to(root)) if root else Path(place).name)
        return places or [work.relative]

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
        if [(p.span, p.text) for p in known] == [(p.span, p.text) for p in passages]:
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

    def _replaced(self, video: str) -> None:
        """A file was overwritten: its old content is gone for good unless another path has it."""
        found = self._store.video(video)
        if found is not None and not found.paths:
            self._store.remove_video(video)
            self._works.pop(video, None)

    def _forget(self, root: Root, relatives: list[str]) -> None:
        """Paths that are gone: moved ones are forgotten, the others only marked."""
        states = self._store.files(root.id)
        moved = [r for r in relatives if self._elsewhere(states[r].video, root, r)]
        gone = sorted(set(relatives) - set(moved))
        if moved:
            self._store.forget_files(root.id, moved)
        if gone:
            self._store.mark_missing(root.id, gone)

    def _elsewhere(self, video: str, root: Root, relative: str) -> bool:
        work = self._works.get(video)
        return work is not None and (work.root, work.relative) != (root.id, relative)


def _is_part(passage: Passage, record: VideoRecord) -> bool:
    return passage.span.duration < record.duration
