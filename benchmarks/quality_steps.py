"""What each step of an answer in pictures adds: bare cosines, standard scores, calibration, spans.

Everything is ranked here, however weak, so that these figures compare with published ones that
know no "nothing found".
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import numpy.typing as npt

from benchmarks.harness import Table
from benchmarks.quality_asked import Everything, chance_of
from benchmarks.quality_clips import Asked
from benchmarks.quality_curves import Clips, Scores, Values
from kinolex.moments import Span
from kinolex.search.spans import RULE

Floats = npt.NDArray[np.float64]


def _three(values: Floats) -> float:
    return float(np.sort(values)[-3:].mean())


STEPS: dict[str, Callable[[Clips, Scores], dict[str, float]]] = {
    "bare cosine, three best frames": lambda clips, s: _each(s.cosine, _three),
    "standard score, three best frames": lambda clips, s: _each(s.standard, _three),
    "without popularity, three best frames": lambda clips, s: _each(s.unpopular, _three),
    "calibrated, three best frames": lambda clips, s: _each(s.calibrated, _three),
    "calibrated, best frame": lambda clips, s: _each(s.calibrated, lambda v: float(v.max())),
    "calibrated, spans by query-scored mean": lambda clips, s: {
        name: float(s.background.judged(max(f.score for f in clips.spans(s.unpopular, name, RULE))))
        for name in s.unpopular
    },
}
"""A score of every clip for a question."""


def _each(values: Values, score: Callable[[Floats], float]) -> dict[str, float]:
    return {name: score(some) for name, some in values.items()}


def steps(table: Table, everything: Everything) -> None:
    """Rank of the right clip and present against absent, after each step; then spans."""
    clips, groups = everything.clips, everything.groups
    of_groups = f"{len(groups)} group questions, MRR"
    of_seen = f"{len(everything.seen)} group questions about what is seen, MRR"
    of_moments = f"{len(everything.moments)} moment questions, right clip first"
    of_pictures = f"{len(everything.pictures)} picture questions, right clip first"
    for label, step in STEPS.items():
        found = everything.ranked(partial(step, clips))
        before = label.startswith("standard")
        table.add(f"{label}: {of_groups}", found.groups, "", "0.92")
        note = "experiments before: 0.80 to 0.86" if before else ""
        table.add(f"{label}: {of_seen}", found.seen, note=note)
        table.add(f"{label}: {of_moments}", found.moments, "share")
        note = "experiments before: 0.49 to 0.51" if before else ""
        table.add(f"{label}: {of_pictures}", found.pictures, "share", note=note)
        note = "experiments before: 0.72" if label.startswith("bare") else ""
        what = f"{label}: present or absent, area under the curve"
        table.add(what, found.present, "", "0.85", note)
    for of_which, asked in ((of_groups, groups), (of_seen, everything.seen)):
        right = [len(set(q.files)) for q in asked]
        chance = statistics.mean(chance_of(count, len(clips.length)) for count in right)
        table.add(f"chance: {of_which}", chance)
    _spans(table, clips, everything.pictures, everything.scores)


def _spans(table: Table, clips: Clips, asked: Sequence[Asked], known: dict[str, Scores]) -> None:
    """Given the clip: a threshold around the best frame, and the spans that ship."""
    for label, form in (
        ("run above half of the peak", "standard"),
        ("proposals on standard scores", "standard"),
        ("proposals on calibrated scores", "calibrated"),
        ("proposals on scores without popularity, as shipped", "unpopular"),
    ):
        ious = []
        for one in asked:
            assert one.span is not None
            values: Values = getattr(known[one.text], form)
            name = one.files[0]
            if label.startswith("run"):
                span = _run(clips.times[name], values[name], clips.length[name])
            else:
                found = clips.spans(values, name, RULE)
                span = found[0].span if found else Span(0, 0)
            ious.append(span.iou(one.span))
        for level, before in ((0.3, 0.31), (0.5, 0.23)):
            share = statistics.mean(iou >= level for iou in ious)
            note = f"experiments before: {before}" if label.startswith("run") else ""
            table.add(f"given the clip, {label}: R1@{level}", share, "share", note=note)
        table.add(f"given the clip, {label}: mean IoU", statistics.mean(ious))


def _run(times: Floats, values: Floats, length: float) -> Span:
    """The run around the best frame that stays above the middle of median and peak."""
    best, line = int(np.argmax(values)), float(np.median(values) + values.max()) / 2
    first = last = best
    while first > 0 and values[first - 1] >= line:
        first -= 1
    while last + 1 < len(values) and values[last + 1] >= line:
        last += 1
    start = 0.0 if first == 0 else float(times[first - 1] + times[first]) / 2
    end = length if last + 1 == len(values) else float(times[last] + times[last + 1]) / 2
    return Span(start, end)
