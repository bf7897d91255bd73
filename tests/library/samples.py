"""Small libraries for the tests of this room."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from kinolex.library.records import (
    ChannelData,
    FileState,
    FrameBlock,
    Passage,
    Shot,
    Stamp,
    VideoRecord,
)
from kinolex.library.store import Store
from kinolex.moments import Span

PICTURE = Stamp("picture", "toy", "1", {"every": 1.0})
SPEECH = Stamp("speech", "ear", "1")
TITLE = Stamp("title", "names", "1")
WORDS = "mini@1"


def video_id(number: int) -> str:
    """A valid id that says its number."""
    return f"{number:08x}" + "c" * 24


def vectors(rows: int, dimensions: int = 16, seed: int = 0) -> np.ndarray:
    """Unit rows, float16."""
    drawn = np.random.default_rng(seed).standard_normal((rows, dimensions)).astype(np.float32)
    return (drawn / np.linalg.norm(drawn, axis=1, keepdims=True)).astype(np.float16)


def frames(rows: int, seed: int = 0, dimensions: int = 16, *, partial: bool = False) -> ChannelData:
    """A picture channel with a shot and a still a frame."""
    pts = np.arange(rows, dtype=np.int64) * 1000
    return ChannelData(
        PICTURE,
        partial=partial,
        frames=FrameBlock(pts, vectors(rows, dimensions, seed)),
        shots=tuple(Shot(int(p), int(p) + 1000) for p in pts),
        stills=tuple((int(p), f"jpeg {seed} {p}".encode()) for p in pts),
    )


def said(*texts: str, source: str = "speech", vector: bool = False, seed: int = 0) -> ChannelData:
    """A channel of passages, two seconds each."""
    passages = tuple(Passage(Span(2.0 * n, 2.0 * n + 2), t, source) for n, t in enumerate(texts))
    stamp = TITLE if source == "title" else SPEECH
    if not vector:
        return ChannelData(stamp, passages=passages)
    rows = vectors(len(texts), seed=seed)
    return ChannelData(stamp, passages=passages, passage_vectors=rows, words_space=WORDS)


def add_video(
    store: Store, number: int, *channels: ChannelData, title: str = "", duration: float = 100.0
) -> str:
    """Put a video and its channels; gives its id."""
    video = video_id(number)
    store.put_video(VideoRecord(video, 1, duration, title or f"Video {number}"))
    for data in channels:
        store.commit_channel(video, data)
    return video


def add_file(store: Store, folder: Path, relative: str, video: str) -> FileState:
    """Write a file below a folder that becomes a root, and put it."""
    path = folder / relative
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")
    state = FileState(store.add_root(folder).id, relative, 1, 2, video)
    store.put_file(state)
    return state
