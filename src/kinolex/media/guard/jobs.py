"""What the child can do: the names of the jobs, what each gives, and how it is done.

The parent imports the table; the functions run in the child only and import the decoders there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kinolex.media.cutting.plan import Cut, CutPlan
from kinolex.media.guard.codec import unpack
from kinolex.media.types import Cue, Frame, MediaInfo, PicturePlan, SoundPiece

__all__ = ["JOBS", "Job", "run", "warm_up"]

_BATCH = 500


@dataclass(frozen=True, slots=True)
class Job:
    """One kind of work: the ``stage`` that its errors name, and the type of each result."""

    stage: str
    gives: Any
    work: Callable[[dict[str, Any]], Iterator[Any]]


def warm_up() -> None:
    """Load FFmpeg and the decoders before any file's clock runs."""
    import av

    import kinolex.media.decode
    import kinolex.media.probe
    import kinolex.media.sound
    import kinolex.media.subtitles  # noqa: F401

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
    from kinolex.media.decode import still_at

    info = unpack(MediaInfo, order["info"])
    still = still_at(Path(info.path), info, order["time"], order["size"])
    if still is not None:
        yield still


def _picture(order: dict[str, Any]) -> Iterator[bytes]:
    from kinolex.media.uploaded import smaller

    yield smaller(Path(order["path"]), order["size"])


def _cut(order: dict[str, Any]) -> Iterator[Cut]:
    from kinolex.media.cutting.cut import cut

    return cut(unpack(CutPlan, order["plan"]))


JOBS: dict[str, Job] = {
    "probe": Job("probe", MediaInfo, _probe),
    "pictures": Job("decode", Frame, _pictures),
    "sound": Job("sound", SoundPiece, _sound),
    "cues": Job("subtitles", list[Cue], _cues),
    "still": Job("decode", bytes, _still),
    "picture": Job("decode", bytes, _picture),
    "cut": Job("cut", Cut, _cut),
}
