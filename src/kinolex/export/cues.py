"""Words of clips as cues on one time line: the clips one after another, as in a reel."""

from __future__ import annotations

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
            found.append(Passage(cut, passage.text, passage.source, passage.language))
    return found


def lines(clips: Sequence[Clip], options: Options) -> list[Line]:
    """All words on one time line that begins at 0: each clip starts where the last one ended."""
    found: list[Line] = []
    offset = 0.0
    for clip, words in zip(clips, words_of(clips, options), strict=True):
        span = clip.padded(options.pad)
        shift = offset - span.start
        for passage in words:
            start = round((passage.span.start + shift) * 1000)
            end = max(start + 1, round((passage.span.end + shift) * 1000))
            found.append(Line(start, end, _text(passage.text)))
        offset += span.duration
    return found


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
