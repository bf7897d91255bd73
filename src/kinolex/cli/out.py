"""Where words go: what was asked for to stdout, everything else to stderr."""

from __future__ import annotations

import json
import os
import shutil
import sys
import textwrap
from typing import Any, TextIO

__all__ = ["draws", "folded", "json_text", "put", "put_json", "say", "tidy", "width"]


def put(text: str = "", end: str = "\n") -> None:
    """Write what was asked for to stdout."""
    sys.stdout.write(text + end)


def say(text: str) -> None:
    """Write a note to stderr, where it cannot mix with the answer."""
    sys.stdout.flush()
    if sys.stderr.isatty():
        text = folded(text)
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def folded(text: str) -> str:
    """A sentence in lines as wide as the terminal, broken at spaces only."""
    # Hyphens stay: a command that is broken at one cannot be copied.
    return textwrap.fill(text, width(), break_on_hyphens=False, break_long_words=False)


def json_text(value: Any, *, indent: int | None = None) -> str:
    """JSON as people read it (letters of all scripts), valid also for names that are no text.

    Examples
    --------
    >>> json_text({"title": "Kühe"})
    '{"title": "Kühe"}'
    """
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        return json.dumps(value, indent=indent)
    return text


def put_json(value: Any) -> None:
    """Write one JSON value to stdout: indented for people, one line for pipes."""
    put(json_text(value, indent=2 if sys.stdout.isatty() else None))
    sys.stdout.flush()


def draws(stream: TextIO) -> bool:
    """Whether a person looks at this stream through a terminal that can draw."""
    return stream.isatty() and os.environ.get("TERM", "") != "dumb"


def width(least: int = 20, most: int = 200) -> int:
    """Columns of the terminal, within limits; 80 when there is none."""
    return max(least, min(most, shutil.get_terminal_size((80, 24)).columns))


def tidy(text: str) -> str:
    r"""One line without control characters: file names and subtitles cannot steer the terminal.

    Examples
    --------
    >>> tidy("two\nlines \x1b[31mred")
    'two lines �[31mred'
    """
    joined = " ".join(text.split())
    return "".join("\ufffd" if _steers(letter) else letter for letter in joined)


def _steers(letter: str) -> bool:
    code = ord(letter)
    return code < 32 or 127 <= code < 160 or 0x202A <= code <= 0x202E or 0x2066 <= code <= 0x2069
