from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from kinolex.errors import NotFoundError, UsageError
from kinolex.export.place import beside, demand_free, file_name, free, present_path
from kinolex.moments import Span
from tests.export.samples import BOAT, HARBOUR


def test_whole_or_not_at_all(tmp_path: Path) -> None:
    to = tmp_path / "a.srt"
    to.write_text("old")

    def fail() -> None:
        with beside(to) as part:
            part.write_text("half")
            assert (to.read_text(), part.suffix) == ("old", ".srt")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert os.listdir(tmp_path) == ["a.srt"]
    assert to.read_text() == "old"
    with beside(to) as part:
        part.write_text("new")
    assert (os.listdir(tmp_path), to.read_text()) == (["a.srt"], "new")


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no folder"), beside(tmp_path / "none" / "a.srt"):
        pass


def test_a_name_that_is_too_long_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be written"), beside(tmp_path / f"{'a' * 300}.x"):
        pass


def test_a_video_is_never_the_target_under_any_name(tmp_path: Path) -> None:
    video = tmp_path / "a.mp4"
    video.write_bytes(b"film")
    (tmp_path / "link.mp4").symlink_to(video)
    os.link(video, tmp_path / "hard.mp4")
    for name in ("a.mp4", "link.mp4", "hard.mp4", f"../{tmp_path.name}/a.mp4"):
        with pytest.raises(UsageError, match="never overwritten"):
            demand_free(tmp_path / name, [str(video)])
    demand_free(tmp_path / "b.mp4", [str(video), ""])
    with pytest.raises(UsageError, match="never overwritten"):
        demand_free(tmp_path / "gone.mp4", [str(tmp_path / "gone.mp4")])


def test_the_place_where_the_file_is(tmp_path: Path) -> None:
    (tmp_path / "b.mp4").write_bytes(b"film")
    video = replace(HARBOUR, path="/gone.mp4", paths=("/gone.mp4", str(tmp_path / "b.mp4")))
    assert present_path(video) == tmp_path / "b.mp4"
    with pytest.raises(NotFoundError, match=r"is not there: /films/Harbour walk\.mp4"):
        present_path(HARBOUR)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/v/a.mp4", "a 0.10-0.15.srt"),
        ("/v/con.mp4", "_con 0.10-0.15.srt"),
        ("/v/-rf.mp4", "_-rf 0.10-0.15.srt"),
        ("/v/caf\udce9.mp4", "caf_ 0.10-0.15.srt"),
        ("/v/a\nb?.mp4", "a b_ 0.10-0.15.srt"),
        ("/v/" + "夜" * 200 + ".mp4", "夜" * 33 + " 0.10-0.15.srt"),
    ],
)
def test_names_that_every_disk_takes(path: str, name: str) -> None:
    assert file_name([replace(BOAT, video=replace(HARBOUR, path=path))], ".srt") == name


def test_names_of_many_and_of_long_videos() -> None:
    assert file_name([BOAT, BOAT], ".edl") == "kinolex.edl"
    assert file_name([BOAT], ".edl", "a/b") == "a_b.edl"
    late = replace(BOAT, span=Span(3600, 3661))
    assert file_name([late], ".mp4") == "Harbour walk 60.00-61.01.mp4"


def test_taken_names_get_a_number(tmp_path: Path) -> None:
    to = tmp_path / "a.chapters.vtt"
    assert free(to, ".chapters.vtt") == to
    to.touch()
    (tmp_path / "a (2).chapters.vtt").symlink_to("nowhere")
    assert free(to, ".chapters.vtt").name == "a (3).chapters.vtt"
