"""Text of any origin made fit for files: valid Unicode, no control characters, one line."""

from __future__ import annotations

import re

__all__ = ["clock", "one_line", "plain", "stamp"]

_UNFIT = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)


def plain(text: str) -> str:
    r"""Text with a replacement character for all that XML 1.0 or UTF-8 cannot hold.

    Lone surrogates (file names that are not text), control characters but tab and line end, and
    non-characters are replaced; letters of every script and direction stay.

    Examples
    --------
    >>> plain("caf\udce9\x1b[31m\r\nline")
    'caf\ufffd\ufffd[31m\nline'
    """
    return _UNFIT.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))


def one_line(text: str) -> str:
    r"""`plain` text on one line, with single spaces.

    Examples
    --------
    >>> one_line("  two\n\n lines ")
    'two lines'
    """
    return " ".join(plain(text).split())


def stamp(seconds: float, mark: str = ".") -> str:
    """A time as subtitles write it: ``HH:MM:SS.mmm``, the mark before the milliseconds given.

    Examples
    --------
    >>> stamp(3661.0625), stamp(0.9996, ",")
    ('01:01:01.062', '00:00:01,000')
    """
    whole, thousandths = divmod(round(seconds * 1000), 1000)
    minutes, rest = divmod(whole, 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{rest:02d}{mark}{thousandths:03d}"


def clock(seconds: float) -> str:
    """A time as people write it: ``m:ss``, or ``h:mm:ss`` from an hour on; rounded down.

    Examples
    --------
    >>> clock(62.9), clock(3723)
    ('1:02', '1:02:03')
    """
    minutes, rest = divmod(int(seconds + 1e-6), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
