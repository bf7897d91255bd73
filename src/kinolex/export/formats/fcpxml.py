"""FCPXML 1.10, which Final Cut Pro, DaVinci Resolve and Premiere converters read.

Source: Apple, "FCPXML Reference" and its DTD. An ``asset-clip`` holds picture and sound of its
asset linked; times are rational seconds and multiples of the frame's duration.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree as ET

from kinolex.export.events import FIRST, Event, conformed, events, timebase
from kinolex.export.registry import exporter
from kinolex.export.request import Clip, Options
from kinolex.export.timecode import Timebase, nearest_smpte
from kinolex.export.urls import file_url
from kinolex.export.words import one_line

__all__ = ["fcpxml"]

SIZE = (1920, 1080)
"""Of a sequence whose clips have no pictures."""
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE fcpxml>\n'


@exporter("fcpxml", title="Final Cut Pro XML 1.10", suffix=".fcpxml", media_type="application/xml")
def fcpxml(clips: Sequence[Clip], to: Path, options: Options) -> tuple[str, ...]:
    """Write clips as a project with one clip after another."""
    edit = events(clips, options)
    base = timebase(edit, options)
    root = ET.Element("fcpxml", version="1.10")
    resources = _Resources(ET.SubElement(root, "resources"))
    shown = next((e for e in edit if e.material.picture), None)
    size = _size(shown) if shown else SIZE
    sequence_format = resources.format(base.rate, size)
    library = ET.SubElement(root, "library")
    event = ET.SubElement(library, "event", name=one_line(options.title))
    project = ET.SubElement(event, "project", name=one_line(options.title))
    first = seconds(base.frame(FIRST), base.rate)
    kind = "DF" if base.drop else "NDF"
    sequence = ET.SubElement(
        project, "sequence", format=sequence_format, tcStart=first, tcFormat=kind
    )
    spine, at = ET.SubElement(sequence, "spine"), base.frame(FIRST)
    for one in edit:
        _asset_clip(spine, one, resources.asset(one), base, at)
        at += one.frames(base.rate)[1]
    sequence.set("duration", seconds(at - base.frame(FIRST), base.rate))
    ET.indent(root)
    to.write_bytes((HEAD + ET.tostring(root, encoding="unicode") + "\n").encode())
    return conformed(edit, base, options)


def seconds(frames: int, rate: Fraction) -> str:
    """Frames as rational seconds.

    Examples
    --------
    >>> seconds(60, Fraction(30000, 1001)), seconds(50, Fraction(25)), seconds(0, Fraction(25))
    ('1001/500s', '2s', '0s')
    """
    time = frames / rate
    return f"{time}s"


class _Resources:
    """Formats and assets, each once, with ids ``r1``, ``r2``, ..."""

    def __init__(self, element: ET.Element) -> None:
        self._element = element
        self._ids: dict[object, str] = {}

    def _new(self, key: object) -> str:
        return self._ids.setdefault(key, f"r{len(self._ids) + 1}")

    def format(self, rate: Fraction, size: tuple[int, int]) -> str:
        """The id of a format, made when it is new."""
        key = (rate, size)
        known, name = key in self._ids, self._new(key)
        if not known:
            ET.SubElement(
                self._element,
                "format",
                id=name,
                frameDuration=seconds(1, rate),
                width=str(size[0]),
                height=str(size[1]),
            )
        return name

    def asset(self, event: Event) -> str:
        """The id of the asset of an event's file, made when it is new."""
        video, material = event.clip.video, event.material
        if video.id in self._ids:
            return self._ids[video.id]
        format = self.format(nearest_smpte(material.rate), _size(event)) if material.picture else ""
        first, count = event.frames()
        asset = ET.SubElement(self._element, "asset", id=self._new(video.id))
        asset.set("name", one_line(video.title or event.clip.label))
        asset.set("start", seconds(material.first, material.rate))
        asset.set("duration", seconds(max(material.frames, first + count), material.rate))
        if material.picture:
            asset.set("hasVideo", "1")
            asset.set("format", format)
        if material.sound:
            asset.set("hasAudio", "1")
            asset.set("audioSources", "1")
        ET.SubElement(asset, "media-rep", kind="original-media", src=file_url(video.path))
        return self._ids[video.id]


def _asset_clip(spine: ET.Element, event: Event, asset: str, base: Timebase, at: int) -> None:
    material = event.material
    first, _ = event.frames()
    _, count = event.frames(base.rate)
    element = ET.SubElement(
        spine,
        "asset-clip",
        ref=asset,
        name=one_line(event.clip.label),
        offset=seconds(at, base.rate),
        start=seconds(material.first + first, material.rate),
        duration=seconds(count, base.rate),
        tcFormat="DF" if material.drop else "NDF",
    )
    if event.clip.note:
        ET.SubElement(element, "note").text = one_line(event.clip.note)


def _size(event: Event) -> tuple[int, int]:
    video = event.clip.video
    return (video.width, video.height) if video.width and video.height else SIZE
