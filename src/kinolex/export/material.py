"""What editors must know of a file: rate, first timecode, whether there is sound and picture."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from kinolex.export.request import Clip
from kinolex.export.timecode import DROPPING, Timebase, true_rate

__all__ = ["Material", "material"]

DEFAULT_RATE = Fraction(25)
"""Frames a second that sound alone is counted in."""


@dataclass(frozen=True, slots=True)
class Material:
    """Facts of one file.

    Parameters
    ----------
    rate : Fraction
        Frames a second, exact; of sound alone 25.
    picture, sound : bool
        Whether it has them; both are assumed where nothing is known.
    label : str
        Timecode of its first frame as the file tells it, or "".
    drop : bool
        Whether that is drop-frame timecode.
    frames : int
        Its length, in whole frames.
    """

    rate: Fraction
    picture: bool
    sound: bool
    label: str
    drop: bool
    frames: int

    @property
    def base(self) -> Timebase:
        """How the file itself labels its frames."""
        return Timebase(self.rate, self.drop)

    @property
    def first(self) -> int:
        """Frame number of the first frame by its timecode; 0 without one."""
        return self.base.frame(self.label) if self.label else 0


def material(clip: Clip) -> Material:
    """What is known of a clip's file.

    A start timecode (the tag ``timecode`` that cameras write) is taken when it fits the rate;
    ``;`` before its frames means drop-frame.
    """
    record, video = clip.record, clip.video
    fps = (record.fps if record else 0.0) or video.fps
    rate = true_rate(fps) if 0.5 <= fps <= 1000 else DEFAULT_RATE
    info = record.info if record else {}
    sound = bool(info["audio"]) if "audio" in info else True
    picture = bool(info["video"]) if "video" in info else bool(video.width) or not info
    tags = {**video.metadata, **(record.metadata if record else {})}
    label = str(tags.get("timecode", "")).strip()
    drop = len(label) > 3 and label[-3] in ";,." and rate in DROPPING
    try:
        Timebase(rate, drop).frame(label)
    except ValueError:
        label, drop = "", False
    duration = Fraction(record.duration if record else video.duration)
    # A last frame that is nearly whole is one: durations are rounded.
    frames = int(duration * rate + Fraction(1, 10))
    return Material(rate, picture, sound or not picture, label, drop, frames)
