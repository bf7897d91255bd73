"""The sound of a file as 16 kHz mono, in pieces of bounded length that lie right in time."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from kinolex.errors import MediaError
from kinolex.media.container import only_stream, open_media, stop_if_gone
from kinolex.media.durations import clock
from kinolex.media.languages import language_code
from kinolex.media.types import AudioStream, MediaInfo, SoundPiece

if TYPE_CHECKING:
    from av import AudioFrame

__all__ = ["RATE", "choose_track", "decoded_sound", "sound"]

Samples = npt.NDArray[np.float32]

RATE = 16000
"""Samples a second of all sound that is given."""
SLACK = 0.05
"""Seconds by which times may be off before they are believed more than the number of samples."""
BEHIND = 10.0
"""Seconds behind the end of a file from which a time is damage."""
PATIENCE = 100
"""Errors of the demuxer in a row before a track is given up."""


def choose_track(
    info: MediaInfo, stream: int | None = None, language: str = ""
) -> AudioStream | None:
    """Choose a sound track: by index, else by language, else the default one, else the first.

    Parameters
    ----------
    info : MediaInfo
        As probed.
    stream : int, optional
        Index among all streams of the file.
    language : str
        Any tag for a language; a track in it wins over the default one.

    Returns
    -------
    AudioStream or None
        None when there is no sound.

    Raises
    ------
    MediaError
        ``no-streams`` when ``stream`` is no sound track.
    """
    if stream is not None:
        chosen = next((t for t in info.audio if t.index == stream), None)
        if chosen is None:
            tracks = ", ".join(str(t.index) for t in info.audio) or "none"
            raise MediaError(
                f"{Path(info.path).name} has no sound track {stream} (sound tracks: {tracks}).",
                reason="no-streams",
                stage="sound",
            )
        return chosen
    wanted = language_code(language)
    spoken = [t for t in info.audio if wanted and t.language == wanted]
    tracks_left = spoken or list(info.audio)
    return max(tracks_left, key=lambda track: track.default, default=None)


def sound(
    path: Path | str,
    info: MediaInfo,
    *,
    stream: int | None = None,
    language: str = "",
    piece_seconds: float = 30.0,
) -> Iterator[SoundPiece]:
    """Decode one sound track.

    Parameters
    ----------
    path : Path or str
        The file.
    info : MediaInfo
        What `kinolex.media.probe.probe` told about it.
    stream, language
        As in `choose_track`.
    piece_seconds : float
        Longest piece; all but the last before a gap are exactly so long.

    Yields
    ------
    SoundPiece
        In the order of time, never overlapping. A late track starts late. Gaps shorter than a
        piece are filled with silence; a longer one ends the piece, and the next starts behind it.
        Packets that cannot be decoded are passed over (and are gaps).

    Raises
    ------
    MediaError
        Stage ``sound``: no such track, the file cannot be opened, or its disk fails half way.
    ValueError
        For a ``piece_seconds`` that is not above 0.
    """
    if not piece_seconds > 0:
        raise ValueError(f"a piece must be longer than 0 seconds, not {piece_seconds}")
    track = choose_track(info, stream, language)
    if track is None:
        return
    with open_media(path, "sound") as container:
        chosen = only_stream(container, track.index)
        cutter = _Cutter(max(1, round(piece_seconds * RATE)))
        resampler = _Resampler(float(clock(container)), info.duration + BEHIND)
        for frame in decoded_sound(container, chosen, Path(path), "sound"):
            for at, samples in resampler.push(frame):
                yield from cutter.push(at, samples)
        for at, samples in resampler.finish():
            yield from cutter.push(at, samples)
        yield from cutter.finish()


def decoded_sound(container: Any, stream: Any, path: Path, stage: str) -> Iterator[AudioFrame]:
    """Frames of a sound track as they come; what does not decode is passed over.

    ``stage`` is what an error names where the file is gone.
    """
    import av

    failed = 0
    while failed < PATIENCE:
        try:
            for packet in container.demux(stream):
                try:
                    yield from packet.decode()
                    failed = 0
                except av.EOFError:
                    return
                except av.FFmpegError:
                    continue
            return
        except av.FFmpegError as error:
            stop_if_gone(path, error, stage)
            failed += 1


def _new_resampler() -> Any:
    import av

    # Channels are averaged: by default their powers would be, and loud music would be clipped.
    return av.AudioResampler("flt", "mono", RATE, options={"rematrix_maxval": "1.0"})


@dataclass
class _Resampler:
    """Turns decoded frames of any kind into 16 kHz mono with the place of each in samples."""

    zero: float
    latest: float = math.inf
    _resampler: Any = field(default=None, init=False)
    _kind: tuple[str, str, int] | None = field(default=None, init=False)
    _next: int | None = field(default=None, init=False)

    def push(self, frame: AudioFrame) -> Iterator[tuple[int, Samples]]:
        """Resample one frame; gives pieces with their place, counted from the film's start."""
        kind = (frame.format.name, frame.layout.name, frame.sample_rate)
        if kind != self._kind:
            yield from self.finish()
            self._resampler, self._kind = _new_resampler(), kind
        place = self._place(frame)
        if self._next is None or (place is not None and abs(place - self._next) > SLACK * RATE):
            yield from self._drain(None)
            self._resampler = _new_resampler()
            self._next = place if place is not None else self._next or 0
        frame.pts = None
        yield from self._drain(frame)

    def finish(self) -> Iterator[tuple[int, Samples]]:
        """What the resampler still holds."""
        if self._resampler is not None:
            yield from self._drain(None)

    def _drain(self, frame: AudioFrame | None) -> Iterator[tuple[int, Samples]]:
        if self._next is None:
            return
        for out in self._resampler.resample(frame):
            samples = np.clip(out.to_ndarray().reshape(-1), -1.0, 1.0).astype(np.float32)
            yield self._next, samples
            self._next += len(samples)

    def _place(self, frame: AudioFrame) -> int | None:
        """Samples from the film's start at which the frame lies by its time, if that is sane."""
        stamp = frame.pts if frame.pts is not None else frame.dts
        if stamp is None or frame.time_base is None:
            return None
        time = float(stamp * frame.time_base) - self.zero
        return round(time * RATE) if time <= self.latest else None


@dataclass
class _Cutter:
    """Joins samples to pieces of one length, with silence in gaps and nothing twice."""

    size: int
    _start: int = field(default=0, init=False)
    _length: int = field(default=0, init=False)
    _parts: list[Samples] = field(default_factory=list, init=False)

    def push(self, at: int, samples: Samples) -> Iterator[SoundPiece]:
        """Add samples that lie at ``at``; gives the pieces that are full."""
        end = self._start + self._length
        if at < end:
            samples = samples[end - at :]
            at = end
        if not len(samples):
            return
        if self._length == 0 and end <= at:
            self._start = end = at
        if at - end > self.size:
            yield from self.finish()
            self._start = end = at
        if at > end:
            self._add(np.zeros(at - end, np.float32))
        self._add(samples)
        while self._length >= self.size:
            yield self._take(self.size)

    def finish(self) -> Iterator[SoundPiece]:
        """Give what is left."""
        if self._length:
            yield self._take(self._length)

    def _add(self, samples: Samples) -> None:
        self._parts.append(samples)
        self._length += len(samples)

    def _take(self, count: int) -> SoundPiece:
        joined = np.concatenate(self._parts)
        piece = SoundPiece(self._start / RATE, joined[:count])
        rest = joined[count:]
        self._parts, self._length = ([rest] if len(rest) else []), len(rest)
        self._start += count
        return piece
