"""Shared memory without a name: slots that the child fills and the parent empties.

An anonymous file (``memfd`` on Linux, an unlinked temporary file on other Unixes, a pagefile
section on Windows) instead of ``multiprocessing.shared_memory``: it has no entry in ``/dev/shm``
that a killed process could leave behind, needs no resource tracker, and is not held to the 64 MB
that containers give ``/dev/shm``. The parent owns the size; on Linux a seal forbids to shrink it,
since a shrunken map would kill the parent at its next read.
"""

from __future__ import annotations

import mmap
import os
import secrets
import sys
import tempfile

__all__ = ["SLOTS", "Arena", "aligned"]

SLOTS = 8
"""Results that may lie between the two at any time: enough to hide jitter, few enough to bound."""

_ALIGNMENT = 64


def aligned(length: int) -> int:
    """``length`` rounded up to whole cache lines, where the next blob may start.

    Examples
    --------
    >>> aligned(65)
    128
    """
    return -(-length // _ALIGNMENT) * _ALIGNMENT


class Arena:
    """A growing piece of memory that two processes share.

    Parameters
    ----------
    handle : str
        Empty in the parent, which makes the memory; in the child what the parent's `handle` says.
    """

    def __init__(self, handle: str = "") -> None:
        self._owner = not handle
        self._windows = sys.platform == "win32"
        self.size = 0
        self._map: mmap.mmap | None = None
        self._view: memoryview | None = None
        self._descriptor = -1
        self._tag = ""
        if self._windows:
            self._tag = handle or f"kinolex-{secrets.token_hex(16)}"
        else:
            self._descriptor = int(handle) if handle else _anonymous_file()

    @property
    def handle(self) -> str:
        """What the child needs to find the memory."""
        return self._tag if self._windows else str(self._descriptor)

    @property
    def inherited(self) -> tuple[int, ...]:
        """Descriptors that the child must inherit."""
        return () if self._windows else (self._descriptor,)

    def resize(self, size: int) -> None:
        """Make (parent) or follow (child) a size in bytes; what was inside is void."""
        self._unmap()
        if sys.platform == "win32":
            # A section cannot grow: each size is a section of its own.
            self._map = mmap.mmap(-1, size, tagname=f"{self._tag}-{size}")
        else:
            if self._owner and size > os.fstat(self._descriptor).st_size:
                os.ftruncate(self._descriptor, size)
            self._map = mmap.mmap(self._descriptor, size)
        self._view = memoryview(self._map)
        self.size = size

    def piece(self, offset: int, length: int) -> memoryview:
        """A view of some bytes; release it (``with``) before the arena changes size."""
        if self._view is None or not 0 <= offset <= offset + length <= self.size:
            raise ValueError(f"no bytes [{offset}, {offset + length}) in {self.size} shared ones")
        return self._view[offset : offset + length]

    def close(self) -> None:
        """Let go of the memory; the system frees it with its last user."""
        self._unmap()
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _unmap(self) -> None:
        if self._view is not None:
            self._view.release()
            self._view = None
        if self._map is not None:
            self._map.close()
            self._map = None
        self.size = 0


def _anonymous_file() -> int:
    if hasattr(os, "memfd_create"):
        import fcntl

        descriptor = os.memfd_create("kinolex", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK)
        return descriptor
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())
