"""How much time and memory one job may take: pure arithmetic on settings and the file.

The figures are no estimates of the normal case but lines that only something broken crosses:
about ten times what two slow cores need. What really finds a hung decoder early is ``idle``: no
result *and* no byte of the file read for that long.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from kinolex.media.cutting.plan import CutPlan
from kinolex.media.types import MediaInfo
from kinolex.settings import Settings

__all__ = ["Budget", "budget", "cut_budget"]

_HD_RATE = 1920 * 1080 * 30
"""Pixels a second of the film that ``_PICTURE_FACTOR`` is meant for."""
_PICTURE_FACTOR = 2.0
"""Seconds of work allowed for a second of HD film (two slow cores need 0.2)."""
_SOUND_FACTOR = 0.5
"""Seconds of work allowed for a second of sound (needed: 0.01)."""
_READ_RATE = 4e6
"""Bytes a second that the slowest disk or network share still brings."""
_CODING_FACTOR = 20.0
"""Seconds of work allowed for coding a second of HD film anew (two slow cores need 1 to 2)."""
_CODING_MEMORY = 2
"""How much more memory coding may take than decoding: the coder looks ahead."""
_UHD = 3840 * 2160
"""Pixels up to which the memory of the settings holds; above it grows with the picture."""


@dataclass(frozen=True, slots=True)
class Budget:
    """Limits of one job.

    ``seconds``: the child's working time in all; ``idle``: time without any sign of progress;
    ``memory``: bytes of memory of its own (shared memory and libraries do not count).
    """

    seconds: float
    idle: float
    memory: int


def budget(
    settings: Settings, stage: str, *, size: int = 0, info: MediaInfo | None = None
) -> Budget:
    """The limits for a stage on a file of ``size`` bytes.

    Examples
    --------
    >>> budget(Settings(decode_seconds=60, decode_memory_mb=1500), "probe")
    Budget(seconds=60.0, idle=30.0, memory=1500000000)
    """
    seconds = settings.decode_seconds
    if info is not None:
        seconds += size / _READ_RATE
        if stage == "decode":
            seconds += _PICTURE_FACTOR * _weight(info) * info.duration
        elif stage == "sound":
            seconds += _SOUND_FACTOR * info.duration
    return Budget(seconds, settings.decode_seconds / 2, _memory(settings, info))


def cut_budget(settings: Settings, plan: CutPlan) -> Budget:
    """The limits for a cut: reading each file up to its piece, and coding the piece anew."""
    seconds = settings.decode_seconds
    for piece in plan.pieces:
        weight = _weight(piece.info)
        seconds += _PICTURE_FACTOR * weight * piece.padded.end
        seconds += _CODING_FACTOR * weight * piece.padded.duration
    memory = max(_memory(settings, piece.info) for piece in plan.pieces)
    return Budget(seconds, settings.decode_seconds / 2, memory * _CODING_MEMORY)


def _weight(info: MediaInfo) -> float:
    """How much heavier than HD film a second of this film is, at least 1."""
    film = info.video
    if film is None:
        return 1.0
    rate = min(max(film.fps, 1.0), 1000.0)
    return max(1.0, film.coded_width * film.coded_height * rate / _HD_RATE)


def _memory(settings: Settings, info: MediaInfo | None) -> int:
    base = settings.decode_memory_mb * 1_000_000
    film = info.video if info is not None else None
    if film is None:
        return base
    scaled = int(base * max(1.0, film.coded_width * film.coded_height / _UHD))
    # A header may claim any size: the machine's own memory bounds what is believed.
    return min(scaled, max(base, _physical_memory() // 2))


def _physical_memory() -> int:
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return 8_000_000_000
