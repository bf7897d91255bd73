"""Media: files to frames, sound, subtitles, shots, stills and fingerprints, through PyAV only.

Start at `Guard`: it runs every decoder in a child process with budgets of time and memory, so
that no file can stop, slow or kill the rest. `scan` finds the files, `fingerprint` names them by
content, `read_sidecar` reads the subtitles that lie beside them. `types` holds what is given and
taken. Only the tests and the guard's child call `probe`, `decode` and `sound` directly.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kinolex.media.fingerprint import full_hash as full_hash
    from kinolex.media.guard import Guard as Guard
    from kinolex.media.scan import Found as Found
    from kinolex.media.scan import media_files as media_files
    from kinolex.media.subtitles import read_sidecar as read_sidecar
    from kinolex.media.subtitles import sidecars as sidecars
    from kinolex.media.types import AudioStream as AudioStream
    from kinolex.media.types import Chapter as Chapter
    from kinolex.media.types import Cue as Cue
    from kinolex.media.types import Frame as Frame
    from kinolex.media.types import MediaInfo as MediaInfo
    from kinolex.media.types import PicturePlan as PicturePlan
    from kinolex.media.types import SoundPiece as SoundPiece
    from kinolex.media.types import SubtitleStream as SubtitleStream
    from kinolex.media.types import VideoStream as VideoStream

# `scan` and `fingerprint` are modules too, and a module's name here can mean only one thing: these
# two functions are taken from their modules.
_PLACES = {
    "Guard": "kinolex.media.guard",
    "Found": "kinolex.media.scan",
    "full_hash": "kinolex.media.fingerprint",
    "media_files": "kinolex.media.scan",
    "read_sidecar": "kinolex.media.subtitles",
    "sidecars": "kinolex.media.subtitles",
    "AudioStream": "kinolex.media.types",
    "Chapter": "kinolex.media.types",
    "Cue": "kinolex.media.types",
    "Frame": "kinolex.media.types",
    "MediaInfo": "kinolex.media.types",
    "PicturePlan": "kinolex.media.types",
    "SoundPiece": "kinolex.media.types",
    "SubtitleStream": "kinolex.media.types",
    "VideoStream": "kinolex.media.types",
}

__all__ = [
    "AudioStream",
    "Chapter",
    "Cue",
    "Found",
    "Frame",
    "Guard",
    "MediaInfo",
    "PicturePlan",
    "SoundPiece",
    "SubtitleStream",
    "VideoStream",
    "full_hash",
    "media_files",
    "read_sidecar",
    "sidecars",
]


def __getattr__(name: str) -> Any:
    if name in _PLACES:
        return getattr(importlib.import_module(_PLACES[name]), name)
    raise AttributeError(f"module 'kinolex.media' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
