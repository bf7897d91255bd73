"""Where the packets of a file can be cut without coding anything anew."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from pathlib import Path
from typing import Any

from kinolex.media.container import only_stream, open_media, ratio
from kinolex.media.cutting.plan import Piece
from kinolex.media.durations import clock
from kinolex.media.types import MediaInfo

__all__ = ["CannotCopyError", "Window", "origin", "packets_from", "takes", "window"]

_MP4 = {"h264", "hevc", "av1", "mpeg4", "aac", "mp3", "ac3", "eac3", "alac"}
_MOV = _MP4 | {"prores", "dnxhd", "mjpeg", "pcm_s16le", "pcm_s24le", "pcm_s16be", "pcm_s24be"}
_MATROSKA = _MOV | {"vp8", "vp9", "opus", "vorbis", "flac", "mpeg2video", "mp2", "dts"}
TAKES = {"mp4": _MP4, "mov": _MOV, "matroska": _MATROSKA}
"""Codecs that players and editors expect in a container."""
REORDERED = 1.0
"""Seconds within which frames are stored out of order, more than any encoder does."""
BACK_OFF = (0.0, 2.0, 10.0, float("inf"))
"""Seconds before the wanted time to seek to, one after the other, until early enough."""
FIRST = 10.0
"""Seconds before the start to seek to for it: transport streams land late otherwise."""
SOUND_FRAME = 0.05
"""Seconds of sound that count as one frame."""


class CannotCopyError(Exception):
    """Packets cannot be copied; the message is a clause that says why."""


@dataclass(frozen=True, slots=True)
class Window:
    """Packets of the leading stream to copy.

    ``times`` are the presentation times (stream time base) of the packets in the file's order,
    beginning with a key frame; ``start`` and ``end`` (exclusive) are seconds from the film's start.
    """

    stream: int
    times: tuple[int, ...]
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class _Packet:
    pts: int
    time: float
    key: bool


def takes(info: MediaInfo, container: str) -> bool:
    """Whether a container takes the codecs of a file as they are."""
    codecs = {stream.codec for stream in info.audio}
    if info.video is not None:
        codecs.add(info.video.codec)
    return codecs <= TAKES[container]


def window(piece: Piece, container: str) -> Window:
    """The packets that show a span: from a key frame on, to where no later packet is needed.

    Parameters
    ----------
    piece : Piece
        Begin and end may lie in its handles, or a frame beside the span.
    container : str
        Of the new file.

    Raises
    ------
    CannotCopyError
        If no such packets are there, or the container does not take them.
    MediaError
        If the file cannot be opened.
    """
    info = piece.info
    if not takes(info, container):
        raise CannotCopyError(f"{container} does not take its codecs as they are")
    if info.video is not None and not info.video.seekable:
        raise CannotCopyError("its packets carry no reliable times")
    frame = 1 / (info.video.fps or 25.0) if info.video is not None else SOUND_FRAME
    packets = list(_packets(piece, frame))
    begin = _begin(packets, piece, frame)
    chosen = packets[begin:]
    count, end = _end(chosen, piece, frame)
    leader = info.video.index if info.video is not None else info.audio[0].index
    times = tuple(packet.pts for packet in chosen[:count])
    return Window(leader, times, chosen[0].time, end)


def _packets(piece: Piece, frame: float) -> Iterator[_Packet]:
    """Times of the leading stream's packets around the span, in the file's order."""
    import av

    info, span = piece.info, piece.padded
    index = info.video.index if info.video is not None else info.audio[0].index
    with open_media(Path(info.path), "cut") as container:
        stream = only_stream(container, index)
        unit = ratio(stream.time_base)
        if unit is None:
            raise CannotCopyError("its packets carry no times")
        zero = origin(info, container, stream)
        try:
            for packet in packets_from(container, stream, zero, max(0.0, span.start - 2 * frame)):
                if packet.pts is None:
                    raise CannotCopyError("its packets carry no times")
                time = float((packet.pts - zero) * unit)
                if packet.is_discard and time >= span.start:
                    raise CannotCopyError("the file hides some of its frames")
                yield _Packet(packet.pts, time, packet.is_keyframe)
                if time > span.end + REORDERED:
                    return
        except av.FFmpegError as error:
            raise CannotCopyError("its packets cannot be read") from error


def packets_from(
    container: Any, stream: Any, zero: int, time: float, among: list[Any] | None = None
) -> Iterator[Any]:
    """Packets from a key frame at or before a time on; from the start where none can be found.

    Parameters
    ----------
    container : av.container.InputContainer
        Open.
    stream : av.stream.Stream
        Whose key frames count.
    zero : int
        Its timestamp that counts as 0.
    time : float
        Seconds.
    among : list of av.stream.Stream, optional
        Whose packets to give; default only its own.
    """
    unit = ratio(stream.time_base) or Fraction(1, 1_000_000)
    for back in BACK_OFF:
        target = max(0.0, time - back)
        _seek(container, stream, target - (FIRST if target == 0 else 0.0), unit, zero)
        early: list[Any] = []
        for packet in container.demux(among or [stream]):
            if packet.size == 0:
                continue
            early.append(packet)
            if packet.stream.index == stream.index:
                break
        stamp = early[-1].pts if early else None
        if target == 0 or (stamp is not None and float((stamp - zero) * unit) <= time):
            yield from early
            yield from (packet for packet in container.demux(among or [stream]) if packet.size)
            return


def _seek(container: Any, stream: Any, time: float, unit: Fraction, zero: int) -> None:
    """Seek to a time; to the start where a container knows none so early."""
    import av

    try:
        container.seek(round(time / unit) + zero, stream=stream, backward=True)
    except (av.FFmpegError, OSError):
        container.seek(zero, stream=stream, backward=True)


def origin(info: MediaInfo, container: Any, stream: Any) -> int:
    """The timestamp that counts as 0."""
    if info.video is not None:
        return info.video.origin
    unit = ratio(stream.time_base)
    return round(clock(container) / unit) if unit else 0


def _begin(packets: list[_Packet], piece: Piece, frame: float) -> int:
    """Place of the key frame to begin with: the earliest in the handles, or a frame beside."""
    start = piece.span.start
    earliest = piece.padded.start - 1.01 * frame
    keys = [(p.time, n) for n, p in enumerate(packets) if p.key and p.time <= start + frame / 2]
    fit = [(time, n) for time, n in keys if time >= earliest]
    if fit:
        return min(fit)[1]
    if not keys:
        raise CannotCopyError("no key frame lies before the span")
    raise CannotCopyError(
        f"the nearest key frame lies {start - max(keys)[0]:.2f} s before the span"
    )


def _end(packets: list[_Packet], piece: Piece, frame: float) -> tuple[int, float]:
    """How many packets to take, and the time where they end.

    Where all packets so far are shown before all that follow, nothing that follows is needed.
    """
    last = packets[0].pts
    times = {p.pts: p.time for p in packets}
    kept = [p.pts for p in packets]
    highest = list(accumulate(kept, max))
    lowest = list(accumulate(reversed(kept), min))[::-1]
    wanted, latest = piece.span.end, piece.padded.end
    found: list[tuple[float, int, float]] = []
    for count in range(1, len(kept) + 1):
        if count == len(kept):
            time = max(times[highest[-1]] + frame, min(wanted, piece.info.duration))
        elif highest[count - 1] < lowest[count] and lowest[count] > last:
            time = times[lowest[count]]
        else:
            continue
        if wanted - frame / 2 <= time <= max(wanted, latest) + 1.01 * frame:
            found.append((abs(time - latest), count, time))
    if not found:
        raise CannotCopyError("the frames at its end need later ones")
    _, count, time = min(found)
    return count, time
