"""Names for contents: the same bytes have the same name, wherever they lie.

`fingerprint` reads at most 192 KiB, so that 100,000 films are named in seconds; `full_hash` reads
everything and is asked for only when certainty is worth the time.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import BinaryIO

from kinolex.errors import MediaError
from kinolex.media.files import open_regular, refusal

__all__ = ["PIECE", "fingerprint", "fingerprint_of", "full_hash"]

PIECE = 64 * 1024
"""Bytes read from the head, the middle and the tail each."""


def fingerprint(path: Path) -> str:
    """Name of a file's content: 32 hexadecimal characters.

    BLAKE2b (RFC 7693) over the size and 64 KiB each from head, middle and tail; files up to
    192 KiB are read whole. Containers keep sizes, times and indexes in head and tail, so two
    different recordings never share all of it in practice. Writes nothing and never waits on a
    pipe or device.

    Raises
    ------
    MediaError
        With reason ``missing``, ``unreadable``, ``not-a-file`` or ``empty`` (stage ``scan``).

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     one, two = Path(folder, "one.mp4"), Path(folder, "two.mp4")
    ...     _ = one.write_bytes(b"film"), two.write_bytes(b"film")
    ...     fingerprint(one) == fingerprint(two), len(fingerprint(one))
    (True, 32)
    """
    path = Path(path)
    file, _ = open_regular(path)
    with file:
        return fingerprint_of(file, path)


def fingerprint_of(file: BinaryIO, path: Path) -> str:
    """As `fingerprint`, of a file that is open already; ``path`` is what errors call it.

    Raises
    ------
    MediaError
        With reason ``unreadable``.
    """
    size = os.fstat(file.fileno()).st_size
    digest = hashlib.blake2b(size.to_bytes(8, "big"), digest_size=16, person=b"kinolex-1")
    for offset, length in _pieces(size):
        digest.update(_read(file, offset, length, path))
    return digest.hexdigest()


def full_hash(path: Path) -> str:
    """SHA-256 of a whole file: 64 hexadecimal characters.

    Raises
    ------
    MediaError
        As `fingerprint`.
    """
    path = Path(path)
    file, _ = open_regular(path)
    with file:
        try:
            return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
        except OSError as error:
            raise refusal(path, error, "scan") from error


def _pieces(size: int) -> list[tuple[int, int]]:
    """Which (offset, length) are read of a file of ``size`` bytes."""
    if size <= 3 * PIECE:
        return [(0, size)]
    return [(0, PIECE), ((size - PIECE) // 2, PIECE), (size - PIECE, PIECE)]


def _read(file: BinaryIO, offset: int, length: int, path: Path) -> bytes:
    """Exactly ``length`` bytes: a file that shrinks meanwhile has no name yet."""
    parts: list[bytes] = []
    try:
        file.seek(offset)
        while length > 0 and (part := file.read(length)):
            parts.append(part)
            length -= len(part)
    except OSError as error:
        raise refusal(path, error, "scan") from error
    if length:
        raise MediaError(
            f"{path.name} became shorter while it was read.",
            reason="unreadable",
            stage="scan",
            hint="Wait until it is completely written.",
        )
    return b"".join(parts)
