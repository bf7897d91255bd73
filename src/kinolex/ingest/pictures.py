"""The picture stage: one decode pass feeds frame vectors, shots, stills and screen text.

Black frames are skipped (unless nothing else is met); a frame that is nearly identical to the one
before takes over its vector without a model call. Batches are cut at fixed places of each video,
so that an interrupted run that starts again writes the same vectors as an uninterrupted one.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from kinolex.encoders.protocols import PictureEncoder, ScreenReader
from kinolex.encoders.screen_passages import ScreenText
from kinolex.library.records import FrameBlock, Passage, Shot
from kinolex.media.types import Frame, MediaInfo, PicturePlan
from kinolex.settings import Settings

__all__ = ["BATCH", "PicturePass", "Pictures", "full_plan", "preview_plan"]

BATCH = 16
"""Pictures a model call."""

SCREEN_SIZE = 1280
"""Longer side of the pictures that are read for text, pixels."""


def full_plan(
    settings: Settings, picture: PictureEncoder | None, *, screen: bool, stills: bool
) -> PicturePlan:
    """The plan of the full pass: a frame every ``settings.every`` seconds and at shots."""
    return PicturePlan(
        policy="shots",
        every=settings.every,
        picture_size=picture.picture_size if picture else 0,
        picture_square=picture.picture_square if picture else False,
        screen_size=SCREEN_SIZE if screen else 0,
        still_size=settings.still_size if settings.stills and stills else 0,
        hardware=settings.hardware,
        threads=settings.threads,
    )


def preview_plan(settings: Settings, picture: PictureEncoder, duration: float) -> PicturePlan:
    """The plan of the coarse pass: so few key frames that it costs little beside the full one."""
    return PicturePlan(
        policy="keyframes",
        every=max(15.0 * settings.every, duration / 240),
        picture_size=picture.picture_size,
        picture_square=picture.picture_square,
        cuts=False,
        hardware=settings.hardware,
        threads=settings.threads,
    )


SCREEN_EVERY = 2.0
"""Seconds between screens that are read: reading one costs more than everything else together."""


@dataclass(slots=True)
class Pictures:
    """What one pass over one video brought."""

    frames: FrameBlock | None
    shots: tuple[Shot, ...]
    stills: tuple[tuple[int, bytes], ...]
    screen: tuple[Passage, ...]
    seen: int
    encoded: int


@dataclass(slots=True)
class PicturePass:
    """Consume the frames of one video.

    Parameters
    ----------
    info : MediaInfo
        The video.
    picture : PictureEncoder or None
        Encodes frames; None leaves the vectors out.
    reader : ScreenReader or None
        Reads screens; None leaves the words out.
    """

    info: MediaInfo
    picture: PictureEncoder | None
    reader: ScreenReader | None
    _pts: list[int] = field(default_factory=list)
    _rows: list[int] = field(default_factory=list)
    _vectors: list[npt.NDArray[np.float16]] = field(default_factory=list)
    _batch: list[npt.NDArray[np.uint8]] = field(default_factory=list)
    _stills: list[tuple[int, bytes]] = field(default_factory=list)
    _cuts: set[int] = field(default_factory=set)
    seen: int = 0
    reused: int = 0
    _encoded: int = 0
    _dark: tuple[int, npt.NDArray[np.uint8]] | None = None
    _waiting: tuple[float, npt.NDArray[np.uint8]] | None = None
    _read_at: float = -SCREEN_EVERY
    _screen: ScreenText = field(default_factory=ScreenText)

    def __post_init__(self) -> None:
        if self.reader is not None:
            self.reader.forget()

    def consume(self, frames: Iterable[Frame], moved: Callable[[float], None]) -> None:
        """Take every frame; ``moved`` is told the time reached, in seconds."""
        for frame in frames:
            self.seen += 1
            self._take(frame)
            moved(frame.time)

    def _take(self, frame: Frame) -> None:
        video = self.info.video
        if video is not None:
            self._cuts.update(round(cut / video.time_base) for cut in frame.cuts)
        if frame.still is not None and not frame.black:
            self._stills.append((frame.pts, frame.still))
        self._look_at_screen(frame)
        if frame.black or (frame.same_as_last and self._rows):
            self.reused += 1
        if self.picture is None or frame.picture is None:
            return
        if frame.black:
            self._dark = (frame.pts, frame.picture)
            return
        self._pts.append(frame.pts)
        if frame.same_as_last and self._rows:
            self._rows.append(self._rows[-1])
            return
        self._rows.append(self._encoded + len(self._batch))
        self._batch.append(frame.picture)
        if len(self._batch) == BATCH:
            self._flush()

    def _look_at_screen(self, frame: Frame) -> None:
        """Read changed screens, at most one in `SCREEN_EVERY` seconds and the first of a shot.

        A changed screen that comes too soon waits; the next change takes its place.
        """
        if self.reader is None:
            return
        if frame.new_shot:
            self._read_waiting()
        if frame.black:
            self._waiting = None
            self._screen.add(frame.time, [])
        elif frame.screen is not None:
            self._waiting = (frame.time, frame.screen)
        if frame.new_shot or frame.time - self._read_at >= SCREEN_EVERY:
            self._read_waiting()

    def _read_waiting(self) -> None:
        if self._waiting is not None and self.reader is not None:
            time, screen = self._waiting
            self._screen.add(time, self.reader.read(screen))
            self._read_at, self._waiting = time, None

    def _flush(self) -> None:
        if self._batch and self.picture is not None:
            vectors = self.picture.encode_pictures(self._batch)
            self._vectors.append(vectors.astype(np.float16))
            self._encoded += len(self._batch)
            self._batch = []

    def finish(self) -> Pictures:
        """Everything that the pass brought, ready to commit."""
        if self._dark is not None and not self._rows:
            # Nothing but black was met: its last picture is better than none.
            self._pts, self._rows = [self._dark[0]], [0]
            self._batch = [self._dark[1]]
        self._flush()
        self._read_waiting()
        block = None
        if self._vectors:
            rows = np.concatenate(self._vectors)[np.asarray(self._rows)]
            block = FrameBlock(np.asarray(self._pts, dtype=np.int64), rows)
        return Pictures(
            frames=block,
            shots=self._shots(),
            stills=tuple(self._stills),
            screen=tuple(
                Passage(p.span, p.text, "screen", confidence=p.confidence, box=p.box)
                for p in self._screen.finish(self.info.duration)
            ),
            seen=self.seen,
            encoded=self._encoded,
        )

    def _shots(self) -> tuple[Shot, ...]:
        video = self.info.video
        if video is None or not self.seen:
            return ()
        end = max(1, round(self.info.duration / video.time_base))
        edges = [0, *sorted(c for c in self._cuts if 0 < c < end), end]
        return tuple(Shot(a, b) for a, b in itertools.pairwise(edges))
