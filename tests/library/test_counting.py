from __future__ import annotations

from pathlib import Path

from kinolex.library.counting import WANTED
from kinolex.library.records import ChannelData
from kinolex.library.store import Store
from tests.library.samples import SPEECH, add_file, add_video, frames, said


def test_an_empty_library(store: Store) -> None:
    counts = store.counts()
    assert (counts.videos, counts.done, counts.frames, counts.channels) == (0, 0, 0, {})
    assert counts.bytes > 0


def test_counts_agree(store: Store, tmp_path: Path) -> None:
    title = said("t", source="title")
    done = add_video(store, 1, title, frames(5), said("a", "b"), duration=10)
    add_video(store, 2, title, frames(3, partial=True), duration=20)
    add_video(store, 3, title, duration=30)
    add_video(store, 4, duration=40)
    add_video(store, 5, title, frames(2), ChannelData(SPEECH), duration=50)
    lacks = add_video(store, 6, title, frames(2), duration=60)
    state = add_file(store, tmp_path / "r", "a.mp4", done)
    add_file(store, tmp_path / "r", "b.mp4", done)
    store.mark_missing(state.root, ["b.mp4"])
    store.remember(WANTED, ["picture", "speech"])
    counts = store.counts()
    assert (counts.videos, counts.paths, counts.missing, counts.duration) == (6, 2, 1, 210.0)
    assert (counts.done, counts.partial, counts.pending, counts.failed) == (2, 2, 2, 0)
    assert (counts.frames, counts.stills, counts.passages) == (12, 12, 7)
    assert counts.channels == {"picture": 4, "speech": 1, "title": 5}
    assert counts.generation == store.generation
    for _ in range(2):
        store.put_failure(
            state.root, "c", fingerprint="", stage="sound", reason="r", message="", video=lacks
        )
    counts = store.counts()
    assert (counts.done, counts.partial, counts.pending, counts.failed) == (3, 1, 2, 1)


def test_counts_without_wanted_channels(store: Store) -> None:
    add_video(store, 1, said("t", source="title"))
    add_video(store, 2, said("t", source="title"), frames(1))
    counts = store.counts()
    assert (counts.done, counts.partial, counts.pending) == (1, 0, 1)
