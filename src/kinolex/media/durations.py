"""Where a file's clock starts and how long it runs, also when the header is silent or wrong."""

from __future__ import annotations

import struct
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from kinolex.media.container import open_media

if TYPE_CHECKING:
    from av.container import InputContainer

__all__ = ["clock", "duration_of", "movie_duration", "scanned_duration"]

MICRO = 1_000_000
GUESSED = {"aac", "mp3"}
"""Formats without a header, whose length FFmpeg guesses from the size and the first frames; a
minute of silence before the music makes that twenty times too long."""
LEAST = 1e-3
"""Seconds: the shortest duration that is ever told."""


def clock(container: InputContainer) -> Fraction:
    """Seconds of the container's time line that count as 0.

    MP4 and QuickTime have a time line of their own that starts at 0: pictures that start late
    there start late for the viewer too. Everywhere else the earliest stream's start is 0, as
    players show it (a recording cut out of a broadcast starts at 26 hours).
    """
    start = container.start_time
    if start is None or (_is_movie(container) and start > 0):
        return Fraction(0)
    return Fraction(start, MICRO)


def duration_of(container: InputContainer, path: Path) -> float:
    """Seconds from `clock` to the end, as ffprobe tells; 0 when no header says.

    Parameters
    ----------
    container : av.container.InputContainer
        Open; nothing is read from it.
    path : Path
        The file, whose movie header is read where it has one.
    """
    told = (container.duration or 0) / MICRO
    if _is_movie(container):
        with path.open("rb") as file:
            return max(told, movie_duration(file) or 0.0, _last_end(container))
    if GUESSED & set(container.format.name.split(",")) and not _counts_frames(path):
        return 0.0
    start = (container.start_time or 0) / MICRO
    if "matroska" in container.format.name and told > start:
        return told - start  # the header counts from 0, wherever the first stream starts
    return max(0.0, told)


def _counts_frames(path: Path) -> bool:
    """Whether an MP3 file says in its first frame how many there are (Xing, Info, VBRI).

    Source: ID3v2.4, section 3.1 (the length of the tag before the first frame).
    """
    with path.open("rb") as file:
        head = file.read(10)
        if head[:3] == b"ID3" and len(head) == 10:
            file.seek(10 + sum(byte << 7 * (3 - at) for at, byte in enumerate(head[6:])))
            head = b""
        head += file.read(4096)
    return any(mark in head for mark in (b"Xing", b"Info", b"VBRI"))


def _is_movie(container: InputContainer) -> bool:
    return "mp4" in container.format.name.split(",")


def _last_end(container: InputContainer) -> float:
    streams: list[Any] = list(container.streams)
    ends = [
        float((stream.start_time + stream.duration) * stream.time_base)
        for stream in streams
        if stream.type in ("audio", "video") and stream.start_time is not None and stream.duration
    ]
    return max(ends, default=0.0)


def movie_duration(file: BinaryIO) -> float | None:
    """Duration in the movie header (``moov/mvhd``) of an MP4 or QuickTime file.

    FFmpeg adds up sample times instead, which misses the last frame's own length when frames are
    reordered at a variable rate.

    Parameters
    ----------
    file : binary file
        Open for reading, anywhere.

    Returns
    -------
    float or None
        Seconds; None when there is no header or it says 0 or "unknown".

    Source: ISO/IEC 14496-12, section 8.2.2.
    """
    end = file.seek(0, 2)
    place = _find_box(file, b"moov", 0, end)
    inside = _find_box(file, b"mvhd", *place) if place else None
    if inside is None:
        return None
    file.seek(inside[0])
    head = file.read(32)
    try:
        if head[:1] == b"\x01":
            scale, length = struct.unpack(">IQ", head[20:32])
            unknown = length == 0xFFFFFFFFFFFFFFFF
        else:
            scale, length = struct.unpack(">II", head[12:20])
            unknown = length == 0xFFFFFFFF
    except struct.error:
        return None
    return length / scale if scale and length and not unknown else None


def _find_box(file: BinaryIO, name: bytes, at: int, end: int) -> tuple[int, int] | None:
    """Start and end of the contents of the first box ``name`` between two offsets."""
    while at + 8 <= end:
        file.seek(at)
        head = file.read(16)
        if len(head) < 8:
            return None
        size, kind = struct.unpack(">I4s", head[:8])
        skip = 8
        if size == 1 and len(head) == 16:
            size, skip = struct.unpack(">Q", head[8:])[0], 16
        elif size == 0:
            size = end - at
        if size < skip:
            return None
        if kind == name:
            return at + skip, min(at + size, end)
        at += size
    return None


def scanned_duration(path: Path, fps: float) -> float:
    """Seconds from the first to the end of the last packet; reads the whole file, decodes nothing.

    Parameters
    ----------
    path : Path
        A file whose header does not tell its duration.
    fps : float
        For pictures without any times (raw streams).
    """
    first, last, pictures = None, 0.0, 0
    with open_media(path) as container:
        for packet in container.demux():
            stream: Any = packet.stream
            if packet.size == 0 or stream.type not in ("audio", "video"):
                continue
            pictures += stream.type == "video"
            stamp = packet.pts if packet.pts is not None else packet.dts
            if stamp is None:
                continue
            time = float(stamp * stream.time_base)
            first = time if first is None else min(first, time)
            last = max(last, time + float((packet.duration or 0) * stream.time_base))
        start = float(clock(container)) if container.start_time is not None else (first or 0.0)
    if first is None:
        return max(LEAST, pictures / (fps or 25.0))
    return max(LEAST, last - start)
