"""From what each channel found to moments: merge across channels, titles, duplicates, limits.

Chances of channels that point at the same stretch are joined as if independent (soft or):
``1 - (1 - w1 p1)(1 - w2 p2)...``, where ``w`` is the channel's weight. A title says which video but
not when: it lifts the moments inside, which keep their short spans, and is a moment of its own
(the whole video) only where it answers better than each of them.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from kinolex.moments import Span
from kinolex.search.calibrate import LINE

__all__ = [
    "PER_VIDEO",
    "WEIGHTS",
    "Candidate",
    "Fused",
    "at_most",
    "fuse",
    "one_per_video",
    "soft_or",
]

WEIGHTS: Mapping[str, float] = {"picture": 1.0, "speech": 1.0, "screen": 1.0, "title": 1.0}
"""How far each channel is believed: equally, as their chances are calibrated already."""

TITLE_LIFT = 0.5
"""Weight of a title's chance for a moment inside its video."""

PER_VIDEO = 3
"""At most so many moments of one video, unless the question is about that video."""

WHOLE = 0.9
"""Share from which a moment is the whole video, of which the title is one more reason."""

SHARED = 0.5
"""Share of the shorter span from which two channels mean the same moment."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """What one channel found: ``chance`` is calibrated; ``whole``: it speaks of the whole video.

    ``ground`` is what the explanation is later made from (passages, or a frame's time).
    """

    video: str
    channel: str
    span: Span
    chance: float
    whole: bool = False
    ground: Any = None


@dataclass(frozen=True, slots=True)
class Fused:
    """A moment before it is explained: ``grounds`` best first; ``sure``: some channel says so."""

    video: str
    span: Span
    score: float
    grounds: tuple[Candidate, ...] = field(default_factory=tuple)

    @property
    def sure(self) -> bool:
        """Whether at least one channel is above its line by itself."""
        return any(g.chance >= LINE for g in self.grounds)


def soft_or(chances: Iterable[float]) -> float:
    """Chance that at least one of independent things holds.

    Examples
    --------
    >>> soft_or([0.5, 0.5])
    0.75
    """
    none = 1.0
    for one in chances:
        none *= 1.0 - one
    return 1.0 - none


def fuse(candidates: Iterable[Candidate], weights: Mapping[str, float] = WEIGHTS) -> list[Fused]:
    """Merge what the channels found, per video; best first.

    Parameters
    ----------
    candidates : iterable of Candidate
        In any order; those of one channel may overlap (the best of them counts).
    weights : mapping
        Of each channel; 1 where not given.

    Returns
    -------
    list of Fused
        Spans of one video overlap by at most half of the shorter one, unless one is the whole
        video.
    """
    videos: dict[str, list[Candidate]] = defaultdict(list)
    for one in candidates:
        videos[one.video].append(one)
    fused = [moment for several in videos.values() for moment in _of_video(several, weights)]
    return sorted(fused, key=_order)


def _order(moment: Fused) -> tuple[Any, ...]:
    return (not moment.sure, -moment.score, moment.video, moment.span)


def _of_video(candidates: Sequence[Candidate], weights: Mapping[str, float]) -> list[Fused]:
    # Those above the line first: a shorter span that is unsure must not hide one that is not.
    ordered = sorted(candidates, key=lambda c: (c.chance < LINE, -_worth(c), c.span, c.channel))
    title = next((c for c in ordered if c.whole), None)
    groups: list[list[Candidate]] = []
    for one in (c for c in ordered if not c.whole):
        home = next((g for g in groups if _same(g[0].span, one.span)), None)
        if home is None:
            groups.append([one])
        elif all(other.channel != one.channel for other in home):
            home.append(one)
    fused = [_moment(group, title, weights) for group in groups]
    if title and all(title.chance > g[0].chance for g in groups if g[0].chance >= LINE):
        score = weights.get(title.channel, 1.0) * title.chance
        whole = next((at for at, m in enumerate(fused) if m.span.iou(title.span) >= WHOLE), None)
        if whole is None:
            fused.append(Fused(title.video, title.span, score, (title,)))
        else:
            fused[whole] = replace(fused[whole], score=max(fused[whole].score, score))
    return fused


def _worth(candidate: Candidate) -> float:
    """Log-odds, less for spans of more than ten seconds: they say less about when."""
    bounded = min(max(candidate.chance, 1e-9), 1 - 1e-9)
    length = max(candidate.span.duration / 10, 1.0)
    return math.log(bounded / (1 - bounded)) - 0.5 * math.log(length)


def _same(seed: Span, other: Span) -> bool:
    return seed.overlap(other) >= SHARED * min(seed.duration, other.duration)


def _moment(group: list[Candidate], title: Candidate | None, weights: Mapping[str, float]) -> Fused:
    """The best one's span; a span of another channel that nearly equals it widens it."""
    span = group[0].span
    for other in group[1:]:
        if span.iou(other.span) >= SHARED and other.chance >= LINE:
            span = span.hull(other.span)
    chances = [weights.get(c.channel, 1.0) * c.chance for c in group]
    grounds = list(group)
    if title:
        chances.append(TITLE_LIFT * weights.get(title.channel, 1.0) * title.chance)
        grounds.append(title)
    return Fused(group[0].video, span, soft_or(chances), tuple(grounds))


def one_per_video(fused: Sequence[Fused]) -> list[Fused]:
    """The best moment of each video, with the evidence of its others behind its own.

    Parameters
    ----------
    fused : sequence of Fused
        Best first, as `fuse` gives.
    """
    best: dict[str, Fused] = {}
    for moment in fused:
        first = best.setdefault(moment.video, moment)
        if first is not moment:
            new = tuple(g for g in moment.grounds if g not in first.grounds)
            best[moment.video] = replace(first, grounds=first.grounds + new)
    return list(best.values())


def at_most(fused: Sequence[Fused], per_video: int) -> list[Fused]:
    """The first so many of each video, order kept."""
    seen: dict[str, int] = defaultdict(int)
    kept = []
    for moment in fused:
        seen[moment.video] += 1
        if seen[moment.video] <= per_video:
            kept.append(moment)
    return kept
