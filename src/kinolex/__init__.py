"""kinolex finds the moment: where in all this video is the thing I am thinking of?

``kinolex.open(path)`` gives a `Library` with ``add``, ``search``, ``video``, ``status``,
``remove`` and ``prune``. Everything heavy is imported on first use.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from kinolex._version import __version__

if TYPE_CHECKING:
    from kinolex.api import Library as Library
    from kinolex.api import open as open
    from kinolex.errors import KinolexError as KinolexError
    from kinolex.moments import Answer as Answer
    from kinolex.moments import Evidence as Evidence
    from kinolex.moments import Moment as Moment
    from kinolex.moments import Query as Query
    from kinolex.moments import Span as Span
    from kinolex.moments import Video as Video

_PLACES = {
    "open": "kinolex.api",
    "Library": "kinolex.api",
    "KinolexError": "kinolex.errors",
    "Answer": "kinolex.moments",
    "Evidence": "kinolex.moments",
    "Moment": "kinolex.moments",
    "Query": "kinolex.moments",
    "Span": "kinolex.moments",
    "Video": "kinolex.moments",
}

__all__ = [
    "Answer",
    "Evidence",
    "KinolexError",
    "Library",
    "Moment",
    "Query",
    "Span",
    "Video",
    "__version__",
    "open",
]


def __getattr__(name: str) -> Any:
    if name in _PLACES:
        return getattr(importlib.import_module(_PLACES[name]), name)
    raise AttributeError(f"module 'kinolex' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
