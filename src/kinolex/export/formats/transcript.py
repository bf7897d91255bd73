"""A transcript for people: each clip with its video and span, then its words with their times.

Plain text in UTF-8. Times count from the video's own start, so that they can be looked up.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from kinolex.export.cues import no_words, words_of
from kinolex.export.registry import exporter
from kinolex.export.request import Clip, Options
from kinolex.export.words import clock, one_line
from kinolex.library.records import Passage

__all__ = ["transcript"]


@exporter("transcript", title="Transcript", suffix=".txt", media_type="text/plain")
def transcript(clips: Sequence[Clip], to: Path, options: Options) -> tuple[str, ...]:
    """Write the words of clips as plain text."""
    said = words_of(clips, options)
    parts = [_part(clip, words, options) for clip, words in zip(clips, said, strict=True)]
    to.write_bytes("\n".join(parts).encode())
    return no_words([p for words in said for p in words], options)


def _part(clip: Clip, words: Sequence[Passage], options: Options) -> str:
    """A heading, and a line for each passage."""
    span = clip.padded(options.pad)
    label, title = one_line(clip.label), one_line(clip.video.title)
    rows = [f"{label} ({clock(span.start)}–{clock(span.end)})"]
    rows += [title] if title and title != label else []
    rows += ["", *(f"[{clock(p.span.start)}] {one_line(p.text)}" for p in words)]
    return "\n".join(rows) + "\n"
