"""Hashes of model files, remembered by path, size and time, so that loading is not slowed.

Reading 75 MB to hash them takes a noticeable part of a second, a 1 GB model several seconds. The
memory protects against damaged and half-copied files, not against somebody who edits a file and
sets its time back; ``kinolex models verify`` always reads everything.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import threading
from collections.abc import Iterable
from pathlib import Path

from kinolex.settings import models_folder

__all__ = ["content_version", "remembered_sha256", "sha256_of"]

_CHUNK = 1 << 20
_lock = threading.Lock()
_memory: dict[str, tuple[int, int, str]] = {}


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal.

    Raises
    ------
    OSError
        If it cannot be read.
    """
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def remembered_sha256(path: Path) -> str:
    """SHA-256 of a file, read only when its size or time of change is new.

    The memory is ``hashes.json`` in the models folder; where that cannot be written, it lasts as
    long as the process.

    Raises
    ------
    OSError
        If the file cannot be read.
    """
    real = path.resolve()
    key, stat = str(real), real.stat()
    with _lock:
        known = _memory.get(key) or _stored().get(key)
        if known and (known[0], known[1]) == (stat.st_size, stat.st_mtime_ns):
            _memory[key] = known
            return known[2]
    value = sha256_of(real)
    with _lock:
        _memory[key] = (stat.st_size, stat.st_mtime_ns, value)
        _store()
    return value


def content_version(files: Iterable[Path], settings: str = "") -> str:
    """Twelve hexadecimal digits that change when a file or a setting changes.

    Parameters
    ----------
    files : iterable of Path
        What the model reads, in a fixed order; names do not count, bytes do.
    settings : str
        Everything else that changes its output, such as preprocessing, as text.
    """
    digest = hashlib.sha256(settings.encode())
    for path in files:
        digest.update(bytes.fromhex(remembered_sha256(path)))
    return digest.hexdigest()[:12]


def _stored() -> dict[str, tuple[int, int, str]]:
    try:
        given = json.loads((models_folder() / "hashes.json").read_text(encoding="utf-8"))
        return {str(k): (int(v[0]), int(v[1]), str(v[2])) for k, v in given.items()}
    except (OSError, ValueError, TypeError, AttributeError, LookupError):
        return {}


def _store() -> None:
    """Write what is known, whole or not at all; a read-only folder only costs the memory."""
    target = models_folder() / "hashes.json"
    part = target.with_name(f".hashes-{os.getpid()}-{threading.get_ident()}")
    with contextlib.suppress(OSError):
        target.parent.mkdir(parents=True, exist_ok=True)
        known = {k: v for k, v in (_stored() | _memory).items() if os.path.exists(k)}
        part.write_text(json.dumps(known), encoding="utf-8")
        os.replace(part, target)
