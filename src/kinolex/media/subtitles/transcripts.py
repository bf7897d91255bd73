"""Ready-made transcripts in JSON, by shape rather than by name.

Known: Whisper, faster-whisper, WhisperX (``segments``), whisper.cpp (``transcription``),
Transformers (``chunks``), the podcast namespace (``segments`` with ``body``), lists of
``{text, start, duration}`` (youtube-transcript-api), YouTube json3 (``events``), Deepgram
(``utterances``) and Amazon Transcribe (``results.items``).
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable
from typing import Any

from kinolex.media.subtitles.raw import RawCue, seconds

__all__ = ["looks_like_transcript", "parse_transcript"]

_PAUSE = 1.0
_LONGEST = 10.0


def looks_like_transcript(head: str) -> bool:
    """Whether the beginning of a JSON file names what transcripts are made of.

    Many programs leave JSON beside videos (downloaders, cameras, photo services).

    Examples
    --------
    >>> looks_like_transcript('{"segments": [{"start": 0.0, "end": 1.0, "text": "Hi"}]}')
    True
    >>> looks_like_transcript('{"id": "x", "formats": [], "title": "Film"}')
    False
    """
    keys = ("segments", "transcription", "chunks", "events", "utterances", "transcripts")
    if any(f'"{key}"' in head for key in keys):
        return any(f'"{key}"' in head for key in ("text", "segs", "body", "transcript", "utf8"))
    return head.lstrip()[:1] == "[" and '"text"' in head and '"start"' in head


def parse_transcript(text: str) -> tuple[list[RawCue], str]:
    """Cues and the language that the file names ("" if none).

    Raises
    ------
    ValueError
        If it is no JSON or no transcript that we know.

    Examples
    --------
    >>> parse_transcript('[{"text": "Hi", "start": 1.5, "duration": 2}]')
    ([RawCue(start=1.5, end=3.5, text='Hi')], '')
    """
    try:
        data = json.loads(text)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    if isinstance(data, list):
        # Transformers and some tools wrap the one result in a list.
        if len(data) == 1 and isinstance(data[0], dict) and "segments" in data[0]:
            data = data[0]
        else:
            data = {"segments": data}
    if not isinstance(data, dict):
        raise ValueError("it is no transcript")
    for find in _SHAPES:
        cues = find(data)
        if cues is not None:
            return cues, _language(data)
    raise ValueError("it is no transcript of a known kind")


def _segments(data: dict[str, Any]) -> list[RawCue] | None:
    items = data.get("segments", data.get("utterances"))
    if items is None and isinstance(results := data.get("results"), dict):
        items = results.get("utterances")
    if not isinstance(items, list):
        return None
    cues = [cue for item in _objects(items) if (cue := _segment(item)) is not None]
    if items and not cues:
        return None
    return cues


def _segment(item: dict[str, Any]) -> RawCue | None:
    start = _number(item.get("start", item.get("startTime")))
    end = _number(item.get("end", item.get("endTime")))
    text = item.get("text", item.get("body", item.get("transcript")))
    if start is None or not isinstance(text, str):
        return None
    length = _number(item.get("duration"))
    if end is None and length is not None:
        end = start + length
    # Segments are padded with silence; their words know better.
    words = [word for word in _objects(item.get("words")) if _number(word.get("start")) is not None]
    if words and end is not None:
        first, last = _number(words[0].get("start")), _number(words[-1].get("end"))
        if first is not None and last is not None and start <= first < last <= end:
            start, end = first, last
    return RawCue(start, end, text)


def _whisper_cpp(data: dict[str, Any]) -> list[RawCue] | None:
    items = data.get("transcription")
    if not isinstance(items, list):
        return None
    cues = []
    for item in _objects(items):
        offsets, stamps = item.get("offsets"), item.get("timestamps")
        text = item.get("text")
        if isinstance(offsets, dict):
            start, end = _number(offsets.get("from")), _number(offsets.get("to"))
            start = start / 1000 if start is not None else None
            end = end / 1000 if end is not None else None
        elif isinstance(stamps, dict):
            start, end = seconds(str(stamps.get("from"))), seconds(str(stamps.get("to")))
        else:
            continue
        if start is not None and isinstance(text, str):
            cues.append(RawCue(start, end, text))
    return cues


def _chunks(data: dict[str, Any]) -> list[RawCue] | None:
    items = data.get("chunks")
    if not isinstance(items, list):
        return None
    cues = []
    for item in _objects(items):
        stamp, text = item.get("timestamp"), item.get("text")
        if isinstance(stamp, list) and len(stamp) == 2 and isinstance(text, str):
            start = _number(stamp[0])
            if start is not None:
                cues.append(RawCue(start, _number(stamp[1]), text))
    return cues


def _youtube_events(data: dict[str, Any]) -> list[RawCue] | None:
    items = data.get("events")
    if not isinstance(items, list):
        return None
    cues = []
    for item in _objects(items):
        start, length = _number(item.get("tStartMs")), _number(item.get("dDurationMs"))
        parts = [piece.get("utf8") for piece in _objects(item.get("segs"))]
        text = "".join(part for part in parts if isinstance(part, str))
        # "aAppend" events are the line breaks between rolling lines.
        if start is not None and text.strip() and not item.get("aAppend"):
            end = (start + length) / 1000 if length is not None else None
            cues.append(RawCue(start / 1000, end, text))
    return _not_overlapping(cues)


def _not_overlapping(cues: list[RawCue]) -> list[RawCue]:
    """Rolling lines stay on the screen after their words: end each where the next begins."""
    ends = [cue.start for cue in cues[1:]] + [math.inf]
    return [
        cue._replace(end=min(cue.end, after)) if cue.end is not None and after > cue.start else cue
        for cue, after in zip(cues, ends, strict=True)
    ]


def _amazon(data: dict[str, Any]) -> list[RawCue] | None:
    results = data.get("results")
    if not isinstance(results, dict) or not isinstance(results.get("items"), list):
        return None
    return _sentences(_amazon_words(results["items"]))


def _amazon_words(items: list[Any]) -> Iterable[tuple[float | None, float | None, str]]:
    for item in _objects(items):
        best = next(iter(_objects(item.get("alternatives"))), {})
        word = best.get("content")
        if isinstance(word, str):
            yield _number(item.get("start_time")), _number(item.get("end_time")), word


def _sentences(words: Iterable[tuple[float | None, float | None, str]]) -> list[RawCue]:
    """Words and punctuation (without times) joined until a pause, a full stop or ten seconds."""
    cues: list[RawCue] = []
    begun = False
    for start, end, word in words:
        if start is None:
            if begun:
                cues[-1] = cues[-1]._replace(text=cues[-1].text + word)
                begun = word not in ".?!。"
            continue
        if begun and start - (cues[-1].end or start) < _PAUSE and start - cues[-1].start < _LONGEST:
            cues[-1] = RawCue(cues[-1].start, end, f"{cues[-1].text} {word}")
        else:
            cues.append(RawCue(start, end, word))
        begun = True
    return cues


_SHAPES: tuple[Callable[[dict[str, Any]], list[RawCue] | None], ...] = (
    _segments,
    _whisper_cpp,
    _chunks,
    _youtube_events,
    _amazon,
)


def _objects(items: Any) -> list[dict[str, Any]]:
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _number(value: Any) -> float | None:
    """A finite number, also one written as text (Amazon), else None."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _language(data: dict[str, Any]) -> str:
    result = data.get("result")
    named = data.get("language") or (result.get("language") if isinstance(result, dict) else "")
    return named if isinstance(named, str) else ""
