"""SubRip (``.srt``), as found in the wild: the timing lines are all that is relied on."""

from __future__ import annotations

import re

from kinolex.media.subtitles.plain import plain_srt
from kinolex.media.subtitles.raw import RawCue, seconds

__all__ = ["parse_srt"]

_STAMP = r"-?\s*(?:\d{1,6}\s*:\s*)?\d{1,6}\s*:\s*\d{1,6}(?:\s*[.,:;]\s*\d{1,9})?"
_TIMING = re.compile(rf"^\s*({_STAMP})\s*-{{1,3}}\s?>\s*({_STAMP})(?:\s.*)?$")


def parse_srt(text: str) -> list[RawCue]:
    r"""Cues between timing lines; missing or wrong numbers and blank lines do not matter.

    Examples
    --------
    >>> parse_srt("1\n00:00:01,000 --> 00:00:02,500\n<i>Hello</i>\n\n2\n")
    [RawCue(start=1.0, end=2.5, text='Hello')]
    """
    cues: list[RawCue] = []
    lines = text.splitlines()
    marks = [(at, match) for at, line in enumerate(lines) if (match := _TIMING.match(line))]
    for number, (at, match) in enumerate(marks):
        start, end = seconds(match[1]), seconds(match[2])
        last = marks[number + 1][0] if number + 1 < len(marks) else len(lines)
        body = lines[at + 1 : last]
        _drop_index(body, at_end=number + 1 == len(marks))
        if start is not None:
            cues.append(RawCue(start, end, plain_srt("\n".join(body)).strip()))
    return cues


def _drop_index(body: list[str], *, at_end: bool) -> None:
    """Take the next cue's number off the end of this cue's lines."""
    if at_end:
        while body and not body[-1].strip():
            body.pop()
    if len(body) > 1 and body[-1].strip().isdecimal() and not body[-2].strip():
        body.pop()
    elif not at_end and len(body) > 1 and body[-1].strip().isdecimal():
        body.pop()  # the blank line was forgotten
    elif not at_end and len(body) == 1 and body[-1].strip().isdecimal():
        body.pop()  # an empty cue
