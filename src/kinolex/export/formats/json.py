"""Everything about the clips as JSON, a sidecar for programs: schema ``kinolex.export/1``.

The JSON Schema lies in the package as ``kinolex/export/schema.json``. Within version 1 keys may be
added, never renamed, removed or given another meaning.
"""

from __future__ import annotations

import json as standard
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kinolex.export.events import Event, events
from kinolex.export.registry import exporter
from kinolex.export.request import Clip, Options
from kinolex.library.records import Passage

__all__ = ["SCHEMA", "json"]

SCHEMA = "kinolex.export/1"


@exporter("json", title="Sidecar, JSON", suffix=".json", media_type="application/json")
def json(clips: Sequence[Clip], to: Path, options: Options) -> tuple[str, ...]:
    """Write the clips with all that is known of them."""
    value = {
        "schema": SCHEMA,
        "title": options.title,
        "pad": options.pad,
        "clips": [_clip(event, options) for event in events(clips, options)],
    }
    # Escapes keep file names that are not text (lone surrogates) whole.
    text = standard.dumps(value, ensure_ascii=False, indent=2)
    try:
        raw = text.encode()
    except UnicodeEncodeError:
        raw = standard.dumps(value, indent=2).encode()
    to.write_bytes(raw + b"\n")
    return ()


def _clip(event: Event, options: Options) -> dict[str, Any]:
    clip, material = event.clip, event.material
    first, count = event.frames()
    return {
        "name": clip.label,
        "note": clip.note,
        "score": None if clip.score is None else round(clip.score, 4),
        "video": clip.video.to_dict(),
        "start": round(event.start, 6),
        "end": round(event.end, 6),
        "rate": [material.rate.numerator, material.rate.denominator],
        "first_frame": first,
        "frames": count,
        "timecode": material.base.label(material.first + first),
        "passages": [_passage(p) for p in clip.passages],
        "shots": [[round(s.start, 6), round(s.end, 6)] for s in clip.shots],
    }


def _passage(passage: Passage) -> dict[str, Any]:
    return {
        "start": round(passage.span.start, 6),
        "end": round(passage.span.end, 6),
        "text": passage.text,
        "source": passage.source,
        "language": passage.language,
        "confidence": round(passage.confidence, 4),
    }
