"""``/v1/models``: encoders in use, and what a better one would cost."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from kinolex.api import Library
from kinolex.encoders.cards import Card
from kinolex.encoders.measure import measured
from kinolex.encoders.registry import cards
from kinolex.encoders.sources import present
from kinolex.serve.access import At, Viewer

__all__ = ["router"]

router = APIRouter(tags=["library"])


@router.get("/models", summary="Encoders in use, and better ones")
async def models(place: At, person: Viewer) -> dict[str, Any]:
    """Every model that is known, best first within its kind; nothing is downloaded from here.

    `in_use` counts the videos of the library that it has written; `command` gets it.
    """

    def work(library: Library) -> dict[str, Any]:
        store = library._store()
        used: dict[str, int] = {}
        for state in store.states() if store is not None else ():
            if state.stamp is not None:
                used[state.stamp.encoder] = used.get(state.stamp.encoder, 0) + 1
        return {"models": [_told(card, used) for card in cards().values()]}

    return await place.look(person, work)


def _told(card: Card, used: dict[str, int]) -> dict[str, Any]:
    return {
        **{k: v for k, v in card.to_dict().items() if k in _SAID},
        "here": present(card),
        "speed": measured(card),
        "in_use": used.get(card.name, 0),
        "command": f"kinolex models pull {card.name}",
    }


_SAID = ("name", "kind", "title", "about", "licence", "languages", "download_mb")
