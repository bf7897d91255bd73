"""Clips one after another as one film, in the size and at the rate of the first.

Other sizes are scaled with black borders; a clip without sound is silent, so that sound and picture
stay together. Everything is coded anew as H.264 and AAC.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from kinolex.export.films import FILMS, film
from kinolex.export.registry import exporter
from kinolex.export.request import Clip, Options

__all__ = ["reel"]


@exporter(
    "reel", title="Reel, all clips as one film", suffix=".mp4", media_type="video/mp4",
    reads=True, more=FILMS,
)  # fmt: skip
def reel(clips: Sequence[Clip], to: Path, options: Options) -> tuple[str, ...]:
    """Join clips."""
    done = film(clips, to, options, reel=True)
    count = f"{len(clips)} clips" if len(clips) > 1 else "One clip"
    return (f"{count}, {done.done:.2f} s, re-encoded in the size and at the rate of the first.",)
