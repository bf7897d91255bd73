"""Chapters as lines for the description of a YouTube video.

Source: YouTube Help, "Video chapters": times from 0:00, at least three, in ascending order, each at
least ten seconds long. Angle brackets are not allowed in descriptions.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from kinolex.export.chapters import Chapter, chapters
from kinolex.export.registry import exporter
from kinolex.export.request import Clip, Options
from kinolex.export.words import clock

__all__ = ["chapters_youtube"]

LEAST_CHAPTERS, LEAST_SECONDS = 3, 10
_NO_BRACKETS = str.maketrans("<>", "‹›")


@exporter(
    "chapters-youtube", title="Chapters, YouTube lines", suffix=".youtube.txt",
    media_type="text/plain", one_video=True,
)  # fmt: skip
def chapters_youtube(clips: Sequence[Clip], to: Path, options: Options) -> tuple[str, ...]:
    """Write clips of one video as lines; a note says where YouTube would not take them."""
    found = chapters(clips, options)
    rows = [f"{clock(c.start / 1000)} {c.title.translate(_NO_BRACKETS)}\n" for c in found]
    to.write_bytes("".join(rows).encode())
    return _objections(found, clips[0].video.duration)


def _objections(found: Sequence[Chapter], duration: float) -> tuple[str, ...]:
    """What YouTube asks for and these chapters do not keep; it sees whole seconds only."""
    starts = [chapter.start // 1000 for chapter in found]
    last = int(duration) if duration else found[-1].end // 1000
    lengths = [b - a for a, b in pairwise([*starts, last])]
    notes = []
    if starts[0] != 0:
        notes.append(f"YouTube wants the first chapter at 0:00; this one is at {clock(starts[0])}.")
    if len(found) < LEAST_CHAPTERS:
        notes.append(f"YouTube wants at least three chapters; there are {len(found)}.")
    if any(length <= 0 for length in lengths[:-1]):
        notes.append("YouTube wants ascending times; two chapters begin in the same second.")
    short = [at for at, length in zip(starts, lengths, strict=True) if length < LEAST_SECONDS]
    if short:
        where = clock(short[0])
        notes.append(f"YouTube wants chapters of at least 10 s; the one at {where} is shorter.")
    return tuple(notes)
