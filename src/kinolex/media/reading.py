"""Decoded frames of one film in the order of time, by the cheapest way that a plan allows.

Times are exact: presentation timestamps in the stream's time base, counted from the film's
origin. What cannot be decoded is left out and reading goes on behind it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from kinolex.errors import MediaError
from kinolex.media.animation import webp_pictures
from kinolex.media.container import only_stream, open_media, stop_if_gone
from kinolex.media.hardware import hardware_decoder
from kinolex.media.types import MediaInfo, VideoStream

if TYPE_CHECKING:
    from av import VideoFrame
    from av.codec.hwaccel import HWAccel

__all__ = ["Decoded", "FilmReader", "Reader", "open_frames", "threads_for"]

MORE_THREADS = 2
"""Decoding threads beyond the processors: some wait for frames that theirs refer to."""
THREAD_MEMORY = 400e6
"""Bytes that the frames in flight in decoding threads may take."""
BACK_OFF = (0.0, 2.0, 8.0, 30.0)
"""Seconds before the wanted time to seek to, one after the other, until early enough."""
REORDERED = 6
"""Frames by which a key frame may be stored earlier than it is shown."""
NEVER = -(2**63)
BEHIND = 10.0
"""Seconds behind the end of a film from which a time is damage."""
PATIENCE = 100
"""Errors of the demuxer in a row before a file is given up."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """One decoded frame: ``ticks`` of the time base and seconds from the film's start."""

    ticks: int
    time: float
    frame: VideoFrame

    @property
    def key(self) -> bool:
        """Whether it is a key frame."""
        return self.frame.key_frame


class Reader(Protocol):
    """Gives frames with rising times, and may skip ahead where that is cheaper."""

    def __iter__(self) -> Iterator[Decoded]:
        """All frames from here on."""

    def skip_to(self, time: float) -> None:
        """No frame before ``time`` is wanted any more (those that come must be ignored)."""


@contextmanager
def open_frames(
    path: Path | str, info: MediaInfo, *, skip: str = "DEFAULT", threads: int = 0,
    hardware: str = "off", longest_gap: float = 0.0,
) -> Iterator[Reader]:  # fmt: skip
    """Open a film for reading frame by frame.

    Parameters
    ----------
    path : Path or str
        The file.
    info : MediaInfo
        As probed, with a video stream.
    skip : {"DEFAULT", "NONREF", "NONKEY"}
        Decode everything, leave out frames that no other frame refers to, or key frames only.
    threads : int
        Decoding threads; 0: by the number of processors.
    hardware : str
        As in `hardware_decoder`.
    longest_gap : float
        Seconds; when leaving out frames tears a longer gap than this, nothing is left out from
        there on. 0: any gap is right.

    Raises
    ------
    MediaError
        Stage ``decode``, when the file cannot be opened (any more).
    """
    if info.video is None:
        raise MediaError(f"{Path(path).name} has no pictures.", reason="no-streams", stage="decode")
    if info.reader == "pillow":
        yield _Animation(Path(path))
        return
    device = hardware_decoder(hardware, info.video.codec)
    latest = round((info.duration + BEHIND) / info.video.time_base)
    reader = FilmReader(Path(path), info.video, skip, longest_gap, device, latest)
    try:
        reader.open(threads_for(info.video, threads))
        yield reader
    finally:
        reader.close()


def threads_for(video: VideoStream, wanted: int) -> int:
    """Decoding threads: as many as wanted, fewer for frames of enormous size.

    Where all processors may be used (0 says so too) there are a few threads more than those.
    """
    depth = 1 if video.pixel_format in ("", "yuv420p", "yuvj420p", "nv12", "gray") else 2
    frame = video.coded_width * video.coded_height * 1.5 * depth
    processors = os.cpu_count() or 1
    threads = wanted if 0 < wanted < processors or wanted == 1 else processors + MORE_THREADS
    return max(1, min(threads, 16, int(THREAD_MEMORY / (2 * frame + 1))))


@dataclass
class FilmReader:
    """Reads one video stream through FFmpeg.

    Threads that decode whole frames lose neighbours of a damaged one. So the first error makes
    the reader go back to the last frame it gave, and on with a single thread from there: a damaged
    film gives the same frames whatever the number of threads.
    """

    path: Path
    video: VideoStream
    skip: str = "DEFAULT"
    longest_gap: float = 0.0
    device: HWAccel | None = None
    latest: int = 2**63
    _last: int = field(default=-1, init=False)
    _counted: int = field(default=0, init=False)
    _threads: int = field(default=1, init=False)
    _careful: bool = field(default=False, init=False)
    _ahead: list[tuple[int, VideoFrame]] = field(default_factory=list, init=False)
    _source: Iterator[VideoFrame] | None = field(default=None, init=False)
    _stamps: list[int] = field(default_factory=lambda: [NEVER, NEVER], init=False)
    _wrong: list[int] = field(default_factory=lambda: [0, 0], init=False)
    _given: int | None = field(default=None, init=False)
    _opened: ExitStack = field(default_factory=ExitStack, init=False)
    _container: Any = field(default=None, init=False)
    _stream: Any = field(default=None, init=False)

    def open(self, threads: int) -> None:
        """Open the file (again), at its start."""
        self.close()
        self._container = self._opened.enter_context(open_media(self.path, "decode", self.device))
        self._stream = only_stream(self._container, self.video.index)
        if self._stream.start_time is None and self.skip == "NONREF":
            self.skip = "DEFAULT"  # without times frames are counted, and so must all be there
        context = self._stream.codec_context
        context.thread_type = "AUTO" if threads > 1 else "SLICE"
        context.thread_count = self._threads = threads
        context.skip_frame = self.skip
        if self.skip == "NONKEY":
            self._stream.discard = 32  # the demuxer need not read the rest
        self._counted = 0

    def close(self) -> None:
        """Close the file."""
        self._ahead.clear()
        self._source = None
        self._stamps, self._given = [NEVER, NEVER], None
        self._opened.close()

    def __iter__(self) -> Iterator[Decoded]:
        while (item := self._next()) is not None:
            ticks, frame = item
            if ticks <= self._last or ticks > self.latest:
                continue  # one damaged time must not hide what comes behind it
            if self._tears(ticks):
                self._decode_all()
                continue
            self._last = ticks
            yield Decoded(ticks, float(ticks * self.video.time_base), frame)

    def skip_to(self, time: float) -> None:
        """Seek when a key frame lies between here and ``time``; otherwise go on decoding."""
        if not self.video.seekable or not self._worth_it(time - self._margin):
            return
        if not self._land(time, self._time()):
            self._return()

    @property
    def _margin(self) -> float:
        return REORDERED / (self.video.fps or 25.0)

    def _land(self, time: float, least: float) -> bool:
        """Seek so that no frame from ``time`` on is missed; not to before ``least`` seconds.

        Where a key frame lies is known for certain only once it is decoded.
        """
        wanted = round(time / self.video.time_base)
        for back in BACK_OFF:
            start = time - self._margin - back
            if start <= least and back:
                break
            if self._seek(start) and (first := self._next()) is not None:
                self._ahead.append(first)
                if first[0] <= wanted:
                    return True
        return False

    def _return(self) -> None:
        """Go back to the last frame that was given, from the file's start if need be."""
        last = self._time()
        if last <= 0 or not self.video.seekable or not self._land(last, 0.0):
            self.open(self._threads)

    def _time(self) -> float:
        return float(max(0, self._last) * self.video.time_base)

    def _worth_it(self, time: float) -> bool:
        """Whether decoding can start anew at a key frame between here and ``time``."""
        if time <= self._time():
            return False
        entries = self._stream.index_entries
        wanted = round(time / self.video.time_base) + self.video.origin
        at = entries.search_timestamp(wanted) if len(entries) > 1 else -1
        if at >= 0 and entries[len(entries) - 1].timestamp >= wanted:
            return bool(entries[at].timestamp - self.video.origin > self._last)
        return time - self._time() > 2 * BACK_OFF[1]

    def _seek(self, time: float) -> bool:
        import av

        self._ahead.clear()
        self._source = None
        self._stamps, self._given = [NEVER, NEVER], None
        wanted = round(max(0.0, time) / self.video.time_base) + self.video.origin
        try:
            self._container.seek(wanted, stream=self._stream, backward=True)
        except (av.FFmpegError, OSError):
            return False
        return True

    def _tears(self, ticks: int) -> bool:
        """Whether leaving out frames has torn a gap that sampling cannot bear."""
        if not self.longest_gap or self._last < 0 or self.skip != "NONREF":
            return False
        return float((ticks - self._last) * self.video.time_base) > self.longest_gap

    def _decode_all(self) -> None:
        """Leave nothing out from here on: go back, if possible, to what was given last."""
        self.skip = self._stream.codec_context.skip_frame = "DEFAULT"
        if self.video.seekable:
            self._return()

    def _ticks(self, frame: VideoFrame) -> int:
        """Time of the next frame from the decoder; to be asked once for each frame, in order.

        Presentation times that fall are wrong (H.264 with B-frames in AVI has such): when they do
        so more often than decoding times, those are taken. Source: FFmpeg's own rule for its "best
        effort" timestamps.
        """
        pts, dts = frame.pts, frame.dts
        if pts is None and dts is None:
            return self._counted_ticks(frame)
        if dts is not None:
            self._wrong[1] += dts <= self._stamps[1]
            self._stamps[1] = dts
        if pts is not None:
            self._wrong[0] += pts <= self._stamps[0]
            self._stamps[0] = pts
        trusted = pts if self._wrong[0] <= self._wrong[1] else dts
        if trusted is None and self._wrong[0] and self._given is not None:
            trusted = self._given + (frame.duration or 1)  # the end of the film, without times
        stamp = trusted if trusted is not None else pts if pts is not None else dts
        assert stamp is not None
        self._given = stamp
        return max(0, stamp - self.video.origin)

    def _counted_ticks(self, frame: VideoFrame) -> int:
        """Raw streams have no times: frames are as long as they say, or as the rate says."""
        length = frame.duration or 1 / (self.video.time_base * (self.video.fps or 25.0))
        return round((self._counted - 1) * length)

    def _next(self) -> tuple[int, VideoFrame] | None:
        if self._ahead:
            return self._ahead.pop()
        if self._source is None:
            self._source = self._decoded()
        frame = next(self._source, None)
        if frame is None and self._careful:
            self._careful, self._threads = False, 1
            self.open(threads=1)
            self._return()
            return self._next()
        if frame is None:
            return None
        self._counted += 1
        return self._ticks(frame), frame

    def _decoded(self) -> Iterator[VideoFrame]:
        """Frames as the decoder gives them; errors of single packets are passed over."""
        import av

        failed = 0
        while failed < PATIENCE:
            try:
                for packet in self._container.demux(self._stream):
                    try:
                        yield from packet.decode()
                    except av.EOFError:
                        return
                    except av.FFmpegError:
                        if self._threads > 1:
                            self._careful = True
                            return
                    failed = 0
                return
            except av.FFmpegError as error:
                stop_if_gone(self.path, error, "decode")
                failed += 1


@dataclass
class _Animation:
    """Reads an animated WebP."""

    path: Path

    def __iter__(self) -> Iterator[Decoded]:
        from av import VideoFrame

        for at, picture in webp_pictures(self.path):
            frame = VideoFrame.from_ndarray(picture, format="rgba")
            yield Decoded(at, at / 1000, frame)

    def skip_to(self, time: float) -> None:
        """Animations are short: nothing is skipped."""
