"""Sound of files as one new AAC track without gaps: silence where nothing is heard."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from kinolex.media.container import only_stream, open_media, ratio
from kinolex.media.durations import clock
from kinolex.media.languages import language_tag
from kinolex.media.sound import decoded_sound
from kinolex.media.types import AudioStream, MediaInfo

if TYPE_CHECKING:
    from av import AudioFrame

__all__ = ["LAYOUTS", "RATES", "Track", "sound_from"]

Samples = npt.NDArray[np.float32]
"""(channels, samples) in [-1, 1]."""

RATES = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 88200, 96000)
"""Samples a second that AAC knows."""
LAYOUTS = {1: "mono", 2: "stereo", 6: "5.1"}
"""Layouts that are kept, by their number of channels; others become stereo."""
BITS = 96_000
"""Bits a second of one channel."""
SLACK = 0.02
"""Seconds by which times of sound may jitter before they count."""
BACK_OFF = (0.5, 5.0, 30.0)
"""Seconds before the wanted time to seek to, one after the other, until early enough."""


def sound_from(
    info: MediaInfo, stream: AudioStream, start: float, rate: int, layout: str
) -> Iterator[tuple[int, Samples]]:
    """Pieces of a sound track from a time on: place in samples from the film's start, samples.

    Raises
    ------
    MediaError
        If the file cannot be opened, or its disk fails.
    """
    path = Path(info.path)
    with open_media(path, "cut") as container:
        zero = float(clock(container))
        frames = _frames_from(container, only_stream(container, stream.index), path, start, zero)
        place: int | None = None
        resampler: Any = None
        kind: tuple[str, str, int] | None = None
        for frame in frames:
            now = (frame.format.name, frame.layout.name, frame.sample_rate)
            at = _time(frame, zero)
            wanted = None if at is None else round(at * rate)
            jumped = wanted is not None and (place is None or abs(wanted - place) > SLACK * rate)
            if resampler is None or now != kind or jumped:
                yield from _resampled(resampler, None, place)
                resampler, kind = _resampler(layout, rate), now
                place = wanted if wanted is not None else place or 0
            frame.pts = None
            for piece in _resampled(resampler, frame, place):
                yield piece
                place = piece[0] + piece[1].shape[1]
        yield from _resampled(resampler, None, place)


def _resampler(layout: str, rate: int) -> Any:
    import av

    return av.AudioResampler("fltp", layout, rate)


def _resampled(
    resampler: Any, frame: AudioFrame | None, place: int | None
) -> Iterator[tuple[int, Samples]]:
    if resampler is None or place is None:
        return
    for out in resampler.resample(frame):
        samples = out.to_ndarray().astype(np.float32, copy=False)
        yield place, samples
        place += samples.shape[1]


def _frames_from(
    container: Any, stream: Any, path: Path, start: float, zero: float
) -> Iterator[AudioFrame]:
    """Decoded frames, the first of them at or before ``start`` where that is possible."""
    for back in (*BACK_OFF, math.inf):
        frames = decoded_sound(container, stream, path, "cut")
        if start - back > 0 and not _seek(container, stream, start - back + zero):
            continue
        if start - back <= 0:
            _seek(container, stream, 0.0 if zero >= 0 else zero)
        first = next(frames, None)
        at = _time(first, zero) if first is not None else None
        if first is not None and (back == math.inf or (at is not None and at <= start)):
            yield first
            yield from frames
            return


def _seek(container: Any, stream: Any, time: float) -> bool:
    import av

    unit = ratio(stream.time_base)
    stream.codec_context.flush_buffers()
    try:
        container.seek(round(time / unit) if unit else 0, stream=stream, backward=True)
    except (av.FFmpegError, OSError):
        return False
    return True


def _time(frame: AudioFrame, zero: float) -> float | None:
    stamp = frame.pts if frame.pts is not None else frame.dts
    if stamp is None or frame.time_base is None:
        return None
    return float(stamp * frame.time_base) - zero


@dataclass
class Track:
    """One sound track of a new file, written from its start to its end.

    Parameters
    ----------
    out : av.container.OutputContainer
        Where it goes.
    rate : int
        Samples a second, one of `RATES`.
    layout : str
        One of `LAYOUTS`.
    language : str
        ISO 639 code, or "".
    """

    out: Any
    rate: int
    layout: str
    language: str = ""
    _source: Iterator[tuple[int, Samples]] | None = field(default=None, init=False)
    _waiting: list[tuple[int, Samples]] = field(default_factory=list, init=False)
    _shift: int = field(default=0, init=False)
    _done: int = field(default=0, init=False)
    _sent: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        import av

        self._stream = self.out.add_stream("aac", rate=self.rate)
        self._stream.layout = self.layout
        self._channels = {name: n for n, name in LAYOUTS.items()}[self.layout]
        self._stream.bit_rate = BITS * self._channels
        if self.language:
            self._stream.metadata["language"] = language_tag(self.language)
        self._fifo = av.AudioFifo()

    def begin(self, source: Iterator[tuple[int, Samples]] | None, base: Fraction) -> None:
        """Go on with another source, whose time ``base`` (seconds) is now; None: silence."""
        self._source, self._waiting = source, []
        self._shift = self._done - round(base * self.rate)

    def until(self, time: Fraction) -> None:
        """Write up to a time of the new file."""
        end = round(time * self.rate)
        while self._done < end:
            count = min(end - self._done, self.rate)
            self._send(self._piece(self._done, count))
            self._done += count

    def _piece(self, at: int, count: int) -> Samples:
        """Samples from ``at`` on; silence where the source has none."""
        piece = np.zeros((self._channels, count), np.float32)
        self._fill(at + count)
        for place, samples in self._waiting:
            first, last = max(place, at), min(place + samples.shape[1], at + count)
            if first < last:
                piece[:, first - at : last - at] = samples[:, first - place : last - place]
        self._waiting = [w for w in self._waiting if w[0] + w[1].shape[1] > at + count]
        return piece

    def _fill(self, end: int) -> None:
        """Take from the source until it reaches ``end``."""
        while self._source is not None:
            if self._waiting and self._waiting[-1][0] + self._waiting[-1][1].shape[1] >= end:
                return
            taken = next(self._source, None)
            if taken is None:
                self._source = None
                return
            self._waiting.append((taken[0] + self._shift, taken[1]))

    def _send(self, piece: Samples) -> None:
        import av

        frame = av.AudioFrame.from_ndarray(piece, format="fltp", layout=self.layout)
        frame.sample_rate = self.rate
        frame.pts = None
        self._fifo.write(frame)
        self._code(last=False)

    def _code(self, last: bool) -> None:
        self._stream.codec_context.open(strict=False)
        size = self._stream.codec_context.frame_size or 1024
        while (frame := self._fifo.read(size, partial=last)) is not None:
            frame.pts, frame.time_base = self._sent, Fraction(1, self.rate)
            self._sent += frame.samples
            self.out.mux(self._stream.encode(frame))

    def close(self) -> None:
        """Code what is left."""
        self._code(last=True)
        self.out.mux(self._stream.encode(None))
