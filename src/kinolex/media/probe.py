"""What a file holds: streams, sizes as shown, clock, languages, chapters, date and title."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kinolex.errors import MediaError
from kinolex.media.animation import is_webp, probe_webp
from kinolex.media.container import open_media, ratio, readable
from kinolex.media.durations import clock, duration_of, scanned_duration
from kinolex.media.files import look
from kinolex.media.languages import language_code
from kinolex.media.types import AudioStream, Chapter, MediaInfo, SubtitleStream, VideoStream
from kinolex.moments import Span

if TYPE_CHECKING:
    import av
    from av.container import InputContainer

__all__ = ["probe"]

TEXT_CODECS = {"subrip", "srt", "ass", "ssa", "mov_text", "webvtt", "text", "ttml", "sami",
               "microdvd", "subviewer", "subviewer1", "realtext", "stl", "jacosub", "mpl2",
               "pjs", "vplayer"}  # fmt: skip
UNSEEKABLE = {"h264", "hevc", "vvc", "m4v", "mpegvideo", "mjpeg", "gif", "apng", "ivf", "obu",
              "rawvideo", "dirac", "h261", "h263", "cavsvideo", "vc1", "dnxhd"}  # fmt: skip
TRIED_PACKETS, TRIED_BYTES = 2000, 64 << 20
"""How far into a file the first decodable frame may lie."""
LONGEST_VALUE = 2000
UNSET_DATES = {1601, 1904, 1970}


def probe(path: Path | str) -> MediaInfo:
    """Examine a media file; decodes its first frame.

    Parameters
    ----------
    path : Path or str
        Any file.

    Returns
    -------
    MediaInfo
        Cover pictures are left out; languages are ISO 639-1 where possible; the film is the
        default video stream, else the largest.

    Raises
    ------
    MediaError
        Stage ``probe``; reason ``missing``, ``not-a-file``, ``empty``, ``unreadable``,
        ``not-media``, ``truncated``, ``no-streams`` (nothing to see or hear) or ``damaged``
        (nothing of it decodes).
    """
    path = Path(path)
    look(path, "probe")
    if is_webp(path):
        return probe_webp(path)
    with open_media(path) as container:
        film = _film(container)
        sounds = [s for s in container.streams.audio if s.codec_context is not None]
        if film is None and not sounds:
            raise _nothing(path, container)
        frame = _first_frame(container, path, film, sounds)
        zero = clock(container)
        video = _video(container, film, frame, zero) if film is not None else None
        duration = duration_of(container, path)
        tags = _metadata(container.metadata, film.metadata if film is not None else {})
        info = MediaInfo(
            path=str(path),
            format=container.format.name,
            duration=duration,
            video=video,
            audio=tuple(_audio(s) for s in sounds),
            subtitles=tuple(_subtitles(container)),
            metadata=tags,
            recorded=_recorded(tags),
            title=tags.get("title", ""),
        )
        chapters = _chapters(container, float(zero))
    if duration <= 0:
        duration = scanned_duration(path, video.fps if video else 0.0)
    return _with(info, duration, chapters)


def _with(info: MediaInfo, duration: float, chapters: list[tuple[float, float, str]]) -> MediaInfo:
    import dataclasses

    kept = tuple(
        Chapter(Span(max(0.0, start), min(end, duration)), title)
        for start, end, title in chapters
        if max(0.0, start) < min(end, duration)
    )
    return dataclasses.replace(info, duration=duration, chapters=kept)


def _film(container: InputContainer) -> Any:
    """The video stream that people watch: never a cover, one that can be decoded."""
    from av.stream import Disposition

    films = [
        s
        for s in container.streams.video
        if s.codec_context is not None
        and not s.disposition & (Disposition.attached_pic | Disposition.timed_thumbnails)
    ]

    def rank(stream: Any) -> tuple[bool, bool, int]:
        moves = stream.frames != 1  # an animated AVIF gives its first picture also as a still
        default = bool(stream.disposition & Disposition.default)
        return moves, default, stream.width * stream.height

    return max(films, key=rank, default=None)


def _nothing(path: Path, container: InputContainer) -> MediaError:
    kinds = sorted({s.type for s in container.streams})
    only = f" (only: {', '.join(kinds)})" if kinds else ""
    return MediaError(
        f"{path.name} holds no pictures and no sound that can be decoded{only}.",
        reason="no-streams",
    )


def _first_frame(
    container: InputContainer, path: Path, film: Any, sounds: list[Any]
) -> av.VideoFrame | None:
    """Decode until the film shows its first frame; without a film, until something is heard."""
    import av

    streams = [s for s in (film, *sounds) if s is not None]
    for stream in streams:
        stream.codec_context.thread_count = 1
    heard, packets, size = False, 0, 0
    try:
        for packet in container.demux(streams):
            packets += packet.size > 0
            size += packet.size
            if packet.stream is not film and heard:
                continue
            try:
                frames = packet.decode()
            except av.FFmpegError:
                continue
            if frames and packet.stream is film:
                return frames[0]  # type: ignore[return-value]
            heard = heard or bool(frames)
            if (heard and film is None) or packets > TRIED_PACKETS or size > TRIED_BYTES:
                break
    except av.FFmpegError:
        pass
    if heard or (film is not None and packets > TRIED_PACKETS):
        return None
    raise MediaError(
        f"{path.name} has a header, but nothing of what follows can be decoded."
        if packets
        else f"{path.name} breaks off after its header: no pictures and no sound follow.",
        reason="damaged" if packets else "truncated",
        hint="Copy it again from where it came from.",
    )


def _video(
    container: InputContainer, stream: Any, frame: av.VideoFrame | None, zero: Fraction
) -> VideoStream:
    context = stream.codec_context
    width = context.width or (frame.width if frame else 0)
    height = context.height or (frame.height if frame else 0)
    rotation = -round((frame.rotation if frame else 0) / 90) * 90 % 360
    shown = _shown_size(width, height, ratio(stream.sample_aspect_ratio), rotation)
    time_base = ratio(stream.time_base) or Fraction(1, 1_000_000)
    origin = round(zero / time_base)
    if stream.start_time is not None and abs(stream.start_time - origin) <= 1:
        origin = stream.start_time
    timeless = stream.start_time is None
    nowhere: Any = container.start_time
    if nowhere is None and frame is not None and frame.pts is not None:
        origin = frame.pts  # too short, or too raw, for FFmpeg to have found the start
    field_order = getattr(context, "field_order", 0)
    return VideoStream(
        index=stream.index,
        codec=_codec(stream),
        coded_width=width,
        coded_height=height,
        width=shown[0],
        height=shown[1],
        time_base=time_base,
        origin=origin,
        fps=_rate(stream, timeless),
        rotation=rotation,
        pixel_format=frame.format.name if frame else (context.pix_fmt or ""),
        interlaced=bool(frame.interlaced_frame) if frame else field_order > 1,
        language=language_code(stream.metadata.get("language")),
        seekable=_seekable(container, _codec(stream)) and not timeless,
    )


def _shown_size(width: int, height: int, shape: Fraction | None, rotation: int) -> tuple[int, int]:
    """Width and height after stretching (the height stays) and turning."""
    if shape and Fraction(1, 10) <= shape <= 10:
        width = max(1, round(width * shape))
    return (height, width) if rotation in (90, 270) else (width, height)


def _rate(stream: Any, timeless: bool) -> float:
    rates = [stream.guessed_rate] if timeless else []
    rates += [stream.average_rate, stream.guessed_rate, stream.base_rate]
    known = (ratio(rate) for rate in rates)
    return next((float(r) for r in known if r and 0 < r <= 1000), 0.0)


def _seekable(container: InputContainer, codec: str) -> bool:
    """Whether times are the same after a jump: not in raw streams, nor H.264 in AVI."""
    names = set(container.format.name.split(","))
    return not (UNSEEKABLE & names or ("avi" in names and codec in ("h264", "hevc")))


def _codec(stream: Any) -> str:
    codec = stream.codec_context.codec
    return str(getattr(codec, "canonical_name", "") or codec.name)


def _audio(stream: Any) -> AudioStream:
    from av.stream import Disposition

    return AudioStream(
        index=stream.index,
        codec=_codec(stream),
        sample_rate=stream.codec_context.sample_rate,
        channels=stream.codec_context.channels,
        language=language_code(stream.metadata.get("language")),
        title=readable(stream.metadata.get("title", "")),
        default=bool(stream.disposition & Disposition.default),
    )


def _subtitles(container: InputContainer) -> list[SubtitleStream]:
    from av.stream import Disposition

    return [
        SubtitleStream(
            index=stream.index,
            codec=_codec(stream),
            language=language_code(stream.metadata.get("language")),
            title=readable(stream.metadata.get("title", "")),
            default=bool(stream.disposition & Disposition.default),
            forced=bool(stream.disposition & Disposition.forced),
        )
        for stream in container.streams.subtitles
        if stream.codec_context is not None and _codec(stream) in TEXT_CODECS
    ]


def _chapters(container: InputContainer, zero: float) -> list[tuple[float, float, str]]:
    found = []
    for chapter in container.chapters():
        unit = ratio(chapter["time_base"]) or Fraction(1, 1_000_000)
        title = readable(chapter["metadata"].get("title", ""))
        found.append(
            (float(chapter["start"] * unit) - zero, float(chapter["end"] * unit) - zero, title)
        )
    return found


def _metadata(container: Mapping[str, str], film: Mapping[str, str]) -> dict[str, str]:
    """Tags of the container over tags of the film, keys in lower case, bounded."""
    tags: dict[str, str] = {}
    for source in (container, film):
        for key, value in list(source.items())[:100]:
            text = readable(value).strip("\0 \t\r\n")[:LONGEST_VALUE]
            if text:
                tags.setdefault(readable(key).lower(), text)
    return tags


def _recorded(tags: Mapping[str, str]) -> dt.datetime | None:
    """When it was recorded: the camera's own date first, then the container's."""
    keys = ("com.apple.quicktime.creationdate", "date_recorded", "creation_time", "creation_date",
            "date", "year")  # fmt: skip
    dates = (_date(tags[key]) for key in keys if key in tags)
    return next((d for d in dates if d is not None), None)


def _date(text: str) -> dt.datetime | None:
    """A date with or without time, aware (UTC where no zone is given); clocks never set: None."""
    text = text.strip().replace("/", "-")
    if len(text) == 4 and text.isdigit():
        text += "-01-01"
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    if found.tzinfo is None:
        found = found.replace(tzinfo=dt.UTC)
    never_set = found.year in UNSET_DATES and (found.month, found.day) == (1, 1)
    return None if never_set or not math.isfinite(found.timestamp()) else found
