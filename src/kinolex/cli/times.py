"""Times, lengths and sizes, as people write and read them."""

from __future__ import annotations

import re

from kinolex.errors import UsageError

__all__ = ["clock", "count", "length", "remaining", "seconds_of", "size", "span_text"]


def clock(seconds: float, *, tenths: bool = False) -> str:
    """A time in a video: ``m:ss``, or ``h:mm:ss`` from an hour on; rounded down, like a clock.

    Examples
    --------
    >>> clock(62.9), clock(3723), clock(5.27, tenths=True)
    ('1:02', '1:02:03', '0:05.2')
    """
    whole = int(max(0.0, seconds) * 10 + 1e-6)
    minutes, rest = divmod(whole, 600)
    hours, minutes = divmod(minutes, 60)
    tail = f"{rest // 10:02d}" + (f".{rest % 10}" if tenths else "")
    return f"{hours}:{minutes:02d}:{tail}" if hours else f"{minutes}:{tail}"


def span_text(start: float, end: float) -> str:
    """A span as ``1:02–1:15``; with tenths where whole seconds would hide it.

    Examples
    --------
    >>> span_text(62, 75.5), span_text(5.2, 5.8)
    ('1:02–1:15', '0:05.2–0:05.8')
    """
    tenths = clock(start) == clock(end)
    return f"{clock(start, tenths=tenths)}–{clock(end, tenths=tenths)}"


def length(seconds: float) -> str:
    """How long something lasts, in words.

    Examples
    --------
    >>> [length(s) for s in (0.42, 8, 95, 3900, 360_000)]
    ['0.4 s', '8 s', '1 min 35 s', '1 h 05 min', '100 h']
    """
    if seconds < 3:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 600:
        return f"{whole // 60} min {whole % 60:02d} s" if whole % 60 else f"{whole // 60} min"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours = minutes // 60
    return f"{hours} h {minutes % 60:02d} min" if hours < 10 else f"{round(seconds / 3600)} h"


def remaining(seconds: float) -> str:
    """Remaining time, no more exact than it is; empty while unknown (below 0).

    Examples
    --------
    >>> [remaining(s) for s in (-1, 4, 40, 1500, 9000)]
    ['', 'a few seconds left', 'about 40 s left', 'about 25 min left', 'about 2.5 h left']
    """
    if seconds < 0:
        return ""
    if seconds < 8:
        return "a few seconds left"
    if seconds < 55:
        return f"about {max(10, round(seconds / 10) * 10)} s left"
    if seconds < 1200:
        return f"about {max(1, round(seconds / 60))} min left"
    if seconds < 5400:
        return f"about {round(seconds / 300) * 5} min left"
    hours = round(seconds / 1800) / 2
    return f"about {hours:g} h left" if hours < 10 else f"about {round(hours)} h left"


def size(amount: int) -> str:
    """Bytes in decimal units.

    Examples
    --------
    >>> [size(n) for n in (0, 999, 52_000, 4_210_000_000)]
    ['0 B', '999 B', '52 kB', '4.2 GB']
    """
    value = float(amount)
    units = ["B", "kB", "MB", "GB", "TB"]
    while value >= 999.5 and len(units) > 1:
        value /= 1000
        del units[0]
    unit = units[0]
    return f"{value:.0f} {unit}" if unit == "B" or value >= 9.95 else f"{value:.1f} {unit}"


def count(number: int, noun: str, plural: str = "") -> str:
    """A number and its noun.

    Examples
    --------
    >>> count(1, "video"), count(1200, "video"), count(0, "library", "libraries")
    ('1 video', '1,200 videos', '0 libraries')
    """
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


_UNITS = {"": 1.0, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}


def seconds_of(text: str, option: str) -> float:
    """A length that a person typed: ``90``, ``90s``, ``1:30``, ``1.5min``, ``2h``.

    Raises
    ------
    UsageError
        If it is none of these, or below 0.

    Examples
    --------
    >>> [seconds_of(t, "--min-length") for t in ("90", "1:30", "1:00:05", "1.5min", "2 h")]
    [90.0, 90.0, 3605.0, 90.0, 7200.0]
    """
    if re.fullmatch(r"\d+(:[0-5]?\d){1,2}(\.\d+)?", text.strip()):
        total = 0.0
        for part in text.strip().split(":"):
            total = total * 60 + float(part)
        return total
    found = re.fullmatch(r"(\d+(?:\.\d+)?|\.\d+)\s*(s|m|min|h|)", text.strip().lower())
    if not found:
        raise UsageError(f"{option} {text!r} is not a length.", hint="Write 90, 1:30, 2min or 1h.")
    return float(found[1]) * _UNITS[found[2]]
