"""Lines of styled pieces: laid out as pure data, then drawn with rich or written plainly."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TextIO

from kinolex.cli.marks import Marked
from kinolex.cli.out import tidy

__all__ = ["Line", "bar", "cells", "cut", "draw", "fit", "marked", "pad", "place", "text_of"]

Line = list[tuple[str, str]]
"""Pieces of (text, style); styles are those of rich (``bold``, ``dim``, ``cyan`` ...)."""


def cells(text: str) -> int:
    """Columns that a text takes in a terminal; wide letters take two, combining marks none.

    Examples
    --------
    >>> cells("kino"), cells("映画")
    (4, 4)
    """
    if text.isascii():
        return len(text)
    return sum(_cell(letter) for letter in text)


def _cell(letter: str) -> int:
    if unicodedata.combining(letter) or unicodedata.category(letter) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in ("W", "F") else 1


def cut(text: str, limit: int) -> str:
    """At most ``limit`` columns of a text, with an ellipsis where it was cut.

    Examples
    --------
    >>> cut("a long title", 8), cut("映画の題名", 6)
    ('a long …', '映画…')
    """
    if cells(text) <= limit:
        return text
    kept, used = "", 0
    for letter in text:
        used += _cell(letter)
        if used > limit - 1:
            break
        kept += letter
    return kept + "…" if limit > 0 else ""


def pad(text: str, columns: int, *, right: bool = False) -> str:
    """Fill a text with spaces up to a number of columns, on its left if ``right``."""
    room = " " * max(0, columns - cells(text))
    return room + text if right else text + room


def fit(line: Line, limit: int) -> Line:
    """Cut a line at ``limit`` columns."""
    kept: Line = []
    for text, style in line:
        if limit <= 0:
            break
        piece = cut(text, limit)
        kept.append((piece, style))
        limit -= cells(piece)
        if piece != text:
            break
    return kept


def bar(share: float, columns: int, style: str = "green") -> Line:
    """A bar for a share in [0, 1], readable without colours too.

    Examples
    --------
    >>> text_of(bar(0.5, 8))
    '━━━━────'
    """
    full = round(min(1.0, max(0.0, share)) * columns)
    if share > 0 and full == 0:
        full = 1
    return [("━" * full, style), ("─" * (columns - full), "dim")]


def marked(words: Marked, style: str = "", mark: str = "bold reverse") -> Line:
    """A text with its marks as pieces."""
    line: Line = []
    at = 0
    for start, end in words.marks:
        line += [(words.text[at:start], style), (words.text[start:end], mark)]
        at = end
    return [piece for piece in [*line, (words.text[at:], style)] if piece[0]]


def place(path: str, limit: int, *, here: str | None = None, home: str | None = None) -> str:
    """A path as short as it can be said: relative to here or home, cut in the middle.

    Examples
    --------
    >>> place("/home/mo/Videos/talk.mp4", 30, here="/tmp", home="/home/mo")
    '~/Videos/talk.mp4'
    >>> place("/data/a/very/deep/folder/talk.mp4", 20, here="/tmp", home="/home/mo")
    '/data/a/ve…/talk.mp4'
    """
    here = os.getcwd() if here is None else here
    home = str(Path.home()) if home is None else home
    for root, sign in ((here, ""), (home, "~" + os.sep)):
        base = root.rstrip(os.sep) + os.sep
        if root not in ("", os.sep) and path.startswith(base):
            path = sign + path[len(base) :]
            break
    path = tidy(path)
    if cells(path) <= limit:
        return path
    folder, _, name = path.rpartition(os.sep)
    tail = os.sep + name
    if cells(tail) >= limit - 4:
        return cut(name, limit)
    return cut(folder, limit - cells(tail)) + tail


def text_of(line: Iterable[tuple[str, str]]) -> str:
    """A line without its styles."""
    return "".join(text for text, _ in line).rstrip()


def draw(lines: Sequence[Line], stream: TextIO) -> None:
    """Write lines in colour where the terminal has them and ``NO_COLOR`` is not set."""
    from rich.console import Console
    from rich.text import Text

    console = Console(file=stream, highlight=False, markup=False, emoji=False)
    for line in lines:
        text = Text(no_wrap=True, overflow="ignore")
        for piece, style in line:
            text.append(piece, style=style)
        text.rstrip()
        console.print(text, soft_wrap=True)
