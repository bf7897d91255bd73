"""Chapters as FFmpeg's metadata file, to put into a film: ``ffmpeg -i film -i chapters ...``.

Source: FFmpeg documentation, "Formats", section "Metadata".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from kinolex.export.chapters import chapters
from kinolex.export.registry import exporter
from kinolex.export.request import Clip, Options

__all__ = ["chapters_ffmetadata"]


@exporter(
    "chapters-ffmetadata", title="Chapters, FFmpeg metadata", suffix=".ffmetadata",
    media_type="text/plain", one_video=True,
)  # fmt: skip
def chapters_ffmetadata(clips: Sequence[Clip], to: Path, options: Options) -> tuple[str, ...]:
    """Write clips of one video as chapters with the video's own times."""
    parts = [";FFMETADATA1\n"]
    parts += [
        f"[CHAPTER]\nTIMEBASE=1/1000\nSTART={c.start}\nEND={c.end}\ntitle={escaped(c.title)}\n"
        for c in chapters(clips, options)
    ]
    to.write_bytes("\n".join(parts).encode())
    return ()


def escaped(text: str) -> str:
    r"""Text with a backslash before the characters that mean something there.

    Examples
    --------
    >>> print(escaped("a=b; #c"))
    a\=b\; \#c
    """
    return re.sub(r"([=;#\\\n])", r"\\\1", text)
