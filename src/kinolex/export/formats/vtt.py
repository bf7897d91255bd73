"""WebVTT subtitles (W3C, "WebVTT: The Web Video Text Tracks Format", sections 4.1 and 4.2.2).

Times are those of the exported clip: 0 is its start, and several clips lie end to end.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from kinolex.export.cues import lines, no_words
from kinolex.export.registry import exporter
from kinolex.export.request import Clip, Options
from kinolex.export.vtt import cue

__all__ = ["vtt"]


@exporter("vtt", title="WebVTT subtitles", suffix=".vtt", media_type="text/vtt")
def vtt(clips: Sequence[Clip], to: Path, options: Options) -> tuple[str, ...]:
    """Write the words of clips as WebVTT."""
    found = lines(clips, options)
    blocks = ["WEBVTT\n"]
    # Start times must not fall; passages that overlap are in order already.
    blocks += [cue(line.start, line.end, line.text) for line in found]
    to.write_bytes("\n".join(blocks).encode())
    return no_words(found, options)
