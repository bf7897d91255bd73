"""One child process: started, listened to, watched and ended by the parent.

Two threads serve it. The listener starts the process, reads its frames into a bounded queue and
reaps it; it lives exactly as long as the process, which matters on Linux, where the order "die
with your parent" is bound to the thread that started the child. The watchman looks at the
child's memory while a job runs, also while the consumer is busy with a frame.
"""

from __future__ import annotations

import contextlib
import os
import queue
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from typing import IO, Any

from kinolex.errors import KinolexError
from kinolex.media.guard import wire
from kinolex.media.guard.arena import Arena
from kinolex.media.guard.codec import GarbledError
from kinolex.media.guard.memory import INTERVAL, bytes_read, own_memory

__all__ = ["Child", "Gone"]

_START_SECONDS = 120.0
"""A cold disk and a busy machine may need long to load FFmpeg; it says nothing of any file."""
_CLOSE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Gone:
    """The last thing a child "says": that it ended, and how.

    ``code`` is as in `subprocess`: negative for a signal. ``overfull``: we killed it for its
    memory; ``garbled``: it sent what no healthy child sends.
    """

    code: int
    overfull: bool = False
    garbled: str = ""


class Child:
    """A running decoder process.

    Raises
    ------
    KinolexError
        If it does not start: that is the installation's fault, never a file's.
    """

    def __init__(self) -> None:
        self.arena = Arena()
        self._messages: queue.Queue[dict[str, Any] | Gone] = queue.Queue(maxsize=256)
        self._process: subprocess.Popen[bytes] | None = None
        self._dropped = threading.Event()
        self._ended = threading.Event()
        self._watch = threading.Event()
        self._memory_limit = 0
        self._overfull = False
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 (lives with the child)
        threading.Thread(target=self._listen, name="kinolex-guard-listener", daemon=True).start()
        self._demand_hello()
        threading.Thread(target=self._watchman, name="kinolex-guard-watchman", daemon=True).start()

    @property
    def pid(self) -> int:
        """Process id."""
        assert self._process is not None
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it can be given another job."""
        return not (self._ended.is_set() or self._dropped.is_set())

    @property
    def own_memory(self) -> int:
        """Bytes of memory it holds now."""
        return own_memory(self.pid)

    @property
    def bytes_read(self) -> int:
        """Bytes it has read in its life: a sign of progress."""
        return bytes_read(self.pid)

    def watch_memory(self, limit: int) -> None:
        """Kill it as soon as it holds more than ``limit`` bytes (0: stop watching)."""
        self._memory_limit = limit
        if limit:
            self._watch.set()
        else:
            self._watch.clear()

    def send(self, message: dict[str, Any]) -> None:
        """Give it a message.

        Raises
        ------
        OSError
            If it is gone.
        """
        assert self._process is not None
        assert self._process.stdin is not None
        if self._process.stdin.closed:
            raise BrokenPipeError("the child was killed")
        wire.send(self._process.stdin.fileno(), message)

    def hear(self, timeout: float) -> dict[str, Any] | Gone | None:
        """The next message, or None after ``timeout`` seconds without one."""
        try:
            return self._messages.get(timeout=max(timeout, 0.001))
        except queue.Empty:
            return None

    def kill(self) -> None:
        """End it now; returns when it is dead and its memory is freed."""
        self._dropped.set()
        self._watch.set()
        process = self._process
        if process is not None:
            with contextlib.suppress(OSError):
                process.kill()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=10)  # only a disk that hangs in the kernel takes longer
            if process.stdin is not None:
                with contextlib.suppress(OSError):
                    process.stdin.close()
        self.arena.close()

    def close(self) -> None:
        """Ask it to leave, and kill it when it does not."""
        process = self._process
        if process is not None and process.stdin is not None:
            with contextlib.suppress(OSError):
                process.stdin.close()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=_CLOSE_SECONDS)
        self.kill()

    def _demand_hello(self) -> None:
        first = self.hear(_START_SECONDS)
        if isinstance(first, dict) and first.get("kind") == "hello":
            self._errors.close()
            return
        self.kill()
        self._errors.seek(0)
        said = self._errors.read(20_000).decode("utf-8", "replace").strip()
        self._errors.close()
        why = said.splitlines()[-1] if said else "it does not answer"
        raise KinolexError(
            f"The decoding process does not start: {why}.",
            hint="Run `kinolex doctor`; a fresh installation usually helps.",
        )

    def _listen(self) -> None:
        try:
            self._process = process = _spawn(self.arena, self._errors)
        except OSError as error:
            self._errors.write(str(error).encode())
            self._ended.set()
            self._post(Gone(-1))
            return
        assert process.stdout is not None
        garbled = ""
        try:
            while (message := wire.receive(process.stdout.fileno())) is not None:
                self._post(message)
        except GarbledError as error:
            garbled = str(error)
            process.kill()
        code = process.wait()
        process.stdout.close()
        self._ended.set()
        self._watch.set()
        self._post(Gone(code, self._overfull, garbled))

    def _post(self, message: dict[str, Any] | Gone) -> None:
        """Queue a message; a child that floods us waits, an abandoned one is not heard."""
        while not self._dropped.is_set():
            try:
                self._messages.put(message, timeout=0.2)
                return
            except queue.Full:
                continue

    def _watchman(self) -> None:
        while self._watch.wait() and not self._dropped.is_set() and self.alive:
            limit = self._memory_limit
            if limit and self.own_memory > limit:
                self._overfull = True
                if self._process is not None:
                    self._process.kill()
                return
            self._dropped.wait(INTERVAL)


def _spawn(arena: Arena, errors: IO[bytes]) -> subprocess.Popen[bytes]:
    """Start ``python -m kinolex.media.guard.child`` with the parent's import path.

    A session of its own keeps Ctrl-C in the terminal for the parent, which then decides.
    """
    environment = dict(os.environ)
    # The same order of places as here, whatever put them there (a notebook, a test runner).
    places = [os.path.abspath(place) for place in sys.path if isinstance(place, str)]
    environment["PYTHONPATH"] = os.pathsep.join(p for p in places if os.pathsep not in p)
    # It does no linear algebra: no pool of threads and their stacks.
    environment["OPENBLAS_NUM_THREADS"] = "1"
    own_session: dict[str, Any]
    if os.name == "posix":
        own_session = {"start_new_session": True, "pass_fds": arena.inherited}
    else:
        own_session = {"creationflags": getattr(subprocess, "CREATE_NO_WINDOW", 0) | 0x200}
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "kinolex.media.guard.child", arena.handle, str(os.getpid())],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        env=environment,
        bufsize=0,
        **own_session,
    )
