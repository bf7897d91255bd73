"""Sound and subtitle tracks of synthetic clips."""

from __future__ import annotations

import wave
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from kinolex.media.types import Cue

if TYPE_CHECKING:
    import av
    from av.container import OutputContainer

__all__ = ["SoundTrack", "TrackWriter", "read_wav", "subtitle_packets"]

Samples = npt.NDArray[np.float32]

CODECS = {".webm": "libopus", ".mxf": "pcm_s16le", ".avi": "pcm_s16le", ".wav": "pcm_s16le",
          ".mov": "aac", ".mp3": "libmp3lame", ".ogg": "libopus"}  # fmt: skip
TEXT_CODECS = {".mp4": "mov_text", ".mov": "mov_text", ".m4v": "mov_text", ".webm": "webvtt"}

ASS_HEADER = b"""[Script Info]
ScriptType: v4.00+

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, \
Bold, Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, \
Shadow, Alignment, MarginL, MarginR, MarginV, Encoding
Style: Default,Arial,16,&Hffffff,&Hffffff,&H0,&H0,0,0,0,0,100,100,0,0,1,1,0,2,10,10,10,1

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""


@dataclass(frozen=True)
class SoundTrack:
    """One sound track of a clip.

    ``source`` is ``"tone"``, ``"silence"`` or a WAV file, unless ``samples`` (float32 mono at
    ``rate``) are given; ``hertz`` is the pitch of the tone; ``delay`` how many seconds after the
    clip's start the track starts. ``seconds`` cuts it (0: as long as the pictures).
    """

    source: str | Path = "tone"
    hertz: float = 440.0
    language: str = ""
    default: bool = False
    title: str = ""
    delay: float = 0.0
    seconds: float = 0.0
    samples: Samples | None = None
    rate: int = 48000
    codec: str = ""

    def load(self) -> tuple[Samples | None, int]:
        """Samples and rate of a recorded source; None for a made one."""
        if self.samples is not None:
            return self.samples, self.rate
        if str(self.source) in ("tone", "silence"):
            return None, self.rate
        return read_wav(Path(self.source))


def read_wav(path: Path) -> tuple[Samples, int]:
    """Samples in [-1, 1] (mono: the mean of the channels) and rate of a 16-bit WAV file."""
    with wave.open(str(path), "rb") as file:
        if file.getsampwidth() != 2:
            raise ValueError(f"{path} is not a 16-bit WAV file")
        data = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        channels, rate = file.getnchannels(), file.getframerate()
    return (data.reshape(-1, channels).mean(axis=1) / 32768).astype(np.float32), rate


class TrackWriter:
    """Codes one sound track piece by piece, beside the pictures."""

    def __init__(self, out: OutputContainer, track: SoundTrack, path: Path, start: float) -> None:
        import av

        codec = track.codec or CODECS.get(path.suffix.lower(), "aac")
        self.out, self.track = out, track
        self.samples, source_rate = track.load()
        self.rate = source_rate
        coded = 48000 if codec == "libopus" or path.suffix.lower() == ".mxf" else source_rate
        stream: Any = out.add_stream(codec, rate=coded)
        self.stream = stream
        self.stream.layout = "mono"
        self.fifo = av.AudioFifo()
        self.resampler = av.AudioResampler(self.stream.format, "mono", coded)
        self.coded, self.done, self.sent = coded, 0, 0
        self.shift = round((start + track.delay) * coded)
        if track.language:
            self.stream.metadata["language"] = track.language
        if track.title:
            self.stream.metadata["title"] = track.title
        self.stream.disposition = 1 if track.default else 0

    def write_until(self, time: float) -> None:
        """Code all sound before ``time`` (seconds from the clip's start)."""
        end = round((time - self.track.delay) * self.rate)
        if self.track.seconds:
            end = min(end, round(self.track.seconds * self.rate))
        while self.done < end:
            count = min(end - self.done, self.rate)
            self._send(self._piece(self.done, count))
            self.done += count

    def _piece(self, at: int, count: int) -> Samples:
        if self.samples is not None:
            piece = self.samples[at : at + count]
            return np.pad(piece, (0, count - len(piece)))
        if self.track.source == "silence":
            return np.zeros(count, np.float32)
        phase = (np.arange(at, at + count) * self.track.hertz / self.rate) % 1
        return (0.4 * np.sin(2 * np.pi * phase)).astype(np.float32)

    def _send(self, piece: Samples) -> None:
        import av

        frame = av.AudioFrame.from_ndarray(piece[None], format="fltp", layout="mono")
        frame.sample_rate = self.rate
        frame.pts = None
        for converted in self.resampler.resample(frame):
            self._queue(converted)

    def _queue(self, frame: av.AudioFrame | None, last: bool = False) -> None:
        if frame is not None:
            frame.pts = None
            self.fifo.write(frame)
        self.stream.codec_context.open(strict=False)
        size = self.stream.codec_context.frame_size or 1024
        while piece := self.fifo.read(size, partial=last):
            piece.pts = self.sent + self.shift
            piece.time_base = Fraction(1, self.coded)
            self.sent += piece.samples
            self.out.mux(self.stream.encode(piece))

    def close(self) -> None:
        """Code what is left."""
        for converted in self.resampler.resample(None):
            self._queue(converted)
        self._queue(None, last=True)
        self.out.mux(self.stream.encode(None))


def subtitle_packets(
    out: OutputContainer, path: Path, cues: Sequence[Cue], codec: str, start: float
) -> Iterator[av.Packet[Any]]:
    """Add one subtitle track for each language of ``cues``; give their packets in order."""
    codec = codec or TEXT_CODECS.get(path.suffix.lower(), "srt")
    streams: dict[str, Any] = {}
    for language in dict.fromkeys(cue.language for cue in cues):
        stream: Any = out.add_stream(codec)
        stream.codec_context.subtitle_header = ASS_HEADER
        stream.codec_context.time_base = stream.time_base = Fraction(1, 1000)
        if language:
            stream.metadata["language"] = language
        streams[language] = stream
    return (_cue_packet(streams[cue.language], cue, start) for cue in cues)


def _cue_packet(stream: Any, cue: Cue, start: float) -> av.Packet[Any]:
    from av.subtitles.subtitle import SubtitleSet

    begin, end = round((start + cue.span.start) * 1000), round((start + cue.span.end) * 1000)
    line = "0,0,Default,,0,0,0,," + cue.text.replace("\n", "\\N")
    packet: av.Packet[Any] = stream.codec_context.encode_subtitle(
        SubtitleSet.create(line.encode(), 0, end - begin, begin)
    )
    packet.stream = stream
    packet.time_base = Fraction(1, 1000)
    packet.pts = packet.dts = begin
    packet.duration = end - begin
    return packet
