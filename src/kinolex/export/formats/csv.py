"""A table of clips, one a row, for spreadsheets and programs.

Source: RFC 4180 (commas, quotes doubled, CRLF, a header row), in UTF-8. Cells that a spreadsheet
would take for a formula begin with an apostrophe (OWASP, "CSV Injection").
"""

from __future__ import annotations

import csv as rfc4180
import io
from collections.abc import Sequence
from pathlib import Path

from kinolex.export.cues import words_of
from kinolex.export.events import Event, events
from kinolex.export.registry import exporter
from kinolex.export.request import Clip, Options
from kinolex.export.words import one_line, plain

__all__ = ["COLUMNS", "csv"]

COLUMNS = ("number", "name", "title", "path", "video", "start", "end", "duration", "start_timecode",
           "end_timecode", "fps", "score", "note", "words")  # fmt: skip


@exporter("csv", title="Table, CSV", suffix=".csv", media_type="text/csv")
def csv(clips: Sequence[Clip], to: Path, options: Options) -> tuple[str, ...]:
    """Write one row a clip: seconds, timecode of the file (end exclusive), and words."""
    text = io.StringIO(newline="")
    writer = rfc4180.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    said = words_of(clips, options)
    for number, (event, words) in enumerate(zip(events(clips, options), said, strict=True), 1):
        writer.writerow([number, *_row(event, " ".join(one_line(p.text) for p in words))])
    to.write_bytes(text.getvalue().encode())
    return ()


def _row(event: Event, words: str) -> list[str]:
    clip, material = event.clip, event.material
    first, count = event.frames()
    first += material.first
    return [
        inert(clip.label),
        inert(clip.video.title),
        inert(clip.video.path),
        inert(clip.video.id),
        f"{event.start:.3f}",
        f"{event.end:.3f}",
        f"{event.end - event.start:.3f}",
        material.base.label(first),
        material.base.label(first + count),
        f"{float(material.rate):.6g}",
        "" if clip.score is None else f"{clip.score:.4f}",
        inert(clip.note),
        inert(words),
    ]


def inert(text: str) -> str:
    """A cell that no spreadsheet computes.

    Examples
    --------
    >>> inert("=1+1"), inert("1+1"), inert("-x")
    ("'=1+1", '1+1', "'-x")
    """
    text = plain(text)
    bare = text.lstrip()
    return f"'{text}" if bare[:1] in ("=", "+", "-", "@") or text[:1] == "\t" else text
