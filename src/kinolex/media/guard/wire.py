"""Frames on the pipe: four bytes of length (little endian), then JSON in UTF-8.

Both sides write whole frames with one call and read them with plain ``os.read`` on the descriptor:
no buffered file object, whose lock could be held while an interpreter shuts down.
"""

from __future__ import annotations

import json
import os
import struct
from typing import Any

from kinolex.media.guard.codec import GarbledError

__all__ = ["LIMIT", "receive", "send"]

LIMIT = 16 * 1024 * 1024
"""The longest frame, bytes: cues travel in batches, pictures and sound not at all."""


def send(descriptor: int, message: dict[str, Any]) -> None:
    """Write one frame.

    Raises
    ------
    OSError
        If the other side is gone.
    """
    # ASCII escapes keep file names that are not UTF-8 (lone surrogates) whole.
    body = json.dumps(message, ensure_ascii=True, separators=(",", ":")).encode("ascii")
    rest = memoryview(struct.pack("<I", len(body)) + body)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def receive(descriptor: int) -> dict[str, Any] | None:
    """Wait for one frame; None when the other side is gone.

    Raises
    ------
    GarbledError
        If it is too long or no JSON object.
    """
    head = _exactly(descriptor, 4)
    if head is None:
        return None
    (length,) = struct.unpack("<I", head)
    if length > LIMIT:
        raise GarbledError(f"a frame of {length} bytes")
    body = _exactly(descriptor, length)
    if body is None:
        return None
    try:
        message = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise GarbledError(f"no JSON: {error}") from error
    if not isinstance(message, dict):
        raise GarbledError("no JSON object")
    return message


def _exactly(descriptor: int, length: int) -> bytes | None:
    parts: list[bytes] = []
    while length > 0:
        try:
            part = os.read(descriptor, min(length, 1 << 20))
        except OSError:
            return None
        if not part:
            return None
        parts.append(part)
        length -= len(part)
    return b"".join(parts)
