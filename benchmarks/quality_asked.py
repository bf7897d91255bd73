"""Everything that is asked of the clips, scored once, and how well a way of ranking does."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.quality_clips import SEEN, Asked, area, questions
from benchmarks.quality_curves import Clips, Scores

Way = Callable[[Scores], dict[str, float]]
"""Gives every clip a score for a question, by file name."""


@dataclass(frozen=True)
class Ranked:
    """How well clips are ranked.

    ``groups`` and ``seen`` are mean reciprocal ranks, of all group questions and of those about
    what is seen; ``moments`` and ``pictures`` how often the right clip is first, for all moments
    and for those that are pictures; ``present`` the area under the curve of present and absent.
    """

    groups: float
    seen: float
    moments: float
    pictures: float
    present: float


@dataclass(frozen=True)
class Everything:
    """The clips, the questions about them and about nothing in them, and all scores by text."""

    clips: Clips
    groups: list[Asked]
    moments: list[Asked]
    absent: list[str]
    scores: dict[str, Scores]

    @classmethod
    def of(cls, library: Path, encoder: str, folder: Path, absent: Sequence[str]) -> Everything:
        """Ask all of a library's clips."""
        clips = Clips(library, encoder)
        groups, moments = questions(folder)
        texts = [q.text for q in (*groups, *moments)] + list(absent)
        scores = {text: clips.scores(text.replace('"', " ")) for text in texts}
        return cls(clips, groups, moments, list(absent), scores)

    @property
    def seen(self) -> list[Asked]:
        """Group questions that pictures alone can answer."""
        return [q for q in self.groups if q.kind in SEEN]

    @property
    def pictures(self) -> list[Asked]:
        """Moments that pictures alone can answer."""
        return [m for m in self.moments if m.kind == "picture"]

    def ranked(self, way: Way) -> Ranked:
        """How well a way of scoring clips ranks them; everything counts, however weak."""
        found = {text: way(scores) for text, scores in self.scores.items()}

        def first(some: Sequence[Asked]) -> float:
            return statistics.mean(rank_of(found[q.text], q.files) == 1 for q in some)

        def reciprocal(some: Sequence[Asked]) -> float:
            return statistics.mean(1 / rank_of(found[q.text], q.files) for q in some)

        present = [*self.seen, *self.pictures]
        return Ranked(
            reciprocal(self.groups),
            reciprocal(self.seen),
            first(self.moments),
            first(self.pictures),
            area(
                [max(found[q.text].values()) for q in present],
                [max(found[text].values()) for text in self.absent],
            ),
        )


def rank_of(scores: dict[str, float], right: Sequence[str]) -> int:
    """Rank of the best right clip, from 1; the other right ones do not count before it."""
    best = max(scores[name] for name in right)
    return 1 + sum(value > best for name, value in scores.items() if name not in right)


def chance_of(right: int, of: int) -> float:
    """Mean reciprocal rank of the first of so many right ones in a random order."""
    missed, total = 1.0, 0.0
    for rank in range(1, of - right + 2):
        left = of - rank + 1
        total += missed * right / left / rank
        missed *= 1 - right / left
    return total
