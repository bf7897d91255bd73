"""What the child can do: the names of the jobs, what each gives, and how it is done.

The parent imports the table; the functions run in the child only and import the decoders there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kinolex.media.guard.codec import unpack
from kinolex.media.types import Cue, Frame, MediaInfo, PicturePlan, SoundPiece
from kinolex.moments import Span

__all__ = ["JOBS", "Job", "run", "warm_up"]

_BATCH = 500
_STILL_WINDOW = 15.0


@dataclass(frozen=True, slots=True)
class Job:
    """One kind of work: the ``stage`` that its errors name, and the type of each result."""

    stage: str
    gives: Any
    work: Callable[[dict[str, Any]], Iterator[Any]]


def warm_up() -> None:
    """Load FFmpeg and what every decoder needs, before any file's clock runs."""
    import av

    av.logging.set_level(None)


def run(name: str, order: dict[str, Any]) -> Iterator[Any]:
    """Do a job: results as they come.

    Raises
    ------
    MediaError
        From the decoders.
    """
    return JOBS[name].work(order)


def _probe(order: dict[str, Any]) -> Iterator[MediaInfo]:
    from kinolex.media.probe import probe

    yield probe(Path(order["path"]))


def _pictures(order: dict[str, Any]) -> Iterator[Frame]:
    from kinolex.media.decode import pictures

    info = unpack(MediaInfo, order["info"])
    return pictures(Path(info.path), info, unpack(PicturePlan, order["plan"]))


def _sound(order: dict[str, Any]) -> Iterator[SoundPiece]:
    from kinolex.media.sound import sound

    info = unpack(MediaInfo, order["info"])
    return sound(
        Path(info.path),
        info,
        stream=order["stream"],
        language=order["language"],
        piece_seconds=order["piece_seconds"],
    )


def _cues(order: dict[str, Any]) -> Iterator[list[Cue]]:
    from kinolex.media.subtitles import embedded_cues

    info = unpack(MediaInfo, order["info"])
    cues = embedded_cues(Path(info.path), info, order["stream"])
    for first in range(0, len(cues), _BATCH):
        yield cues[first : first + _BATCH]


def _still(order: dict[str, Any]) -> Iterator[bytes]:
    from kinolex.media.decode import pictures

    info = unpack(MediaInfo, order["info"])
    time, size = min(order["time"], info.duration), order["size"]
    # The first frame from the wanted time on; at the very end there may be none: the last before.
    for start in (time, max(0.0, time - 2.0), max(0.0, time - _STILL_WINDOW), 0.0):
        if start >= info.duration:
            continue
        plan = PicturePlan(
            policy="budget",
            budget=1,
            picture_size=0,
            still_size=size,
            cuts=False,
            span=Span(start, min(info.duration, start + _STILL_WINDOW)),
        )
        for frame in pictures(Path(info.path), info, plan):
            if frame.still is not None:
                yield frame.still
                return


JOBS: dict[str, Job] = {
    "probe": Job("probe", MediaInfo, _probe),
    "pictures": Job("decode", Frame, _pictures),
    "sound": Job("sound", SoundPiece, _sound),
    "cues": Job("subtitles", list[Cue], _cues),
    "still": Job("decode", bytes, _still),
}
