"""Words of clips as cues on one time line: the clips one after another, as in a reel."""

from __future__ import annotations

import itertools
import textwrap
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from kinolex.export.request import Clip, Options
from kinolex.export.words import plain
from kinolex.library.records import Passage
from kinolex.moments import Span

__all__ = ["SPOKEN", "Line", "lines", "no_words", "words_of"]

SPOKEN = ("speech", "subtitle")
"""Sources that people expect in subtitles."""
TITLE = "title"
ROWS, WIDTH = 2, 42
"""Of a cue, as broadcasters have it (BBC subtitle guidelines; Netflix timed text style guide)."""
BRIEF = 1.0
"""Seconds that a part of a passage is shown at least."""
LEAST = 1e-3
"""Seconds: a shorter piece of a passage is left out."""


@dataclass(frozen=True, slots=True)
class Line:
    """Words and when they show, in milliseconds of the exported time line."""

    start: int
    end: int
    text: str


def words_of(clips: Sequence[Clip], options: Options) -> list[list[Passage]]:
    """The wanted passages of each clip, in order, cut to the clip with its handles.

    Without sources in the options they are speech and subtitles; where no clip has any, everything
    but titles, which name a whole video and no moment of it.

    Examples
    --------
    >>> from kinolex.moments import Video
    >>> said = Passage(Span(8, 12), "a red ball", "speech")
    >>> clip = Clip(Video("ab" * 16, "/a.mp4", "a", 60.0), Span(10, 15), passages=(said,))
    >>> [[p.span for p in words] for words in words_of([clip], Options(pad=1))]
    [[Span(start=9, end=12)]]
    """
    touching = [_touching(clip, clip.padded(options.pad)) for clip in clips]
    known = {passage.source for found in touching for passage in found}
    wanted = set(options.sources or known.intersection(SPOKEN) or known - {TITLE})
    return [[p for p in found if p.source in wanted] for found in touching]


def _touching(clip: Clip, span: Span) -> list[Passage]:
    """Passages that show inside a span, cut to it."""
    found: list[Passage] = []
    for passage in sorted(clip.passages, key=lambda p: (p.span, p.source)):
        if passage.span.overlap(span) >= LEAST and passage.text.strip():
            cut = Span(max(passage.span.start, span.start), min(passage.span.end, span.end))
            words = tuple(w for w in passage.words if cut.start <= w[0] < cut.end)
            found.append(Passage(cut, passage.text, passage.source, passage.language, words=words))
    return found


def lines(clips: Sequence[Clip], options: Options) -> list[Line]:
    """All words on one time line that begins at 0: each clip starts where the last one ended."""
    found: list[Line] = []
    offset = 0.0
    for clip, words in zip(clips, words_of(clips, options), strict=True):
        span = clip.padded(options.pad)
        shift = offset - span.start
        for passage in words:
            for part, text in parted(passage):
                start = round((part.start + shift) * 1000)
                end = max(start + 1, round((part.end + shift) * 1000))
                found.append(Line(start, end, text))
        offset += span.duration
    return found


def parted(passage: Passage) -> list[tuple[Span, str]]:
    """A passage as cues that can be read: at most `ROWS` rows of `WIDTH` characters each.

    What has short rows is left as it is. Longer ones are wrapped into rows of even
    length, and shared out among several cues by their words' times, or where these are not known
    by their letters.

    Examples
    --------
    >>> said = Passage(Span(0, 10), "one two three " * 10, "speech")
    >>> [(round(part.start, 1), len(text.splitlines())) for part, text in parted(said)]
    [(0, 2), (5.0, 2)]
    """
    text = _text(passage.text)
    rows = text.splitlines()
    if all(len(row) <= WIDTH for row in rows):
        return [(passage.span, text)]
    rows = _even(" ".join(rows))
    # No cue is gone before it can be read: rather more rows.
    most = max(1, int(passage.span.duration / BRIEF))
    each = max(ROWS, -(-len(rows) // most))
    groups = [rows[at : at + each] for at in range(0, len(rows), each)]
    edges = _edges(passage, [len(" ".join(group)) for group in groups])
    parts = itertools.pairwise(edges)
    return [(Span(a, b), "\n".join(g)) for (a, b), g in zip(parts, groups, strict=True)]


def _even(text: str) -> list[str]:
    """As few rows as `WIDTH` allows, all about as long as each other."""
    # Scripts without spaces may be broken anywhere, a word of others nowhere.
    anywhere = any(unicodedata.east_asian_width(letter) in "WF" for letter in text)

    def wrapped(width: int) -> list[str]:
        return textwrap.wrap(text, width, break_on_hyphens=False, break_long_words=anywhere)

    widest = wrapped(WIDTH)
    narrow = -(-len(text) // len(widest))
    tries = map(wrapped, range(narrow, WIDTH))
    return next((rows for rows in tries if len(rows) == len(widest)), widest)


def _edges(passage: Passage, letters: Sequence[int]) -> list[float]:
    """Where each of several cues begins, and where the last ends; each lasts a moment at least."""
    span, total = passage.span, sum(letters)
    shares = [sum(letters[:n]) / total for n in range(1, len(letters))]
    inner = [_spoken(passage, share) for share in shares]
    edges = [span.start]
    for number, at in enumerate(inner, 1):
        last = span.end - LEAST * (len(letters) - number)
        edges.append(min(max(at, edges[-1] + LEAST), max(last, edges[-1] + LEAST)))
    return [*edges, max(span.end, edges[-1] + LEAST)]


def _spoken(passage: Passage, share: float) -> float:
    """When a share of the letters of a passage has been said."""
    wanted = share * sum(len(word) for _, _, word in passage.words)
    for start, _, word in passage.words:
        if wanted < len(word) / 2:
            return start
        wanted -= len(word)
    return passage.span.start + share * passage.span.duration


def _text(text: str) -> str:
    """Lines without blank ones between them, which would end a cue."""
    rows = (" ".join(row.split()) for row in plain(text).splitlines())
    return "\n".join(row for row in rows if row)


def no_words(found: Sequence[object], options: Options) -> tuple[str, ...]:
    """A note where there is nothing to show."""
    if found:
        return ()
    what = f"words of {' or '.join(options.sources)}" if options.sources else "words"
    return (f"No {what} are known in these spans: the file holds none.",)
