"""Which judged stretches become moments: no two of one moment, and enough of a video or of many."""

from __future__ import annotations

import numpy as np

from kinolex.library.vectors import VectorTable
from kinolex.search.fuse import PER_VIDEO, Candidate, fuse
from kinolex.search.judged import judged_candidates
from kinolex.search.judging import Judged, Stretch
from kinolex.search.pictures import FrameTable, PictureQuestion


def candidates(lengths: list[int], judged: list[Judged], most: int = 0) -> list[Candidate]:
    """Of videos with a frame a second."""
    starts = np.cumsum([0, *lengths]).astype(np.int64)
    times = np.concatenate([np.arange(n, dtype=float) for n in lengths])
    names = [f"v{at}" for at in range(len(lengths))]
    rows = np.ones((sum(lengths), 2), np.float16) / np.float16(2**0.5)
    table = FrameTable(VectorTable(names, starts, times, None, rows))
    vector = np.ones(2, np.float32) / np.float32(2**0.5)
    asked = PictureQuestion(vector, table.background(vector))
    return judged_candidates(
        asked, table, judged, duration=lambda name: float(lengths[int(name[1:])]), most=most
    )


def of(place: int, first: int, last: int, chance: float) -> Judged:
    whole = Stretch(place, first, last)
    return Judged(whole, chance, chance, whole)


def windows(place: int, first: int, count: int, chance: float) -> list[Judged]:
    """Overlapping windows of eight frames, each a little worse than the one before."""
    return [
        of(place, first + 4 * at, first + 4 * at + 8, chance - 1e-4 * at) for at in range(count)
    ]


def test_a_second_event_of_a_long_video_is_not_hidden_by_windows_of_the_first() -> None:
    judged = [*windows(0, 0, 3, 0.9), *windows(0, 100, 3, 0.8), *windows(0, 200, 3, 0.7)]
    found = candidates([300], judged)
    begins = sorted(one.span.start for one in found)
    assert any(95 < one < 105 for one in begins)
    assert any(195 < one < 205 for one in begins)


def test_within_one_video_there_are_as_many_moments_as_are_wanted() -> None:
    judged = [of(0, 20 * at, 20 * at + 8, 0.9 - 1e-3 * at) for at in range(30)]
    assert len(candidates([700], judged)) == 12
    assert len(candidates([700], judged, most=25)) == 25
    many = [one for at in range(30) for one in windows(at, 700 * at, 9, 0.9 - 0.01 * at)]
    found = candidates([700] * 30, many, most=25)
    assert max(sum(o.video == f"v{at}" for o in found) for at in range(30)) <= PER_VIDEO


def test_so_many_videos_as_are_wanted_are_found_though_each_has_several_moments() -> None:
    judged = [
        of(at, 100 * at + first, 100 * at + first + 8, 0.99 - 0.01 * at)
        for at in range(12)
        for first in (0, 30, 60)
    ]
    assert len({one.video for one in candidates([100] * 12, judged, most=10)}) == 12


def test_the_best_stretch_is_kept_though_a_shorter_one_of_the_same_moment_is_nearly_as_good() -> (
    None
):
    judged = [of(0, 0, 40, 0.9), of(1, 300, 308, 0.895), of(0, 0, 8, 0.89)]
    videos = [one.video for one in fuse(candidates([300, 100], judged))]
    assert videos == ["v0", "v1"]  # as they were judged
