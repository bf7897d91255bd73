from __future__ import annotations

from pathlib import Path

import pytest

from kinolex.library.database import FILE
from kinolex.library.store import Store
from tests.library.samples import add_file, add_video, frames, said


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look at the disk every time."""
    monkeypatch.setattr("kinolex.library.roots._FRESH", -1.0)


def test_listing_changes_nothing_and_applying_does_what_was_listed(
    store: Store, tmp_path: Path
) -> None:
    root = tmp_path / "r"
    both, lost, back = (add_video(store, n, frames(2), title=f"T{n}") for n in (1, 2, 3))
    here = add_file(store, root, "here.mp4", both)
    for name, video in (("gone.mp4", both), ("lost.mp4", lost), ("back.mp4", back)):
        add_file(store, root, name, video)
        (root / name).unlink()
    store.mark_missing(here.root, ["gone.mp4", "lost.mp4", "back.mp4"])
    (root / "back.mp4").write_bytes(b"x")
    for name in ("bad", "still-bad"):
        store.put_failure(
            here.root, name, fingerprint="", stage="probe", reason="empty", message=""
        )
    (root / "still-bad").write_bytes(b"")
    listed = store.prune_candidates()
    assert [(g.kind, Path(g.path).name, g.title) for g in listed] == [
        ("path", "gone.mp4", "T1"),
        ("path", "lost.mp4", "T2"),
        ("video", "lost.mp4", "T2"),
        ("failure", "bad", ""),
    ]
    assert len(list(store.videos())) == 3
    assert store.prune() == listed
    assert [v.id for v in store.videos()] == [both, back]
    assert list(store.files(here.root)) == ["back.mp4", "here.mp4"]
    assert [Path(f.path).name for f in store.failures()] == ["still-bad"]
    assert store.prune() == []


def test_files_that_were_never_marked_stay(store: Store, tmp_path: Path) -> None:
    add_file(store, tmp_path / "r", "a.mp4", add_video(store, 1))
    (tmp_path / "r" / "a.mp4").unlink()
    assert store.prune_candidates() == []


def test_space_comes_back(store: Store, folder: Path) -> None:
    add_video(store, 1, frames(3000, dimensions=256), said("words"))
    store.prune(vacuum=True)
    assert (folder / FILE).stat().st_size < 200_000
    assert store.counts().videos == 0


def test_arrays_of_spaces_that_are_gone_go(store: Store, folder: Path) -> None:
    add_video(store, 1, frames(3))
    video = add_video(store, 2, said("a", vector=True))
    store.vectors("toy@1", "frames")
    store.vectors("mini@1", "passages")
    assert len(list((folder / "cache").iterdir())) == 2
    store.drop_channel(video, "speech")
    store.prune()
    assert list((folder / "cache").iterdir()) == []


def test_arrays_in_use_stay(store: Store, folder: Path, tmp_path: Path) -> None:
    add_file(store, tmp_path / "r", "a.mp4", add_video(store, 1, frames(3)))
    store.vectors("toy@1", "frames")
    store.prune()
    assert len(list((folder / "cache").rglob("*.rows"))) == 1
