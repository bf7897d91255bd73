"""Windows of frames in which spans are looked for, and the spans in them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from kinolex.library.vectors import VectorTable
from kinolex.moments import Span
from kinolex.search.curves import curve
from kinolex.search.spans import Found, spans_of

__all__ = ["REACH", "of_stretch", "span_of_rows", "stretches"]

REACH = 90
"""Frames around the found ones that a curve shows."""


def stretches(
    table: VectorTable, rows: npt.NDArray[np.int64], most: int
) -> list[tuple[int, int, int]]:
    """Windows around rows (best first): place of the video, first row, end row; disjoint.

    At most a third of them, rounded up, are of one video where there are others.
    """
    windows: dict[int, list[tuple[int, int]]] = {}
    places = np.searchsorted(table.starts, rows, "right") - 1
    share = most if len(np.unique(places)) == 1 else -(-most // 3)
    for row, place in zip(rows.tolist(), places.tolist(), strict=True):
        mine = windows.setdefault(place, [])
        if len(mine) == share or any(a <= row < b for a, b in mine):
            continue
        low, high = int(table.starts[place]), int(table.starts[place + 1])
        mine.append((max(row - REACH, low), min(row + REACH + 1, high)))
        if sum(map(len, windows.values())) == most:
            break
    return [
        (place, first, last)
        for place, several in windows.items()
        for first, last in _disjoint(several)
    ]


def _disjoint(windows: list[tuple[int, int]]) -> list[tuple[int, int]]:
    out: list[tuple[int, int]] = []
    for first, last in sorted(windows):
        if out and first <= out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], last))
        else:
            out.append((first, last))
    return out


def of_stretch(
    table: VectorTable,
    place: int,
    first: int,
    values: npt.NDArray[np.float64],
    floor: float,
    shots_of: Callable[[str], Sequence[Span]],
    duration: Callable[[str], float],
) -> list[Found]:
    """Spans of the video at a place, from the standard scores of its rows from ``first`` on."""
    video, last = table.video_ids[place], first + len(values)
    length = duration(video)
    times = table.times[first:last]
    window = span_of_rows(table, place, first, last, length)
    if window is None:
        return []
    start, end = window.start, window.end
    every = shots_of(video)  # in order, not overlapping
    behind = bisect_right(every, start, key=lambda shot: shot.end)
    shots = every[behind : bisect_left(every, end, key=lambda shot: shot.start)]
    scores = curve(times, values, length, shots, window=window)
    return [
        replace(found, span=found.span.within(length))
        for found in spans_of(scores, floor)
        if found.span.start < length
    ]


def span_of_rows(
    table: VectorTable, place: int, first: int, last: int, length: float
) -> Span | None:
    """From the middle before the first frame to that behind the last; None where nothing is left.

    Parameters
    ----------
    table : VectorTable
    place, first, last : int
        Of the video, and of its rows.
    length : float
        Of the video in seconds.
    """
    low, high = int(table.starts[place]), int(table.starts[place + 1])
    start = 0.0 if first == low else float(table.times[first - 1 : first + 1].mean())
    end = length if last == high else float(table.times[last - 1 : last + 1].mean())
    return Span(start, end) if length > 0 and end > start else None
