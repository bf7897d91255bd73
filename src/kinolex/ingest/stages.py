"""Stages that run models: coarse pictures, full pictures with screen text, speech, sentences.

Each commits its channel of one video in one transaction. A file that breaks a stage becomes a
failure row; what the other stages bring is kept.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from kinolex.errors import MediaError
from kinolex.ingest.catalogue import Work
from kinolex.ingest.pictures import PicturePass, Pictures, full_plan, preview_plan
from kinolex.ingest.plan import SUBTITLES, Stamps
from kinolex.ingest.speech import spoken_passages
from kinolex.library.records import ChannelData, Passage, Stamp
from kinolex.media.guard import Guard
from kinolex.media.types import MediaInfo
from kinolex.progress import Event

if TYPE_CHECKING:
    from kinolex.ingest.run import Ingest

__all__ = ["Stages"]

_SOURCES = {"title": ("title", "note"), "screen": ("screen",), "speech": ("speech", "subtitle")}


class Stages:
    """Run the stages of single videos.

    Parameters
    ----------
    ingest : Ingest
        The run.
    guard : Guard
        Opens files in the guarded process.
    stamps : Stamps
        What the channels are stamped with.
    """

    def __init__(self, ingest: Ingest, guard: Guard, stamps: Stamps) -> None:
        self._run = ingest
        self._store = ingest.store
        self._guard = guard
        self.stamps = stamps
        # Frames of this run, and those of them that no model had to see.
        self._seen = self._reused = 0

    def _info(self, work: Work) -> MediaInfo:
        if work.info is None:
            work.info = self._guard.probe(work.path)
        return work.info

    def _moved(
        self, work: Work, stage: str, consumer: PicturePass | None = None
    ) -> Callable[[float], None]:
        """Tell the clock and the listener how far a stage has come."""
        reached = 0.0
        clock = self._run.clock
        clock.begin(stage)
        self._run.emit(Event("start", path=str(work.path), video=work.record.id, stage=stage))

        def moved(time: float) -> None:
            nonlocal reached
            clock.advance(stage, time - reached)
            reached = max(reached, time)
            self._run.emit(
                Event(
                    "step",
                    path=str(work.path),
                    video=work.record.id,
                    stage=stage,
                    done=reached,
                    total=work.record.duration,
                    overall=clock.overall,
                    eta=clock.eta,
                    cache_hits=self._reused + (consumer.reused if consumer else 0),
                    cache_total=self._seen + (consumer.seen if consumer else 0),
                )
            )

        return moved

    def _failure(self, work: Work, error: MediaError) -> None:
        work.failed = True
        self._store.put_failure(
            work.root,
            work.relative,
            fingerprint=work.record.id,
            stage=error.stage,
            reason=error.reason,
            message=str(error),
            video=work.record.id,
        )
        self._run.emit(
            Event(
                "failure",
                path=str(work.path),
                video=work.record.id,
                stage=error.stage,
                reason=error.reason,
                message=str(error),
            )
        )

    def _commit(self, work: Work, data: ChannelData, items: int) -> None:
        self._store.commit_channel(work.record.id, data)
        self._run.emit(
            Event(
                "commit",
                path=str(work.path),
                video=work.record.id,
                stage=data.stamp.channel,
                items=items,
                overall=self._run.clock.overall,
                eta=self._run.clock.eta,
            )
        )

    def nothing(self, work: Work) -> None:
        """Say of each channel that a file cannot have (no film, no sound) that it is empty."""
        has = {"speech": bool(work.record.info.get("audio"))}
        film = bool(work.record.info.get("video"))
        there = {s.channel for s in self._store.states(work.record.id)}
        for stamp in self.stamps.encoded():
            if stamp.channel not in there and not has.get(stamp.channel, film):
                self._store.commit_channel(work.record.id, ChannelData(stamp))

    def preview(self, work: Work) -> None:
        """First frame vectors from a few key frames, so that pictures are searchable early."""
        picture, stamp = self._run.models.picture(), self.stamps.picture
        if picture is None or stamp is None:
            return
        moved = self._moved(work, "preview")
        try:
            info = self._info(work)
            consumer = PicturePass(info, picture, None)
            plan = preview_plan(self._run.settings, picture, work.record.duration)
            consumer.consume(self._guard.pictures(info, plan), moved)
        except MediaError as error:
            # The full pass will say so, if it still cannot be read.
            self._run.emit(Event("notice", path=str(work.path), message=str(error)))
            return
        moved(work.record.duration)
        brought = consumer.finish()
        self._run.models.calls += brought.encoded
        if brought.frames is not None:
            data = ChannelData(stamp, partial=True, frames=brought.frames)
            self._commit(work, data, len(brought.frames.pts))

    def pictures(self, work: Work) -> None:
        """One decode pass for frame vectors, shots, stills and screen text."""
        if not (work.need.picture or work.need.screen):
            return
        picture = self._run.models.picture() if work.need.picture else None
        reader = self._run.models.screen() if work.need.screen else None
        failure: MediaError | None = None
        try:
            info = self._info(work)
        except MediaError as error:
            self._failure(work, error)
            return
        consumer = PicturePass(info, picture, reader)
        moved = self._moved(work, "pictures", consumer)
        plan = full_plan(
            self._run.settings,
            picture,
            screen=reader is not None,
            stills=work.need.picture or "picture" not in self._run.channels,
        )
        try:
            consumer.consume(self._guard.pictures(info, plan), moved)
        except MediaError as error:
            failure = error
        moved(work.record.duration)
        brought = consumer.finish()
        self._seen += consumer.seen
        self._reused += consumer.reused
        self._run.models.calls += brought.encoded
        self._keep(work, brought, failure)

    def _keep(self, work: Work, brought: Pictures, failure: MediaError | None) -> None:
        """Commit what one picture pass brought; a broken pass keeps what it had."""
        if failure is not None:
            self._failure(work, failure)
        broken = failure is not None
        if work.need.picture and self.stamps.picture is not None:
            frames = len(brought.frames.pts) if brought.frames else 0
            data = ChannelData(
                self.stamps.picture,
                partial=broken,
                frames=brought.frames,
                shots=brought.shots,
                stills=brought.stills,
            )
            self._commit(work, data, frames)
        if work.need.screen and self.stamps.screen is not None:
            self._passages(work, self.stamps.screen, brought.screen, partial=broken)

    def _passages(
        self, work: Work, stamp: Stamp, passages: tuple[Passage, ...], *, partial: bool = False
    ) -> None:
        vectors = self._run.models.sentences([p.text for p in passages])
        data = ChannelData(
            stamp,
            partial=partial,
            passages=passages,
            passage_vectors=vectors,
            words_space=self._run.models.words_space() if vectors is not None else "",
        )
        self._commit(work, data, len(passages))

    def speech(self, work: Work) -> None:
        """Transcribe the sound track, in bounded pieces."""
        encoder, stamp = self._run.models.speech(), self.stamps.speech
        if not work.need.speech or encoder is None or stamp is None:
            return
        moved = self._moved(work, "speech")
        language = self._run.settings.language
        try:
            info = self._info(work)
            passages = spoken_passages(
                self._guard.sound(info, language=language),
                encoder,
                duration=work.record.duration,
                language=language,
                moved=moved,
            )
        except MediaError as error:
            self._failure(work, error)
            return
        moved(work.record.duration)
        self._run.models.calls += 1
        self._passages(work, stamp, passages)

    def embed(self, work: Work) -> None:
        """Give passages that have words already the vectors of the sentence encoder."""
        for channel in work.need.embed:
            passages = tuple(self._store.passages_of(work.record.id, _SOURCES[channel]))
            stamp = self._embed_stamp(work, channel)
            if stamp is not None:
                self._passages(work, stamp, passages)

    def _embed_stamp(self, work: Work, channel: str) -> Stamp | None:
        if channel == "title":
            return self.stamps.title
        if channel == "screen":
            return self.stamps.screen
        states = {s.channel: s for s in self._store.states(work.record.id)}
        stamp = states[channel].stamp
        if stamp is not None and stamp.encoder == SUBTITLES:
            return self.stamps.subtitles
        return self.stamps.speech

    def verify(self, work: Work) -> None:
        """Count the video as done or failed; a success clears an earlier failure row."""
        if not work.need:
            self._run.report.skipped += work.known
            return
        if work.failed:
            self._run.report.failed += 1
        else:
            self._store.clear_failure(work.root, work.relative)
            self._run.report.done += 1
