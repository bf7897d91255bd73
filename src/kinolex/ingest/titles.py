"""The first stage: names, metadata, chapters and subtitles, searchable before any model runs."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from kinolex.errors import MediaError
from kinolex.library.naming import readable_name, title_texts
from kinolex.library.records import Passage, VideoRecord
from kinolex.media.guard import Guard
from kinolex.media.subtitles import read_sidecar, sidecars
from kinolex.media.types import Cue, MediaInfo, SubtitleStream
from kinolex.moments import Span

__all__ = ["best_subtitles", "readable_name", "subtitle_passages", "title_passages", "video_record"]

_MOST_CUES, _CUES_A_SECOND = 200, 20.0
_MOST_LETTERS, _LETTERS_A_SECOND = 100_000, 500.0
"""Subtitles beyond these are no speech; each line would cost a call of the sentence model."""


def video_record(info: MediaInfo, content: str, size: int, name: str) -> VideoRecord:
    """What the library stores of a probed file, before any channel."""
    video = info.video
    language = (video.language if video else "") or next(
        (a.language for a in info.audio if a.language), ""
    )
    return VideoRecord(
        id=content,
        size=size,
        duration=info.duration,
        title=info.title or readable_name(name),
        **({"time_base": video.time_base} if video else {}),
        width=video.width if video else 0,
        height=video.height if video else 0,
        fps=video.fps if video else 0.0,
        recorded=info.recorded,
        language=language,
        metadata=dict(info.metadata),
        info={
            "format": info.format,
            "video": video.codec if video else "",
            "audio": [a.codec for a in info.audio],
            "subtitles": len(info.subtitles),
            "chapters": len(info.chapters),
        },
    )


def title_passages(
    record: VideoRecord, info: MediaInfo | None, places: Iterable[str]
) -> tuple[Passage, ...]:
    """Title, file names, folders and metadata over the whole video; chapters over their spans.

    Parameters
    ----------
    record : VideoRecord
        The video.
    info : MediaInfo or None
        What probing told; None when only the places changed (then chapters are not given).
    places : iterable of str
        Relative POSIX paths of the video's files.
    """
    whole = Span(0.0, record.duration)
    texts = title_texts(record.title, record.metadata, places)
    passages = [Passage(whole, text, "title") for text in texts]
    chapters = info.chapters if info else ()
    passages += [Passage(c.span, c.title, "title") for c in chapters if c.title.strip()]
    return tuple(passages)


def subtitle_passages(cues: Iterable[Cue], duration: float) -> tuple[Passage, ...]:
    """Cues as passages inside the video; what lies outside is left out."""
    passages = []
    for cue in cues:
        if cue.span.start >= duration or not cue.text.strip():
            continue
        passages.append(
            Passage(cue.span.within(duration), cue.text.strip(), "subtitle", language=cue.language)
        )
    return tuple(sorted(passages, key=lambda p: (p.span, p.text)))


def best_subtitles(
    info: MediaInfo, path: Path, guard: Guard, language: str
) -> tuple[list[Cue], list[MediaError]]:
    """The subtitles that win: sidecars before embedded ones, the wanted language first.

    Returns
    -------
    cues : list of Cue
        Cues of the best readable source, empty when there is none.
    errors : list of MediaError
        Sources that could not be read.
    """
    errors: list[MediaError] = []
    for sidecar in sidecars(path):
        try:
            cues = read_sidecar(sidecar)
        except MediaError as error:
            errors.append(error)
            continue
        if (excess := _too_many(cues, info.duration, sidecar.name)) is not None:
            errors.append(excess)
            continue
        if cues and (not language or cues[0].language in ("", language)):
            return cues, errors
    for stream in sorted(info.subtitles, key=lambda s: _preference(s, language)):
        try:
            cues = guard.cues(info, stream.index)
        except MediaError as error:
            errors.append(error)
            continue
        name = f"Track {stream.index} of {path.name}"
        if (excess := _too_many(cues, info.duration, name)) is not None:
            errors.append(excess)
            continue
        if cues:
            return cues, errors
    return [], errors


def _too_many(cues: list[Cue], duration: float, name: str) -> MediaError | None:
    """Why subtitles are refused that say more than anybody could say or read in the time."""
    inside = [cue for cue in cues if cue.span.start < duration]
    letters = sum(len(cue.text) for cue in inside)
    most = (_MOST_CUES + _CUES_A_SECOND * duration, _MOST_LETTERS + _LETTERS_A_SECOND * duration)
    if len(inside) <= most[0] and letters <= most[1]:
        return None
    return MediaError(
        f"{name} holds {len(inside)} lines of {letters} letters in all for {duration:.0f} s.",
        reason="too-big",
        stage="subtitles",
    )


def _preference(stream: SubtitleStream, language: str) -> tuple[bool, bool, bool, int]:
    """Wanted language, then full (not forced) tracks, then the default one, then the first."""
    wanted = bool(language) and stream.language == language
    return (not wanted, stream.forced, not stream.default, stream.index)
