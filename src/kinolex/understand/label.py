"""Label a video: which of these classes, when, with what probability, or none of them.

Start reading at `label`. It needs frame vectors only, which the library holds: a video of hours is
labelled in the time of encoding the classes' words.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kinolex.encoders.protocols import PictureEncoder
from kinolex.errors import NotFoundError, UsageError
from kinolex.library.store import Store
from kinolex.moments import Span, Video
from kinolex.progress import Event, Listener, silent
from kinolex.search.curves import Curve, curve
from kinolex.search.encoders import reads
from kinolex.search.engine import Engine, Frames
from kinolex.search.likeness import GENERAL, Likeness, Prior, words_prior
from kinolex.search.pictures import FrameTable, PictureQuestion, unit
from kinolex.understand.chances import Chances, Rivals, chances, question
from kinolex.understand.classes import TEMPLATES, Class, class_vectors
from kinolex.understand.examples import Folder, encoded, in_order
from kinolex.understand.gda import fit
from kinolex.understand.labels import Label, Labels, LabelSpan

__all__ = ["Wanted", "label"]

_NOWHERE = Likeness(0.0, math.inf)
"""Background of classes whose words the encoder does not know: they stand out nowhere."""

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to label with, and how.

    Parameters
    ----------
    classes : sequence of Class
        Told apart by words; may be empty where there are examples.
    examples : sequence of Folder
        Pictures of the classes; then the classifier of `kinolex.understand.gda` tells them apart.
    none : bool
        Whether a frame may show none of the classes.
    threshold : float
        Probability that a frame needs to be labelled, beside being more probable than none.
    top : int
        Classes in the summary.
    alpha : float
        Weight of the examples beside the words.
    """

    classes: Sequence[Class] = ()
    examples: Sequence[Folder] = ()
    none: bool = True
    threshold: float = 0.0
    top: int = 5
    alpha: float = 1.0

    def __post_init__(self) -> None:
        if not self.classes and not self.examples:
            raise UsageError(
                "No classes are given.",
                hint="Name a file with --classes or a folder with --examples.",
            )
        if not _is_number(self.threshold) or not 0 <= self.threshold <= 1:
            raise UsageError(f"The threshold must be from 0 to 1, not {self.threshold}.")
        if not isinstance(self.top, int) or self.top < 1:
            raise UsageError(f"The number of classes must be 1 or more, not {self.top}.")
        if not (_is_number(self.alpha) and math.isfinite(self.alpha) and self.alpha >= 0):
            raise UsageError(f"The weight of examples must be 0 or more, not {self.alpha}.")


@dataclass(frozen=True, slots=True)
class _Asked:
    """The classes as questions; ``known``: those whose words the encoder understands."""

    names: list[str]
    questions: list[PictureQuestion]
    known: npt.NDArray[np.bool_]
    rivals: Rivals | None = None


def label(
    store: Store,
    engine: Engine,
    video: Video,
    wanted: Wanted,
    span: Span | None = None,
    progress: Listener = silent,
) -> Labels:
    """Label a video, or a span of it.

    Parameters
    ----------
    store : Store
    engine : Engine
        Of the same library.
    video : Video
        Indexed for pictures.
    wanted : Wanted
    span : Span, optional
        Only this part.
    progress : Listener
        Hears of the classes' words and pictures as they are encoded.

    Raises
    ------
    NotFoundError
        If the video's pictures are not indexed.
    ModelMissingError
        If the encoder that they were indexed with is not on this machine.
    UsageError
        If classes and examples do not agree, or the encoder knows none of the classes.
    """
    with store.snapshot():
        frames = engine.frames()
        rows = _rows(frames.table, video, span)
        shots = store.shots_of(video.id)
        states = {s.channel: s.state for s in store.states(video.id)}
        asked = _asked(store, frames, wanted, progress)
    seen = _cells(frames.table, rows, video, shots, span)
    found = chances(
        frames.table.table,
        rows,
        asked.questions,
        rivals=asked.rivals,
        none=wanted.none,
        known=asked.known,
        cut=_cuts(seen),
        lengths=seen.ends - seen.starts,
    )
    return Labels(
        video,
        span or Span(0.0, video.duration),
        _summary(asked.names, found, wanted.top),
        float(np.clip(1 - found.share.sum(), 0, 1)) if wanted.none else None,
        _spans(asked.names, found, seen, wanted.threshold),
        _notes(asked, states.get("picture", "")),
        frames.space,
    )


def _rows(table: FrameTable, video: Video, span: Span | None) -> Rows:
    """Rows of a video's frames, those in a span, or the one nearest to it."""
    if video.id not in table.table.video_ids or video.duration <= 0:
        raise NotFoundError(
            f"The library has no pictures of {video.path}.",
            hint="Run `kinolex index --only picture`; what has sound only cannot be labelled.",
        )
    place = table.table.video_ids.index(video.id)
    first, last = (int(table.table.starts[place + i]) for i in (0, 1))
    times = table.table.times[first:last]
    if span is None:
        return np.arange(first, last)
    inside = np.flatnonzero((times >= span.start) & (times < span.end))
    return first + (inside if len(inside) else np.array([np.abs(times - span.middle).argmin()]))


def _cells(
    table: FrameTable, rows: Rows, video: Video, shots: Sequence[Span], span: Span | None
) -> Curve:
    """The stretch of time that each frame stands for, inside the video and the span."""
    times = table.table.times[rows]
    found = curve(times, np.zeros(len(rows)), video.duration, shots)
    low, high = (span.start, span.end) if span else (0.0, video.duration)
    starts, ends = np.clip(found.starts, low, high), np.clip(found.ends, low, high)
    if len(rows) == 1:  # it may lie beside the span
        starts, ends = np.array([low]), np.array([high])
    return Curve(times, found.values, found.raw, starts, ends, tuple(shots))


def _cuts(seen: Curve) -> npt.NDArray[np.bool_]:
    """Where a shot begins between a frame and the one before."""
    begins = np.array([shot.start for shot in seen.shots], np.float64)
    behind = np.searchsorted(begins, seen.times, "right")
    return np.concatenate([[False], np.diff(behind) > 0])


def _asked(store: Store, frames: Frames, wanted: Wanted, progress: Listener) -> _Asked:
    """Words, examples, or both as questions among the library's pictures."""
    encoder, table, classes = _encoder(frames), frames.table, list(wanted.classes)
    folders = in_order(wanted.examples, classes) if wanted.examples and classes else wanted.examples
    names = [one.name for one in (classes or folders)]
    words = np.empty((0, 0), np.float32)
    if classes:
        words = class_vectors(classes, encoder, progress)
    known = [
        _readable(one, encoder) and table.understood(vector)
        for one, vector in zip(classes, words, strict=True)
    ]
    if classes and not folders and not any(known):
        raise UsageError(
            f"{encoder.name} knows none of these classes.", hint="Write them in its language."
        )
    priors = _priors(store, frames, classes)
    told = [
        question(table, [v], [p], words=True) if good else PictureQuestion(v, _NOWHERE)
        for v, p, good in zip(words, priors, known, strict=True)
    ]
    if not folders:
        return _Asked(names, told, np.array(known))
    rows, shown = [], []
    for place, folder in enumerate(folders):
        progress(Event("step", stage="examples", done=place, total=len(folders)))
        rows.append(encoded(folder, encoder))
    for place, several in enumerate(rows):
        ways = [(unit(several.mean(axis=0)), table.prior("image"))]
        ways += [(words[place], priors[place])] if classes and known[place] else []
        shown.append(question(table, [v for v, _ in ways], [p for _, p in ways]))
    rivals = Rivals(fit(rows, table.sample), wanted.alpha, told)
    return _Asked(names, shown, np.ones(len(names), bool), rivals)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float, np.number))


def _readable(one: Class, encoder: PictureEncoder) -> bool:
    """Whether the encoder knows the letters of a class, which English stands around otherwise."""
    return any(
        reads(encoder, text) and any(letter.isalnum() for letter in text)
        for text in one.prompts or (one.name,)
    )


def _encoder(frames: Frames) -> PictureEncoder:
    assert frames.encoder is not None
    return frames.encoder


def _priors(store: Store, frames: Frames, classes: Sequence[Class]) -> list[Prior]:
    """What questions put in the same way score here: of prompts, or of plain words."""
    digest = hashlib.sha256("\n".join((*GENERAL, *TEMPLATES)).encode()).hexdigest()[:8]
    ensemble = Prior()
    if any(not one.prompts for one in classes):
        general = store.kept(
            frames.space,
            "frames",
            f"general-prompts-{digest}",
            lambda: class_vectors([Class(text) for text in GENERAL], _encoder(frames)),
        )
        ensemble = words_prior(general, frames.table.sample)
    return [frames.table.prior("words") if one.prompts else ensemble for one in classes]


def _summary(names: Sequence[str], found: Chances, top: int) -> tuple[Label, ...]:
    order = sorted(range(len(names)), key=lambda k: (-found.top[k], -found.share[k], names[k]))
    return tuple(
        Label(names[k], float(found.top[k]), float(min(found.share[k], 1.0))) for k in order[:top]
    )


def _spans(
    names: Sequence[str], found: Chances, seen: Curve, threshold: float
) -> tuple[LabelSpan, ...]:
    """Consecutive frames of one class as one span each."""
    labelled = (found.chance > found.none) & (found.chance >= threshold)
    best = np.where(labelled, found.best, -1)
    breaks = np.flatnonzero(np.diff(best)) + 1
    out = []
    for first, last in zip([0, *breaks], [*breaks, len(best)], strict=True):
        start, end = float(seen.starts[first]), float(seen.ends[last - 1])
        if best[first] < 0 or end <= start:
            continue
        lengths = seen.ends[first:last] - seen.starts[first:last]
        mean = float(np.average(found.chance[first:last], weights=np.maximum(lengths, 1e-9)))
        out.append(LabelSpan(Span(start, end), names[best[first]], mean))
    return tuple(out)


def _notes(asked: _Asked, state: str) -> tuple[str, ...]:
    strange = [name for name, good in zip(asked.names, asked.known, strict=True) if not good]
    more = f" and {len(strange) - 5} more" if len(strange) > 5 else ""
    notes = [f"The picture encoder does not know: {', '.join(strange[:5])}{more}."] * bool(strange)
    coarse = "Only a coarse look was taken yet: `kinolex index` goes on."
    return (*notes, *([coarse] if state == "partial" else []))
