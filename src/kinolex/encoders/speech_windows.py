"""From a stream of sound to windows that a speech model reads at once.

A speech model pays for 30 seconds whatever it is given, so stretches of speech are packed
together, the silence between them left out, and each window knows where its samples come from.
Windows end in pauses. Where nobody pauses, both neighbours hear the second around the cut, and
`Window.until` and `Window.seam` say who keeps which word.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from kinolex.encoders.protocols import Sound
from kinolex.encoders.speech_activity import FRAME, RATE

__all__ = ["Part", "Rules", "Window", "WindowCutter", "windows"]

Samples = npt.NDArray[np.float32]

_SILENT = 0.1
"""Probability of speech below which a word has not begun."""

_SHORTEST_WORD = 0.02


class Activity(Protocol):
    """What `kinolex.encoders.speech_activity.VoiceActivity` does."""

    def __call__(self, samples: Samples) -> Samples: ...
    def forget(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Rules:
    """When speech begins and ends; times in frames of 32 ms.

    Speech begins at probability ``on`` and ends after ``silence`` frames below ``off``; shorter
    than ``shortest`` is a click. ``pad`` frames are kept around it. A window has at most
    ``limit`` frames, and ``margin`` frames are heard twice where it must end inside speech.
    """

    on: float = 0.5
    off: float = 0.35
    silence: int = 62
    shortest: int = 4
    pad: int = 16
    limit: int = 900
    margin: int = 31


@dataclass(frozen=True, slots=True)
class Part:
    """``length`` seconds that begin at ``offset`` in a window and at ``start`` in the track."""

    offset: float
    start: float
    length: float


@dataclass(frozen=True, slots=True)
class Window:
    """Sound for one call of a model.

    ``activity`` has the probability of speech of every 32 ms. ``until``: words whose middle lies
    after it belong to the next window; ``seam``: words may have been heard by the window before.
    """

    samples: Samples
    parts: tuple[Part, ...]
    activity: Samples
    until: float = float("inf")
    seam: bool = False

    def span(self, start: float, end: float) -> tuple[float, float]:
        """Times in the track of a word at ``start`` to ``end`` seconds of the window.

        It lies in the part that holds its middle, and is cut to it.
        """
        middle = (start + end) / 2
        part = next((p for p in self.parts if middle < p.offset + p.length), self.parts[-1])
        start, end = self._voiced(start, end)
        low, high = part.start, part.start + part.length
        begin = min(max(start - part.offset + part.start, low), max(low, high - _SHORTEST_WORD))
        return begin, min(max(end - part.offset + part.start, begin + _SHORTEST_WORD), high)

    def _voiced(self, start: float, end: float) -> tuple[float, float]:
        """A word without the silence that the model counted in, but never less than half."""
        middle, frame = (start + end) / 2, FRAME / RATE
        first, last = int(start / frame), min(int(end / frame), len(self.activity) - 1)
        while (first + 1) * frame < middle and self.activity[first] < _SILENT:
            first += 1
        while last * frame > middle and self.activity[last] < _SILENT:
            last -= 1
        return max(start, first * frame), min(end, (last + 1) * frame)

    def speech(self, start: float, end: float) -> float:
        """Mean probability of speech from ``start`` to ``end`` seconds of the window."""
        frames = self.activity[int(start * RATE / FRAME) : int(end * RATE / FRAME) + 1]
        return float(frames.mean()) if len(frames) else 0.0


def windows(
    pieces: Iterable[Sound], activity: Activity, rules: Rules | None = None
) -> Iterator[Window]:
    """Cut consecutive pieces of one track into windows, in bounded memory, in order of time.

    Pieces that do not fit seamlessly are put at their own times: a small hole becomes silence, a
    small overlap is left out, and a large jump starts anew.
    """
    cutter = WindowCutter(activity, rules or Rules())
    for piece in pieces:
        yield from cutter.add(piece.start, np.asarray(piece.samples, np.float32))
    yield from cutter.finish()


class WindowCutter:
    """The state behind `windows`: sound not yet given away, speech that is going on, a queue."""

    def __init__(self, activity: Activity, rules: Rules) -> None:
        self._activity = activity
        self._rules = rules
        self._queue: list[tuple[float, Samples, Samples]] = []
        self._begin(0.0)

    def _begin(self, time: float) -> None:
        """Count frames from here on."""
        self._activity.forget()
        self._zero = time
        self._received = 0
        self._rest = np.zeros(0, np.float32)
        self._sound = np.zeros(0, np.float32)
        self._chances = np.zeros(0, np.float32)
        self._first = 0
        self._open: int | None = None
        self._quiet: int | None = None
        self._given = 0
        self._seam = False

    def add(self, start: float, samples: Samples) -> Iterator[Window]:
        """Take the next piece, which begins at ``start`` seconds; give what became whole."""
        hole = round((start - self._zero) * RATE) - self._received
        if not self._received or abs(hole) > RATE // 2:
            yield from self._close()
            self._begin(start)
        elif hole > 0:
            samples = np.concatenate([np.zeros(hole, np.float32), samples])
        elif hole < 0:
            samples = samples[-hole:]
        self._received += len(samples)
        sound = np.concatenate([self._rest, np.nan_to_num(samples)])
        whole = len(sound) // FRAME * FRAME
        self._rest = sound[whole:]
        yield from self._hear(sound[:whole])

    def finish(self) -> Iterator[Window]:
        """Give the rest."""
        yield from self._close()
        yield from self._emit()

    def _close(self) -> Iterator[Window]:
        """End the speech that is going on, where the sound ends."""
        if len(self._rest):
            yield from self._hear(np.pad(self._rest, (0, FRAME - len(self._rest))))
        if self._open is not None:
            yield from self._take(self._open, self._last if self._quiet is None else self._quiet)

    @property
    def _last(self) -> int:
        return self._first + len(self._chances)

    def _hear(self, sound: Samples) -> Iterator[Window]:
        at = self._last
        self._sound = np.concatenate([self._sound, sound])
        self._chances = np.concatenate([self._chances, self._activity(sound)])
        for frame in range(at, self._last):
            yield from self._step(frame, float(self._chances[frame - self._first]))
        self._forget_old()

    def _step(self, frame: int, chance: float) -> Iterator[Window]:
        rules = self._rules
        if self._open is None:
            if chance >= rules.on:
                self._open, self._quiet = frame, None
            return
        if chance >= rules.on:
            self._quiet = None
        elif chance < rules.off and self._quiet is None:
            self._quiet = frame
        if self._quiet is not None and frame + 1 - self._quiet >= rules.silence:
            yield from self._take(self._open, self._quiet)
            self._open = None
        elif frame + 1 - self._start(self._open) >= rules.limit:
            yield from self._cut(frame + 1)

    def _start(self, frame: int) -> int:
        return max(frame - self._rules.pad, self._given, self._first)

    def _take(self, start: int, end: int) -> Iterator[Window]:
        """Queue finished speech; give the queue first where both do not fit."""
        if end - start < self._rules.shortest:
            return
        begin, stop = self._start(start), min(end + self._rules.pad, self._last)
        if self._queued + stop - begin > self._rules.limit:
            yield from self._emit()
        self._put(begin, stop)

    def _cut(self, now: int) -> Iterator[Window]:
        """End a window inside speech that has grown too long: in a pause, else with a margin."""
        rules, begin = self._rules, self._start(self._open or 0)
        yield from self._emit()
        low, high = begin + rules.limit * 6 // 10, now - rules.margin
        cost = self._cost(low, high)
        cut = low + int(cost.argmin())
        pause = bool(cost.min() < rules.off)
        self._put(begin, cut if pause else cut + rules.margin)
        yield from self._emit(float("inf") if pause else self._time(cut))
        self._given = cut if pause else cut - rules.margin
        self._open, self._seam = self._given, not pause

    def _cost(self, low: int, high: int) -> Samples:
        """How bad it is to cut before each frame: speech around it, and loudness."""
        reach = 3
        wide = slice(low - reach - self._first, high + reach - self._first)
        frames = self._sound.reshape(-1, FRAME)[wide]
        loud = np.sqrt((frames.astype(np.float64) ** 2).mean(axis=1))
        bad = self._chances[wide] + 0.2 * loud / max(float(loud.max()), 1e-9)
        return np.convolve(bad, np.full(2 * reach, 1 / (2 * reach)), "valid")[: high - low]

    @property
    def _queued(self) -> int:
        return sum(len(chances) for _, _, chances in self._queue)

    def _put(self, begin: int, stop: int) -> None:
        # The zeros that fill the very last frame are not sound of the track.
        end = min(stop * FRAME, self._received)
        sound = self._sound[(begin - self._first) * FRAME : end - self._first * FRAME]
        chances = self._chances[begin - self._first : stop - self._first]
        self._queue.append((self._time(begin), sound.copy(), chances.copy()))
        self._given = stop

    def _emit(self, until: float = float("inf")) -> Iterator[Window]:
        if not self._queue:
            return
        parts, offset = [], 0.0
        for start, sound, _ in self._queue:
            parts.append(Part(offset, start, len(sound) / RATE))
            offset += len(sound) / RATE
        sound = np.concatenate([sound for _, sound, _ in self._queue])
        chances = np.concatenate([chances for _, _, chances in self._queue])
        whole = Window(sound, tuple(parts), chances, until, self._seam)
        self._queue, self._seam = [], False
        yield whole

    def _time(self, frame: int) -> float:
        return self._zero + frame * FRAME / RATE

    def _forget_old(self) -> None:
        keep = self._last if self._open is None else self._open
        drop = max(0, keep - self._rules.pad - self._first)
        self._sound = self._sound[drop * FRAME :]
        self._chances = self._chances[drop:]
        self._first += drop
