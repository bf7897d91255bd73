"""Is the line read now the line read before? Recognition wavers, text moves, counters count.

`pairs` answers for a whole reading at once, `Track` remembers one line over its life.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from kinolex.encoders.protocols import ScreenLine
from kinolex.encoders.screen_layout import Box

__all__ = ["Track", "alike", "letters", "overlap", "pairs", "touches"]

_MISREAD = str.maketrans({"o": "0", "l": "1", "i": "1", "|": "1"})
_DIGITS = re.compile(r"\d+")
_CLOCK = re.compile(r"\d+[:.]\d\d\b")
_TICK = 3.0
"""Seconds within which a number that changes in its place is a counter, not a new text."""


@dataclass(slots=True)
class Track:
    """One line from its first to its last reading; times in seconds.

    ``versions`` maps each spelling to the sum of its confidences and its best reading.
    """

    start: float
    line: ScreenLine
    changed: float = 0.0
    missed: float | None = None
    end: float = 0.0
    readings: int = 0
    versions: dict[str, tuple[float, ScreenLine]] = field(default_factory=dict)

    def see(self, line: ScreenLine, time: float) -> None:
        """Take the line of the reading at ``time`` as this one."""
        if letters(line.text) != letters(self.line.text):
            self.changed = time
        total, best = self.versions.get(line.text, (0.0, line))
        best = max(best, line, key=lambda seen: seen.confidence)
        self.versions[line.text] = (total + line.confidence, best)
        self.line, self.missed = line, None
        self.readings += 1

    @property
    def best(self) -> ScreenLine:
        """The reading to keep: the spelling seen most often and most surely."""
        return max(self.versions.values(), key=lambda version: version[0])[1]


def pairs(tracks: Sequence[Track], lines: Sequence[ScreenLine], time: float) -> dict[int, int]:
    """Find which line continues which track.

    Parameters
    ----------
    tracks, lines : sequence
        What was on the screen, what is now.
    time : float
        Of the reading, seconds.

    Returns
    -------
    dict
        Index of a line for indices of tracks; no line twice.
    """
    scored = [
        (score, -t, -i)
        for t, track in enumerate(tracks)
        for i, line in enumerate(lines)
        if (score := _continues(track, line, time)) > 0
    ]
    found: dict[int, int] = {}
    taken: set[int] = set()
    for _, t, i in sorted(scored, reverse=True):
        if -t not in found and -i not in taken:
            found[-t] = -i
            taken.add(-i)
    return found


def alike(one: str, other: str) -> float:
    """Likeness of two texts in [0, 1], whatever their case, spaces and punctuation.

    Symmetric; letters that recognition confuses with digits count as these.

    Examples
    --------
    >>> alike("Hello, World", "hell0 world"), alike("cat", "dog")
    (1.0, 0.0)
    """
    a, b = sorted(letters(text).translate(_MISREAD) for text in (one, other))
    if a == b:
        return 1.0
    matcher = SequenceMatcher(None, a, b, autojunk=False)
    if matcher.real_quick_ratio() < 0.7 or matcher.quick_ratio() < 0.7:
        return 0.0
    return matcher.ratio()


@functools.lru_cache(maxsize=4096)
def letters(text: str) -> str:
    """Letters and digits alone, folded, so that spelling by recognition differs less.

    Examples
    --------
    >>> letters("Ｅtape Nº 1!")
    'etapeno1'
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in folded if c.isalnum() or unicodedata.category(c) in ("Mn", "Mc"))


def overlap(a: Box, b: Box) -> float:
    """Intersection over union of two boxes (left, top, width, height)."""
    shared = _shared(a, b)
    return shared / (a[2] * a[3] + b[2] * b[3] - shared) if shared > 0 else 0.0


def touches(a: Box, b: Box) -> bool:
    """Whether one box covers a good part of the other."""
    return _shared(a, b) > 0.3 * min(a[2] * a[3], b[2] * b[3])


def _shared(a: Box, b: Box) -> float:
    wide = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    high = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    return max(0.0, wide) * max(0.0, high)


def _continues(track: Track, line: ScreenLine, time: float) -> float:
    """How surely a line continues a track; 0 where it does not."""
    before, now = track.line, line
    same_place = touches(before.box, now.box)
    likeness = alike(before.text, now.text)
    if likeness == 1.0:
        moved = len(letters(now.text)) >= 4
        return 1.0 + overlap(before.box, now.box) if same_place or moved else 0.0
    if _DIGITS.findall(letters(before.text)) != _DIGITS.findall(letters(now.text)):
        return 0.3 if same_place and _ticks(track, now, time) else 0.0
    if min(len(letters(before.text)), len(letters(now.text))) < 4:
        return 0.0
    if likeness >= (0.7 if same_place else 0.9):
        return likeness + overlap(before.box, now.box)
    return 0.5 if _typed(before, now) else 0.0


def _ticks(track: Track, line: ScreenLine, time: float) -> bool:
    """Whether a line is a number that runs: a clock, a counter, a page's progress."""
    rest = [_DIGITS.sub("", letters(text)) for text in (track.line.text, line.text)]
    if rest[0] != rest[1] and alike(rest[0], rest[1]) < 0.8:
        return False
    clock = bool(_CLOCK.search(track.line.text) and _CLOCK.search(line.text))
    return clock or time - track.changed <= _TICK


def _typed(before: ScreenLine, now: ScreenLine) -> bool:
    """Whether a line is the one before, typed on or taken back, from the same left end."""
    short, long = sorted((letters(before.text), letters(now.text)), key=len)
    height = max(before.box[3], now.box[3])
    near = all(abs(before.box[axis] - now.box[axis]) < height for axis in (0, 1))
    return near and long.startswith(short)
