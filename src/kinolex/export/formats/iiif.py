"""A IIIF manifest: one canvas a video, and the clips as annotations on their spans.

Source: IIIF Presentation API 3.0 (iiif.io/api/presentation/3.0) with W3C Web Annotation; spans are
media fragments ``canvas#t=start,end``.
"""

from __future__ import annotations

import json
import mimetypes
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import quote

from kinolex.export.cues import words_of
from kinolex.export.events import Event, events
from kinolex.export.registry import exporter
from kinolex.export.request import Clip, Options
from kinolex.export.urls import file_url
from kinolex.export.words import plain
from kinolex.library.records import Passage

__all__ = ["iiif"]

CONTEXT = "http://iiif.io/api/presentation/3/context.json"
NOWHERE = "https://kinolex.invalid/iiif"
"""What ids begin with when nobody says where the manifest will lie (RFC 2606: no such host)."""
LEAST = 1e-3
Noted = tuple[Event, list[Passage]]
"""A clip, and the words in it."""


@exporter(
    "iiif", title="IIIF Presentation 3 manifest", suffix=".iiif.json",
    media_type='application/ld+json;profile="http://iiif.io/api/presentation/3/context.json"',
)  # fmt: skip
def iiif(clips: Sequence[Clip], to: Path, options: Options) -> tuple[str, ...]:
    """Write a manifest with an annotation for each clip, and one for each passage in it."""
    base = options.base_url.rstrip("/") or NOWHERE
    videos: dict[str, list[Noted]] = {}
    for event, words in zip(events(clips, options), words_of(clips, options), strict=True):
        videos.setdefault(event.clip.video.id, []).append((event, words))
    value = {
        "@context": CONTEXT,
        "id": f"{base}/manifest.json",
        "type": "Manifest",
        "label": _text(options.title),
        "items": [_canvas(of_one, base) for of_one in videos.values()],
    }
    to.write_bytes((json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode())
    if options.base_url:
        return (f"Media are expected at {base}/media/ID.SUFFIX.",)
    return ("Ids are placeholders, and media are named by their files: give base_url to publish.",)


def _canvas(of_one: Sequence[Noted], base: str) -> dict[str, Any]:
    first = of_one[0][0]
    video = first.clip.video
    canvas = f"{base}/canvas/{quote(plain(video.id), safe='')}"
    sizes = {"width": video.width, "height": video.height} if video.width and video.height else {}
    duration = max(LEAST, video.duration, *(event.end for event, _ in of_one))
    timing = {**sizes, "duration": round(duration, 6)}
    notes = [_annotation(canvas, number, event) for number, (event, _) in enumerate(of_one, 1)]
    said = [
        _said(canvas, f"{number}.{part}", passage)
        for number, (_, words) in enumerate(of_one, 1)
        for part, passage in enumerate(words, 1)
    ]
    return {
        "id": canvas,
        "type": "Canvas",
        "label": _text(video.title or video.id),
        **timing,
        "items": [_painting(first, canvas, base, timing)],
        "annotations": [
            {"id": f"{canvas}/annotations", "type": "AnnotationPage", "items": notes + said}
        ],
    }


def _painting(event: Event, canvas: str, base: str, timing: dict[str, Any]) -> dict[str, Any]:
    """The page with the film itself."""
    video = event.clip.video
    suffix = PurePosixPath(video.path.replace("\\", "/")).suffix
    place = f"{base}/media/{quote(plain(video.id + suffix), safe='')}"
    media = mimetypes.guess_type(f"a{suffix}", strict=False)[0] or "video/mp4"
    body = {
        "id": place if base != NOWHERE else file_url(video.path),
        "type": "Video" if event.material.picture else "Sound",
        "format": media,
        **timing,
    }
    painting = {
        "id": f"{canvas}/painting/1",
        "type": "Annotation",
        "motivation": "painting",
        "body": body,
        "target": canvas,
    }
    return {"id": f"{canvas}/painting", "type": "AnnotationPage", "items": [painting]}


def _annotation(canvas: str, number: int, event: Event) -> dict[str, Any]:
    """The clip: its label and note."""
    clip = event.clip
    value = plain("\n".join(part for part in (clip.label, clip.note) if part))
    target = f"{canvas}#t={_span(event.start, event.end)}"
    return _textual(f"{canvas}/annotation/{number}", "commenting", value, target)


def _said(canvas: str, number: str, passage: Passage) -> dict[str, Any]:
    """Words that are said or shown."""
    target = f"{canvas}#t={_span(passage.span.start, passage.span.end)}"
    found = _textual(f"{canvas}/words/{number}", "supplementing", plain(passage.text), target)
    if passage.language:
        found["body"]["language"] = plain(passage.language)
    return found


def _textual(name: str, motivation: str, value: str, target: str) -> dict[str, Any]:
    return {
        "id": name,
        "type": "Annotation",
        "motivation": motivation,
        "body": {"type": "TextualBody", "value": value, "format": "text/plain"},
        "target": target,
    }


def _text(text: str) -> dict[str, list[str]]:
    """A language map in no particular language."""
    return {"none": [plain(text)]}


def _span(start: float, end: float) -> str:
    return ",".join(f"{time:.3f}".rstrip("0").rstrip(".") for time in (start, end))
