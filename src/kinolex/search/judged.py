"""Candidates of the picture channel where a matcher judges: see `kinolex.search.judging`."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from kinolex.search.calibrate import WEAK
from kinolex.search.fuse import PER_VIDEO, Candidate
from kinolex.search.judging import Judged
from kinolex.search.pictures import FEW_WEAK, MOST_WINDOWS, FrameTable, PictureQuestion, Seen
from kinolex.search.windows import span_of_rows

__all__ = ["judged_candidates"]


def judged_candidates(
    asked: PictureQuestion,
    table: FrameTable,
    judged: Sequence[Judged],
    *,
    duration: Callable[[str], float],
    most: int = 0,
) -> list[Candidate]:
    """Stretches that a matcher has judged, with its chance; the time is that of the nearest frame.

    Parameters
    ----------
    asked : PictureQuestion
    table : FrameTable
    judged : sequence of Judged
        Best first.
    duration, most
        As in `kinolex.search.pictures.candidates`; of one video at most `PER_VIDEO` stretches.
    """
    vectors = table.table
    found: list[Candidate] = []
    taken: dict[int, int] = {}
    for one in judged:
        enough = len(found) >= max(MOST_WINDOWS, most)
        if enough or (one.chance < WEAK and len(found) >= FEW_WEAK):
            break
        place = one.stretch.place
        taken[place] = taken.get(place, 0) + 1
        video = vectors.video_ids[place]
        length = duration(video)
        span = span_of_rows(vectors, place, one.shown.first, one.shown.last, length)
        if taken[place] > PER_VIDEO or span is None or span.start >= length:
            continue
        rows = np.arange(one.shown.first, one.shown.last)
        best = int(rows[vectors.scores(asked.vector, rows).argmax()])
        ground = Seen(float(vectors.times[best]))
        found.append(Candidate(video, "picture", span.within(length), one.chance, ground=ground))
    return found
