"""A shelf of small libraries on the real store, and two tiny encoders that need no model."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from kinolex.library.records import (
    ChannelData,
    FileState,
    FrameBlock,
    Passage,
    Root,
    Shot,
    Stamp,
    VideoRecord,
)
from kinolex.library.store import Store
from kinolex.moments import Span
from kinolex.search.words import stems_of

COLOURS = {
    "red": (255, 0, 0),
    "green": (0, 200, 0),
    "blue": (0, 0, 255),
    "yellow": (250, 250, 0),
    "grey": (128, 128, 128),
    "white": (255, 255, 255),
}


class ColourEncoder:
    """A picture encoder of mean colours; words are names of colours. Grey is a constant part."""

    name = "colour"
    version = "1"
    dimensions = 4
    picture_size = 8
    picture_square = True

    def _unit(self, rgb: npt.ArrayLike) -> npt.NDArray[np.float32]:
        values = np.asarray(rgb, np.float64).reshape(-1, 3) / 255 - 0.5
        full = np.concatenate([values, np.full((len(values), 1), 0.2)], axis=1)
        return (full / np.linalg.norm(full, axis=1, keepdims=True)).astype(np.float32)

    def encode_words(self, texts: Sequence[str], *, query: bool = False) -> npt.NDArray[np.float32]:
        del query
        rows = []
        for text in texts:
            named = [COLOURS[w] for w in text.lower().split() if w in COLOURS]
            rows.append(np.mean(named or [(128, 128, 128)], axis=0))
        return self._unit(rows)

    def encode_pictures(self, pictures: Sequence[npt.NDArray[np.uint8]]) -> npt.NDArray[np.float32]:
        return self._unit([p.reshape(-1, 3).mean(axis=0) for p in pictures])

    def background(self) -> npt.NDArray[np.float32] | None:
        return None


class StemEncoder:
    """A sentence encoder that hashes stems to random directions: no model, no meaning."""

    name = "stems"
    version = "1"
    dimensions = 512

    def encode_words(self, texts: Sequence[str], *, query: bool = False) -> npt.NDArray[np.float32]:
        del query
        rows = []
        for text in texts:
            total = np.full(512, 1e-3)
            for one in stems_of(text):
                seed = int.from_bytes(hashlib.blake2b(one.encode(), digest_size=8).digest())
                total += np.random.default_rng(seed).normal(size=512)
            rows.append(total / np.linalg.norm(total))
        return np.array(rows, np.float32)


def content_id(name: str) -> str:
    return hashlib.blake2b(name.encode(), digest_size=16).hexdigest()


Line = tuple[float, float, str]


@dataclass
class Shelf:
    """Puts videos into a store in one line each."""

    store: Store
    root: Root
    folder: Path
    words: StemEncoder | None

    def passages(self, video: str, channel: str, passages: Sequence[Passage]) -> None:
        vectors, space = None, ""
        if self.words and passages:
            vectors = self.words.encode_words([p.text for p in passages]).astype(np.float16)
            space = f"{self.words.name}@{self.words.version}"
        data = ChannelData(
            Stamp(channel, "test", "1"),
            passages=tuple(passages),
            passage_vectors=vectors,
            words_space=space,
        )
        self.store.commit_channel(video, data)

    def video(
        self,
        path: str,
        *,
        title: str = "",
        duration: float = 60.0,
        speech: Sequence[Line] = (),
        screen: Sequence[Line] = (),
        recorded: dt.datetime | None = None,
        language: str = "",
        colours: Sequence[str] = (),
        shots: Sequence[tuple[float, float]] = (),
    ) -> str:
        """One frame a second of each of ``colours``."""
        video = content_id(path)
        self.store.put_video(
            VideoRecord(
                video,
                1,
                duration,
                title or path,
                recorded=recorded,
                language=language,
                time_base=Fraction(1, 1000),
            )
        )
        self.store.put_file(FileState(self.root.id, path, 1, 0, video))
        self.passages(video, "title", [Passage(Span(0, duration), title or path, "title")])
        for channel, lines in (("speech", speech), ("screen", screen)):
            if lines:
                given = [Passage(Span(a, b), text, channel) for a, b, text in lines]
                self.passages(video, channel, given)
        if colours:
            self.frames(video, colours, shots)
        return video

    def frames(
        self, video: str, colours: Sequence[str], shots: Sequence[tuple[float, float]]
    ) -> None:
        encoder = ColourEncoder()
        vectors = encoder.encode_words(colours).astype(np.float64)
        noise = np.random.default_rng(len(colours)).normal(size=vectors.shape)
        vectors = vectors + 0.02 * noise
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        pts = np.arange(len(colours), dtype=np.int64) * 1000
        data = ChannelData(
            Stamp("picture", encoder.name, encoder.version),
            frames=FrameBlock(pts, vectors.astype(np.float16)),
            shots=tuple(Shot(round(a * 1000), round(b * 1000)) for a, b in shots),
        )
        self.store.commit_channel(video, data)


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    """An empty library with passages' vectors by stems."""
    folder = tmp_path / "videos"
    folder.mkdir()
    with Store.open(tmp_path / "library", write=True) as store:
        yield Shelf(store, store.add_root(folder), folder, StemEncoder())


@pytest.fixture
def plain_shelf(tmp_path: Path) -> Iterator[Shelf]:
    """An empty library without any vectors of passages."""
    folder = tmp_path / "videos"
    folder.mkdir()
    with Store.open(tmp_path / "library", write=True) as store:
        yield Shelf(store, store.add_root(folder), folder, None)


@pytest.fixture
def colour_encoder() -> ColourEncoder:
    return ColourEncoder()


@pytest.fixture
def stem_encoder() -> StemEncoder:
    return StemEncoder()
