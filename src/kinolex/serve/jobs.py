"""Index runs of the server: begun, watched, paused, gone on with, and cancelled.

One run at a time, as the library has one writer; others wait their turn. A paused run's process is
ended, which loses nothing; it is started again where it is resumed.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import json
import os
import secrets
import signal
import sys
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, Literal

from kinolex.errors import NotFoundError
from kinolex.serve.children import ended
from kinolex.serve.problems import NotNowError

__all__ = ["Job", "Jobs", "State"]

State = Literal["waiting", "running", "paused", "done", "failed", "cancelled"]
_ENDED = ("done", "failed", "cancelled")
_KEPT_EVENTS = 500
_KEPT_JOBS = 50
_LINE = 1 << 20


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")


@dataclass(slots=True)
class Job:
    """One index run. ``what``: in a few words; ``order``: what the child is told."""

    id: str
    what: str
    order: dict[str, Any]
    by: str = ""
    state: State = "waiting"
    created: str = field(default_factory=_now)
    ended: str = ""
    overall: float = 0.0
    eta: float = -1.0
    now: dict[str, Any] = field(default_factory=dict)
    report: dict[str, Any] | None = None
    error: dict[str, Any] | None = None
    notices: list[str] = field(default_factory=list)
    failures: int = 0
    number: int = 0
    events: deque[tuple[int, dict[str, Any]]] = field(
        default_factory=lambda: deque(maxlen=_KEPT_EVENTS)
    )
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "id": self.id,
            "what": self.what,
            "state": self.state,
            "created": self.created,
            "ended": self.ended or None,
            "overall": round(self.overall, 4),
            "eta": round(self.eta, 1) if self.eta >= 0 else None,
            "now": self.now,
            "failures": self.failures,
            "notices": self.notices[-20:],
            "report": self.report,
            "error": self.error,
            "links": {"self": f"/v1/jobs/{self.id}", "events": f"/v1/jobs/{self.id}/events"},
        }

    def tell(self, event: dict[str, Any]) -> None:
        """Take an event in, and wake whoever watches."""
        self.number += 1
        self.events.append((self.number, event))
        self.changed.set()
        self.changed = asyncio.Event()


class Jobs:
    """All runs of one server; use it from the event loop only."""

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}
        self._turn = asyncio.Lock()
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._children: dict[str, asyncio.subprocess.Process] = {}

    def all(self) -> list[Job]:
        """Every job that is remembered, newest first."""
        return list(reversed(self._jobs.values()))

    def one(self, name: str) -> Job:
        """A job by id.

        Raises
        ------
        NotFoundError
            If there is none.
        """
        if name not in self._jobs:
            raise NotFoundError("There is no such job.", hint="`GET /v1/jobs` lists all.")
        return self._jobs[name]

    def begin(self, what: str, order: dict[str, Any], by: str = "") -> Job:
        """Start a run, or put it behind the one that is going on."""
        job = Job(secrets.token_hex(8), what, order, by)
        self._jobs[job.id] = job
        ended = [j for j in self._jobs.values() if j.state in _ENDED]
        for old in ended[: max(0, len(self._jobs) - _KEPT_JOBS)]:
            del self._jobs[old.id]
        self._start(job)
        return job

    def _start(self, job: Job) -> None:
        self._move(job, "waiting")
        self._tasks[job.id] = asyncio.get_running_loop().create_task(self._work(job))

    def _move(self, job: Job, state: State) -> None:
        job.state = state
        job.ended = _now() if state in _ENDED else ""
        job.tell({"kind": "state", "state": state})

    async def pause(self, name: str) -> Job:
        """End the process of a run; what is whole stays.

        Raises
        ------
        NotNowError
            If it is over.
        """
        job = self._going(name, ("waiting", "running"))
        await self._end(job, "paused")
        return job

    def resume(self, name: str) -> Job:
        """Go on with a paused run."""
        job = self._going(name, ("paused",))
        self._start(job)
        return job

    async def cancel(self, name: str) -> Job:
        """End a run for good; what is whole stays."""
        job = self._going(name, ("waiting", "running", "paused"))
        await self._end(job, "cancelled")
        return job

    def _going(self, name: str, states: tuple[State, ...]) -> Job:
        job = self.one(name)
        if job.state not in states:
            raise NotNowError(
                f"The job is {job.state}.", hint=f"This can be done while it is {states[0]}."
            )
        return job

    async def _end(self, job: Job, state: State) -> None:
        self._move(job, state)
        task = self._tasks.pop(job.id, None)
        if task is not None:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _work(self, job: Job) -> None:
        async with self._turn:
            self._move(job, "running")
            child = await asyncio.create_subprocess_exec(
                sys.executable,
                "-P",
                "-m",
                "kinolex.serve.indexing",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                limit=_LINE,
                start_new_session=True,
            )
            self._children[job.id] = child
            try:
                assert child.stdin is not None
                child.stdin.write(json.dumps(job.order).encode() + b"\n")
                await child.stdin.drain()
                child.stdin.close()
                await self._hear(job, child)
                await child.wait()
            except (ValueError, OSError):  # not our lines, or it ended before it took its order
                job.error = None
            finally:
                await asyncio.shield(self._stop(job, child))
        if job.state == "running":
            if job.report is None and job.error is None:
                job.error = {"title": "The index run ended without a word.", "hint": ""}
            self._move(job, "done" if job.report is not None else "failed")

    async def _hear(self, job: Job, child: asyncio.subprocess.Process) -> None:
        assert child.stdout is not None
        while line := await child.stdout.readline():
            # Names of files that are no UTF-8 come as lone surrogates, which no answer can carry.
            said = json.loads(
                json.dumps(json.loads(line), ensure_ascii=False).encode("utf-8", "replace")
            )
            job.report = said.get("report", job.report)
            if "report" in said and job.report is not None:
                # A run that was paused goes on in another process, which reports its own part.
                job.report["failed"] = max(job.report.get("failed", 0), job.failures)
            job.error = said.get("error", job.error)
            event = said.get("event")
            if event is None:
                continue
            job.overall, job.eta = event.pop("overall"), event.pop("eta")
            if event["kind"] in ("start", "step"):
                job.now = {k: v for k, v in event.items() if k in _NOW}
            job.failures += event["kind"] == "failure"
            if event["kind"] == "notice":
                job.notices.append(event.get("message", ""))
            job.tell(event | {"overall": job.overall, "eta": job.eta})

    async def _stop(self, job: Job, child: asyncio.subprocess.Process) -> None:
        """End the child and everything that it has started."""
        self._children.pop(job.id, None)
        if child.returncode is None:
            _signal(child, signal.SIGTERM)
            try:
                await asyncio.wait_for(ended(child), 5)
            except TimeoutError:
                _signal(child, signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
        await ended(child)

    async def watch(
        self, job: Job, after: int = 0
    ) -> AsyncIterator[list[tuple[int, dict[str, Any]]]]:
        """Events with their numbers, from after a number on, as they come, until it is over."""
        while True:
            changed = job.changed
            some = [(number, event) for number, event in job.events if number > after]
            if some:
                after = some[-1][0]
                yield some
            if job.state in _ENDED and after >= job.number:
                return
            if changed is job.changed:
                await changed.wait()

    async def close(self) -> None:
        """End every process; the library goes on from there with the next run."""
        for name, task in list(self._tasks.items()):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await task
            self._tasks.pop(name, None)


_NOW = ("path", "video", "stage", "done", "total")


def _signal(child: asyncio.subprocess.Process, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(child.pid, number)
        else:
            child.send_signal(number)
