"""A synthetic library that is clustered like video: the data of `benchmarks.search_scale`.

Vectors imitate what picture encoders give: all lie in one narrow cone, variance falls off from
direction to direction (as one over its rank), videos have topics, shots have centres, neighbouring
frames hardly differ; questions lie apart from the frames, as words do from pictures. Words
follow Zipf's law, with English function words as the most frequent ones.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from kinolex.library.folding import words_of
from kinolex.library.fulltext import MatchQuery
from kinolex.library.records import ChannelData, FrameBlock, Passage, Shot, Stamp, VideoRecord
from kinolex.library.store import Store
from kinolex.moments import Span

Vectors = npt.NDArray[np.float32]

PICTURE = Stamp("picture", "synthetic-picture", "1")
SPEECH = Stamp("speech", "synthetic-words", "1")
FRAME_DIMENSIONS, PASSAGE_DIMENSIONS = 512, 384
_COMMON = re.findall(
    "[a-z]+", "the of and to in a is that it was for on are with as they be at one this"
)
_SYLLABLES = re.findall("[a-z]+", "ka lo mi ten dar su vel pro gi ran tos ely mun ber fi cha")


@dataclass(frozen=True)
class Size:
    """How much: hours of video, frames and passages an hour."""

    hours: int = 100
    frames: int = 3600
    passages: int = 1000


@dataclass(frozen=True)
class Question:
    """One search: a vector a channel, and words."""

    picture: Vectors
    words: Vectors
    match: MatchQuery


def unit(rows: Vectors) -> Vectors:
    """Rows of length 1."""
    return rows / np.linalg.norm(rows, axis=-1, keepdims=True)


class World:
    """Draws the vectors and words of one library; the same seed, the same library.

    ``words``: what is said is made of these (by Zipf's law, in any order), else of made-up ones.
    """

    def __init__(self, size: Size, seed: int = 7, words: Sequence[str] = ()) -> None:
        self.size = size
        self._random = np.random.default_rng(seed)
        sizes = (FRAME_DIMENSIONS, PASSAGE_DIMENSIONS)
        self._spread = {d: self._spectrum(d) for d in sizes}
        self._cones = {d: unit(self._draw(1, d)[0]) * np.float32(np.sqrt(d)) for d in sizes}
        self._topics = {d: self._draw(400, d) for d in sizes}
        rest = list(words) or [self._word(n) for n in range(30_000)]
        self._random.shuffle(rest)
        self.vocabulary = [*_COMMON, *rest]
        count = len(self.vocabulary)
        chance = 1.0 / (np.arange(count) + 3.0)
        self._chance = np.cumsum(chance / chance.sum())

    @staticmethod
    def _spectrum(dimensions: int) -> Vectors:
        falling = np.arange(1, dimensions + 1, dtype=np.float32) ** -0.5
        return falling * np.float32(np.sqrt(dimensions) / np.linalg.norm(falling))

    def _draw(self, rows: int, dimensions: int) -> Vectors:
        drawn = self._random.standard_normal((rows, dimensions), np.float32)
        return drawn * self._spread[dimensions]

    @staticmethod
    def _word(number: int) -> str:
        parts = []
        number += len(_SYLLABLES)
        while number:
            number, rest = divmod(number, len(_SYLLABLES))
            parts.append(_SYLLABLES[rest])
        return "".join(parts)

    def text(self, words: int) -> str:
        """A sentence of so many words."""
        drawn = np.searchsorted(self._chance, self._random.random(words))
        return " ".join(self.vocabulary[i] for i in drawn)

    def clustered(self, rows: int, dimensions: int, run: int) -> Vectors:
        """Rows in time: runs (shots) around centres, which lie around a few topics."""
        random = self._random
        topics = self._topics[dimensions][random.integers(0, 400, 6)]
        shots = -(-rows // run)
        centres = topics[random.integers(0, 6, shots)] + self._draw(shots, dimensions)
        rows_of = np.repeat(centres, run, axis=0)[:rows]
        noise = self._draw(rows, dimensions)
        return unit(1.2 * self._cones[dimensions] + 0.5 * rows_of + 0.25 * noise)

    def passages(self, count: int) -> tuple[Passage, ...]:
        """Spoken passages over one hour, with word times."""
        step = 3600.0 / max(1, count)
        found = []
        for number in range(count):
            start = number * step
            text = self.text(int(self._random.integers(5, 14)))
            words = text.split()
            each = step / len(words)
            times = tuple(
                (round(start + i * each, 2), round(start + (i + 1) * each, 2), word)
                for i, word in enumerate(words)
            )
            found.append(Passage(Span(start, start + step), text, "speech", "en", words=times))
        return tuple(found)

    def questions(self, count: int) -> list[Question]:
        """Questions whose answers are topics of the library, across a gap of modality."""
        found = []
        for _ in range(count):
            vectors = []
            for dimensions in (FRAME_DIMENSIONS, PASSAGE_DIMENSIONS):
                random = self._random
                topic = self._topics[dimensions][random.integers(0, 400)]
                own = 0.5 * self._draw(1, dimensions)[0]
                apart = 0.5 * random.standard_normal(dimensions, np.float32)
                vectors.append(unit(0.2 * self._cones[dimensions] + 0.35 * topic + own + apart))
            words = tuple(dict.fromkeys(words_of(self.text(5))))
            found.append(Question(vectors[0], vectors[1], MatchQuery(words=words)))
        return found


def stills(random: np.random.Generator, count: int) -> Iterator[tuple[int, bytes]]:
    """Bytes as large as real small JPEGs (8 kB on average)."""
    for number in range(count):
        yield number * 1000, random.bytes(int(random.integers(6_000, 10_000)))


@dataclass(frozen=True)
class Planted:
    """Questions with answers in the library: frames and passages near their own vectors."""

    texts: Sequence[str]
    pictures: Vectors
    words: Vectors

    def into(self, number: int, frames: Vectors, said: Vectors) -> None:
        """Put the answers of some questions into one video's vectors: eight frames, a passage."""
        random = np.random.default_rng(number)
        for one in range(number % 4, len(self.texts), 4):
            if random.random() < 0.25:
                first = int(random.integers(0, max(1, len(frames) - 8)))
                frames[first : first + 8] = near(self.pictures[one], 8, random)
                said[int(random.integers(0, len(said)))] = near(self.words[one], 1, random)[0]


def near(vector: Vectors, rows: int, random: np.random.Generator, cosine: float = 0.8) -> Vectors:
    """Rows at about this cosine to a unit vector."""
    noise = unit(random.standard_normal((rows, len(vector)), np.float32))
    noise = unit(noise - (noise @ vector)[:, None] * vector)
    return (cosine * vector + np.sqrt(1 - cosine**2) * noise).astype(np.float32)


def build(
    folder: Path,
    world: World,
    *,
    stamps: tuple[Stamp, Stamp] = (PICTURE, SPEECH),
    planted: Planted | None = None,
    with_stills: bool = False,
) -> None:
    """Write the library through the store, as ingest would; ``stamps`` of frames and passages."""
    random = np.random.default_rng(1)
    with Store.open(folder, write=True) as store:
        for number in range(world.size.hours):
            video = f"{number:032x}"
            if store.video_record(video) is not None:
                continue
            frames = world.clustered(world.size.frames, FRAME_DIMENSIONS, 8)
            said = world.clustered(world.size.passages, PASSAGE_DIMENSIONS, 3)
            if planted is not None:
                planted.into(number, frames, said)
            stills_ = tuple(stills(random, world.size.frames)) if with_stills else ()
            with store.batch():
                store.put_video(VideoRecord(video, 1, 3600.0, f"Video {number}"))
                store.commit_channel(video, _seen(stamps[0], frames, stills_))
                store.commit_channel(video, _heard(stamps[1], world, said))


def _seen(stamp: Stamp, frames: Vectors, found: tuple[tuple[int, bytes], ...]) -> ChannelData:
    pts = np.arange(len(frames), dtype=np.int64) * 3_600_000 // max(1, len(frames))
    cuts = [*map(int, pts[::8]), 3_600_000]
    shots = tuple(Shot(a, b) for a, b in itertools.pairwise(cuts))
    block = FrameBlock(pts, frames.astype(np.float16))
    return ChannelData(stamp, frames=block, shots=shots, stills=found)


def _heard(stamp: Stamp, world: World, said: Vectors) -> ChannelData:
    return ChannelData(
        Stamp("speech", "synthetic-speech", "1"),
        passages=world.passages(len(said)),
        passage_vectors=said.astype(np.float16),
        words_space=stamp.space,
    )
