from __future__ import annotations

from pathlib import Path

from kinolex.library.store import Store


def put(store: Store, root: str, relative: str, **more: str) -> None:
    given = {"fingerprint": "f1", "stage": "probe", "reason": "empty", "message": "It is empty."}
    store.put_failure(root, relative, **{**given, **more})


def test_tries_are_counted_by_path_and_stage(store: Store, tmp_path: Path) -> None:
    root = store.add_root(tmp_path)
    for _ in range(3):
        put(store, root.id, "a.mp4")
    put(store, root.id, "a.mp4", stage="decode", reason="truncated", video="v")
    put(store, root.id, "b/c.mp4", message="bad \ud800 text")
    found = [(f.path, f.stage, f.reason, f.tries, f.video) for f in store.failures()]
    assert found == [
        (str(root.path / "a.mp4"), "decode", "truncated", 1, "v"),
        (str(root.path / "a.mp4"), "probe", "empty", 3, ""),
        (str(root.path / "b/c.mp4"), "probe", "empty", 1, ""),
    ]


def test_a_content_is_known_to_fail_wherever_it_lies(store: Store, tmp_path: Path) -> None:
    root = store.add_root(tmp_path)
    put(store, root.id, "a.mp4", fingerprint="f2", stage="decode")
    assert store.failed_fingerprint("f2").path == str(root.path / "a.mp4")
    assert store.failed_fingerprint("f2", stage="probe") is None
    assert store.failed_fingerprint("f3") is None
    put(store, root.id, "noise", fingerprint="")
    assert store.failed_fingerprint("") is None


def test_clearing(store: Store, tmp_path: Path) -> None:
    root = store.add_root(tmp_path)
    for stage in ("probe", "decode"):
        put(store, root.id, "a.mp4", stage=stage)
    store.clear_failure(root.id, "a.mp4", stage="probe")
    assert [f.stage for f in store.failures()] == ["decode"]
    store.clear_failure(root.id, "a.mp4")
    assert store.failures() == []
