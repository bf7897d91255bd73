"""`Guard`: everything that decodes, behind one object that no file can break."""

from __future__ import annotations

import os
import threading
import weakref
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any

from kinolex.errors import KinolexError, MediaError, UsageError
from kinolex.media.cutting.plan import Cut, CutPlan
from kinolex.media.files import look
from kinolex.media.guard.budget import Budget, budget, cut_budget
from kinolex.media.guard.codec import pack
from kinolex.media.guard.jobs import JOBS
from kinolex.media.guard.process import Child
from kinolex.media.guard.stream import Stream
from kinolex.media.types import Cue, Frame, MediaInfo, PicturePlan, SoundPiece
from kinolex.settings import Settings

__all__ = ["Guard"]

_BEGIN_SECONDS = 20.0
_RECYCLE_SHARE = 3


class _Holder:
    """The present child, apart from the guard, so that the finalizer can reach it."""

    def __init__(self) -> None:
        self.child: Child | None = None
        self.owner = os.getpid()

    def close(self) -> None:
        child, self.child = self.child, None
        # After a fork the child belongs to the other process alone.
        if child is not None and self.owner == os.getpid():
            child.close()


class Guard:
    """Decodes in a child process with budgets of time and memory.

    The child starts with the first job, is killed when a budget is spent, and is replaced after a
    crash, a kill or much memory kept. One job at a time, in one thread at a time: sound and
    pictures side by side need two guards.

    Parameters
    ----------
    settings : Settings, optional
        ``decode_seconds``, ``decode_memory_mb`` and ``threads`` matter here.

    Raises
    ------
    MediaError
        From every method: whatever is wrong with the file, with ``reason`` and ``stage``.
    KinolexError
        If no child can be started.

    Examples
    --------
    >>> with Guard() as guard:
    ...     guard.probe(Path("no such film.mp4"))
    Traceback (most recent call last):
    ...
    kinolex.errors.MediaError: no such film.mp4 is not there (any more).
    """

    def __init__(self, settings: Settings | None = None) -> None:
        self._settings = settings or Settings()  # type: ignore[call-arg,unused-ignore]
        self._holder = _Holder()
        self._turn = threading.Lock()
        self._active: weakref.ref[Stream[Any]] | None = None
        self._jobs = 0
        self._finalizer = weakref.finalize(self, self._holder.close)

    def __enter__(self) -> Guard:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """Process id of the present child, if there is one."""
        child = self._holder.child
        return child.pid if child is not None and child.alive else None

    def probe(self, path: Path) -> MediaInfo:
        """What is in a file."""
        path = Path(path)
        found: MediaInfo = self._one(self._begin("probe", path, None, {"path": str(path)}), path)
        return found

    def pictures(self, info: MediaInfo, plan: PicturePlan) -> Stream[Frame]:
        """The frames that ``plan`` asks for, in order; arrays are the caller's own."""
        if plan.threads == 0:
            plan = replace(plan, threads=self._settings.threads)
        return self._begin("pictures", Path(info.path), info, {"plan": pack(plan, [])})

    def sound(
        self,
        info: MediaInfo,
        *,
        stream: int | None = None,
        language: str = "",
        piece_seconds: float = 30.0,
    ) -> Stream[SoundPiece]:
        """The sound of one track as 16 kHz mono pieces, in order."""
        order = {"stream": stream, "language": language, "piece_seconds": piece_seconds}
        return self._begin("sound", Path(info.path), info, order)

    def cues(self, info: MediaInfo, stream: int) -> list[Cue]:
        """The embedded subtitles of one track."""
        batches: Stream[list[Cue]]
        with self._begin("cues", Path(info.path), info, {"stream": stream}) as batches:
            return [cue for batch in batches for cue in batch]

    def still(self, info: MediaInfo, time: float, size: int) -> bytes:
        """One JPEG near ``time`` (seconds), its longer side at most ``size`` pixels."""
        order = {"time": float(time), "size": int(size)}
        path = Path(info.path)
        still: bytes = self._one(self._begin("still", path, info, order), path)
        return still

    def picture(self, path: Path, size: int) -> bytes:
        """A picture file as a plain upright JPEG, its longer side at most ``size`` pixels."""
        path = Path(path)
        picture: bytes = self._one(
            self._begin("picture", path, None, {"path": str(path), "size": int(size)}), path
        )
        return picture

    def cut(self, plan: CutPlan) -> Stream[Cut]:
        """Write a new file from pieces of others; gives progress, and last how it was made.

        Raises
        ------
        UsageError
            If there are no pieces.
        """
        if not plan.pieces:
            raise UsageError("There is nothing to cut.", hint="Name at least one span.")
        lean = tuple(
            replace(piece, info=replace(piece.info, metadata={}, chapters=()))
            for piece in plan.pieces
        )
        plan = replace(plan, pieces=lean, threads=plan.threads or self._settings.threads)
        first = Path(plan.pieces[0].info.path)
        limits = cut_budget(self._settings, plan)
        return self._begin("cut", first, None, {"plan": pack(plan, [])}, limits)

    def close(self) -> None:
        """Cancel what runs and end the child. The guard may be used again."""
        self._cancel()
        self._holder.close()

    def _one(self, stream: Stream[Any], path: Path) -> Any:
        """The single result of a job."""
        with stream:
            results = list(stream)
        if len(results) != 1:
            raise MediaError(f"{path.name} has no picture.", reason="no-streams", stage="decode")
        return results[0]

    def _begin(
        self,
        name: str,
        path: Path,
        info: MediaInfo | None,
        order: dict[str, Any],
        limits: Budget | None = None,
    ) -> Stream[Any]:
        job = JOBS[name]
        if not self._turn.acquire(blocking=False):
            raise UsageError("A guard serves one thread at a time.", hint="Take two guards.")
        try:
            self._cancel()
            size = look(path, job.stage).st_size
            limits = limits or budget(self._settings, job.stage, size=size, info=info)
            order = {"kind": "job", "name": name, **order}
            if info is not None:
                # Titles and chapters are of no use to a decoder and may be long.
                order["info"] = pack(replace(info, metadata={}, chapters=()), [])
            child = self._given(order, limits)
            stream: Stream[Any] = Stream(
                child,
                self._jobs,
                name=path.name,
                stage=job.stage,
                gives=job.gives,
                budget=limits,
                finished=self._tidy,
            )
            self._active = weakref.ref(stream)
            return stream
        finally:
            self._turn.release()

    def _given(self, order: dict[str, Any], limits: Budget) -> Child:
        """A child that has taken the order: one that died idle costs the next file nothing."""
        for _ in range(3):
            child = self._ready()
            self._jobs += 1
            try:
                child.send({**order, "job": self._jobs})
                answer = child.hear(_BEGIN_SECONDS)
            except OSError:
                answer = None
            if isinstance(answer, dict) and answer.get("kind") == "begun":
                child.watch_memory(limits.memory)
                return child
            child.kill()
        raise KinolexError(
            "The decoding process starts but takes no work.", hint="Run `kinolex doctor`."
        )

    def _ready(self) -> Child:
        holder = self._holder
        if holder.owner != os.getpid():
            holder.child, holder.owner = None, os.getpid()
        if holder.child is not None and not holder.child.alive:
            holder.child.kill()
            holder.child = None
        if holder.child is None:
            holder.child = Child()
        return holder.child

    def _cancel(self) -> None:
        active = self._active() if self._active is not None else None
        if active is not None:
            active.close(superseded=True)
        self._active = None

    def _tidy(self) -> None:
        """After a job: a child that keeps much memory, or is dead, is let go."""
        child = self._holder.child
        limit = self._settings.decode_memory_mb * 1_000_000 // _RECYCLE_SHARE
        if child is None:
            return
        if not child.alive or child.own_memory > limit or child.arena.size > limit:
            self._holder.close()
