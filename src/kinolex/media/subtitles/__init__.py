"""Subtitles and ready-made transcripts: inside the file, or lying beside it, as plain cues.

`embedded_cues` reads a track of a video (in the guard's child); `sidecars` finds the files that
belong to a video and `read_sidecar` reads one. Each format is one small tolerant parser (srt, vtt,
ass, transcripts); `plain` strips markup, `tidy` mends times and repeated lines, `encoding`
guesses the bytes' encoding, `languages` knows the codes.
"""

from __future__ import annotations

from kinolex.media.subtitles.embedded import embedded_cues
from kinolex.media.subtitles.sidecars import read_sidecar, sidecars
from kinolex.media.subtitles.tidy import fit

__all__ = ["embedded_cues", "fit", "read_sidecar", "sidecars"]
