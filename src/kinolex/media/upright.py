"""From a decoded frame to small upright pictures: scaled first, then turned, blended, made RGB.

Scaling happens in the decoder's own pixel format, so that only the small picture is converted.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import numpy.typing as npt

from kinolex.media.types import PicturePlan, VideoStream

if TYPE_CHECKING:
    from av import VideoFrame

__all__ = ["Sizes", "Upright", "blend", "fit_longer", "fit_shorter", "sizes_for"]

Picture = npt.NDArray[np.uint8]
Size = tuple[int, int]

BACKGROUND = 255
"""What transparent pixels lie on: white, as drawings and logos are meant for a page."""

HIGH_DEFINITION = 720
"""Lines from which colours that nobody named are ITU-R BT.709, as players assume."""


def fit_shorter(size: Size, wanted: int) -> Size:
    """Width and height with the shorter side ``wanted``; never larger than ``size``.

    Examples
    --------
    >>> fit_shorter((1920, 1080), 256), fit_shorter((100, 50), 256)
    ((455, 256), (100, 50))
    """
    return _fit(size, wanted / min(size))


def fit_longer(size: Size, wanted: int) -> Size:
    """Width and height with the longer side ``wanted``; never larger than ``size``.

    Examples
    --------
    >>> fit_longer((1920, 1080), 320)
    (320, 180)
    """
    return _fit(size, wanted / max(size))


def _fit(size: Size, factor: float) -> Size:
    if factor >= 1:
        return size
    return max(1, round(size[0] * factor)), max(1, round(size[1] * factor))


@dataclass(frozen=True, slots=True)
class Sizes:
    """Width and height of each picture that a plan wants; None: not wanted."""

    picture: Size | None
    screen: Size | None
    still: Size | None


def sizes_for(plan: PicturePlan, size: Size) -> Sizes:
    """What a plan wants of a film that is shown at ``size`` (width, height)."""
    picture: Size | None = None
    if plan.picture_size and plan.picture_square:
        picture = (plan.picture_size, plan.picture_size)
    elif plan.picture_size:
        picture = fit_shorter(size, plan.picture_size)
    screen = fit_longer(size, plan.screen_size) if plan.screen_size else None
    still = fit_longer(size, plan.still_size) if plan.still_size else None
    return Sizes(picture, screen, still)


@dataclass
class Upright:
    """Makes upright pictures of one film's frames.

    Interlaced frames give one of their fields (the combs of motion would otherwise look like
    edges); transparent ones lie on white.
    """

    video: VideoStream
    _scalers: dict[tuple[Size, str], Any] = field(default_factory=dict, init=False)
    _field: Any = field(default=None, init=False)
    _field_of: tuple[int, int, str] | None = field(default=None, init=False)
    _last: tuple[VideoFrame, VideoFrame] | None = field(default=None, init=False)
    """The frame asked for last, and the largest small version of it."""

    def picture(self, frame: VideoFrame, size: Size, *, grey: bool = False) -> Picture:
        """Scale, turn and convert one frame.

        Parameters
        ----------
        frame : av.VideoFrame
            As decoded, in main memory.
        size : (int, int)
            Width and height wanted, upright.
        grey : bool
            Give luma only.

        Returns
        -------
        numpy.ndarray
            (height, width, 3) uint8 RGB, or (height, width) for grey; its own memory.
        """
        turned = self.video.rotation in (90, 270)
        width, height = (size[1], size[0]) if turned else size
        picture = self._scaled(frame, width, height, grey)
        if self.video.rotation:
            picture = np.rot90(picture, -(self.video.rotation // 90))
        return np.ascontiguousarray(picture)

    def _scaled(self, frame: VideoFrame, width: int, height: int, grey: bool) -> Picture:
        form = frame.format
        transparent = form.has_palette or any(c.is_alpha for c in form.components)
        middle = "rgba" if transparent else "rgb24" if form.is_rgb else "yuv444p"
        source = self._source(frame, width, height)
        small = self._scale(source, width, height, "gray" if grey else middle)
        if grey:
            return cast("Picture", small.to_ndarray())
        if self._last is None or self._last[0] is not frame or small.width > self._last[1].width:
            self._last = (frame, small)
        if middle == "yuv444p":
            small = self._scale(small, width, height, "rgb24")
        array = cast("Picture", small.to_ndarray())
        return blend(array) if transparent else array

    def _source(self, frame: VideoFrame, width: int, height: int) -> VideoFrame:
        """What to scale: a small version of the same frame, if that is large enough."""
        if self._last is not None and self._last[0] is frame:
            small = self._last[1]
            same_shape = abs(small.width * height - small.height * width) <= small.width + width
            if same_shape and small.width >= width and small.height >= height:
                return small
        if frame.interlaced_frame and frame.height > 2:
            return self._one_field(frame)
        return frame

    def _scale(self, frame: VideoFrame, width: int, height: int, form: str) -> VideoFrame:
        from av.video.reformatter import ColorRange, Interpolation, VideoReformatter

        key = ((width, height), form)
        if key not in self._scalers:
            self._scalers[key] = VideoReformatter()
        scaler: VideoReformatter = self._scalers[key]
        colours = self._colours(frame)
        return scaler.reformat(
            frame,
            width,
            height,
            form,
            src_colorspace=colours,
            dst_colorspace=colours,
            interpolation=Interpolation.BICUBIC,
            dst_color_range=ColorRange.JPEG if form == "gray" else None,
            threads=1,
        )

    def _colours(self, frame: VideoFrame) -> int | None:
        """The matrix between YUV and RGB; None: as the frame says."""
        from av.video.reformatter import Colorspace

        unnamed = frame.colorspace in (0, 2) and not frame.format.is_rgb
        if not unnamed:
            return None
        high = max(self.video.coded_height, self.video.coded_width * 9 // 16) >= HIGH_DEFINITION
        return Colorspace.ITU709 if high else Colorspace.ITU601

    def _one_field(self, frame: VideoFrame) -> VideoFrame:
        """Every second line, without a copy: half the height at the same width."""
        import av

        key = (frame.width, frame.height, frame.format.name)
        if self._field_of != key:
            graph = av.filter.Graph()
            source = graph.add_buffer(
                width=frame.width,
                height=frame.height,
                format=frame.format,
                time_base=self.video.time_base,
            )
            graph.link_nodes(source, graph.add("field", "top"), graph.add("buffersink")).configure()
            self._field, self._field_of = graph, key
        self._field.vpush(frame)
        half: VideoFrame = self._field.vpull()
        return half


def blend(picture: Picture) -> Picture:
    """Lay a (height, width, 4) RGBA picture on white; gives (height, width, 3) uint8."""
    alpha = picture[..., 3:].astype(np.uint16)
    mixed = picture[..., :3] * alpha + BACKGROUND * (255 - alpha)
    return ((mixed + 127) // 255).astype(np.uint8)
