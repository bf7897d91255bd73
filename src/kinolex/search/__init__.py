"""From a question to moments: parse, candidates, calibrate, curves, spans, fuse, explain.

Start reading at `kinolex.search.engine.Engine.answer`; `kinolex.search.parse` turns text into the
frozen `Query`, `kinolex.search.calibrate` says what a score means, and `kinolex.search.fuse`
decides what is one moment. Everything but the engine is pure functions on arrays and spans.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kinolex.search.engine import Engine
    from kinolex.search.format import format_query
    from kinolex.search.fragments import Fragment, format_fragment, parse_fragment
    from kinolex.search.parse import parse

__all__ = ["Engine", "Fragment", "format_fragment", "format_query", "parse", "parse_fragment"]

_HOMES = {
    "Engine": "engine",
    "Fragment": "fragments",
    "format_fragment": "fragments",
    "parse_fragment": "fragments",
    "format_query": "format",
    "parse": "parse",
}


def __getattr__(name: str) -> Any:
    """Load the engine and its numeric parts only when somebody searches."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
