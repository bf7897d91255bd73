"""How much memory of its own a process holds, and how much of its file it has read.

Linux tells both in ``/proc`` for a few microseconds of work. Elsewhere ``ps`` tells the resident
size (slower, so asked less often) and progress is not known.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

__all__ = ["INTERVAL", "bytes_read", "own_memory"]

_LINUX = sys.platform == "linux"
_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096

INTERVAL = 0.03 if _LINUX else 0.5
"""Seconds between two looks: what a runaway decoder can take meanwhile stays small."""


def own_memory(pid: int) -> int:
    """Bytes of memory that only this process holds; 0 when that cannot be known.

    Examples
    --------
    >>> own_memory(os.getpid()) > 1_000_000 or not _LINUX
    True
    """
    if _LINUX:
        try:
            fields = Path(f"/proc/{pid}/statm").read_bytes().split()
            # Resident minus shared: neither libraries nor the arena count.
            return (int(fields[1]) - int(fields[2])) * _PAGE
        except (OSError, IndexError, ValueError):
            return 0
    return _resident_by_ps(pid) if os.name == "posix" else 0


def _resident_by_ps(pid: int) -> int:
    try:
        told = subprocess.run(
            ["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, timeout=5, check=False
        )
        return int(told.stdout.strip() or 0) * 1024
    except (OSError, ValueError, subprocess.SubprocessError):
        return 0


def bytes_read(pid: int) -> int:
    """Bytes that a process has read from files in its life; 0 when that cannot be known.

    Examples
    --------
    >>> bytes_read(os.getpid()) >= 0
    True
    """
    try:
        first = Path(f"/proc/{pid}/io").read_bytes().split(b"\n", 1)[0]
        return int(first.removeprefix(b"rchar: "))
    except (OSError, ValueError):
        return 0
