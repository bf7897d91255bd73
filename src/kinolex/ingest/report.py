"""What a run did, in numbers."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["Report"]


@dataclass(slots=True)
class Report:
    """What a run did: ``done`` and ``failed`` videos, ``skipped`` files, wall ``seconds``.

    ``model_calls`` counts calls of encoders; a run over moved files makes none. ``notices`` are
    the sentences for people; ``missing`` are channels whose model is not here.
    """

    done: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0
    interrupted: bool = False
    model_calls: int = 0
    notices: list[str] = field(default_factory=list)
    missing: tuple[str, ...] = ()
