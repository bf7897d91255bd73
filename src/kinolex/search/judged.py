"""Candidates of the picture channel where a matcher judges: see `kinolex.search.judging`."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from kinolex.moments import Span
from kinolex.search.calibrate import WEAK
from kinolex.search.fuse import PER_VIDEO, SHARED, Candidate
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
    duration : callable
        Length of a video by id.
    most : int
        Moments wanted: stretches of so many videos are given, at least of `MOST_WINDOWS`. Of one
        video at most `PER_VIDEO`, or more where there are few videos.

    Returns
    -------
    list of Candidate
        No two of a video mean the same moment, so that none that was judged higher gives way.
    """
    vectors = table.table
    room = max(MOST_WINDOWS, most)
    share = max(PER_VIDEO, -(-room // max(1, len({one.stretch.place for one in judged}))))
    found: list[Candidate] = []
    taken: dict[int, list[Span]] = {}
    for one in judged:
        if len(taken) >= room or (one.chance < WEAK and len(found) >= FEW_WEAK):
            break
        place, shown = one.stretch.place, one.shown
        mine, video = taken.get(place, []), vectors.video_ids[place]
        length = duration(video)
        span = span_of_rows(vectors, place, shown.first, shown.last, length)
        if len(mine) >= share or span is None or span.start >= length:
            continue
        span = span.within(length)
        if any(span.overlap(s) >= SHARED * min(span.duration, s.duration) for s in mine):
            continue
        taken.setdefault(place, []).append(span)
        rows = np.arange(shown.first, shown.last)
        best = int(rows[vectors.scores(asked.vector, rows).argmax()])
        ground = Seen(float(vectors.times[best]))
        found.append(Candidate(video, "picture", span, one.chance, ground=ground))
    return found
