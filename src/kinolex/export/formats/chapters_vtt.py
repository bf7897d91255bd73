"""Chapters as WebVTT (W3C, section 1.4: a track of kind ``chapters``), for HTML players."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from kinolex.export.chapters import chapters
from kinolex.export.registry import exporter
from kinolex.export.request import Clip, Options
from kinolex.export.vtt import cue

__all__ = ["chapters_vtt"]


@exporter(
    "chapters-vtt", title="Chapters, WebVTT", suffix=".chapters.vtt", media_type="text/vtt",
    one_video=True,
)  # fmt: skip
def chapters_vtt(clips: Sequence[Clip], to: Path, options: Options) -> tuple[str, ...]:
    """Write clips of one video as chapters with the video's own times."""
    found = chapters(clips, options)
    cues = [cue(c.start, c.end, c.title, str(n)) for n, c in enumerate(found, 1)]
    to.write_bytes("\n".join(["WEBVTT\n", *cues]).encode())
    return ()
