"""How a question's chance runs over one video: what a heat timeline draws."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kinolex.moments import Span
from kinolex.search.curves import cells, smooth
from kinolex.search.fuse import Candidate
from kinolex.search.likeness import picture_chance
from kinolex.search.pictures import FrameTable, PictureQuestion

__all__ = ["Bar", "picture_bars", "word_bars"]

Bar = tuple[float, float, float]
"""Start and end in seconds, and the chance in [0, 1] that this stretch answers."""


def picture_bars(
    asked: PictureQuestion, table: FrameTable, video: str, duration: float, shots: Sequence[Span]
) -> list[Bar]:
    """One bar for each frame of a video, without gaps, in order of time.

    The line is that of the whole library, so that the bars of two videos can be compared.
    """
    if video not in table.table.video_ids:
        return []
    place = table.table.video_ids.index(video)
    first, end = int(table.table.starts[place]), int(table.table.starts[place + 1])
    if first == end:
        return []
    times = table.table.times[first:end]
    plain = smooth(asked.background.plain(table.rows[first:end].astype("f4") @ asked.vector))
    line = asked.background.line(len(table.table))
    chances = picture_chance(asked.background.judged(plain), line)
    starts, ends = cells(times, duration, shots)
    return list(zip(starts.tolist(), ends.tolist(), chances.tolist(), strict=True))


def word_bars(found: Iterable[Candidate]) -> dict[str, list[Bar]]:
    """Bars of the word channels where words answer; a title that names all of it is left out."""
    bars: dict[str, list[Bar]] = {}
    for one in found:
        if not one.whole:
            bars.setdefault(one.channel, []).append((one.span.start, one.span.end, one.chance))
    return {channel: sorted(some) for channel, some in bars.items()}
