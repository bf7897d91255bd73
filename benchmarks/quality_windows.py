"""Tried and left out: windows of neighbouring frames, and whether neighbours agree.

A *window* is the mean vector of the frames near in time, of length 1 again: what is shown for a
while rather than in one picture. *Agreement* is how far the mean score of a frame's neighbours lies
from its own, added to the calibrated score with a weight. Neither ships while it does not win.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from benchmarks.harness import Table
from benchmarks.quality_asked import Everything
from benchmarks.quality_curves import Scores

SECONDS = (0.0, 1.0, 2.0, 4.0, 8.0)
"""Either way of a frame; 0 = the frame alone."""

WEIGHTS = (0.5, 1.0, 2.0)
"""Of agreement."""

Floats = npt.NDArray[np.float64]


def near(times: Floats, seconds: float) -> Floats:
    """Rows of weights (n, n) that take the mean over frames so near in time."""
    within = np.abs(times[:, None] - times[None]) <= seconds
    return np.asarray(within / within.sum(axis=1, keepdims=True), np.float64)


def windowed(vectors: Floats, times: Floats, seconds: float) -> Floats:
    """Mean vectors of the frames near each, of length 1."""
    mean = near(times, seconds) @ vectors
    return np.asarray(mean / np.linalg.norm(mean, axis=1, keepdims=True), np.float64)


def windows(table: Table, everything: Everything) -> None:
    """Rank of the right clip, and present against absent, by windows and by agreement."""
    clips = everything.clips

    def add(label: str, score: Callable[[Scores, str], float]) -> None:
        found = everything.ranked(lambda s: {name: score(s, name) for name in clips.rows})
        groups, pictures = len(everything.groups), len(everything.pictures)
        table.add(f"tried, {label}: {groups} group questions, MRR", found.groups)
        what = f"tried, {label}: {pictures} picture questions, right clip first"
        table.add(what, found.pictures, "share")
        table.add(f"tried, {label}: present or absent, area under the curve", found.present)

    rows = {n: np.asarray(clips.frames.rows[r], np.float64) for n, r in clips.rows.items()}
    for seconds in SECONDS:
        seen = {n: windowed(v, clips.times[n], seconds) for n, v in rows.items()}

        def best(s: Scores, name: str, seen: dict[str, Floats] = seen) -> float:
            return float(s.background.standard(seen[name] @ s.vector).max())

        add(f"windows of {seconds:g} s either way" if seconds else "frames alone", best)
    beside = {n: near(clips.times[n], 2.0) for n in rows}
    for weight in WEIGHTS:

        def agreed(s: Scores, name: str, weight: float = weight) -> float:
            own = s.calibrated[name]
            return float((own + weight * (beside[name] @ own - own)).max())

        add(f"agreement of 2 s either way, weight {weight:g}", agreed)
