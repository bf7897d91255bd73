"""Clips as events of an edit: where they lie in their files and on the time line, in frames."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from kinolex.export.material import Material, material
from kinolex.export.request import Clip, Options
from kinolex.export.timecode import DROPPING, LABEL, Timebase, frame_at, nearest_smpte

__all__ = ["FIRST", "Event", "conformed", "events", "labelled", "timebase"]

FIRST = "01:00:00:00"
"""Where time lines begin, as is usual in editing."""


@dataclass(frozen=True, slots=True)
class Event:
    """One clip of an edit, in its own frames.

    Parameters
    ----------
    clip : Clip
        What it shows.
    material : Material
        Its file.
    start, end : float
        Seconds in the file, handles included, end exclusive.
    """

    clip: Clip
    material: Material
    start: float
    end: float

    def frames(self, rate: Fraction | None = None) -> tuple[int, int]:
        """First frame and number of frames (at least 1), counted from the file's start.

        Parameters
        ----------
        rate : Fraction, optional
            To count in; default the file's own.
        """
        rate = rate or self.material.rate
        first = frame_at(self.start, rate)
        return first, max(1, frame_at(self.end, rate) - first)


def events(clips: Sequence[Clip], options: Options) -> list[Event]:
    """The clips in their order."""
    found = []
    for clip in clips:
        span = clip.padded(options.pad)
        found.append(Event(clip, material(clip), span.start, span.end))
    return found


def timebase(edit: Sequence[Event], options: Options) -> Timebase:
    """Rate and kind of timecode of a whole edit.

    The rate is that of the first event with pictures, or the nearest that timecode is made for.
    Without a wish in the options drop-frame is taken when a file of that rate has it.
    """
    first = next((event for event in edit if event.material.picture), edit[0])
    rate = nearest_smpte(first.material.rate)
    drop = options.drop_frame
    if drop is None:
        drop = any(e.material.drop for e in edit if e.material.rate == rate)
    return Timebase(rate, drop and rate in DROPPING)


def labelled(event: Event, base: Timebase) -> int:
    """Frame number, in ``base``, of the label that the file's first frame carries.

    The label stays the same where rates differ: a tape that begins at 10:00:00:00 does so at every
    rate; its frames are scaled.
    """
    found = LABEL.fullmatch(event.material.label)
    if found is None:
        return 0
    if base == event.material.base:
        return event.material.first
    frames = int(found[5]) * base.nominal // event.material.base.nominal
    seconds = f"{found[1]}:{found[2]}:{found[3]}"
    try:
        return base.frame(f"{seconds}:{frames:02d}")
    except ValueError:  # a label that drop-frame leaves out
        return base.frame(f"{seconds}:{base.dropped:02d}")


def conformed(edit: Sequence[Event], base: Timebase, options: Options) -> tuple[str, ...]:
    """Notes on what a single rate for all events costs."""
    notes = []
    others = {e.material.rate for e in edit if e.material.picture and e.material.rate != base.rate}
    if others:
        rates = ", ".join(_rate(rate) for rate in sorted(others))
        notes.append(
            f"The whole list counts {_rate(base.rate)} frames a second; "
            f"clips of {rates} are conformed to the nearest frame."
        )
    if options.drop_frame and base.rate not in DROPPING:
        notes.append(
            f"Drop-frame timecode exists at 29.97 and 59.94 only: at {_rate(base.rate)} "
            "all labels are used."
        )
    same = [e.material for e in edit if e.material.rate == base.rate and e.material.label]
    kinds = {one.drop for one in same}
    if kinds - {base.drop}:
        kind = "drop-frame" if base.drop else "non-drop"
        notes.append(f"Some files carry the other kind of timecode; the whole list is {kind}.")
    return tuple(notes)


def _rate(rate: Fraction) -> str:
    return f"{float(rate):.3f}".rstrip("0").rstrip(".")
