from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from kinolex.errors import LibraryReadOnlyError, NotFoundError
from kinolex.library.store import Store
from tests.library.samples import add_video, frames, said, video_id


def test_a_missing_library_is_not_made_for_a_reader(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="There is no library"):
        Store.open(tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_every_change_raises_the_generation(store: Store) -> None:
    seen = [store.generation]
    video = add_video(store, 1, frames(3), said("one"))
    seen.append(store.generation)
    store.drop_channel(video, "speech")
    seen.append(store.generation)
    store.remember("a", 1)
    seen.append(store.generation)
    assert seen == sorted(set(seen))


def test_nothing_to_do_is_no_change(store: Store) -> None:
    store.remember("a", [1, {"b": None}])
    before = store.generation
    store.remember("a", [1, {"b": None}])
    store.touch_files([])
    store.clear_failure("x", "y")
    assert store.generation == before


def test_a_batch_is_one_change_or_none(store: Store) -> None:
    before = store.generation
    with store.batch():
        add_video(store, 1, said("one"))
        add_video(store, 2)
    assert store.generation == before + 1
    with pytest.raises(NotFoundError):
        half_a_batch(store)
    assert store.generation == before + 1
    assert store.video_record(video_id(3)) is None


def test_a_change_that_fails_inside_a_batch_is_undone_alone(store: Store) -> None:
    video = add_video(store, 1, frames(3), said("one"))
    wrong = dataclasses.replace(frames(5), passages=said("x").passages, words_space="s")
    wrong = dataclasses.replace(wrong, stills=((0, "no bytes"),))  # type: ignore[arg-type]
    with store.batch():
        store.remember("a", 1)
        with pytest.raises(TypeError):
            store.commit_channel(video, wrong)
        store.remember("b", 2)
    assert (store.recall("a"), store.recall("b")) == (1, 2)
    assert {s.channel: s.items for s in store.states()} == {"picture": 3, "speech": 1}
    assert len(store.frames_of(video, "toy@1")[0]) == 3


def test_writing_inside_a_snapshot_of_the_writer(store: Store) -> None:
    """The snapshot's transaction simply takes the change in."""
    with store.snapshot():
        store.remember("a", 1)
    assert store.recall("a") == 1


def half_a_batch(store: Store) -> None:
    with store.batch():
        add_video(store, 3)
        store.commit_channel(video_id(4), said("no such video"))


def test_a_reader_cannot_write(store: Store, folder: Path) -> None:
    with Store.open(folder) as reader:
        assert not reader.writable
        with pytest.raises(LibraryReadOnlyError):
            reader.remember("a", 1)


def test_a_snapshot_stays_while_others_write(store: Store, folder: Path) -> None:
    add_video(store, 1, said("one"))
    with Store.open(folder) as reader:
        with reader.snapshot():
            before = reader.generation
            add_video(store, 2, said("two"), frames(4))
            assert reader.generation == before
            assert len(list(reader.videos())) == 1
        assert len(list(reader.videos())) == 2
        assert len(reader.vectors("toy@1", "frames")) == 4


def test_one_object_serves_many_threads(store: Store) -> None:
    from concurrent.futures import ThreadPoolExecutor

    add_video(store, 1, frames(50), said("a", "b", vector=True))

    def ask(number: int) -> int:
        if number % 7 == 0:
            store.remember("n", number)
        table = store.vectors("toy@1", "frames")
        return int(table.search(np.ones((1, 16), np.float32), 3)[1][0, 0])

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(ask, range(100)))) == 1
