"""Cuts: where one shot ends and the next begins, from thumbnails in the order of time.

A cut is one jump that stands out of the change around it (so that shaking cameras and fades,
which change all the time, are none) and that does not come back (so that a flash is none).
The judgement on a frame is due a few frames later; `CutFinder` holds just those.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from kinolex.media.thumbnails import Thumbnail

__all__ = ["LOOKAHEAD", "CutFinder", "find_cuts"]

BEFORE, LOOKAHEAD = 8, 5
"""Frames around a jump that it is compared with."""
LEAST = 4.0
"""Grey levels: a smaller mean difference is never a cut."""
PLAIN = 13.0
"""Grey levels: a smaller jump must stand out more, the more the smaller it is."""
BROAD = 0.13
"""Part of the picture that must change in a cut: less is a thing that comes or goes."""
RATIO = 2.5
"""How many times the change that was to be expected a jump must be."""
STEADY = 1.2
"""Grey levels added to what was to be expected, so that noise in a still picture is no cut."""
CERTAIN = 25.0
"""Grey levels that make a cut of the last two frames, where nothing follows to compare with."""
FLASH = 0.35
"""Seconds within which a picture that comes back makes the jump a flash."""
COMES_BACK = 0.5
"""A picture has come back when it is this much nearer than the jump was."""


@dataclass(slots=True)
class _Seen:
    time: float
    thumbnail: Thumbnail
    change: float
    cut: bool = False


@dataclass
class CutFinder:
    """Judges frames one by one; the answer lags `LOOKAHEAD` frames behind.

    Attributes
    ----------
    lookahead : int
        Frames to wait for; fewer save memory with huge frames and see fewer flashes.
    """

    lookahead: int = LOOKAHEAD
    _seen: deque[_Seen] = field(default_factory=deque, init=False)
    _judged: int = field(default=0, init=False)
    """How many of `_seen` have been judged."""

    def push(self, thumbnail: Thumbnail, time: float) -> bool | None:
        """Add the next frame.

        Parameters
        ----------
        thumbnail : Thumbnail
            Of the frame.
        time : float
            Its presentation time in seconds.

        Returns
        -------
        bool or None
            Whether a shot begins with the earliest frame that was not judged yet; None while it
            is too early to say. One answer for each frame, with those of `finish`.
        """
        last = self._seen[-1].thumbnail if self._seen else thumbnail
        self._seen.append(_Seen(time, thumbnail, thumbnail.distance(last)))
        if len(self._seen) - self._judged <= self.lookahead:
            return None
        return self._judge()

    def finish(self) -> list[bool]:
        """Answers for the frames that are left, in order."""
        return [self._judge() for _ in range(len(self._seen) - self._judged)]

    def _judge(self) -> bool:
        at = self._judged
        answer = self._seen[at].cut = self._is_cut(at)
        self._judged += 1
        while self._judged > BEFORE + 1:
            self._seen.popleft()
            self._judged -= 1
        return answer

    def _is_cut(self, at: int) -> bool:
        frames = self._seen
        jump = frames[at].change
        if at == 0 or jump < LEAST:
            return False
        nearest = [frames[i].change for i in range(max(1, at - 2), min(len(frames), at + 3))]
        expected = max(self._usual(1, at, at), self._usual(at + 1, len(frames), at))
        stands_out = jump * min(1.0, jump / PLAIN) >= RATIO * expected + STEADY
        if frames[at].thumbnail.breadth(frames[at - 1].thumbnail) < BROAD:
            return False
        certain = at < len(frames) - 2 or jump >= CERTAIN
        if jump < max(nearest) or not stands_out or not certain:
            return False
        return not (self._returns_after(at, jump) or self._returned_at(at, jump))

    def _gap(self, at: int) -> float:
        return max(self._seen[at].time - self._seen[at - 1].time, 1e-4)

    def _usual(self, start: int, stop: int, at: int) -> float:
        """Grey levels of change to be expected at ``at``, going by some frames near it.

        Change grows with the time between two frames, and that varies: by nature, or because
        non-reference frames are skipped. Duplicated frames make it uneven, too: hence the greater
        of change a frame and change a second times the gap. Other cuts do not count: those found,
        and a change to come that looks like one.
        """
        near = [i for i in range(start, stop) if not self._seen[i].cut]
        if start > at and len(near) > 2:
            *_, second, first = sorted(near, key=lambda i: self._seen[i].change)
            if self._seen[first].change > max(PLAIN, 2 * self._seen[second].change):
                near.remove(first)
        if not near:
            return 0.0
        change = sum(self._seen[i].change for i in near)
        span = sum(self._gap(i) for i in near)
        return max(change / len(near), change / span * self._gap(at))

    def _returns_after(self, at: int, jump: float) -> bool:
        """Whether what was before the jump is back soon after it."""
        frames, before = self._seen, self._seen[at - 1].thumbnail
        later = (frames[i] for i in range(at + 1, len(frames)))
        soon = (f for f in later if f.time - frames[at].time <= FLASH)
        return any(before.distance(f.thumbnail) < COMES_BACK * jump for f in soon)

    def _returned_at(self, at: int, jump: float) -> bool:
        """Whether the jump itself comes back to what was there shortly before."""
        frames, now = self._seen, self._seen[at]
        earlier = (frames[i] for i in range(at - 1))
        soon = (f for f in earlier if now.time - f.time <= FLASH)
        return any(now.thumbnail.distance(f.thumbnail) < COMES_BACK * jump for f in soon)


def find_cuts(frames: Iterable[tuple[float, Thumbnail]]) -> list[int]:
    """Indices of the frames with which a new shot begins (never 0).

    Parameters
    ----------
    frames : iterable of (float, Thumbnail)
        Time in seconds and thumbnail of every frame, in order.
    """
    finder = CutFinder()
    answers = [finder.push(thumb, time) for time, thumb in frames]
    settled = [a for a in answers if a is not None] + finder.finish()
    return [i for i, is_cut in enumerate(settled) if is_cut]
