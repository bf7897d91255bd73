"""The child's side: takes a job, works, hands results over; dies with its parent.

Started as ``python -m kinolex.media.guard.child ARENA PARENT``. Standard input and output carry
the frames of wire.py; FFmpeg and everything else that likes to print finds /dev/null instead.
"""

from __future__ import annotations

import os
import queue
import signal
import sys
import threading
import time
import traceback
import warnings
from collections.abc import Iterator
from typing import Any

from kinolex.errors import MediaError
from kinolex.media.guard import jobs, wire
from kinolex.media.guard.arena import SLOTS, Arena, aligned
from kinolex.media.guard.codec import Blob, pack

__all__ = ["main"]

_LEAVE_SECONDS = 1.0


class _StoppedError(Exception):
    """The parent wants no more of this job."""


class _Desk:
    """Where results are laid out for the parent, one slot each; waits while all are taken."""

    def __init__(self, commands: int, results: int, arena: Arena) -> None:
        self.orders: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._commands, self._results, self._arena = commands, results, arena
        self._changed = threading.Condition()
        self._free: list[int] = []
        self._slot_bytes = 0
        self._job = 0
        self._stopped = False
        self._started = self._blocked = 0.0

    def listen(self) -> None:
        """Hear the parent until it is gone; then the process ends, whatever it is doing."""
        while (message := wire.receive(self._commands)) is not None:
            with self._changed:
                self._obey(message)
                self._changed.notify_all()
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        self.orders.put(None)
        time.sleep(_LEAVE_SECONDS)
        os._exit(0)

    def _obey(self, message: dict[str, Any]) -> None:
        kind = message["kind"]
        if kind == "job":
            self.orders.put(message)
        elif message["job"] != self._job:
            return
        elif kind == "free":
            self._free.append(message["slot"])
        elif kind == "grown":
            self._arena.resize(message["bytes"] * SLOTS)
            self._slot_bytes = message["bytes"]
        elif kind == "stop":
            self._stopped = True

    def begin(self, job: int) -> None:
        """A new job: every slot is free."""
        with self._changed:
            self._job, self._stopped = job, False
            self._free = list(range(SLOTS))
            self._started, self._blocked = time.monotonic(), 0.0
        self.tell("begun")

    def tell(self, kind: str, **more: Any) -> None:
        """Send a message of the present job."""
        wire.send(self._results, {"kind": kind, "job": self._job, **more})

    def lay(self, value: Any) -> None:
        """Hand one result over.

        Raises
        ------
        _StoppedError
            If the parent wants no more.
        """
        blobs: list[Blob] = []
        plain = pack(value, blobs)
        need = sum(aligned(len(blob)) for blob in blobs)
        busy = time.monotonic() - self._started - self._blocked
        slot = self._take(need)
        offset = slot * self._slot_bytes
        for blob in blobs:
            with self._arena.piece(offset, len(blob)) as place:
                place[:] = blob
            offset += aligned(len(blob))
        self.tell("item", slot=slot, sizes=[len(blob) for blob in blobs], busy=busy, value=plain)

    def _take(self, need: int) -> int:
        begun = time.monotonic()
        with self._changed:
            self._wait(bool, self._free)
            if need > self._slot_bytes:
                # The parent may still read from any slot: only an empty arena changes size.
                self._wait(lambda free: len(free) == SLOTS, self._free)
                self.tell("grow", bytes=need)
                self._wait(lambda _: self._slot_bytes >= need, self._free)
            slot = self._free.pop()
        self._blocked += time.monotonic() - begun
        return slot

    def _wait(self, ready: Any, free: list[int]) -> None:
        self._changed.wait_for(lambda: self._stopped or ready(free))
        if self._stopped:
            raise _StoppedError


def _work(desk: _Desk, order: dict[str, Any]) -> None:
    """Do one job and say how it ended."""
    stage = jobs.JOBS[order["name"]].stage
    results: Iterator[Any] | None = None
    try:
        results = jobs.run(order["name"], order)
        for value in results:
            desk.lay(value)
        ending: dict[str, Any] = {"kind": "end"}
    except _StoppedError:
        ending = {"kind": "end"}
    except MediaError as error:
        ending = _refusal(error)
    except MemoryError:
        ending = _refusal(MediaError("It needs too much memory.", reason="too-big", stage=stage))
    except Exception as error:
        ending = _refusal(
            MediaError(
                f"The decoder failed: {type(error).__name__}: {error}.",
                reason="crashed",
                stage=stage,
            )
        )
        ending["trace"] = traceback.format_exc()[-8000:]
    close = getattr(results, "close", None)
    if close is not None:
        close()
    desk.tell(**ending)


def _refusal(error: MediaError) -> dict[str, Any]:
    return {
        "kind": "error",
        "message": error.message,
        "reason": error.reason,
        "stage": error.stage,
        "hint": error.hint,
    }


def _forward_warnings(desk: _Desk) -> None:
    """Warnings of the decoders (hardware not there, ...) belong before the parent's eyes."""

    def show(
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: Any = None,
        line: str | None = None,
    ) -> None:
        if not issubclass(category, DeprecationWarning | PendingDeprecationWarning | ImportWarning):
            desk.tell("warning", category=category.__name__, text=str(message)[:2000])

    warnings.showwarning = show


def _die_with_parent(parent: int) -> None:
    """Ask Linux for SIGKILL when the parent ends; elsewhere the closed pipe has to do."""
    if sys.platform == "linux":
        import ctypes

        pr_set_pdeathsig = 1
        ctypes.CDLL(None, use_errno=True).prctl(pr_set_pdeathsig, int(signal.SIGKILL), 0, 0, 0)
    if os.name == "posix" and os.getppid() != parent:
        os._exit(0)  # it ended before we could ask


def main(arguments: list[str]) -> None:
    """Serve jobs until the parent is gone.

    Parameters
    ----------
    arguments : list of str
        The arena's handle and the parent's process id.
    """
    handle, parent = arguments
    _die_with_parent(int(parent))
    if hasattr(signal, "SIGINT"):
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    commands, results = os.dup(0), os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    jobs.warm_up()
    desk = _Desk(commands, results, Arena(handle))
    threading.Thread(target=desk.listen, daemon=True).start()
    desk.tell("hello")
    os.dup2(nowhere, 2)  # until here a traceback tells the parent why there is no hello
    _forward_warnings(desk)
    while (order := desk.orders.get()) is not None:
        desk.begin(order["job"])
        with warnings.catch_warnings():
            warnings.simplefilter("default")
            _forward_warnings(desk)
            _work(desk, order)


if __name__ == "__main__":
    main(sys.argv[1:])
