from __future__ import annotations

import datetime as dt
import os
from fractions import Fraction
from pathlib import Path

from kinolex.library.records import FileState, VideoRecord
from kinolex.library.store import Store
from tests.library.samples import add_file, add_video, frames, said, video_id

FULL = VideoRecord(
    id=video_id(7),
    size=2**40,
    duration=3723.5,
    title='Ein "Titel" 漢字 🎬',
    time_base=Fraction(1001, 30000),
    width=7680,
    height=4320,
    fps=29.97,
    recorded=dt.datetime(2024, 2, 29, 23, 59, 59, 5, tzinfo=dt.timezone(dt.timedelta(hours=-7))),
    language="de",
    metadata={"a": "b\ud800", "": "\0"},
    info={"list": [1, None, {"x": 0.1}]},
)


def test_a_record_comes_back(store: Store) -> None:
    assert store.video_record(FULL.id) is None
    store.put_video(FULL)
    assert store.video_record(FULL.id) == FULL


def test_putting_again_updates_and_keeps_channels(store: Store) -> None:
    video = add_video(store, 7, frames(3), said("a"))
    store.put_video(FULL)
    assert store.video_record(video) == FULL
    assert len(store.states(video)) == 2
    assert store.frames_of(video, "toy@1")[0].tolist() == [0.0, 1001 / 30, 2002 / 30]


def test_the_noun_has_absolute_paths_present_ones_first(store: Store, tmp_path: Path) -> None:
    video = add_video(store, 1, title="One")
    state = add_file(store, tmp_path / "r", "z/one.mp4", video)
    store.put_file(FileState(state.root, "a/copy.mp4", 1, 2, video, missing=True))
    found = store.video(video)
    assert found is not None
    assert found.paths == (str(tmp_path / "r/z/one.mp4"), str(tmp_path / "r/a/copy.mp4"))
    assert (found.path, found.missing, found.title) == (found.paths[0], False, "One")
    assert list(store.videos()) == [found]
    store.mark_missing(state.root, ["z/one.mp4"])
    assert store.video(video).missing


def test_names_that_are_not_unicode(store: Store, tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.mp4")
    record = VideoRecord(video_id(1), 1, 2.0, name)
    store.put_video(record)
    add_file(store, tmp_path / "r", name, record.id)
    video = store.video(record.id)
    assert video is not None
    assert video.title == "caf?.mp4"
    assert Path(video.path).exists()
    assert store.find_videos(name) == store.find_videos(video.path) == [record.id]


def test_removing_takes_everything(store: Store, tmp_path: Path) -> None:
    keep = add_video(store, 1, frames(3), said("kept words", vector=True))
    gone = add_video(store, 2, frames(4), said("gone words", vector=True))
    state = add_file(store, tmp_path / "r", "a.mp4", gone)
    store.put_failure(
        state.root, "a.mp4", fingerprint=gone, stage="s", reason="r", message="m", video=gone
    )
    store.remove_video(gone)
    for table in ("videos", "channels", "blocks", "shots", "stills", "still_blocks", "passages"):
        column = "num" if table == "videos" else "video"
        assert store._db.all(f"SELECT DISTINCT {column} FROM {table}") == [(1,)], table
    assert store.files(state.root) == {}
    assert store.failures() == []
    assert store.vectors("toy@1", "frames").video_ids == [keep]
    assert len(store.passages_of(keep)) == 1
    store.remove_video(gone)
