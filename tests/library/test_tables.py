from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from kinolex.library.records import ChannelData, FrameBlock, Passage, Stamp
from kinolex.library.store import Store
from kinolex.library.vectors import VectorTable
from kinolex.moments import Span
from tests.library.samples import PICTURE, TITLE, WORDS, add_video, frames, said, vectors, video_id


def same(one: VectorTable, other: VectorTable) -> None:
    assert one.video_ids == other.video_ids
    assert (one.starts == other.starts).all()
    assert (one.times == other.times).all()
    assert (one.rows == other.rows).all()
    assert (one.passages is None) == (other.passages is None)
    if one.passages is not None:
        assert (one.passages == other.passages).all()


def test_a_space_that_holds_nothing(store: Store) -> None:
    table = store.vectors("none@1", "frames")
    assert (len(table), table.video_ids, table.starts.tolist()) == (0, [], [0])


def test_channels_of_one_video_are_one_run_in_time(store: Store) -> None:
    title = ChannelData(
        TITLE,
        passages=(Passage(Span(1, 9), "t", "title"), Passage(Span(0, 9), "u", "title")),
        passage_vectors=vectors(2, seed=5),
        words_space=WORDS,
    )
    one = add_video(store, 1, title, said("a", "b", vector=True, seed=6))
    two = add_video(store, 2, said("c", vector=True, seed=7))
    table = store.vectors(WORDS, "passages")
    assert table.video_ids == [one, two]
    assert table.times.tolist() == [0.0, 0.0, 1.0, 2.0, 0.0]
    wanted = {"a": vectors(2, seed=6)[0], "b": vectors(2, seed=6)[1], "c": vectors(1, seed=7)[0]}
    wanted |= {"t": vectors(2, seed=5)[0], "u": vectors(2, seed=5)[1]}
    texts = [p.text for p in store.passages(table.passages.tolist())]
    assert texts == ["a", "u", "t", "b", "c"]
    assert all((wanted[text] == row).all() for text, row in zip(texts, table.rows, strict=True))


def test_the_order_does_not_depend_on_the_cache(store: Store, folder: Path) -> None:
    for number in range(6):
        add_video(store, number, frames(3 + number, number), said("x", vector=True))
        if number % 2:
            store.vectors("toy@1", "frames")
            store.commit_channel(video_id(number - 1), frames(2, 99 + number))
    store.remove_video(video_id(3))
    kept = store.vectors("toy@1", "frames"), store.vectors(WORDS, "passages")
    for path in sorted((folder / "cache").rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    with Store.open(folder) as fresh:
        same(fresh.vectors("toy@1", "frames"), kept[0])
        same(fresh.vectors(WORDS, "passages"), kept[1])


def test_an_old_table_goes_on_while_others_refresh(store: Store, folder: Path) -> None:
    for number in range(3):
        add_video(store, number, frames(50, number))
    with Store.open(folder) as reader, Store.open(folder) as other:
        old = reader.vectors("toy@1", "frames")
        before = np.array(old.rows)
        for number in range(3, 6):
            add_video(store, number, frames(50, number))
            other.vectors("toy@1", "frames")
        store.commit_channel(video_id(0), frames(10, 7))
        store.remove_video(video_id(1))
        other.vectors("toy@1", "frames")
        assert (np.array(old.rows) == before).all()
        assert old.search(before[60:61].astype(np.float32), 1)[1].tolist() == [[60]]
        assert len(reader.vectors("toy@1", "frames")) == 10 + 50 + 3 * 50


@pytest.mark.parametrize("replace", [False, True])
def test_a_snapshot_behind_the_cache(store: Store, folder: Path, replace: bool) -> None:
    """Its table is the snapshot's, and the cache stays with the later state."""
    for number in range(3):
        add_video(store, number, frames(50, number))
    with Store.open(folder) as reader, Store.open(folder) as other:
        with reader.snapshot():
            assert len(list(reader.videos())) == 3
            add_video(store, 3, frames(50, 3))
            if replace:
                store.commit_channel(video_id(1), frames(20, 8))
            later = other.vectors("toy@1", "frames")
            table = reader.vectors("toy@1", "frames")
            wanted = np.concatenate([vectors(50, seed=n) for n in range(3)])
            assert (table.rows == wanted).all()
            assert table.times.tolist() == [float(n) for n in range(50)] * 3
        same(reader.vectors("toy@1", "frames"), later)
        assert len(list((folder / "cache").rglob("*.rows"))) == 1


def test_new_videos_are_appended(store: Store, folder: Path) -> None:
    add_video(store, 1, frames(100))
    store.vectors("toy@1", "frames")
    (rows,) = (folder / "cache").rglob("*.rows")
    inode = rows.stat().st_ino
    add_video(store, 2, frames(100))
    assert len(store.vectors("toy@1", "frames")) == 200
    (again,) = (folder / "cache").rglob("*.rows")
    assert (again, again.stat().st_ino) == (rows, inode)


def test_changes_elsewhere_keep_the_table(store: Store) -> None:
    add_video(store, 1, frames(10))
    table = store.vectors("toy@1", "frames")
    store.remember("a", 1)
    assert store.vectors("toy@1", "frames") is table
    add_video(store, 2, said("no frames", vector=True))
    assert store.vectors("toy@1", "frames") is table


@pytest.mark.parametrize(
    "damage", ["delete", "truncate", "garbage", "other version", "stale", "file"]
)
def test_a_damaged_cache_is_made_again(store: Store, folder: Path, damage: str) -> None:
    add_video(store, 1, frames(100))
    wanted = store.vectors("toy@1", "frames")
    (manifest,) = (folder / "cache").rglob("manifest.json")
    (rows,) = (folder / "cache").rglob("*.rows")
    if damage == "delete":
        rows.unlink()
    elif damage == "truncate":
        short = rows.read_bytes()[:-10]
        rows.unlink()
        rows.write_bytes(short)
    elif damage == "garbage":
        manifest.write_text('{"rows": []}')
    elif damage == "other version":
        manifest.write_text(manifest.read_text().replace('"format":1', '"format":99'))
    elif damage == "stale":
        add_video(store, 2)
        (next((folder / "cache").rglob("*.times"))).write_bytes(b"")
    else:
        for path in manifest.parent.iterdir():
            path.unlink()
        manifest.parent.rmdir()
        manifest.parent.write_text("in the way")
    with Store.open(folder) as fresh:
        same(fresh.vectors("toy@1", "frames"), wanted)


def test_a_restored_backup_does_not_meet_a_newer_cache(store: Store, folder: Path) -> None:
    """Generation numbers repeat after a restore; what was committed under them differs."""
    add_video(store, 1)
    backup = folder.with_name("backup.sqlite")
    store._db.connection.execute("VACUUM INTO ?", (str(backup),))
    store.commit_channel(video_id(1), frames(5, 1))
    store.vectors("toy@1", "frames")
    store.close()
    backup.replace(folder / "library.sqlite")
    with Store.open(folder, write=True) as restored:
        restored.commit_channel(video_id(1), frames(5, 2))
        assert (restored.vectors("toy@1", "frames").rows == vectors(5, seed=2)).all()


class Refreshing(RuleBasedStateMachine):
    """Random changes; the table always holds exactly what the channels hold."""

    def __init__(self) -> None:
        super().__init__()
        import tempfile

        self.place = tempfile.TemporaryDirectory()
        self.store = Store.open(Path(self.place.name), write=True)
        self.reader = Store.open(Path(self.place.name))
        self.truth: dict[str, np.ndarray] = {}

    @rule(number=st.integers(0, 4), rows=st.integers(0, 6), seed=st.integers(0, 99))
    def commit(self, number: int, rows: int, seed: int) -> None:
        add_video(self.store, number)
        drawn = vectors(rows, 4, seed)
        data = FrameBlock(np.arange(rows, dtype=np.int64) * 500, drawn)
        self.store.commit_channel(video_id(number), ChannelData(PICTURE, frames=data))
        self.truth[video_id(number)] = drawn

    @rule(number=st.integers(0, 4))
    def remove(self, number: int) -> None:
        self.store.remove_video(video_id(number))
        self.truth.pop(video_id(number), None)

    @rule(number=st.integers(0, 4))
    def other_space(self, number: int) -> None:
        add_video(self.store, number)
        stamp = Stamp("picture", "other", "1")
        data = FrameBlock(np.array([0], np.int64), vectors(1, 3))
        self.store.commit_channel(video_id(number), ChannelData(stamp, frames=data))
        self.truth.pop(video_id(number), None)

    @rule(which=st.booleans())
    def refresh(self, which: bool) -> None:
        (self.store if which else self.reader).vectors("toy@1", "frames")

    @rule()
    def reopen(self) -> None:
        self.reader.close()
        self.reader = Store.open(Path(self.place.name))

    @invariant()
    def agrees(self) -> None:
        table = self.reader.vectors("toy@1", "frames")
        held = {v: r for v, r in self.truth.items() if len(r)}
        assert sorted(table.video_ids) == sorted(held)
        for place, video in enumerate(table.video_ids):
            part = slice(int(table.starts[place]), int(table.starts[place + 1]))
            assert (table.rows[part] == held[video]).all()
            assert table.times[part].tolist() == [0.5 * n for n in range(len(held[video]))]

    def teardown(self) -> None:
        self.reader.close()
        self.store.close()
        self.place.cleanup()


Refreshing.TestCase.settings = settings(
    max_examples=15,
    stateful_step_count=15,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
TestRefreshing = Refreshing.TestCase


def test_small_arrays_are_kept_beside_a_table(folder: Path) -> None:
    made = []

    def make() -> npt.NDArray[np.float32]:
        made.append(1)
        return np.float32([[1, 2]])

    with Store.open(folder, write=True) as store:
        for _ in range(2):
            assert store.kept("toy@1", "frames", "general", make).tolist() == [[1, 2]]
        assert len(made) == 1
        (path,) = store.path.glob("cache/*/general.npy")
        path.write_bytes(b"")
        assert store.kept("toy@1", "frames", "general", make).tolist() == [[1, 2]]
        assert len(made) == 2
        shutil.rmtree(store.path / "cache")
        (store.path / "cache").write_text("in the way")
        assert store.kept("toy@1", "frames", "general", make).tolist() == [[1, 2]]
        assert len(made) == 3


def test_times_that_are_none_are_made_anew(folder: Path) -> None:
    with Store.open(folder, write=True) as store:
        add_video(store, 1)
        store.commit_channel(video_id(1), frames(3))
        (space,) = [s.name for s in store.spaces()]
        wanted = store.vectors(space, "frames").times.tolist()
    (path,) = folder.glob("cache/*/*.times")
    path.write_bytes(b"\xff" * path.stat().st_size)
    with Store.open(folder) as store:
        assert store.vectors(space, "frames").times.tolist() == wanted
