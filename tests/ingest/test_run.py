"""Whole runs over real files: moves, copies, edits, absent disks, failures, single channels."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import kinolex
from kinolex.errors import NotFoundError, UsageError
from kinolex.ingest.run import Ingest
from kinolex.library.store import Store
from kinolex.progress import Event
from kinolex.settings import Settings

CHANNELS = ("title", "speech", "picture")


@pytest.fixture
def place(tmp_path: Path, videos: Path) -> Path:
    """A private copy of the videos."""
    shutil.copytree(videos, tmp_path / "videos")
    (tmp_path / "videos" / ".kinolex-root").unlink(missing_ok=True)
    return tmp_path / "videos"


@pytest.fixture
def library(tmp_path: Path) -> kinolex.Library:
    return kinolex.open(tmp_path / "library")


@pytest.fixture
def add(library: kinolex.Library, toy_model: Path) -> Callable[..., Any]:
    def run(*paths: Path, **more: Any) -> Any:
        more.setdefault("only", CHANNELS)
        return library.add(*paths, picture=str(toy_model), **more)

    return run


def vectors(library: kinolex.Library) -> dict[str, bytes]:
    with Store.open(library.path) as store:
        space = next(s.name for s in store.spaces() if s.kind == "frames")
        found = {v.id: store.frames_of(v.id, space) for v in store.videos()}
        return {k: b[1].tobytes() for k, b in found.items() if b is not None}


def test_a_first_run_makes_every_channel_and_counts_agree(library, place, add):
    events: list[Event] = []
    report = add(place, listener=events.append)
    assert (report.done, report.failed) == (3, 0)
    counts = library.status()
    assert counts.videos == counts.paths == counts.done == 3
    assert counts.pending == counts.failed == counts.partial == 0
    assert counts.channels["picture"] == 3
    assert counts.channels["speech"] == 1
    assert {e.stage for e in events if e.kind == "commit"} >= {"title", "subtitles", "picture"}
    assert events[-1].kind == "done"
    assert events[-1].overall == pytest.approx(1.0)
    overall = [e.overall for e in events if e.kind == "step"]
    assert overall
    assert all(0 <= value <= 1 for value in overall)


def test_names_and_subtitles_are_searchable_before_any_picture_is_decoded(library, place, add):
    seen: list[str] = []

    def ask(event: Event) -> None:
        if event.kind == "start" and event.stage == "pictures" and not seen:
            with kinolex.open(library.path) as reader:
                seen.append(Path(reader.search('"boiling point"').moments[0].video.path).name)
                seen.append(Path(reader.search("lighthouse").moments[0].video.path).name)

    add(place, listener=ask)
    assert seen == ["water.mp4", "lake_day.mp4"]


def test_a_second_run_does_nothing(library, place, add):
    add(place)
    before = library.status()
    report = add(place)
    assert (report.done, report.failed, report.skipped, report.model_calls) == (0, 0, 3, 0)
    assert library.status() == before


def test_a_moved_and_renamed_tree_costs_no_model_call(library, place, add, tmp_path):
    add(place)
    before = vectors(library)
    ids = {v.id for v in library.videos()}
    (tmp_path / "elsewhere").mkdir()
    for number, path in enumerate(sorted(place.rglob("*.mp4"))):
        path.rename(tmp_path / "elsewhere" / f"zebra {number}.mp4")
    report = add(tmp_path / "elsewhere")
    assert report.model_calls == 0
    assert {v.id for v in library.videos()} == ids
    assert vectors(library) == before
    assert all("zebra" in v.path and not v.missing for v in library.videos())
    assert not library.search("zebra 1", channels=["title"]).nothing_found


def test_a_file_that_was_only_touched_keeps_its_titles(library, place, add):
    """Writing them anew would throw their vectors away until the next run."""

    def titles():
        with Store.open(library.path) as store:
            return {v.id: store.passages_of(v.id, ("title",)) for v in store.videos()}

    add(place)
    before = titles()
    for path in place.rglob("*.mp4"):
        os.utime(path, (1e9, 1e9))
    (place / "water.mp4").rename(place / "steam.mp4")
    events: list[Event] = []
    add(place, listener=events.append)
    assert sum(e.kind == "skip" and e.reason == "moved or copied" for e in events) == 3
    renamed = {v.id for v in library.videos() if "steam" in v.path}
    assert {video for video, said in titles().items() if said != before[video]} == renamed
    before = titles()
    add(place, only=["title"], redo=True)
    assert all(said != before[video] for video, said in titles().items())
    assert not library.search("steam", channels=["title"]).nothing_found


def test_moving_the_root_itself_is_noticed_by_its_marker(library, place, add, tmp_path):
    add(place)
    before = vectors(library)
    place.rename(tmp_path / "other disk")
    report = add(tmp_path / "other disk")
    assert report.model_calls == 0
    assert len(library.roots()) == 1
    assert all("other disk" in v.path and not v.missing for v in library.videos())
    assert vectors(library) == before


def test_a_copy_is_one_video_with_two_paths(library, place, add):
    add(place)
    shutil.copy(place / "colours.mp4", place / "trips" / "again.mp4")
    report = add(place)
    assert report.model_calls == 0
    assert len(library.videos()) == 3
    assert len(library.video("again.mp4").paths) == 2


def test_a_replaced_file_is_another_video(library, place, add, videos):
    add(place)
    old = library.video("colours.mp4").id
    shutil.copy(videos / "water.mp4", place / "colours.mp4")
    add(place)
    assert library.video("colours.mp4").id != old
    with pytest.raises(NotFoundError):
        library.video(old)


def test_a_deleted_file_is_kept_until_pruned(library, place, add):
    add(place)
    (place / "colours.mp4").unlink()
    add(place)
    assert library.video("colours.mp4").missing
    assert library.prune()
    assert len(library.videos()) == 3
    library.prune(apply=True)
    assert len(library.videos()) == 2


def test_an_absent_disk_loses_nothing(library, place, add, tmp_path):
    add(place)
    place.rename(tmp_path / "unplugged")
    notices: list[str] = []
    add(listener=lambda e: notices.append(e.message) if e.kind == "notice" else None)
    assert len(library.videos()) == 3
    assert not library.prune()
    assert any("not there" in n for n in notices)
    (tmp_path / "unplugged").rename(place)
    assert add().model_calls == 0
    library.close()  # a reader looks at its disks again every few seconds only
    assert not any(v.missing for v in library.videos())


def test_changed_subtitles_are_read_again(library, place, add):
    add(place)
    text = (place / "water.srt").read_text(encoding="utf-8")
    (place / "water.srt").write_text(text.replace("boiling", "melting"), encoding="utf-8")
    add(place)
    assert not library.search('"melting point"').nothing_found
    assert library.search('"boiling point"').nothing_found


def test_bad_files_become_rows_and_are_not_tried_again(library, place, add):
    (place / "empty.mp4").touch()
    (place / "noise.mp4").write_bytes(bytes(range(256)) * 40)
    (place / "folder.mp4").mkdir()
    report = add(place)
    assert (report.done, report.failed) == (3, 3)
    failures = {Path(f.path).name: f for f in library.failures()}
    assert set(failures) == {"empty.mp4", "noise.mp4", "folder.mp4"}
    assert failures["empty.mp4"].reason == "empty"
    assert all(f.message and f.tries == 1 for f in failures.values())
    assert add(place).failed == 0
    assert {f.tries for f in library.failures()} == {1}
    library.retry()
    assert {f.tries for f in library.failures()} == {2}
    shutil.copy(place / "water.mp4", place / "empty.mp4")
    add(place)
    assert "empty.mp4" not in {Path(f.path).name for f in library.failures()}


def test_only_fills_the_chosen_channels(library, place, add):
    add(place, only=("title",))
    assert library.status().channels.get("picture", 0) == 0
    add(place, only=("picture",))
    assert library.status().channels["picture"] == 3
    assert library.status().channels.get("speech", 0) == 0


def test_redo_does_a_channel_again(library, place, add):
    add(place)
    before = vectors(library)
    assert add(place, only=("picture",), redo=True).model_calls > 0
    assert vectors(library) == before


def test_a_single_file_does_not_bring_its_folder(library, place, add):
    add(place / "water.mp4")
    assert [Path(v.path).name for v in library.videos()] == ["water.mp4"]
    add()
    assert len(library.videos()) == 1
    (place / "water.mp4").unlink()
    add()
    assert library.videos()[0].missing


def test_interrupting_keeps_what_is_whole(library, place, add):
    def interrupt(event: Event) -> None:
        if event.kind == "commit" and event.stage == "picture":
            raise KeyboardInterrupt

    report = add(place, listener=interrupt)
    assert report.interrupted
    assert library.status().channels["picture"] == 1
    assert not add(place).interrupted
    assert library.status().channels["picture"] == 3


def test_removing_forgets_but_never_touches_files(library, place, add):
    add(place)
    assert library.remove("colours.mp4") == [str(place / "colours.mp4")]
    assert (place / "colours.mp4").exists()
    assert len(library.videos()) == 2
    library.remove(place)
    assert library.videos() == []
    assert library.roots() == []


def test_a_path_that_is_not_there_is_one_sentence(library, tmp_path):
    with pytest.raises(NotFoundError, match="There is no"):
        library.add(tmp_path / "nowhere")


def test_the_folder_of_a_single_file_is_left_unmarked(library, place, add):
    """Nobody added it; it may be anything, /dev included."""
    add(sorted(place.glob("*.mp4"))[0])
    assert not (place / ".kinolex-root").exists()
    add(place)
    assert (place / ".kinolex-root").exists()
    assert len(library.roots()) == 1


def test_a_language_is_checked_before_anything_runs(library, place, add, tmp_path):
    with pytest.raises(UsageError, match="no language 'klingon'"):
        add(place, language="klingon")
    assert not library.status().videos
    with Store.open(tmp_path / "other", write=True) as store:
        assert Ingest(store, Settings(language="German")).settings.language == "de"


def test_copies_with_subtitles_of_their_own_come_to_rest(library, place, add):
    """The first place's win; a second run has nothing to do."""
    film = sorted(place.glob("*.mp4"))[0]
    folder = place / "copies"
    folder.mkdir()
    for name, said in (("a", ""), ("b", "the first words"), ("c", "other words")):
        shutil.copy(film, folder / f"{name}.mp4")
        if said:
            text = f"1\n00:00:00,100 --> 00:00:00,900\n{said}\n"
            (folder / f"{name}.srt").write_text(text)
    assert add(folder).done == 1
    assert [p.text for p in library.passages(folder / "a.mp4") if p.source == "subtitle"] == [
        "the first words"
    ]
    again = add(folder)
    assert (again.done, again.model_calls) == (0, 0)
    assert library.status().pending == 0


def names(library: kinolex.Library) -> list[tuple[str, list[str]]]:
    """Title and name passages of each video, as a fresh library would have them."""
    return sorted(
        (v.title, sorted(p.text for p in library.passages(v.id) if p.source == "title"))
        for v in library.videos()
    )


def test_names_that_are_gone_are_not_found_any_more(library, tmp_path, place, add):
    """Renamed, copied, copy deleted, copy overwritten: each like a fresh library of that tree."""

    def check() -> None:
        add(place)
        fresh = kinolex.open(tmp_path / f"fresh {len(list(tmp_path.iterdir()))}")
        fresh.add(place, only=["title"])
        assert names(library) == names(fresh)
        library.add(only=["title"])  # vectors of new names
        assert not library.add(only=["title"]).done

    film = place / "colours.mp4"
    check()
    film = film.rename(place / "trips" / "violin.mp4")
    check()
    shutil.copy(film, place / "cello.mp4")
    add(place)
    assert library.search("cello").moments[0].video.title == "violin"
    (place / "cello.mp4").unlink()
    check()
    assert library.search('"cello"').nothing_found
    shutil.copy(film, place / "zither.mp4")
    add(place)
    shutil.copy(place / "water.mp4", place / "zither.mp4")
    check()


def test_subtitles_that_are_taken_away_are_gone(library, place, add):
    add(place)
    assert library.search('"boiling point"').moments
    shutil.copy(place / "water.srt", place / "kept.srt")
    shutil.copy(place / "water.mp4", place / "kept.mp4")
    add(place)
    (place / "water.srt").unlink()
    add(place)
    assert library.search('"boiling point"').moments  # the copy still has them
    (place / "kept.srt").unlink()
    assert add(place, only=["title"]).done == 0
    add(place)
    assert library.search('"boiling point"').nothing_found
    assert "speech" not in library.status().channels
    (place / "water.srt").write_text("1\n00:00:00,100 --> 00:00:00,900\nquite new\n")
    add(place)
    assert library.search('"quite new"').moments


def test_removing_a_folder_leaves_copies_elsewhere(library, place, tmp_path, add):
    other = tmp_path / "other"
    other.mkdir()
    shutil.copy(place / "colours.mp4", other / "copy.mp4")
    add(place, other)
    link = tmp_path / "link"
    link.symlink_to(other)
    assert library.remove(link) == [str(other / "copy.mp4")]
    assert len(library.videos()) == 3
    add(other)
    gone = library.remove(place)
    assert str(place / "colours.mp4") in gone
    assert len(gone) == 3
    (left,) = library.videos()
    assert list(left.paths) == [str(other / "copy.mp4")]
    assert left.title == "copy"
    assert library.search('"colours"').nothing_found  # a name that it no longer has here


def test_a_model_that_was_named_once_is_known_from_then_on(library, place, toy_model, tmp_path):
    """For questions and for later runs, from any folder."""
    from PIL import Image

    Image.new("RGB", (64, 64), "red").save(tmp_path / "red.png")
    library.add(place / "colours.mp4", only=["title", "picture"], picture=str(toy_model))
    later = kinolex.open(library.path, settings=Settings())
    found = later.search(image=tmp_path / "red.png", channels=["picture"])
    assert Path(found.moments[0].video.path).name == "colours.mp4"
    assert later.search("red", channels=["picture"]).moments
    later.add(place, only=["title", "picture"])
    assert later.status().channels["picture"] == 3


def test_a_model_that_is_gone_is_one_notice(library, place, toy_model, tmp_path):
    moved = tmp_path / "model"
    shutil.copytree(toy_model, moved)
    library.add(place / "colours.mp4", only=["title", "picture"], picture=str(moved))
    shutil.rmtree(moved)
    report = library.add(place, only=["title", "picture"])
    assert any("pictures" in notice for notice in report.notices)
    assert library.status().channels == {"title": 3, "picture": 1}


def test_a_named_folder_is_remembered_in_full(library, place, toy_model, tmp_path, monkeypatch):
    """Also a relative one, and one of its variants."""
    folder = tmp_path / "models" / "toy"
    shutil.copytree(toy_model, folder)
    for path in folder.rglob("*.onnx"):
        path.rename(path.with_name(path.name.replace(".onnx", "_int8.onnx")))
    monkeypatch.chdir(tmp_path)
    library.add(place / "colours.mp4", only=["picture"], picture="models/toy#int8")
    monkeypatch.chdir("/")
    later = kinolex.open(library.path, settings=Settings())
    assert later.search("red", channels=["picture"]).moments
