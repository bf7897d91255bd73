"""The results of one job, pulled one by one under a budget of time.

The clock runs only while the consumer waits for the child; what the consumer does between two
pulls costs the file nothing. The child works ahead by a few results and then waits.
"""

from __future__ import annotations

import builtins
import contextlib
import signal
import time
import warnings
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any, Generic, TypeVar

from kinolex.errors import MediaError, UsageError
from kinolex.media.guard.arena import SLOTS, aligned
from kinolex.media.guard.budget import Budget
from kinolex.media.guard.codec import GarbledError, unpack
from kinolex.media.guard.process import Child, Gone

__all__ = ["Stream"]

T = TypeVar("T")

_LOOK_SECONDS = 0.2
_GRACE_SECONDS = 2.0
_SLOT_LIMIT = 1_000_000_000


class Stream(Iterator[T], Generic[T]):
    """An iterator over what one job gives; closing it (or dropping it) early cancels the job.

    Raises
    ------
    MediaError
        From ``next``: the child's own, or ``too-slow``, ``too-big``, ``crashed``.
    UsageError
        From ``next``, when its guard was given another job meanwhile.
    """

    def __init__(
        self,
        child: Child,
        job: int,
        *,
        name: str,
        stage: str,
        gives: Any,
        budget: Budget,
        finished: Callable[[], None],
    ) -> None:
        self._child, self._job = child, job
        self._name, self._stage, self._gives = name, stage, gives
        self._budget, self._finished = budget, finished
        self._waited = self._quiet = 0.0
        self._seen_read = 0
        self._over = self._superseded = False

    def __iter__(self) -> Stream[T]:
        return self

    def __next__(self) -> T:
        if self._superseded:
            raise UsageError(
                "This guard was given another job before the first was read to its end."
            )
        if self._over:
            raise StopIteration
        try:
            return self._next()
        except GarbledError as error:
            self._kill()
            raise self._error("crashed", f"The decoder gave nonsense on {self._name}.") from error
        except (MediaError, StopIteration):
            raise
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Stream[T]:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __del__(self) -> None:
        with contextlib.suppress(Exception):
            self.close()

    def close(self, *, superseded: bool = False) -> None:
        """Cancel the rest of the job; the child is killed if it does not stop soon."""
        if self._over:
            return
        self._superseded = superseded
        try:
            self._stop()
        except BaseException:
            self._kill()
            raise

    def _stop(self) -> None:
        self._tell("stop")
        limit = time.monotonic() + _GRACE_SECONDS
        while (left := limit - time.monotonic()) > 0:
            message = self._child.hear(left)
            if isinstance(message, Gone):
                break
            if message is not None and message.get("kind") in ("end", "error"):
                self._end()
                return
        self._kill()

    def _next(self) -> T:
        while True:
            message = self._wait()
            if isinstance(message, Gone):
                self._kill()
                raise self._autopsy(message)
            if message.get("job") != self._job:
                raise GarbledError("an answer to another job")
            kind = message.get("kind")
            if kind == "item":
                return self._take(message)
            if kind == "end":
                self._end()
                raise StopIteration
            if kind == "error":
                self._end()
                raise _sent_error(message, self._name, self._stage)
            if kind == "grow":
                self._grow(message)
            elif kind == "warning":
                _warn(message)
            else:
                raise GarbledError(f"a message of kind {kind!r}")

    def _wait(self) -> dict[str, Any] | Gone:
        """The next message within the budget; kills the child when that is spent."""
        self._quiet = 0.0
        while True:
            begun = time.monotonic()
            message = self._child.hear(_LOOK_SECONDS)
            passed = time.monotonic() - begun
            self._waited += passed
            if self._waited > self._budget.seconds:
                self._kill()
                raise self._error(
                    "too-slow",
                    f"Reading {self._name} takes longer than {self._budget.seconds:.3g} s of work.",
                )
            if message is not None:
                return message
            read = self._child.bytes_read
            self._quiet = self._quiet + passed if read == self._seen_read else 0.0
            self._seen_read = read
            if self._quiet > self._budget.idle:
                self._kill()
                raise self._error(
                    "too-slow", f"Reading {self._name} hangs: nothing for {self._quiet:.3g} s."
                )

    def _take(self, message: dict[str, Any]) -> T:
        """One result, copied out of its slot, which is free from then on."""
        try:
            slot, sizes = int(message["slot"]), [int(size) for size in message["sizes"]]
            # An endless file whose consumer is slower than the child is never waited for.
            self._waited = max(self._waited, float(message["busy"]))
            value = self._read(slot, sizes, message["value"])
        except (KeyError, TypeError, ValueError) as error:
            raise GarbledError(str(error)) from error
        self._tell("free", slot=slot)
        return value

    def _read(self, slot: int, sizes: list[int], plain: Any) -> T:
        room = self._child.arena.size // SLOTS
        if not 0 <= slot < SLOTS or any(size < 0 for size in sizes) or sum(sizes) > room:
            raise GarbledError("a result outside its slot")
        with contextlib.ExitStack() as views:
            blobs: list[memoryview] = []
            offset = slot * room
            for size in sizes:
                blobs.append(views.enter_context(self._child.arena.piece(offset, size)))
                offset += aligned(size)
            return unpack(self._gives, plain, blobs)  # type: ignore[no-any-return]

    def _grow(self, message: dict[str, Any]) -> None:
        size = message.get("bytes")
        if type(size) is not int or size <= 0:
            raise GarbledError("a slot of no size")
        if size > min(_SLOT_LIMIT, self._budget.memory):
            self._kill()
            raise self._error("too-big", f"The pictures of {self._name} are too large to handle.")
        size = aligned(size)
        self._child.arena.resize(size * SLOTS)
        self._tell("grown", bytes=size)

    def _tell(self, kind: str, **more: Any) -> None:
        # A child that is gone says so itself, by its last message.
        with contextlib.suppress(OSError):
            self._child.send({"kind": kind, "job": self._job, **more})

    def _end(self) -> None:
        self._over = True
        self._child.watch_memory(0)
        self._finished()

    def _kill(self) -> None:
        self._child.kill()
        if not self._over:
            self._end()

    def _error(self, reason: str, message: str, hint: str = "") -> MediaError:
        return MediaError(message, reason=reason, stage=self._stage, hint=hint)

    def _autopsy(self, gone: Gone) -> MediaError:
        """Why the child ended, in one sentence."""
        if gone.overfull:
            return self._error(
                "too-big",
                f"Reading {self._name} needs more than {self._budget.memory // 1_000_000} MB.",
                "A larger KINOLEX_DECODE_MEMORY_MB allows more.",
            )
        if gone.garbled:
            return self._error("crashed", f"The decoder gave nonsense on {self._name}.")
        how = f"exit code {gone.code}"
        with contextlib.suppress(ValueError):
            how = signal.Signals(-gone.code).name
        return self._error("crashed", f"The decoder crashed on {self._name} ({how}).")


def _sent_error(message: dict[str, Any], name: str, stage: str) -> MediaError:
    """The child's own error again; its traceback becomes a note for ``--debug``."""
    texts = [message.get(key) for key in ("message", "reason", "stage", "hint")]
    if not all(isinstance(text, str) for text in texts):
        return MediaError(f"The decoder gave nonsense on {name}.", reason="crashed", stage=stage)
    said, reason, where, hint = (str(text)[:2000] for text in texts)
    error = MediaError(said, reason=reason, stage=where, hint=hint)
    if isinstance(trace := message.get("trace"), str):
        error.add_note(f"In the decoding process:\n{trace}")
    return error


def _warn(message: dict[str, Any]) -> None:
    category = getattr(builtins, str(message.get("category")), None)
    if not (isinstance(category, type) and issubclass(category, Warning)):
        category = UserWarning
    warnings.warn(str(message.get("text")), category, stacklevel=4)
