"""The guard: decoders run in a child process that can be killed; one bad file hurts no other.

Start at `Guard` (guard.py), which starts jobs; stream.py pulls their results under a time budget,
process.py holds the child and watches its memory, child.py and jobs.py run inside it. codec.py
and arena.py are the wire between the two: JSON for the small, shared memory for the large.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kinolex.media.guard.guard import Guard as Guard
    from kinolex.media.guard.stream import Stream as Stream

__all__ = ["Guard", "Stream"]

_PLACES = {"Guard": "kinolex.media.guard.guard", "Stream": "kinolex.media.guard.stream"}


def __getattr__(name: str) -> Any:
    # Lazy, because the child imports this package too and needs none of the parent's side.
    if name in _PLACES:
        return getattr(importlib.import_module(_PLACES[name]), name)
    raise AttributeError(f"module 'kinolex.media.guard' has no attribute {name!r}")
