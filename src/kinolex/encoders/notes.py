"""Small facts about models on this machine: which were tried, how fast they are.

One JSON file in the models folder. Losing it costs a little time and nothing else, so a folder
that cannot be written is no error.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
from pathlib import Path
from typing import Any

from kinolex.settings import models_folder

__all__ = ["read", "write"]

_lock = threading.Lock()
_memory: dict[str, Any] = {}


def read(key: str) -> Any:
    """What was noted under a key, or None."""
    with _lock:
        return (_stored() | _memory).get(f"{models_folder()}:{key}")


def write(key: str, value: Any) -> None:
    """Note a JSON value under a key; kept for the process where it cannot be written."""
    with _lock:
        _memory[f"{models_folder()}:{key}"] = value
        target = _path()
        part = target.with_name(f".notes-{os.getpid()}-{threading.get_ident()}")
        with contextlib.suppress(OSError):
            target.parent.mkdir(parents=True, exist_ok=True)
            part.write_text(json.dumps(_stored() | _memory, indent=1), encoding="utf-8")
            os.replace(part, target)


def _path() -> Path:
    return models_folder() / "notes.json"


def _stored() -> dict[str, Any]:
    try:
        given = json.loads(_path().read_text(encoding="utf-8"))
        return given if isinstance(given, dict) else {}
    except (OSError, ValueError):
        return {}
