"""Lines of text read from frames, joined over time into passages.

A frame is read only where the picture changed, so what was read holds until the next reading. A
line is followed from reading to reading although recognition spells it differently each time,
although it moves, is typed letter by letter, or counts; lines that come and go together become
one passage: a slide shown for 90 s is one passage of 90 s.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from kinolex.encoders.protocols import ScreenLine, ShownPassage
from kinolex.encoders.screen_layout import hull, reading_order
from kinolex.encoders.screen_lines import Track, letters, pairs, touches
from kinolex.moments import Span

__all__ = ["ScreenText", "join_lines"]

_PATIENCE = 3.0
"""Seconds for which a line may be overlooked without being taken for gone."""
_LONGEST = 1000
"""Letters of a passage; a page of small print becomes several."""


def join_lines(readings: Iterable[tuple[float, float, Sequence[ScreenLine]]]) -> list[ShownPassage]:
    """Join readings into passages.

    Parameters
    ----------
    readings : iterable of (time, until, lines)
        In order of time, seconds; the lines stand from ``time`` to ``until``. Where the next
        reading begins later than ``until``, nothing is known to be shown in between.

    Returns
    -------
    list of ShownPassage
        As from `ScreenText.finish`.

    Raises
    ------
    ValueError
        If times do not rise.

    Examples
    --------
    >>> line = ScreenLine("Agenda", (0.1, 0.1, 0.3, 0.1), 0.99)
    >>> [(p.text, p.span.start, p.span.end) for p in join_lines([(0, 5, [line]), (5, 90, [line])])]
    [('Agenda', 0, 90)]
    """
    text, last = ScreenText(), None
    for time, until, lines in readings:
        if last is not None and time > last:
            text.add(last, ())
        text.add(time, lines)
        last = until
    return text.finish(last) if last is not None else []


class ScreenText:
    """Joins readings of one video, one at a time.

    Examples
    --------
    >>> text = ScreenText()
    >>> text.add(0.0, [ScreenLine("Agenda", (0.1, 0.1, 0.3, 0.1), 0.99)])
    >>> text.add(60.0, [ScreenLine("Agenda", (0.1, 0.1, 0.3, 0.1), 0.98)])
    >>> [(p.text, p.span.end) for p in text.finish(90.0)]
    [('Agenda', 90.0)]
    """

    def __init__(self) -> None:
        self._shown: list[Track] = []
        self._gone: list[Track] = []
        self._time = float("-inf")

    def add(self, time: float, lines: Sequence[ScreenLine]) -> None:
        """Take a reading; it holds until the next one.

        Parameters
        ----------
        time : float
            Seconds, later than that of the reading before.
        lines : sequence of ScreenLine
            In any order; empty where nothing is written.

        Raises
        ------
        ValueError
            If the time does not rise.
        """
        if time <= self._time:
            raise ValueError(f"readings must rise in time, not from {self._time} to {time}")
        self._time = time
        lines = sorted((n for n in lines if letters(n.text)), key=_in_order)
        self._part([t for t in self._shown if _lost(t, time)])
        found = pairs(self._shown, lines, time)
        new = [line for i, line in enumerate(lines) if i not in set(found.values())]
        overwritten = []
        for index, track in enumerate(self._shown):
            if index in found:
                track.see(lines[found[index]], time)
                continue
            track.missed = time if track.missed is None else track.missed
            if any(touches(track.line.box, line.box) for line in lines):
                overwritten.append(track)
        self._part(overwritten)
        self._shown += [_began(line, time) for line in new]

    def finish(self, end: float) -> list[ShownPassage]:
        """Give everything, and begin anew.

        Parameters
        ----------
        end : float
            Where the last reading ends: the video's duration in seconds.

        Returns
        -------
        list of ShownPassage
            With source ``screen``, in order of time; lines joined by newlines in reading order,
            ``box`` their hull. Passages of different lines may overlap in time.
        """
        for track in self._shown:
            track.missed = end if track.missed is None else track.missed
        self._part(list(self._shown))
        passages = [
            _passage(part)
            for group in _groups([t for t in self._gone if t.end > t.start and _worth(t)])
            for part in _parts(group)
        ]
        self._gone, self._time = [], float("-inf")
        return sorted(passages, key=lambda p: (p.span, p.box, p.text))

    def _part(self, tracks: Sequence[Track]) -> None:
        """These lines are gone, since they were first missed."""
        for track in tracks:
            track.end = track.start if track.missed is None else track.missed
            self._gone.append(track)
        self._shown = [t for t in self._shown if not any(t is other for other in tracks)]


def _in_order(line: ScreenLine) -> tuple[object, ...]:
    """Of one line that was read twice, the surer reading first."""
    return (line.box, line.text, -line.confidence)


def _began(line: ScreenLine, time: float) -> Track:
    track = Track(time, line, changed=time)
    track.see(line, time)
    return track


def _lost(track: Track, time: float) -> bool:
    return track.missed is not None and time - track.missed > _PATIENCE


def _worth(track: Track) -> bool:
    """Whether a line is worth keeping: not a speck that was taken for a letter once."""
    best = track.best
    said = letters(best.text)
    if len(said) < 2 and said.isascii():
        return False
    return len(said) >= 4 or track.readings > 1 or best.confidence >= 0.8 or not said.isascii()


def _groups(tracks: Sequence[Track]) -> list[list[Track]]:
    """Lines that come and go together, each group led by the one that stays longest."""
    order = sorted(tracks, key=lambda t: (t.start - t.end, t.start, t.best.box, t.best.text))
    groups: list[list[Track]] = []
    for track in order:
        home = next((g for g in groups if _together(g[0], track)), None)
        if home is None:
            groups.append([track])
        else:
            home.append(track)
    return groups


def _together(one: Track, other: Track) -> bool:
    shared = min(one.end, other.end) - max(one.start, other.start)
    share = shared / (max(one.end, other.end) - min(one.start, other.start))
    near = max(abs(one.start - other.start), abs(one.end - other.end)) <= _PATIENCE / 2
    return share >= 0.7 or (near and share >= 0.4)


def _parts(group: Sequence[Track]) -> list[list[Track]]:
    """A group in reading order, in parts that are short enough for a passage."""
    # Lines may be equal in every field: copies, so that each finds its own track.
    copies = [replace(t.best) for t in group]
    by_line = {id(copy): t for copy, t in zip(copies, group, strict=True)}
    parts: list[list[Track]] = [[]]
    for line in reading_order(copies):
        held = sum(len(t.best.text) for t in parts[-1])
        if parts[-1] and held + len(line.text) > _LONGEST:
            parts.append([])
        parts[-1].append(by_line[id(line)])
    return parts


def _passage(tracks: Sequence[Track]) -> ShownPassage:
    lines = [t.best for t in tracks]
    return ShownPassage(
        Span(min(t.start for t in tracks), max(t.end for t in tracks)),
        "\n".join(line.text for line in lines),
        confidence=sum(line.confidence for line in lines) / len(lines),
        box=hull([line.box for line in lines]),
    )
