"""Tried and left out: windows of neighbouring frames, and whether neighbours agree.

A *window* is the mean vector of the frames near in time, of length 1 again: what is shown for a
while rather than in one picture. *Agreement* is how far the mean score of a frame's neighbours lies
from its own, added to the calibrated score with a weight. Neither ships while it does not win.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.harness import Table
from benchmarks.quality_clips import area, questions
from benchmarks.quality_curves import Clips, Scores
from benchmarks.quality_steps import rank_of

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


def windows(table: Table, library: Path, encoder: str, folder: Path, absent: Sequence[str]) -> None:
    """Rank of the right clip, and present against absent, by windows and by agreement."""
    clips = Clips(library, encoder)
    groups, moments = questions(folder)
    texts = [q.text for q in (*groups, *moments)] + list(absent)
    known = {text: clips.scores(text.replace('"', " ")) for text in texts}
    present = [q for q in (*groups, *moments) if q.kind in ("picture", "moment", "group")]
    pictures = [m for m in moments if m.kind == "picture"]

    def add(label: str, score: Callable[[Scores, str], float]) -> None:
        found = {t: {n: score(s, n) for n in clips.rows} for t, s in known.items()}
        mrr = statistics.mean(1 / rank_of(found[q.text], q.files) for q in groups)
        table.add(f"tried, {label}: {len(groups)} group questions, MRR", mrr)
        first = statistics.mean(rank_of(found[q.text], q.files) == 1 for q in pictures)
        what = f"tried, {label}: {len(pictures)} picture questions, right clip first"
        table.add(what, first, "share")
        yes = [max(found[q.text].values()) for q in present]
        no = [max(found[text].values()) for text in absent]
        table.add(f"tried, {label}: present or absent, area under the curve", area(yes, no))

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
