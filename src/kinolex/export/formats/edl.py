"""An edit decision list in the CMX 3600 format: one event a clip, cuts only.

Source: CMX 3600 as SMPTE 258M-2004 describes it. Out points are exclusive, so that out minus in
is the length, in the source as on the record side. Every event has one rate and one kind of
timecode (``FCM``). Reel names have eight characters; the file behind each stands in a comment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath, PureWindowsPath

from kinolex.errors import UsageError
from kinolex.export.events import FIRST, Event, conformed, events, labelled, timebase
from kinolex.export.registry import exporter
from kinolex.export.request import Clip, Options
from kinolex.export.timecode import Timebase
from kinolex.export.urls import is_windows
from kinolex.export.words import one_line

__all__ = ["edl"]

MOST = 999
"""Events that three digits number."""
LONGEST = 500
"""Characters of a comment that readers with fixed lines still bear."""
REEL = 8


@exporter("edl", title="Edit decision list, CMX 3600", suffix=".edl", media_type="text/plain")
def edl(clips: Sequence[Clip], to: Path, options: Options) -> tuple[str, ...]:
    """Write clips as cuts in their order, from 01:00:00:00 on."""
    if len(clips) > MOST:
        raise UsageError(
            f"A CMX 3600 list holds at most {MOST} events, not {len(clips)}.",
            hint="Export fewer spans, or choose otio or fcpxml.",
        )
    edit = events(clips, options)
    base = timebase(edit, options)
    rows = [
        f"TITLE: {_comment(options.title)[:70]}",
        f"FCM: {'DROP FRAME' if base.drop else 'NON-DROP FRAME'}",
        "",
    ]
    reels, at = _reels(edit), base.frame(FIRST)
    for number, (event, reel) in enumerate(zip(edit, reels, strict=True), 1):
        count = event.frames(base.rate)[1]
        rows += _event(number, event, reel, base, at)
        at += count
    to.write_bytes("\n".join([*rows, ""]).encode())
    return conformed(edit, base, options)


def _event(number: int, event: Event, reel: str, base: Timebase, at: int) -> Iterator[str]:
    first, count = event.frames(base.rate)
    start = labelled(event, base) + first
    times = (start, start + count, at, at + count)
    labels = " ".join(base.label(time) for time in times)
    yield f"{number:03d}  {reel:<{REEL}} {_channels(event):<5} C        {labels}"
    yield f"* FROM CLIP NAME: {_comment(event.clip.label)}"
    yield f"* SOURCE FILE: {_comment(event.clip.video.path)}"
    if event.clip.note:
        yield f"* COMMENT: {_comment(event.clip.note)}"


def _channels(event: Event) -> str:
    """Linked sound and picture are one event: two sound tracks and video."""
    if not event.material.sound:
        return "V"
    return "AA/V" if event.material.picture else "AA"


def _comment(text: str) -> str:
    return one_line(text)[:LONGEST]


def _reels(edit: Sequence[Event]) -> list[str]:
    """A name of at most eight letters and digits for each event, one a video."""
    names: dict[str, str] = {}
    for event in edit:
        video = event.clip.video
        if video.id not in names:
            names[video.id] = _reel(video.path or video.title, set(names.values()))
    return [names[event.clip.video.id] for event in edit]


def _reel(path: str, taken: set[str]) -> str:
    stem = (PureWindowsPath if is_windows(path) else PurePosixPath)(path).stem
    base = re.sub(r"[^A-Z0-9]+", "_", stem.upper()).strip("_") or "REEL"
    base = "REEL" if base in ("AX", "BL") else base  # these mean "no tape" and "black"
    name, number = base[:REEL].rstrip("_"), 1
    while name in taken:
        number += 1
        name = f"{base[: REEL - len(str(number))]}{number}"
    return name
