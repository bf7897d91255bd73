"""Subtitle tracks inside a video: the packets' own text, on the video's clock.

The packets of every text codec are text with a little framing, so they are read as they are: no
decoder sees them, tracks in an old code page stay readable, and a packet may say nothing (which
ends the line before).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from kinolex.errors import MediaError
from kinolex.media.container import only_stream, open_media
from kinolex.media.languages import known_language
from kinolex.media.subtitles.encoding import guess_encoding
from kinolex.media.subtitles.plain import plain_ass, plain_srt, plain_vtt
from kinolex.media.subtitles.raw import RawCue
from kinolex.media.subtitles.tidy import fit, tidy
from kinolex.media.types import Cue, MediaInfo, SubtitleStream

if TYPE_CHECKING:
    from av.container import InputContainer

__all__ = ["embedded_cues"]

_MOST_BYTES = 50_000_000


def embedded_cues(path: Path, info: MediaInfo, stream: int) -> list[Cue]:
    """The cues of the subtitle track ``stream`` (index as in ``info.subtitles``).

    Raises
    ------
    MediaError
        Stage ``subtitles``: ``no-streams`` if there is no such text track, ``damaged`` or
        ``unreadable`` if it cannot be read, ``too-big`` above 50 MB of text.
    """
    track = next((track for track in info.subtitles if track.index == stream), None)
    if track is None:
        raise _no_track(path, stream)
    import av

    try:
        with open_media(path, "subtitles") as container:
            packets = _packets(container, track, _origin(container, info), path)
    except av.FFmpegError as error:
        raise MediaError(
            f"The subtitles of {path.name} cannot be read: {error}.",
            reason="damaged",
            stage="subtitles",
        ) from error
    encoding = guess_encoding(b"\n".join(text for _, _, text in packets))
    plain = _PLAIN.get(track.codec, plain_srt)
    raw = [
        RawCue(start, end, plain(text.decode(encoding, "replace").rstrip("\0")))
        for start, end, text in packets
    ]
    cues = tidy(_closed(raw), known_language(track.language))
    return fit(cues, info.duration)


def _origin(container: InputContainer, info: MediaInfo) -> float:
    """Seconds on the container's clock that are 0 on the video's."""
    if info.video is not None:
        return float(info.video.origin * info.video.time_base)
    return (container.start_time or 0) / 1_000_000


_Packets = list[tuple[float, float | None, bytes]]


def _packets(
    container: InputContainer, track: SubtitleStream, origin: float, path: Path
) -> _Packets:
    """Start, end and bytes of every packet; other streams are not even read where possible."""
    if track.index >= len(container.streams):
        raise _no_track(path, track.index)
    stream = only_stream(container, track.index)
    text_of = _FRAMES.get(track.codec, bytes)
    found: _Packets = []
    size = 0
    for packet in container.demux(stream):
        if packet.pts is None or packet.time_base is None:
            continue
        start = float(packet.pts * packet.time_base) - origin
        length = float(packet.duration * packet.time_base) if packet.duration else None
        text = text_of(bytes(packet))
        size += len(text)
        if size > _MOST_BYTES:
            raise MediaError(
                f"The subtitles of {path.name} are endless.", reason="too-big", stage="subtitles"
            )
        found.append((start, start + length if length else None, text))
    return found


def _no_track(path: Path, index: int) -> MediaError:
    return MediaError(
        f"{path.name} has no subtitle track {index}.", reason="no-streams", stage="subtitles"
    )


def _closed(raw: list[RawCue]) -> Iterable[RawCue]:
    """A line without a length ends with the next packet, also with one that says nothing."""
    for cue, after in zip(raw, [*raw[1:], None], strict=True):
        if cue.end is None and after is not None and after.start > cue.start:
            yield cue._replace(end=after.start)
        else:
            yield cue


def _mov_text(packet: bytes) -> bytes:
    """3GPP timed text (TS 26.245): a length, that many bytes of text, then style boxes."""
    text = packet[2 : 2 + int.from_bytes(packet[:2], "big")]
    if text[:2] in (b"\xfe\xff", b"\xff\xfe"):
        return text.decode("utf-16", "replace").encode()
    return text


def _matroska_ass(packet: bytes) -> bytes:
    """Matroska's ASS: order, layer, style, name, three margins, effect, then the words."""
    fields = packet.split(b",", 8)
    return fields[8] if len(fields) == 9 else b""


_FRAMES: dict[str, Callable[[bytes], bytes]] = {
    "mov_text": _mov_text,
    "ass": _matroska_ass,
    "ssa": _matroska_ass,
}

_PLAIN: dict[str, Callable[[str], str]] = {
    "ass": plain_ass,
    "ssa": plain_ass,
    "webvtt": plain_vtt,
    "mov_text": str,
}
