"""One span as a film of its own.

Packets are copied where that is exact enough: a key frame lies within a frame of the start, or in
the handles, and no later packet is needed at the end. Otherwise pictures and sound are coded anew
as H.264 and AAC, exact to the frame. The note says which.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from kinolex.export.films import FILMS, film, told
from kinolex.export.registry import exporter
from kinolex.export.request import Clip, Options

__all__ = ["clip"]


@exporter(
    "clip", title="Clip, as a film", suffix=".mp4", media_type="video/mp4", several=False,
    reads=True, more=FILMS,
)  # fmt: skip
def clip(clips: Sequence[Clip], to: Path, options: Options) -> tuple[str, ...]:
    """Cut one clip."""
    return (told(film(clips, to, options, reel=False)),)
