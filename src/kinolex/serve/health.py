"""Whether a query works: what ``/v1/health`` says."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from kinolex._version import __version__
from kinolex.search.parse import parse
from kinolex.serve.people import EVERYBODY

if TYPE_CHECKING:
    from kinolex.serve.place import Place

__all__ = ["Health"]

_FRESH = 5.0
"""Seconds for which an answer holds."""


class Health:
    """The last answer about a server's health, kept for some seconds."""

    def __init__(self) -> None:
        self._told: dict[str, Any] = {}
        self._at = float("-inf")
        self._turn = asyncio.Lock()

    async def told(self, place: Place) -> dict[str, Any]:
        """Ask now, or say what was said a moment ago."""
        async with self._turn:  # many who ask at once ask the library one question together
            if time.monotonic() - self._at > _FRESH:
                self._told = await self._ask(place)
                self._at = time.monotonic()
        return self._told

    async def _ask(self, place: Place) -> dict[str, Any]:
        query = parse("anything at all", limit=1)
        started = time.perf_counter()
        try:
            answer = await place.ask(EVERYBODY, lambda library: library.answer(query))
        except Exception:  # whatever it is: a query does not work
            return {"ok": False, "version": __version__}
        took = 1000 * (time.perf_counter() - started)
        channels = sorted(set(query.channels) - set(answer.searched.unavailable))
        return {
            "ok": True,
            "version": __version__,
            "milliseconds": round(took, 1),
            "channels": channels,
        }
