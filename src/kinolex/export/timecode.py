"""Timecode: frames counted as SMPTE ST 12-1 does, with exact rational arithmetic.

A frame number counts frames from midnight's ``00:00:00:00``. Non-drop timecode labels them one by
one with the nominal rate (30 for 30000/1001), so that the labels of 29.97 fall behind the clock.
Drop-frame timecode leaves out the labels ``;00`` and ``;01`` (at 59.94 ``;00`` to ``;03``) at
the start of each minute but every tenth; frames themselves are never dropped.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

__all__ = ["DROPPING", "SMPTE_RATES", "Timebase", "frame_at", "nearest_smpte", "true_rate"]

DROPPING = (Fraction(30000, 1001), Fraction(60000, 1001))
"""Rates at which drop-frame timecode exists."""
SMPTE_RATES = (
    Fraction(24000, 1001), Fraction(24), Fraction(25), Fraction(30000, 1001), Fraction(30),
    Fraction(48000, 1001), Fraction(48), Fraction(50), Fraction(60000, 1001), Fraction(60),
)  # fmt: skip
"""Rates that timecode is made for."""
CLOSE = 2e-4
"""How far (relative) a measured rate may be from the one that is meant; 24 and 23.976 are 1e-3."""
LABEL = re.compile(r"(\d{1,2}):([0-5]\d):([0-5]\d)([:;.,])(\d{2})", re.ASCII)


def true_rate(fps: float) -> Fraction:
    """The exact rate that a rate in floating point means.

    Whole rates and their 1000/1001 are recognised; other rates (variable, odd) stay as they are,
    as a fraction with a denominator of at most 1001.

    Examples
    --------
    >>> [str(true_rate(fps)) for fps in (29.97, 23.976, 25.0, 59.94005994, 12.5)]
    ['30000/1001', '24000/1001', '25', '60000/1001', '25/2']
    """
    whole = round(fps)
    for rate in (Fraction(whole), Fraction(whole * 1000, 1001)):
        if whole > 0 and abs(fps / float(rate) - 1) < CLOSE:
            return rate
    return Fraction(fps).limit_denominator(1001)


def nearest_smpte(rate: Fraction) -> Fraction:
    """The rate of `SMPTE_RATES` that is nearest (by ratio).

    Examples
    --------
    >>> str(nearest_smpte(Fraction(2985, 100))), str(nearest_smpte(Fraction(120)))
    ('30000/1001', '60')
    """
    return min(SMPTE_RATES, key=lambda known: max(known / rate, rate / known))


def frame_at(seconds: float | Fraction, rate: Fraction) -> int:
    """The frame boundary nearest to a time; halves go up.

    Examples
    --------
    >>> frame_at(1.001, Fraction(30000, 1001)), frame_at(0.02, Fraction(25))
    (30, 1)
    """
    return (Fraction(seconds) * rate * 2 + 1) // 2


@dataclass(frozen=True, slots=True)
class Timebase:
    """A rate and the way in which its frames are labelled.

    Parameters
    ----------
    rate : Fraction
        Frames a second, exact.
    drop : bool
        Drop-frame labels; only at the rates of `DROPPING`.

    Examples
    --------
    >>> base = Timebase(Fraction(30000, 1001), drop=True)
    >>> [base.label(n) for n in (1799, 1800, 17981, 17982)]
    ['00:00:59;29', '00:01:00;02', '00:09:59;29', '00:10:00;00']
    >>> base.frame("01:00:00;00")
    107892
    """

    rate: Fraction
    drop: bool = False

    def __post_init__(self) -> None:
        if self.rate <= 0:
            raise ValueError(f"a rate is above 0, not {self.rate}")
        if self.drop and self.rate not in DROPPING:
            raise ValueError(f"there is no drop-frame timecode at {float(self.rate):.3f}")

    @property
    def nominal(self) -> int:
        """Labels a second: 24 for 23.976, 30 for 29.97."""
        return max(1, (2 * self.rate.numerator // self.rate.denominator + 1) // 2)

    @property
    def dropped(self) -> int:
        """Labels that are left out at the start of a minute."""
        return self.nominal // 15 if self.drop else 0

    @property
    def day(self) -> int:
        """Frames after which the labels begin anew."""
        return 24 * 6 * self._ten_minutes

    @property
    def _ten_minutes(self) -> int:
        return 600 * self.nominal - 9 * self.dropped

    def label(self, frame: int) -> str:
        """The label of a frame: ``HH:MM:SS:FF``, with ``;`` before the frames of drop-frame.

        Frames behind midnight begin anew, and those before 0 count back from midnight.
        """
        number = self._counted(frame % self.day)
        seconds, frames = divmod(number, self.nominal)
        minutes, seconds = divmod(seconds, 60)
        mark = ";" if self.drop else ":"
        width = len(str(self.nominal - 1))
        return (
            f"{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}{mark}{frames:0{max(2, width)}d}"
        )

    def _counted(self, frame: int) -> int:
        """The number that a label spells out: frames and the labels that were left out."""
        if not self.drop:
            return frame
        tens, rest = divmod(frame, self._ten_minutes)
        first = 60 * self.nominal
        minutes = 0 if rest < first else 1 + (rest - first) // (first - self.dropped)
        return frame + self.dropped * (9 * tens + minutes)

    def frame(self, label: str) -> int:
        """The frame that has a label; the mark before the frames does not matter.

        Raises
        ------
        ValueError
            If it is no label of this rate; also one that drop-frame leaves out.
        """
        found = LABEL.fullmatch(label.strip())
        if found is None:
            raise ValueError(f"{label!r} is no timecode")
        hours, minutes, seconds, frames = (int(found[n]) for n in (1, 2, 3, 5))
        if hours > 23 or frames >= self.nominal:
            raise ValueError(f"{label!r} is no timecode at {float(self.rate):.3f}")
        minutes += 60 * hours
        if frames < self.dropped and seconds == 0 and minutes % 10:
            raise ValueError(f"drop-frame timecode leaves {label!r} out")
        number = (60 * minutes + seconds) * self.nominal + frames
        return number - self.dropped * (minutes - minutes // 10)
