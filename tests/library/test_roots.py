from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from kinolex.errors import NotFoundError
from kinolex.library.roots import MARKER, read_marker
from kinolex.library.store import Store
from tests.library.samples import add_file, add_video


@pytest.fixture
def films(tmp_path: Path) -> Path:
    folder = tmp_path / "films"
    folder.mkdir()
    return folder


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look at the disk every time."""
    monkeypatch.setattr("kinolex.library.roots._FRESH", -1.0)


def test_a_root_carries_its_id(store: Store, films: Path) -> None:
    root = store.add_root(films)
    assert root.present
    assert json.loads((films / MARKER).read_text())["kinolex_root"] == root.id
    assert store.add_root(films) == root
    assert store.roots() == [root]


def test_a_missing_folder(store: Store, films: Path) -> None:
    with pytest.raises(NotFoundError, match="There is no folder"):
        store.add_root(films / "none")


def test_a_moved_root_keeps_its_id_and_files(store: Store, films: Path) -> None:
    state = add_file(store, films, "a/b.mp4", add_video(store, 1))
    moved = films.with_name("elsewhere")
    films.rename(moved)
    assert [r.present for r in store.roots()] == [False]
    root = store.add_root(moved)
    assert (root.id, root.path) == (state.root, moved)
    assert store.files(root.id) == {"a/b.mp4": state}
    video = store.video(state.video)
    assert video is not None
    assert (video.path, video.missing) == (str(moved / "a/b.mp4"), False)


def test_a_copied_root_is_another_one(store: Store, films: Path) -> None:
    root = store.add_root(films)
    shutil.copytree(films, films.with_name("copy"))
    copy = store.add_root(films.with_name("copy"))
    assert copy.id != root.id
    assert read_marker(copy.path) == copy.id
    assert [r.present for r in store.roots()] == [True, True]


def test_the_marker_of_another_library_is_kept(store: Store, films: Path, tmp_path: Path) -> None:
    with Store.open(tmp_path / "other", write=True) as other:
        theirs = other.add_root(films)
        assert store.add_root(films).id == theirs.id


def test_a_folder_inside_a_root_is_that_root(store: Store, films: Path) -> None:
    root = store.add_root(films)
    (films / "deep" / "down").mkdir(parents=True)
    assert store.add_root(films / "deep" / "down") == root
    assert not (films / "deep" / "down" / MARKER).exists()


def test_a_folder_around_roots_takes_them_in(store: Store, films: Path) -> None:
    one = add_file(store, films / "one", "a.mp4", add_video(store, 1))
    two = add_file(store, films / "two", "b/c.mp4", add_video(store, 2))
    store.put_failure(
        two.root, "bad.mp4", fingerprint="f", stage="probe", reason="empty", message="Empty."
    )
    root = store.add_root(films)
    assert store.roots() == [root]
    assert list(store.files(root.id)) == ["one/a.mp4", "two/b/c.mp4"]
    assert store.files(one.root) == {}
    assert store.failures()[0].path == str(films / "two" / "bad.mp4")
    assert store.find_videos(str(films / "one" / "a.mp4")) == [one.video]


@pytest.mark.parametrize("how", ["gone", "empty", "other disk"])
def test_an_absent_root_is_not_deleted(store: Store, films: Path, how: str) -> None:
    state = add_file(store, films, "a.mp4", add_video(store, 1))
    films.rename(films.with_name("unplugged"))
    if how != "gone":
        films.mkdir()
    if how == "other disk":
        (films / "stranger.mp4").write_bytes(b"x")
    assert [r.present for r in store.roots()] == [False]
    store.mark_missing(state.root, ["a.mp4"])
    assert store.prune_candidates() == []
    assert store.video(state.video).missing
    shutil.rmtree(films, ignore_errors=True)
    films.with_name("unplugged").rename(films)
    assert [r.present for r in store.roots()] == [True]


def test_another_disk_at_the_same_place_is_another_root(store: Store, films: Path) -> None:
    state = add_file(store, films, "a.mp4", add_video(store, 1))
    films.rename(films.with_name("unplugged"))
    films.mkdir()
    (films / "stranger.mp4").write_bytes(b"x")
    new = store.add_root(films)
    assert new.id != state.root
    assert {r.id: r.present for r in store.roots()} == {new.id: True, state.root: False}


def test_a_deleted_marker_is_written_again(store: Store, films: Path) -> None:
    state = add_file(store, films, "a.mp4", add_video(store, 1))
    (films / MARKER).unlink()
    assert not store.roots()[0].present
    assert store.add_root(films).id == state.root
    assert store.roots()[0].present


def test_a_folder_that_cannot_be_written(
    store: Store, films: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (films / MARKER).mkdir()  # not even an administrator can replace a folder by a file
    (films / MARKER / "x").write_text("")
    state = add_file(store, films, "a.mp4", add_video(store, 1))
    assert [r.present for r in store.roots()] == [True]
    assert store.add_root(films).id == state.root
    shutil.rmtree(films)
    films.mkdir()
    assert [r.present for r in store.roots()] == [False]


def test_a_library_beside_its_videos_may_be_mounted_elsewhere(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    with Store.open(disk / "library", write=True) as store:
        state = add_file(store, disk / "films", "a.mp4", add_video(store, 1))
    disk.rename(tmp_path / "other-disk")
    with Store.open(tmp_path / "other-disk" / "library") as store:
        root = store.roots()[0]
        assert root.present
        video = store.video(state.video)
        assert video is not None
        assert Path(video.path).read_bytes() == b"x"
        assert str(tmp_path / "other-disk") in video.path


def test_removing_a_root_keeps_videos_until_prune(store: Store, films: Path) -> None:
    state = add_file(store, films, "a.mp4", add_video(store, 1))
    store.remove_root(state.root)
    assert store.roots() == []
    assert store.video(state.video).paths == ()
    assert [g.kind for g in store.prune()] == ["video"]
    assert store.video(state.video) is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"kinolex_root": 3}', '{"kinolex_root": ""}'])
def test_a_damaged_marker_is_replaced(store: Store, films: Path, text: str) -> None:
    (films / MARKER).write_text(text)
    assert read_marker(films) is None
    store.add_root(films)
    assert read_marker(films) == store.roots()[0].id
