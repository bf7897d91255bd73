"""A video in a form that every browser plays: H.264 and AAC in fragmented MP4, as it is made.

Runs as a child process (``python -m kinolex.serve.transcoding``), because it decodes files that
nobody has checked, and because ending a process is the one sure way to end its work. The order is
one line of JSON on standard input, the film goes to standard output.
"""

from __future__ import annotations

import json
import sys
from fractions import Fraction
from typing import Any, BinaryIO

__all__ = ["LONGEST", "main", "transcode"]

LONGEST = 1280
"""Longer side at most: a quick look must keep up with real time on two slow cores."""

_SOUND_RATE = 48_000
_MEMORY = 4 << 30


def _fitted(width: int, height: int, rotation: int, ratio: Fraction | None) -> tuple[int, int]:
    """Even width and height, upright pixels, of what is shown."""
    shown = width * (ratio or 1)
    if rotation in (90, 270):
        shown, height = height, shown
    scale = min(1.0, LONGEST / max(shown, height))
    return (
        max(2, round(float(shown * scale) / 2) * 2),
        max(2, round(float(height * scale) / 2) * 2),
    )


class _Film:
    """Takes pictures and sound of one file and writes them from a time on."""

    def __init__(self, source: Any, to: Any, start: float) -> None:
        self._to, self._start = to, start
        self._zero = float(source.start_time or 0) / 1e6
        self._video: Any = next(iter(source.streams.video), None)
        self._audio: Any = next(iter(source.streams.audio), None)
        self._picture: Any = None
        self._sound: Any = None
        self._resampler: Any = None
        self._last = -1
        self._held: list[Any] = []
        if self._audio is not None:
            import av

            self._sound = to.add_stream("aac", rate=_SOUND_RATE, layout="stereo")
            self._resampler = av.AudioResampler("fltp", "stereo", _SOUND_RATE)

    @property
    def streams(self) -> list[Any]:
        """Those that are read."""
        return [s for s in (self._video, self._audio) if s is not None]

    def begin(self, frame: Any) -> None:
        """Open the picture stream when the first frame says how it is turned."""
        rate = self._video.average_rate or Fraction(25)
        self._turn = -round(frame.rotation / 90) * 90 % 360
        size = _fitted(frame.width, frame.height, self._turn, self._video.sample_aspect_ratio)
        self._picture = self._to.add_stream("libx264", rate=min(rate, Fraction(60)))
        self._picture.width, self._picture.height = size
        self._picture.pix_fmt = "yuv420p"
        self._picture.time_base = self._picture.codec_context.time_base = Fraction(1, 90_000)
        self._picture.options = {"preset": "ultrafast", "tune": "zerolatency", "crf": "25"}
        self._picture.codec_context.gop_size = 60

    def take(self, frame: Any, kind: str) -> None:
        """Write one decoded frame, or nothing where it lies before the start."""
        time = float(frame.pts * frame.time_base) - self._zero - self._start
        if kind == "audio":
            if self._sound is not None and time >= 0:
                frame.pts = round(time / frame.time_base)
                for piece in self._resampler.resample(frame):
                    self._put(self._sound, piece)
            return
        if time < 0:
            return
        if self._picture is None:
            self.begin(frame)
        self._put(self._picture, self._upright(frame, time))

    def _upright(self, frame: Any, time: float) -> Any:
        import av
        import numpy as np

        size = self._picture.width, self._picture.height
        if self._turn:
            turned = size[::-1] if self._turn in (90, 270) else size
            pixels = frame.reformat(*turned, format="rgb24").to_ndarray()
            upright = np.ascontiguousarray(np.rot90(pixels, -(self._turn // 90)))
            frame = av.VideoFrame.from_ndarray(upright, "rgb24")
        made = frame.reformat(*size, format="yuv420p")
        made.pts = max(self._last + 1, round(time * 90_000))
        made.time_base = Fraction(1, 90_000)
        made.pict_type = 0
        self._last = made.pts
        return made

    def _put(self, stream: Any, frame: Any) -> None:
        """Encode and write; all streams must be there before the first packet is."""
        self._held += stream.encode(frame)
        if self._video is None or self._picture is not None:
            self._to.mux(self._held)
            self._held = []

    def end(self) -> None:
        """Write what the encoders still hold."""
        for stream in (self._picture, self._sound):
            if stream is not None:
                self._put(stream, None)


def transcode(path: str, start: float, to: BinaryIO) -> None:
    """Write a film from a time on.

    Parameters
    ----------
    path : str
    start : float
        Seconds from the beginning of the film; what is written begins at 0.
    to : binary file
        Need not be seekable.
    """
    import av

    flags = {"movflags": "frag_keyframe+empty_moov+default_base_moof", "frag_duration": "1000000"}
    with (
        av.open(path, metadata_errors="replace") as source,
        av.open(to, "w", format="mp4", options=flags) as made,
    ):
        film = _Film(source, made, start)
        if start > 0:
            source.seek(int((start + film._zero) * 1e6), backward=True)
        for packet in source.demux(film.streams):
            try:
                frames: list[Any] = list(packet.decode())
            except av.error.InvalidDataError:
                continue  # a damaged stretch: go on behind it
            for frame in frames:
                if frame.pts is not None:
                    film.take(frame, packet.stream.type)
        film.end()


def _bounded() -> None:
    """Limit what a broken file can take: memory, and files it may write."""
    try:
        import resource
    except ImportError:  # not on Windows
        return
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def main() -> None:
    """Do the one order that comes on standard input."""
    order = json.loads(sys.stdin.readline())
    _bounded()
    transcode(order["path"], float(order["start"]), sys.stdout.buffer)


if __name__ == "__main__":
    main()
