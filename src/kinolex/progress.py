"""Progress events: what ingest tells whoever listens.

The command line draws them, ``--json`` prints them one object a line, Python callers pass any
callable. Events carry facts only; what to say about them is the listener's business.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Literal

__all__ = ["Event", "Kind", "Listener", "silent"]

Kind = Literal[
    "scan",  # files counted so far: done, total (0 while unknown)
    "plan",  # total work known: total = videos to do, seconds = media seconds to do
    "start",  # a stage of a file starts: path, video, stage
    "step",  # a stage moves on: path, stage, done/total in media seconds
    "commit",  # a channel of a video became searchable: path, video, stage, items
    "skip",  # nothing to do for a file: path, reason (unchanged, moved, copied, known failure)
    "failure",  # a file or stage failed: path, stage, reason, message
    "notice",  # one line for people: message
    "done",  # the run is over: done, total, seconds (wall), items (failures)
]


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. Unused fields keep their defaults.

    ``overall`` is the finished share of the planned work in [0, 1]; ``eta`` the honest remaining
    wall time in seconds, or -1 while it cannot be known.
    """

    kind: Kind
    path: str = ""
    video: str = ""
    stage: str = ""
    done: float = 0.0
    total: float = 0.0
    items: int = 0
    seconds: float = 0.0
    reason: str = ""
    message: str = ""
    overall: float = 0.0
    eta: float = -1.0
    cache_hits: int = 0
    cache_total: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; empty fields are left out.

        Examples
        --------
        >>> Event("skip", path="a.mp4", reason="unchanged").to_dict()
        {'kind': 'skip', 'path': 'a.mp4', 'reason': 'unchanged'}
        """
        given = asdict(self)
        defaults = asdict(Event(self.kind))
        return {k: v for k, v in given.items() if k == "kind" or v != defaults[k]}


Listener = Callable[[Event], None]


def silent(event: Event) -> None:
    """Listen to nothing."""
