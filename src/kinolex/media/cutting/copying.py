"""Copying packets of a file into a new one, untouched but for their times."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from kinolex.media.container import open_media, ratio, readable
from kinolex.media.cutting.keys import CannotCopyError, Window, origin, packets_from
from kinolex.media.cutting.plan import CutPlan
from kinolex.media.durations import clock

__all__ = ["copy", "muxer_options", "starts_well"]

LEAD = 1.0
"""Seconds that sound may be stored before the pictures that it belongs to."""
TRAIL = 5.0
"""Seconds behind the end where no sound from before it is stored any more."""


def muxer_options(container: str) -> dict[str, str]:
    """The index in front, so that a player can begin before it has the whole file."""
    return {} if container == "matroska" else {"movflags": "+faststart"}


def copy(plan: CutPlan, window: Window) -> Iterator[float]:
    """Write the packets of a window, and of the sound beside it; gives seconds as they are done.

    Raises
    ------
    CannotCopyError
        If the muxer refuses them, or they are not where they were found.
    MediaError
        If the file cannot be opened.
    """
    import av

    info = plan.pieces[0].info
    options = muxer_options(plan.container)
    try:
        with (
            open_media(Path(info.path), "cut") as source,
            av.open(plan.to, "w", format=plan.container, container_options=options) as out,
        ):
            yield from _Copier(source, out, plan, window).run()
    except (av.FFmpegError, ValueError) as error:
        raise CannotCopyError(f"{plan.container} does not take its packets") from error


@dataclass
class _Copier:
    """One pass over the packets of pictures and sound."""

    source: Any
    out: Any
    plan: CutPlan
    window: Window
    _outs: dict[int, Any] = field(default_factory=dict, init=False)
    _shifts: dict[int, tuple[int, Fraction]] = field(default_factory=dict, init=False)
    _stamps: list[int] = field(default_factory=list, init=False)
    _taken: int = field(default=0, init=False)

    def run(self) -> Iterator[float]:
        """Copy; the leading stream's packets are counted, the others go by their times."""
        info = self.plan.pieces[0].info
        streams = self._open()
        leader = self.source.streams[self.window.stream]
        first = max(0.0, self.window.start - LEAD)
        zero, told = origin(info, self.source, leader), 0.0
        length = self.window.end - self.window.start
        for packet in packets_from(self.source, leader, zero, first, streams):
            done = self._take(packet)
            if told + 1 < done < length:
                told = done
                yield done
            if self._whole and done > length + TRAIL:
                break
        if not self._whole:
            raise CannotCopyError("its packets are not where they were")

    @property
    def _whole(self) -> bool:
        return self._taken == len(self.window.times)

    def _open(self) -> list[Any]:
        """Make the streams of the new file, and seek."""
        from av.stream import Discard

        info = self.plan.pieces[0].info
        wanted = {self.window.stream, *(sound.index for sound in info.audio)}
        zero = clock(self.source)
        for stream in self.source.streams:
            stream.discard = Discard.default if stream.index in wanted else Discard.all
            unit = ratio(stream.time_base)
            if stream.index not in wanted or unit is None:
                continue
            made = self._outs[stream.index] = self.out.add_stream_from_template(stream, opaque=True)
            self._keep_names(made, stream)
            if info.video is not None and stream.index == info.video.index:
                self._keep_looks(made, stream)
            leads = stream.index == self.window.stream
            first = round((zero + Fraction(self.window.start)) / unit)
            self._shifts[stream.index] = (self.window.times[0] if leads else first, unit)
        self._stamps = decoding_times(self.window.times)
        return [self.source.streams[index] for index in self._outs]

    def _keep_names(self, made: Any, stream: Any) -> None:
        for key in ("language", "title"):
            if name := readable(stream.metadata.get(key, "")):
                made.metadata[key] = name

    def _keep_looks(self, made: Any, stream: Any) -> None:
        """Rotation, and the tag by which Apple's players know HEVC."""
        info = self.plan.pieces[0].info
        if info.video is not None and info.video.rotation:
            made.set_display_rotation(-info.video.rotation)
        if stream.codec_context.name == "hevc" and self.plan.container != "matroska":
            made.codec_context.codec_tag = "hvc1"

    def _take(self, packet: Any) -> float:
        """Write a packet where it is wanted; gives its time in the new file, seconds."""
        index = packet.stream.index
        first, unit = self._shifts[index]
        if packet.pts is None:
            raise CannotCopyError("its packets carry no times")
        time = float((packet.pts - first) * unit)
        if index == self.window.stream:
            if self._whole or packet.pts != self.window.times[self._taken]:
                return time
            packet.dts = self._stamps[self._taken]
            self._taken += 1
        elif time < 0 or time >= self.window.end - self.window.start:
            return time
        else:
            packet.dts = packet.pts
        if packet.pts >= first:  # frames that lead a key frame need those before it
            packet.pts -= first
            packet.dts -= first
            packet.stream = self._outs[index]
            self.out.mux(packet)
        return time


def decoding_times(shown: Sequence[int]) -> list[int]:
    """Rising decoding times for packets in their order, none after it is shown.

    Not every container keeps such times (Matroska does not), and none starts at a cut.

    Examples
    --------
    >>> decoding_times([0, 3, 1, 2, 6, 4, 5])
    [-1, 0, 1, 2, 3, 4, 5]
    """
    ranked = sorted(shown)
    places = {time: place for place, time in enumerate(ranked)}
    late = max(number - places[time] for number, time in enumerate(shown))
    step = max(1, (ranked[-1] - ranked[0]) // max(1, len(ranked) - 1))
    before = [ranked[0] - step * (late - number) for number in range(late)]
    return [*before, *ranked][: len(ranked)]


def starts_well(path: Path) -> bool:
    """Whether the first picture (or sound) of a new file decodes whole."""
    import av

    try:
        with open_media(path, "cut") as container:
            streams: list[Any] = [*container.streams.video, *container.streams.audio]
            for frame in container.decode(streams[0]):
                whole: bool = not getattr(frame, "is_corrupt", False)
                return whole
    except (av.FFmpegError, IndexError):
        pass
    return False
