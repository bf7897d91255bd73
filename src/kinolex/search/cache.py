"""What depends on the library alone, kept until its generation changes."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import partial

import numpy as np
import numpy.typing as npt

from kinolex.encoders.protocols import PictureEncoder
from kinolex.errors import EncoderError
from kinolex.library.concepts import Concept
from kinolex.library.memory import CHOSEN
from kinolex.library.records import ChannelState, Counts, Space
from kinolex.library.store import Store
from kinolex.moments import Span, Video
from kinolex.search.concepts import ConceptTable
from kinolex.search.likeness import GENERAL, Calibration
from kinolex.search.passages import WordTable
from kinolex.search.pictures import FrameTable

__all__ = ["Cache"]

_MOST = 5000


def _calibration(encoder: PictureEncoder | None) -> Calibration:
    """What an encoder's card says about its scores; encoders need not say anything."""
    said = getattr(encoder, "calibration", None)
    found = said() if callable(said) else None
    try:
        return Calibration(**found) if found else Calibration()
    except (TypeError, ValueError) as error:
        raise EncoderError(
            f"The calibration of {getattr(encoder, 'name', 'the encoder')} is no good: {error}.",
            hint="Mend its calibration.json, or delete it.",
        ) from error


class Cache:
    """Counts, states, tables, videos and shots at one generation of a library.

    Call `refresh` at the start of every question.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self.generation = -1
        self._forget()

    def _forget(self) -> None:
        self._counts: Counts | None = None
        self._states: Sequence[ChannelState] | None = None
        self._spaces: list[Space] | None = None
        self._chosen: dict[str, str] | None = None
        self._concepts: dict[str, Concept] | None = None
        self._frames: dict[str, FrameTable] = {}
        self._words: dict[str, WordTable] = {}
        self._videos: dict[str, Video | None] = {}
        self._shots: dict[str, Sequence[Span]] = {}

    def refresh(self) -> None:
        """Forget everything if the library has changed."""
        generation = self._store.generation
        if generation != self.generation:
            self._forget()
            self.generation = generation

    @property
    def counts(self) -> Counts:
        """Counts of the library."""
        if self._counts is None:
            self._counts = self._store.counts()
        return self._counts

    @property
    def states(self) -> Sequence[ChannelState]:
        """States of all channels of all videos."""
        if self._states is None:
            self._states = self._store.states()
        return self._states

    @property
    def spaces(self) -> list[Space]:
        """Vector spaces with rows."""
        if self._spaces is None:
            self._spaces = self._store.spaces()
        return self._spaces

    @property
    def chosen(self) -> dict[str, str]:
        """Names or folders of the encoders, by kind, that were given when indexing."""
        if self._chosen is None:
            self._chosen = dict(self._store.recall(CHOSEN, {}))
        return self._chosen

    @property
    def concepts(self) -> dict[str, Concept]:
        """What was taught, by name."""
        if self._concepts is None:
            self._concepts = {concept.name: concept for concept in self._store.concepts()}
        return self._concepts

    def frames(self, space: str, encoder: PictureEncoder | None) -> FrameTable:
        """The frame vectors of a space, with the encoder's bank where there is one."""
        key = f"{space} {encoder is not None}"
        if key not in self._frames:
            bank = encoder.background() if encoder is not None else None
            texts = partial(self._general, space, encoder) if encoder is not None else None
            self._frames[key] = ConceptTable(
                self._store.vectors(space, "frames"),
                bank,
                texts,
                _calibration(encoder),
                space=space,
                concepts=self.concepts,
                encoder=encoder,
            )
        return self._frames[key]

    def _general(self, space: str, encoder: PictureEncoder) -> npt.NDArray[np.float32]:
        """Vectors of the general questions: kept on disk, as they cost more than a question."""
        digest = hashlib.sha256("\n".join(GENERAL).encode()).hexdigest()[:8]
        return self._store.kept(
            space, "frames", f"general-{digest}", lambda: encoder.encode_words(GENERAL, query=True)
        )

    def words(self, space: str) -> WordTable:
        """The passage vectors of a space."""
        if space not in self._words:
            self._words[space] = WordTable(self._store.vectors(space, "passages"))
        return self._words[space]

    def video(self, video_id: str) -> Video | None:
        """A video by id."""
        if video_id not in self._videos:
            if len(self._videos) >= _MOST:
                self._videos.clear()
            self._videos[video_id] = self._store.video(video_id)
        return self._videos[video_id]

    def duration(self, video_id: str) -> float:
        """Length of a video in seconds; 0 where it is not known."""
        video = self.video(video_id)
        return video.duration if video else 0.0

    def shots(self, video_id: str) -> Sequence[Span]:
        """Shots of a video."""
        if video_id not in self._shots:
            if len(self._shots) >= _MOST:
                self._shots.clear()
            self._shots[video_id] = self._store.shots_of(video_id)
        return self._shots[video_id]
