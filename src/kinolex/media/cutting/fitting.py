"""Pictures made fit for a cut: upright, square pixels, even sides, yuv420p, and one size."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from kinolex.media.cutting.film import Shown
from kinolex.media.types import VideoStream

if TYPE_CHECKING:
    from av import VideoFrame

__all__ = ["Fitting", "even", "fitted"]

UNIT = Fraction(1, 1_000_000)
"""Time base inside the filters, fine enough for any film."""
HIGH_DEFINITION = 720
"""Lines from which colours are those of ITU-R BT.709."""


def even(size: tuple[int, int]) -> tuple[int, int]:
    """The largest size with even sides (at least 2), as yuv420p wants them.

    Examples
    --------
    >>> even((1279, 720)), even((1, 5))
    ((1278, 720), (2, 4))
    """
    return max(2, size[0] // 2 * 2), max(2, size[1] // 2 * 2)


def fitted(size: tuple[int, int], into: tuple[int, int]) -> tuple[int, int]:
    """The largest even size of the same shape that fits.

    Examples
    --------
    >>> fitted((640, 480), (1920, 1080)), fitted((1080, 1920), (640, 360))
    ((1440, 1080), (202, 360))
    """
    scale = min(Fraction(into[0], size[0]), Fraction(into[1], size[1]))
    return even((round(size[0] * scale), round(size[1] * scale)))


@dataclass
class Fitting:
    """Fits the pictures of one file.

    Parameters
    ----------
    video : VideoStream
        Rotation, shape of pixels, fields.
    size : (int, int), optional
        The size to give, with black borders; default the file's own.
    """

    video: VideoStream
    size: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        self._graph: Any = None
        self._kind: tuple[int, int, str] | None = None

    def fit(self, pictures: Iterable[Shown]) -> Iterator[Shown]:
        """The same pictures at the same times, fitted."""
        waiting: list[Shown] = []
        for shown in pictures:
            frame = shown.frame
            kind = (frame.width, frame.height, frame.format.name)
            if kind != self._kind:
                yield from self._given(None, waiting)
                self._graph, self._kind = self._build(frame), kind
            waiting.append(shown)
            yield from self._given(frame, waiting)
        yield from self._given(None, waiting)

    def _given(self, frame: VideoFrame | None, waiting: list[Shown]) -> Iterator[Shown]:
        """Push a frame (None: no more) and take what comes, in order; filters may lag behind."""
        import av

        if self._graph is None:
            return
        if frame is not None:
            frame.pts, frame.time_base = round(waiting[-1].start / UNIT), UNIT
        self._graph.vpush(frame)
        with contextlib.suppress(av.BlockingIOError, av.EOFError):
            while waiting:
                done = self._graph.vpull()
                done.pict_type = 0  # the encoder chooses for itself
                shown = waiting.pop(0)
                yield Shown(shown.start, shown.end, done)

    def _build(self, frame: VideoFrame) -> Any:
        import av

        graph = av.filter.Graph()
        last = graph.add_buffer(
            width=frame.width, height=frame.height, format=frame.format, time_base=UNIT
        )
        for name, arguments in (*self._steps(frame), ("format", "yuv420p"), ("buffersink", "")):
            node = graph.add(name, arguments) if arguments else graph.add(name)
            last.link_to(node)
            last = node
        graph.configure()
        return graph

    def _steps(self, frame: VideoFrame) -> Iterator[tuple[str, str]]:
        if self.video.interlaced:
            yield "bwdif", "mode=send_frame:deint=interlaced"
        if self.video.rotation == 180:
            yield "hflip", ""
            yield "vflip", ""
        elif self.video.rotation:
            yield "transpose", "clock" if self.video.rotation == 90 else "cclock"
        turned = self.video.rotation in (90, 270)
        coded = (frame.height, frame.width) if turned else (frame.width, frame.height)
        yield from self._sizes(coded, frame)

    def _sizes(self, coded: tuple[int, int], frame: VideoFrame) -> Iterator[tuple[str, str]]:
        shown = (self.video.width, self.video.height)
        inside = fitted(shown, self.size) if self.size else even(shown)
        colours = self._colours(frame)
        if shown == coded and not self.size and min(coded) > 1:
            if inside != coded:
                yield "crop", f"{inside[0]}:{inside[1]}:0:0"
            if colours:
                yield "scale", colours
        else:
            yield "scale", f"{inside[0]}:{inside[1]}:flags=bicubic{':' if colours else ''}{colours}"
        if self.size and inside != self.size:
            yield "pad", f"{self.size[0]}:{self.size[1]}:(ow-iw)/2:(oh-ih)/2"
        yield "setsar", "1"

    def _colours(self, frame: VideoFrame) -> str:
        """Pictures in RGB, and all that stand beside others, get one matrix and range."""
        if not self.size and not frame.format.is_rgb:
            return ""
        height = self.size[1] if self.size else self.video.height
        matrix = "bt709" if height >= HIGH_DEFINITION else "bt601"
        return f"out_color_matrix={matrix}:out_range=tv"
