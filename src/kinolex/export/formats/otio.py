"""OpenTimelineIO: a time line with linked picture and sound, for any editor that reads it.

Written through the package ``opentimelineio`` (``pip install kinolex[nle]``). Each clip keeps its
file's own rate. Picture and sound of a clip carry one link group, under the key by which DaVinci
Resolve writes it (the schema itself has no links).
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kinolex.errors import UsageError
from kinolex.export.events import FIRST, Event, events, timebase
from kinolex.export.registry import exporter
from kinolex.export.request import Clip, Options
from kinolex.export.urls import file_url
from kinolex.export.words import plain

if TYPE_CHECKING:
    import opentimelineio as otio

__all__ = ["otio_timeline"]


@exporter(
    "otio",
    title="OpenTimelineIO",
    suffix=".otio",
    media_type="application/vnd.pixar.opentimelineio+json",
)
def otio_timeline(clips: Sequence[Clip], to: Path, options: Options) -> tuple[str, ...]:
    """Write clips as a time line with a video and a sound track."""
    schema = _package().schema
    edit = events(clips, options)
    meta = {"Resolve_OTIO": {"Resolve OTIO Meta Version": "1.0"}}
    timeline = schema.Timeline(name=plain(options.title), metadata=meta)
    base = timebase(edit, options)
    timeline.global_start_time = _time(base.frame(FIRST), base.rate)
    pictures = schema.Track(name="V1", kind=schema.TrackKind.Video)
    sounds = schema.Track(name="A1", kind=schema.TrackKind.Audio)
    for number, event in enumerate(edit, 1):
        pictures.append(_item(event, number, event.material.picture))
        sounds.append(_item(event, number, event.material.sound))
    timeline.tracks.append(pictures)
    if any(event.material.sound for event in edit):
        timeline.tracks.append(sounds)
    to.write_text(timeline.to_json_string(indent=4) + "\n", encoding="utf-8")
    rates = {event.material.rate for event in edit}
    return (f"Clips of {len(rates)} rates keep their own.",) if len(rates) > 1 else ()


def _package() -> Any:
    try:
        import opentimelineio
    except ImportError as error:
        raise UsageError(
            "OpenTimelineIO is not installed.", hint='Run `pip install "kinolex[nle]"`.'
        ) from error
    return opentimelineio


def _item(event: Event, link: int, there: bool) -> otio.schema.Clip | otio.schema.Gap:
    """The clip with its file, or a gap as long where the file has no such stream."""
    package = _package()
    material, clip = event.material, event.clip
    first, count = event.frames()
    span = _range(material.first + first, count, material.rate)
    if not there:
        return package.schema.Gap(source_range=_range(0, count, material.rate))
    length = max(material.frames, first + count)
    media = package.schema.ExternalReference(
        target_url=file_url(clip.video.path),
        available_range=_range(material.first, length, material.rate),
    )
    media.name = plain(clip.video.title)
    return package.schema.Clip(
        name=plain(clip.label),
        media_reference=media,
        source_range=span,
        metadata={"Resolve_OTIO": {"Link Group ID": link}, "kinolex": _facts(clip)},
    )


def _facts(clip: Clip) -> dict[str, Any]:
    facts: dict[str, Any] = {"video": plain(clip.video.id)}
    if clip.note:
        facts["note"] = plain(clip.note)
    if clip.score is not None:
        facts["score"] = round(clip.score, 4)
    return facts


def _time(frame: int, rate: Fraction) -> otio.opentime.RationalTime:
    return _package().opentime.RationalTime(frame, float(rate))


def _range(start: int, count: int, rate: Fraction) -> otio.opentime.TimeRange:
    return _package().opentime.TimeRange(_time(start, rate), _time(count, rate))
