"""One pass over a film: frames as a plan wants them, with cuts, stills and changed screens.

The way is the cheapest that gives what the plan asks for: key frames only; one sequential pass,
without the frames that no other refers to where sampling can do without them; and seeking only
where wanted frames lie far apart. Only kept frames are scaled and converted.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from kinolex.media.ahead import ahead
from kinolex.media.cuts import LOOKAHEAD, CutFinder
from kinolex.media.reading import Decoded, FilmReader, Reader, open_frames
from kinolex.media.sampling import Grid, ShotGrid, step_for
from kinolex.media.stills import encode_still
from kinolex.media.thumbnails import Thumbnail, thumbnail
from kinolex.media.types import Frame, MediaInfo, PicturePlan, VideoStream
from kinolex.media.upright import Sizes, Upright, fit_longer, sizes_for

__all__ = ["Way", "pictures", "still_at", "way_for"]

SPARSE = 4.0
"""Seconds between wanted frames from which seeking is cheaper than decoding on."""
SKIP_SECONDS, SKIP_FRAMES = 0.6, 12
"""Non-reference frames are left out where wanted frames are at least so far apart."""
ENORMOUS = 16_000_000
"""Pixels of a frame (beyond 5K) from which fewer frames wait to be looked at."""
AHEAD = 4
"""Frames that are decoded while earlier ones are looked at."""
SCREEN_GRID = 160
"""Longer side of the grey pictures in which a change of the screen is looked for."""
SCREEN_STEP, SCREEN_CELLS = 18, 2
"""Grey levels, and how many cells must differ by so much, for a screen to have changed."""


@dataclass(frozen=True, slots=True)
class Way:
    """How to run over a film: what to leave out, whether to seek, whether cuts can be found."""

    skip: str
    seek: bool
    cuts: bool


def way_for(plan: PicturePlan, video: VideoStream, step: float) -> Way:
    """Choose the cheapest way for a plan whose wanted frames are ``step`` seconds apart.

    Examples
    --------
    >>> from fractions import Fraction
    >>> film = VideoStream(0, "h264", 640, 360, 640, 360, Fraction(1, 24000), 0, 24.0)
    >>> way_for(PicturePlan(every=1.0), film, 1.0)
    Way(skip='NONREF', seek=False, cuts=True)
    >>> way_for(PicturePlan("keyframes"), film, 1.0)
    Way(skip='NONKEY', seek=False, cuts=False)
    >>> way_for(PicturePlan(every=30.0, cuts=False), film, 30.0)
    Way(skip='NONREF', seek=True, cuts=False)
    """
    if plan.policy == "keyframes":
        return Way("NONKEY", False, False)
    cuts = plan.cuts or plan.policy == "shots"
    can_skip = step >= SKIP_SECONDS and step * (video.fps or 25.0) >= SKIP_FRAMES
    return Way("NONREF" if can_skip else "DEFAULT", step > SPARSE and not cuts, cuts)


def pictures(path: Path | str, info: MediaInfo, plan: PicturePlan) -> Iterator[Frame]:
    """Decode a film and keep the frames that a plan wants.

    Parameters
    ----------
    path : Path or str
        The file.
    info : MediaInfo
        What `probe` told about it.
    plan : PicturePlan
        Which frames, how large, and what else.

    Yields
    ------
    Frame
        With rising times. Kept for a wanted time is the first frame at or after it (of those that
        are decoded: frames that no other refers to may be left out when wanted frames are more
        than 0.6 s apart); the first frame is always kept. ``cuts`` of the last frame also holds
        those after it. A damaged film gives what it has; one without pictures gives nothing.

    Raises
    ------
    MediaError
        Stage ``decode``: the file cannot be opened, or its disk fails half way.
    ValueError
        For a plan without a step or budget.
    """
    if info.video is None:
        return
    span = plan.span
    start, end = (span.start, span.end) if span else (0.0, math.inf)
    covered = min(end, info.duration) - start
    step = step_for(plan.policy, plan.every, plan.budget, max(covered, 1e-3))
    way = way_for(plan, info.video, step)
    keeper = _Keeper(info.video, plan, step, start)
    with open_frames(
        path,
        info,
        skip=way.skip,
        threads=plan.threads,
        hardware=plan.hardware,
        longest_gap=step if way.skip == "NONREF" else 0.0,
    ) as reader:
        if start > 0:
            reader.skip_to(start)
        with _source(reader, info.video, alone=way.seek or plan.threads == 1) as frames:
            for seen in _judged(frames, info.video, way.cuts):
                if seen.decoded.time >= end:
                    break
                before = keeper.wanted
                yield from keeper.see(seen)
                if keeper.full:
                    break
                if way.seek and keeper.wanted > before:
                    reader.skip_to(keeper.wanted)
    yield from keeper.finish()


@contextmanager
def _source(reader: Reader, video: VideoStream, alone: bool) -> Iterator[Iterable[Decoded]]:
    """The frames of a reader; where it helps, decoded while earlier ones are looked at.

    Not where the reader is told to skip, and not for enormous frames, of which few may wait.
    """
    if alone or not isinstance(reader, FilmReader) or _is_enormous(video):
        yield reader
        return
    with closing(ahead(reader, AHEAD)) as frames:
        yield frames


def _is_enormous(video: VideoStream) -> bool:
    return video.coded_width * video.coded_height > ENORMOUS


@dataclass(frozen=True, slots=True)
class _Seen:
    decoded: Decoded
    thumbnail: Thumbnail | None
    cut: bool


def _judged(frames: Iterable[Decoded], video: VideoStream, cuts: bool) -> Iterator[_Seen]:
    """Frames with the judgement whether a shot begins with them."""
    if not cuts:
        for decoded in frames:
            yield _Seen(decoded, None, False)
        return
    finder = CutFinder(1 if _is_enormous(video) else LOOKAHEAD)
    waiting: deque[tuple[Decoded, Thumbnail]] = deque()
    for decoded in frames:
        thumb = thumbnail(decoded.frame)
        waiting.append((decoded, thumb))
        cut = finder.push(thumb, decoded.time)
        if cut is not None:
            yield _Seen(*waiting.popleft(), cut)
    for cut in finder.finish():
        yield _Seen(*waiting.popleft(), cut)


@dataclass
class _Keeper:
    """Decides which frames to keep and makes their pictures."""

    video: VideoStream
    plan: PicturePlan
    step: float
    start: float
    kept: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self._grid = Grid(self.step, self.start)
        self._shots = ShotGrid(self.step, self.start) if self.plan.policy == "shots" else None
        self._sizes: Sizes = sizes_for(self.plan, (self.video.width, self.video.height))
        self._upright = Upright(self.video)
        self._held: Frame | None = None
        self._cuts: list[float] = []
        self._distinct: Thumbnail | None = None
        self._screen: npt.NDArray[np.uint8] | None = None

    @property
    def wanted(self) -> float:
        """The next wanted time in seconds."""
        return self._grid.wanted

    @property
    def full(self) -> bool:
        """Whether a budget is used up."""
        return self.plan.policy == "budget" and self.kept >= self.plan.budget

    def see(self, seen: _Seen) -> Iterator[Frame]:
        """Look at the next frame; gives the one kept before it, once that is complete."""
        time = seen.decoded.time
        if seen.cut and time >= self.start:
            self._cuts.append(time)
        taken = self._shots.take(time, seen.cut) if self._shots else self._grid.take(time)
        if not taken:
            return
        frame = self._make(seen.decoded, seen.thumbnail or thumbnail(seen.decoded.frame))
        self.kept += 1
        if self._held is not None:
            yield self._held
        self._held, self._cuts = frame, []

    def finish(self) -> Iterator[Frame]:
        """Give the last frame, with the cuts that came after it."""
        if self._held is not None:
            yield replace(self._held, cuts=(*self._held.cuts, *self._cuts))

    def _make(self, decoded: Decoded, thumb: Thumbnail) -> Frame:
        same = self._distinct is not None and thumb.is_same(self._distinct)
        if not same:
            self._distinct = thumb
        black = thumb.is_black()
        sizes, frame = self._sizes, decoded.frame
        picture = self._upright.picture(frame, sizes.picture) if sizes.picture else None
        return Frame(
            pts=decoded.ticks,
            time=decoded.time,
            key=decoded.key,
            picture=picture,
            screen=None if black else self._changed_screen(decoded),
            still=self._still(decoded),
            same_as_last=same,
            black=black,
            new_shot=bool(self._cuts),
            cuts=tuple(self._cuts),
        )

    def _still(self, decoded: Decoded) -> bytes | None:
        if self._sizes.still is None:
            return None
        return encode_still(self._upright.picture(decoded.frame, self._sizes.still))

    def _changed_screen(self, decoded: Decoded) -> npt.NDArray[np.uint8] | None:
        """The picture for reading words, when it differs from the last one that was given.

        One more line of small letters must count as a change: hence a finer look than for cuts,
        at averages instead of points.
        """
        if self._sizes.screen is None:
            return None
        size = fit_longer((self.video.width, self.video.height), SCREEN_GRID)
        grey = self._upright.picture(decoded.frame, size, grey=True)
        if self._screen is not None:
            gap = np.abs(grey.astype(np.int16) - self._screen)
            if np.count_nonzero(gap > SCREEN_STEP) < SCREEN_CELLS:
                return None
        self._screen = grey
        return self._upright.picture(decoded.frame, self._sizes.screen)


def still_at(path: Path | str, info: MediaInfo, time: float, size: int) -> bytes | None:
    """A JPEG of what is to be seen at a time: the last frame that starts at or before it.

    Parameters
    ----------
    path, info
        The file and what `probe` told about it.
    time : float
        Seconds; behind the end gives the last frame.
    size : int
        Longer side in pixels.

    Returns
    -------
    bytes or None
        None when there are no pictures or none can be decoded.
    """
    if info.video is None:
        return None
    shown: Decoded | None = None
    with open_frames(path, info, threads=1) as reader:
        if time > SPARSE:
            reader.skip_to(min(time, info.duration) - 1.0)
        for decoded in reader:
            if decoded.time > time + 1e-6 and shown is not None:
                break
            shown = decoded
            if decoded.time >= time:
                break
    if shown is None:
        return None
    fitted = fit_longer((info.video.width, info.video.height), size)
    return encode_still(Upright(info.video).picture(shown.frame, fitted))
