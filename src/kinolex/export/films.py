"""Clips as one new film: guarded cutting, and sentences on how it was made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from kinolex.errors import MediaError
from kinolex.export.place import present_path
from kinolex.export.request import Clip, Options

if TYPE_CHECKING:
    from kinolex.media.cutting.plan import Cut, Piece
    from kinolex.media.guard import Guard

__all__ = ["FILMS", "film", "told"]

Container = Literal["mp4", "mov", "matroska"]
_CONTAINERS: Mapping[str, Container] = {
    ".mp4": "mp4",
    ".m4v": "mp4",
    ".m4a": "mp4",
    ".mov": "mov",
    ".mkv": "matroska",
}
FILMS: Mapping[str, str] = {
    ".m4v": "video/x-m4v",
    ".mov": "video/quicktime",
    ".mkv": "video/x-matroska",
    ".m4a": "audio/mp4",
}
"""Suffixes beside ``.mp4`` that a film may have, with their media types."""
EXACT = 0.0105
"""Seconds below which "before" and "after" are not worth a word."""


def film(clips: Sequence[Clip], to: Path, options: Options, *, reel: bool) -> Cut:
    """Cut clips into one new file, in a process that no file can break.

    Raises
    ------
    NotFoundError, MediaError
        If a file is not there, or cannot be read.
    StoppedError
        If ``options.stop`` said so; the process is ended.
    """
    from kinolex.media.cutting.plan import CutPlan
    from kinolex.media.guard import Guard

    with Guard() as guard:
        plan = CutPlan(
            str(to.absolute()),
            tuple(_piece(clip, guard, options) for clip in clips),
            container=_CONTAINERS.get(to.suffix.lower(), "mp4"),
            copy=not (options.exact or reel),
            reel=reel,
        )
        with guard.cut(plan) as steps:
            done = None
            for step in steps:
                options.go_on()
                done = step if step.way else None
    if done is None:
        raise MediaError("The cut did not come to its end.", reason="crashed", stage="cut")
    return done


def _piece(clip: Clip, guard: Guard, options: Options) -> Piece:
    """A clip as probed now: the file may have changed since it was indexed."""
    from dataclasses import replace

    from kinolex.media.cutting.plan import Piece

    info = guard.probe(present_path(clip.video).absolute())
    clip = replace(clip, video=replace(clip.video, duration=info.duration))
    clip.padded(options.pad)
    return Piece(info, clip.span, options.pad)


def told(done: Cut) -> str:
    """One sentence: copied or coded anew, and how exact that is.

    Examples
    --------
    >>> from kinolex.media.cutting.plan import Cut
    >>> told(Cut(4.0, "copy", before=0.4))
    'Stream copy: begins 0.40 s before the span (at a key frame).'
    >>> told(Cut(4.0, "code", why="the nearest key frame lies 1.20 s before the span"))
    'Re-encoded, exact to the frame: the nearest key frame lies 1.20 s before the span.'
    """
    if done.way == "code":
        return f"Re-encoded, exact to the frame{': ' + done.why if done.why else ''}."
    begins = _beside(done.before, "begins", "before", "after", " (at a key frame)")
    ends = _beside(done.after, "ends", "after", "before", "")
    both = " and ".join(part for part in (begins, ends) if part)
    return f"Stream copy: {both or 'begins and ends as asked'}."


def _beside(seconds: float, verb: str, more: str, less: str, where: str) -> str:
    if abs(seconds) < EXACT:
        return ""
    return f"{verb} {abs(seconds):.2f} s {more if seconds > 0 else less} the span{where}"
