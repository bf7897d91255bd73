"""What every parser gives: a line of subtitles with its times, before anything is mended."""

from __future__ import annotations

import re
from typing import NamedTuple

__all__ = ["RawCue", "seconds"]


class RawCue(NamedTuple):
    """Times in seconds as written (possibly negative or reversed; ``end`` None: until the next)."""

    start: float
    end: float | None
    text: str


_TIME = re.compile(
    r"(?P<sign>-?)\s*(?:(?P<hours>\d{1,6})\s*:\s*)?(?P<minutes>\d{1,6})\s*:\s*(?P<seconds>\d{1,6})"
    r"(?:\s*[.,:;]\s*(?P<fraction>\d{1,9}))?"
)


def seconds(written: str) -> float | None:
    """Seconds of ``[h:]mm:ss[,fff]``, comma or point alike; None when it is no time.

    Examples
    --------
    >>> seconds("00:01:02,500"), seconds("01:02.5"), seconds("-0:00:01.000"), seconds("soon")
    (62.5, 62.5, -1.0, None)
    """
    match = _TIME.fullmatch(written.strip())
    if match is None:
        return None
    whole = int(match["hours"] or 0) * 3600 + int(match["minutes"]) * 60 + int(match["seconds"])
    fraction = match["fraction"] or ""
    value = whole + (int(fraction) / 10 ** len(fraction) if fraction else 0.0)
    return -value if match["sign"] else value
