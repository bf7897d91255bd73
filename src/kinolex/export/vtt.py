"""Cues of WebVTT, as text."""

from __future__ import annotations

from kinolex.export.words import stamp

__all__ = ["cue", "escaped"]


def escaped(text: str) -> str:
    """Text with the characters that WebVTT reads as markup written as character references.

    Examples
    --------
    >>> escaped("<b> & --> so")
    '&lt;b&gt; &amp; --&gt; so'
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def cue(start: int, end: int, text: str, name: str = "") -> str:
    r"""One cue: milliseconds, text without blank lines, optionally a cue identifier.

    Examples
    --------
    >>> cue(0, 2500, "a < b", "1")
    '1\n00:00:00.000 --> 00:00:02.500\na &lt; b\n'
    """
    head = f"{name}\n" if name else ""
    return f"{head}{stamp(start / 1000)} --> {stamp(end / 1000)}\n{escaped(text)}\n"
