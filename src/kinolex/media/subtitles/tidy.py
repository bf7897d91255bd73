"""Raw cues to cues: absurd times mended, repeated and rolling lines told apart from new ones."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

from kinolex.media.subtitles.plain import one_line
from kinolex.media.subtitles.raw import RawCue
from kinolex.media.types import Cue
from kinolex.moments import Span

__all__ = ["fit", "tidy"]

_LATEST = 100 * 3600.0
"""No video is longer: later times are typing errors."""
_JOIN_GAP = 0.5
"""Seconds between two showings of one line that are still one showing."""
_READ_RATE = 15.0
"""Characters a second that people read: how long a line without a sensible end is shown."""


def tidy(raw: Iterable[RawCue], language: str = "") -> list[Cue]:
    r"""Cues in order of time: words only, each said once, every span valid.

    Lines that repeat what the cue before still shows (rolling captions, growing captions, the
    same line in several layers) are left out or join it; reversed and missing ends are replaced
    by the time that reading takes; times before 0 are cut off.

    Examples
    --------
    >>> rolling = [RawCue(0, 2, "we begin"), RawCue(2, 4, "we begin\nwith bread")]
    >>> [(cue.span.start, cue.text) for cue in tidy(rolling)]
    [(0.0, 'we begin'), (2.0, 'with bread')]
    """
    lines = sorted(_with_lines(raw), key=lambda item: (item[0], item[1] or item[0]))
    return [
        Cue(Span(round(start, 6), round(end, 6)), one_line("\n".join(texts)), language)
        for start, end, texts in _told_once(_with_ends(lines))
    ]


def fit(cues: Iterable[Cue], duration: float) -> list[Cue]:
    """The cues, or parts of cues, inside a video of ``duration`` seconds.

    Examples
    --------
    >>> fit([Cue(Span(0, 9), "a"), Cue(Span(5, 6), "b")], 4.0)
    [Cue(span=Span(start=0, end=4.0), text='a', language='')]
    """
    return [
        replace(cue, span=cue.span.within(duration)) for cue in cues if cue.span.start < duration
    ]


_Open = tuple[float, float | None, list[str]]
_Timed = tuple[float, float, list[str]]


def _with_lines(raw: Iterable[RawCue]) -> Iterable[_Open]:
    """Cues that have words and a possible start, their words as lines."""
    for start, end, text in raw:
        lines = [line for line in map(one_line, text.split("\n")) if line]
        end = None if end is None or not math.isfinite(end) else end
        if not lines or not math.isfinite(start) or start > _LATEST:
            continue
        if start < 0 and end is not None and end <= 0:
            continue
        yield max(0.0, float(start)), end, lines


def _with_ends(cues: Sequence[_Open]) -> Iterable[_Timed]:
    """An end after the start for each: as written, or until the next, or the time to read it."""
    for index, (start, end, lines) in enumerate(cues):
        if end is not None and start + 0.001 <= end <= start + 3600:
            yield start, end, lines
            continue
        reading = max(1.0, sum(map(len, lines)) / _READ_RATE)
        later = (cue[0] for cue in cues[index + 1 : index + 50])
        following = next((other for other in later if other > start + 0.05), math.inf)
        if end is not None and end > start:
            reading = max(reading, 10.0)  # shown "for hours": until the next, or a while
        yield start, min(start + reading, following), lines


def _told_once(cues: Iterable[_Timed]) -> list[_Timed]:
    """Without lines that the last cue already showed."""
    told: list[_Timed] = []
    shown: list[str] = []  # what the last cue showed in full, told before or not
    for start, end, lines in cues:
        if told and start <= told[-1][1] + _JOIN_GAP:
            fresh = _unseen(shown, lines)
            last_start, last_end, last_lines = told[-1]
            if not fresh:
                told[-1] = (last_start, max(last_end, end), last_lines)
                shown = lines if len(lines) >= len(shown) or start >= last_end else shown
                continue
            if fresh is lines and _grows(last_lines, lines):
                told[-1] = (last_start, max(last_end, end), lines)
                shown = lines
                continue
            told.append((start, end, fresh))
        else:
            told.append((start, end, lines))
        shown = lines
    return told


def _unseen(shown: list[str], lines: list[str]) -> list[str]:
    """``lines`` without those at the top that are the last ones of ``shown``."""
    for count in range(min(len(shown), len(lines)), 0, -1):
        if shown[-count:] == lines[:count]:
            return lines[count:]
    if len(lines) < len(shown) and lines == shown[: len(lines)]:
        return []
    return lines


def _grows(before: list[str], after: list[str]) -> bool:
    """Whether a caption is the one before with words added (live captions)."""
    old, new = " ".join(before), " ".join(after)
    return len(new) > len(old) and new.startswith(old + " ")
