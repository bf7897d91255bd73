"""SubRip subtitles.

There is no standard; this follows what VLC and FFmpeg read: numbered blocks, ``HH:MM:SS,mmm``,
UTF-8. Times are those of the exported clip: 0 is its start, and several clips lie end to end.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from kinolex.export.cues import lines, no_words
from kinolex.export.registry import exporter
from kinolex.export.request import Clip, Options
from kinolex.export.words import stamp

__all__ = ["srt"]

_TAG = re.compile(r"<(?=[/A-Za-z])|\{(?=\\)")
WORD_JOINER = "\u2060"


@exporter("srt", title="SubRip subtitles", suffix=".srt", media_type="application/x-subrip")
def srt(clips: Sequence[Clip], to: Path, options: Options) -> tuple[str, ...]:
    """Write the words of clips as SubRip."""
    found = lines(clips, options)
    blocks = [
        f"{number}\n{stamp(line.start / 1000, ',')} --> {stamp(line.end / 1000, ',')}\n"
        f"{literal(line.text)}\n\n"
        for number, line in enumerate(found, 1)
    ]
    to.write_bytes("".join(blocks).encode())
    return no_words(found, options)


def literal(text: str) -> str:
    r"""Text that no player takes for a tag, an override or a time line; it looks the same.

    SubRip has no escapes: an invisible word joiner keeps ``<b>`` and ``{\an8}`` from being read.

    Examples
    --------
    >>> literal("<b> 1 --> 2").replace(WORD_JOINER, "*")
    '<*b> 1 --*> 2'
    """
    text = _TAG.sub(lambda found: found[0] + WORD_JOINER, text)
    return text.replace("-->", f"--{WORD_JOINER}>")
