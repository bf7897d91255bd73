"""Spans by a rule that never saw the clip: what `kinolex search` would answer about one's own.

Of every clip the rule by which spans are cut is the one that the questions about all other clips
choose (`benchmarks.quality_spans`, each number by itself); then the engine is asked under it.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import numpy as np

import kinolex
from benchmarks.harness import Table
from benchmarks.quality_asked import Everything
from benchmarks.quality_clips import CHANNELS, Asked, given_clip
from benchmarks.quality_spans import RULES, Seen, by_each, chosen_without, tried, worth
from kinolex.search import windows
from kinolex.search.spans import Rule, spans_of


def rules(everything: Everything) -> dict[str, Rule]:
    """The rule of each clip, by file name; of a clip without picture questions that of all."""
    seen = [Seen(one, everything.scores[one.text].unpopular) for one in everything.pictures]
    ious, owners = tried(everything.clips, seen)
    whole = RULES[by_each(np.array([worth(row) for row in ious]))]
    chosen = chosen_without(ious, owners, by_each)
    return {
        name: RULES[chosen[name]] if name in chosen else whole for name in everything.clips.length
    }


def left_out(table: Table, folder: Path, everything: Everything) -> None:
    """Given the clip: recall and mean IoU of first moments, pictures alone and all channels."""
    found = rules(everything)
    for asked, kind in ((everything.moments, "moment"), (everything.pictures, "picture")):
        for label in ("all channels", "picture alone"):
            ious = _ious(folder, asked, CHANNELS[label], found)
            what = f"rule of spans left out, {label}, {len(asked)} {kind} questions"
            aims = ("0.5", "0.35") if len(asked) == len(everything.moments) else ("", "")
            for level, aim in zip((0.3, 0.5), aims, strict=True):
                share = statistics.mean(iou >= level for iou in ious)
                table.add(f"{what}: R1@{level} given the video", share, "share", aim)
            table.add(f"{what}: mean IoU given the video", statistics.mean(ious))


def _ious(
    folder: Path, asked: Sequence[Asked], channels: Sequence[str], found: dict[str, Rule]
) -> list[float]:
    ious: list[float] = []
    for rule in dict.fromkeys(found.values()):
        some = [one for one in asked if found[one.files[0]] == rule]
        # Opened anew for each rule: a library may keep what it has answered.
        with under(rule), kinolex.open(folder, read_only=True) as library:
            ious += given_clip(library, some, channels)
    return ious


@contextmanager
def under(rule: Rule) -> Iterator[None]:
    """Let the engine cut spans by another rule than its own, which is no option of a search."""
    shipped = windows.spans_of
    windows.spans_of = partial(spans_of, rule=rule)
    try:
        yield
    finally:
        windows.spans_of = shipped
