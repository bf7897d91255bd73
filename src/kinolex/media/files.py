"""Opening files that may be anything: pipes, devices, folders, vanished, forbidden, empty.

Everything in `media` that reads bytes itself goes through here, so that no read can block on a
pipe and every refusal is a `MediaError` with the same reasons.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

from kinolex.errors import MediaError

__all__ = ["kind_of", "look", "open_regular", "refusal"]

_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def kind_of(mode: int) -> str:
    """What a file is that is not a regular one, in words, from its ``st_mode``.

    Examples
    --------
    >>> kind_of(stat.S_IFIFO | 0o600)
    'a pipe'
    """
    return next((name for test, name in _KINDS if test(mode)), "no ordinary file")


def look(path: Path, stage: str = "scan") -> os.stat_result:
    """Stat of a regular file that is not empty; opens nothing.

    Raises
    ------
    MediaError
        With reason ``missing``, ``unreadable``, ``not-a-file`` or ``empty``.
    """
    try:
        found = os.stat(path)
    except (OSError, ValueError) as error:
        raise refusal(path, error, stage) from error
    _demand_regular(path, found, stage)
    return found


def open_regular(path: Path, stage: str = "scan") -> tuple[BinaryIO, int]:
    """Open a regular file for reading without ever waiting for it; gives it and its size.

    The file is opened first and examined afterwards (without waiting for a pipe's other end), so
    that nothing can be swapped in between.

    Raises
    ------
    MediaError
        With reason ``missing``, ``unreadable``, ``not-a-file`` or ``empty``.
    """
    # A device must not be opened at all (a tape would rewind): hence the look before.
    look(path, stage)
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    flags |= getattr(os, "O_NOCTTY", 0)
    try:
        descriptor = os.open(path, flags)
    except OSError as error:
        raise refusal(path, error, stage) from error
    file = os.fdopen(descriptor, "rb", buffering=0)
    try:
        found = os.fstat(descriptor)
        _demand_regular(path, found, stage)
    except BaseException:
        file.close()
        raise
    return file, found.st_size


def refusal(path: Path, error: Exception, stage: str) -> MediaError:
    """The `MediaError` for what the operating system said about a path."""
    code = error.errno if isinstance(error, OSError) else None
    if code in (errno.ENOENT, errno.ENOTDIR):
        return MediaError(f"{path.name} is not there (any more).", reason="missing", stage=stage)
    if code in (errno.EACCES, errno.EPERM):
        return MediaError(
            f"{path.name} may not be read by this user.",
            reason="unreadable",
            stage=stage,
            hint="Change its permissions, then run `kinolex retry`.",
        )
    why = os.strerror(code) if code else str(error)
    return MediaError(f"{path.name} cannot be read: {why}.", reason="unreadable", stage=stage)


def _demand_regular(path: Path, found: os.stat_result, stage: str) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise MediaError(
            f"{path.name} is {kind_of(found.st_mode)}, not a file.",
            reason="not-a-file",
            stage=stage,
        )
    if found.st_size == 0:
        raise MediaError(f"{path.name} is empty (0 bytes).", reason="empty", stage=stage)
