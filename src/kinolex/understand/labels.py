"""What labelling answers with: `Labels`, frozen, the same in Python and as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kinolex.moments import Span, Video

__all__ = ["LABELS_SCHEMA", "Label", "LabelSpan", "Labels"]

LABELS_SCHEMA = "kinolex.labels/1"
"""Name and version of the JSON that `Labels.to_dict` gives (docs/labels-json.md)."""


@dataclass(frozen=True, slots=True)
class Label:
    """A class in a video.

    Parameters
    ----------
    name : str
        The class.
    probability : float
        That it is to be seen somewhere: the probability of its best frame.
    share : float
        Of the time, how much shows it: the mean probability over time.
    """

    name: str
    probability: float
    share: float

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "name": self.name,
            "probability": round(self.probability, 4),
            "share": round(self.share, 4),
        }


@dataclass(frozen=True, slots=True)
class LabelSpan:
    """A stretch of one class; ``probability`` is the mean over its time."""

    span: Span
    name: str
    probability: float

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; times in seconds."""
        return {
            "start": round(self.span.start, 3),
            "end": round(self.span.end, 3),
            "name": self.name,
            "probability": round(self.probability, 4),
        }


@dataclass(frozen=True, slots=True)
class Labels:
    """Which classes a video shows, and when.

    Parameters
    ----------
    video : Video
    span : Span
        What was looked at: the whole video, or the part that was asked for.
    classes : tuple of Label
        Most probable first; at most as many as asked for.
    none : float, optional
        Share of the time that shows none of the classes; None where that was not allowed.
    spans : tuple of LabelSpan
        In order of time, not overlapping; of every class, also of those not in ``classes``.
    notes : tuple of str
        Sentences for people: what could not be done.
    space : str
        Encoder and version that the frames are from.
    """

    video: Video
    span: Span
    classes: tuple[Label, ...] = ()
    none: float | None = None
    spans: tuple[LabelSpan, ...] = ()
    notes: tuple[str, ...] = ()
    space: str = ""

    @property
    def nothing_found(self) -> bool:
        """Whether no part of the video shows any of the classes."""
        return not self.spans

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON, in the schema `LABELS_SCHEMA`."""
        return {
            "schema": LABELS_SCHEMA,
            "video": {"id": self.video.id, "path": self.video.path, "title": self.video.title},
            "start": round(self.span.start, 3),
            "end": round(self.span.end, 3),
            "nothing_found": self.nothing_found,
            "classes": [label.to_dict() for label in self.classes],
            "none": None if self.none is None else round(self.none, 4),
            "spans": [span.to_dict() for span in self.spans],
            "notes": list(self.notes),
            "space": self.space,
        }
