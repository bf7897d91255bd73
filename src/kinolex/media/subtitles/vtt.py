"""WebVTT (W3C, https://www.w3.org/TR/webvtt1/): blocks between blank lines."""

from __future__ import annotations

import re

from kinolex.media.subtitles.plain import plain_vtt
from kinolex.media.subtitles.raw import RawCue, seconds

__all__ = ["parse_vtt"]

_TIMING = re.compile(r"^\s*([\d:.,\s-]{4,30}?)\s*-->\s*([\d:.,]{4,24})(?:\s.*)?$")


def parse_vtt(text: str) -> list[RawCue]:
    r"""Cues; notes, styles, regions, ids and settings are passed over.

    Examples
    --------
    >>> parse_vtt("WEBVTT\n\nNOTE x\n\nintro\n00:01.000 --> 00:02.000 line:0\n<v Ann>Hi\n")
    [RawCue(start=1.0, end=2.0, text='Hi')]
    """
    cues: list[RawCue] = []
    lines = text.splitlines()
    at = 0
    while at < len(lines):
        match = _TIMING.match(lines[at])
        at += 1
        if match is None:
            continue
        first = at
        # A line of one space is no blank line here: rolling captions have such.
        while at < len(lines) and lines[at] and not _TIMING.match(lines[at]):
            at += 1
        start, end = seconds(match[1]), seconds(match[2])
        if start is not None:
            cues.append(RawCue(start, end, plain_vtt("\n".join(lines[first:at])).strip()))
    return cues
