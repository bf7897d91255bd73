"""The frames of indexed clips, and a question's scores for each of them, step by step."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from kinolex.encoders.registry import load_picture
from kinolex.library.store import Store
from kinolex.moments import Part, Span
from kinolex.search.cache import Cache
from kinolex.search.curves import curve
from kinolex.search.likeness import Calibration, Likeness
from kinolex.search.pictures import FrameTable, ask
from kinolex.search.spans import Found, Rule, spans_of

Values = dict[str, npt.NDArray[np.float64]]
"""Scores of the frames of each clip, by file name."""


@dataclass(frozen=True)
class Scores:
    """A question's scores: bare cosines, standard ones, those without what all questions have.

    And the last calibrated, with the background that does it; ``vector`` is the question's own,
    without what all questions have.
    """

    cosine: Values
    standard: Values
    unpopular: Values
    calibrated: Values
    background: Likeness
    vector: npt.NDArray[np.float32]


class Clips:
    """The clips of a library by file name: lengths, shots, and times of frames."""

    def __init__(self, library: Path, encoder: str) -> None:
        with Store.open(library) as store:
            self.encoder = load_picture(encoder)
            cache = Cache(store)
            cache.refresh()
            space = f"{self.encoder.name}@{self.encoder.version}"
            self.frames: FrameTable = cache.frames(space, self.encoder)
            videos = {Path(v.path).name: v for v in store.videos()}
            self.length = {name: v.duration for name, v in videos.items()}
            self.shots = {name: store.shots_of(v.id) for name, v in videos.items()}
        self.rows = {name: _rows(self.frames, v.id) for name, v in videos.items()}
        self.times = {name: self.frames.table.times[r] for name, r in self.rows.items()}

    def scores(self, text: str) -> Scores:
        """What every frame scores for a question in words."""
        asked = ask([Part("words", text)], self.frames, self.encoder, _no_span)
        plain = self.encoder.encode_words([text], query=True)[0]
        background = self.frames.background(plain, self.frames.prior("words"))
        background = replace(background, calibration=Calibration())
        table = self.frames.table
        cosine = {n: table.scores(plain, r).astype(np.float64) for n, r in self.rows.items()}
        ground = asked.background
        less = {n: ground.plain(table.scores(asked.vector, r)) for n, r in self.rows.items()}
        return Scores(
            cosine,
            {n: background.plain(values) for n, values in cosine.items()},
            less,
            {n: ground.judged(values) for n, values in less.items()},
            ground,
            asked.vector,
        )

    def spans(self, values: Values, name: str, rule: Rule) -> list[Found]:
        """Spans of a clip, best first."""
        made = curve(self.times[name], values[name], self.length[name], self.shots[name])
        return spans_of(made, -np.inf, 3, rule)


def _rows(table: FrameTable, video: str) -> npt.NDArray[np.int64]:
    place = table.table.video_ids.index(video)
    return np.arange(table.table.starts[place], table.table.starts[place + 1])


def _no_span(fragment: str) -> tuple[str, Span]:
    raise AssertionError(fragment)
