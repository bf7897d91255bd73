"""Scanning: what a messy disk holds, in which order, and what becomes of it."""

from __future__ import annotations

import os
import random
import socket
from pathlib import Path

import pytest

from kinolex.errors import MediaError
from kinolex.media.scan import EXTENSIONS, Found, is_media_name, media_files, scan

posix = pytest.mark.skipif(os.name != "posix", reason="needs pipes and links")


def _touch(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"\0" * 16 + b"film")


def _names(folder: Path) -> list[str]:
    return [path.relative_to(folder).as_posix() for path in media_files(folder)]


def _problems(folder: Path) -> dict[str, str]:
    return {
        found.path.relative_to(folder).as_posix(): found.error.reason
        for found in scan(folder)
        if found.error
    }


def test_files_come_before_folders_both_in_natural_order(tmp_path):
    names = ["clip 2.mp4", "Clip 10.mp4", "clip 1.MOV", "b/2.mkv", "b/10.mkv", "B2/x.avi", "a/z.ts"]
    random.Random(1).shuffle(names)
    _touch(tmp_path, *names)
    assert _names(tmp_path) == [
        "clip 1.MOV",
        "clip 2.mp4",
        "Clip 10.mp4",
        "a/z.ts",
        "b/2.mkv",
        "b/10.mkv",
        "B2/x.avi",
    ]


def test_size_and_time_are_those_of_stat(tmp_path):
    _touch(tmp_path, "film.mp4")
    (found,) = scan(tmp_path)
    about = (tmp_path / "film.mp4").stat()
    assert found == Found(tmp_path / "film.mp4", about.st_size, about.st_mtime_ns)


@pytest.mark.parametrize(
    "name",
    [
        "._film.mp4",
        ".hidden.mp4",
        "film.mp4.part",
        "film.mp4.crdownload",
        "film.mkv.!qB",
        ".film.mp4.icloud",
        "notes.txt",
        "film",
        "film.srt",
        ".Trash-1000/files/film.mp4",
        ".kinolex/film.mp4",
        ".kinolex-root",
        "@eaDir/film.mp4/SYNOVIDEO.mp4",
        "#recycle/film.mp4",
        "$RECYCLE.BIN/S-1-5/film.mp4",
        "Adobe Premiere Pro Video Previews/x.PRV/Rendered.mpeg",
        "Project/Render Files/a.mov",
        "node_modules/pkg/index.mts",
    ],
)
def test_rubbish_is_passed_over_in_silence(tmp_path, name):
    _touch(tmp_path, name)
    assert list(scan(tmp_path)) == []


def test_extensions_are_lower_case_and_case_does_not_matter():
    assert all(extension == extension.lower() for extension in EXTENSIONS)
    assert is_media_name("A.MP4")
    assert is_media_name("song.FLAC")
    assert not is_media_name("mp4")


class TestSniffing:
    """Extensions that mean two things are looked into."""

    @pytest.mark.parametrize("name", ["app.ts", "lib.mts", "go.mod", "board.dts"])
    def test_source_code_is_no_footage(self, tmp_path, name):
        (tmp_path / name).write_text("export const x: number = 1; // Größe\n" * 20, "utf-8")
        assert list(scan(tmp_path)) == []

    def test_text_that_begins_like_a_transport_stream_is_text(self, tmp_path):
        (tmp_path / "game.ts").write_text("Game = 1;\n" * 100)
        assert list(scan(tmp_path)) == []

    def test_transport_streams_are(self, tmp_path):
        packet = b"G" + b"a" * 187
        (tmp_path / "a.ts").write_bytes(packet * 10)
        (tmp_path / "b.MTS").write_bytes((b"\0\0\1\2" + packet) * 10)
        assert _names(tmp_path) == ["a.ts", "b.MTS"]

    def test_only_moving_pictures(self, tmp_path):
        image = pytest.importorskip("PIL.Image")
        frames = [image.new("RGB", (8, 8), colour) for colour in ("red", "blue", "green")]
        for kind in ("gif", "webp", "png"):
            name = "apng" if kind == "png" else kind
            frames[0].save(tmp_path / f"still.{name}", kind)
            frames[0].save(
                tmp_path / f"moves.{name}", kind, save_all=True, append_images=frames[1:]
            )
        assert _names(tmp_path) == ["moves.apng", "moves.gif", "moves.webp"]

    def test_the_odd_files(self, odd_media):
        found = {path.name for path in media_files(odd_media)}
        others = (".srt", ".vtt", ".jsonl")
        every = {path.name for path in odd_media.iterdir() if path.suffix not in others}
        assert found == {name for name in every if name[0] != "."} - {"empty.mp4"}


class TestProblems:
    def test_empty_files_and_folders_named_like_videos(self, tmp_path):
        (tmp_path / "empty.mp4").touch()
        _touch(tmp_path, "Holiday.mkv/Holiday.mkv")
        assert _problems(tmp_path) == {"empty.mp4": "empty", "Holiday.mkv": "not-a-file"}
        assert _names(tmp_path) == ["Holiday.mkv/Holiday.mkv"]

    @posix
    def test_pipes_sockets_and_devices(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        os.mkfifo(tmp_path / "pipe.mp4")
        (tmp_path / "zero.mp4").symlink_to("/dev/zero")
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind("socket.mp4")
            assert _problems(tmp_path) == dict.fromkeys(
                ("pipe.mp4", "socket.mp4", "zero.mp4"), "not-a-file"
            )

    @posix
    def test_broken_links(self, tmp_path):
        (tmp_path / "gone.mp4").symlink_to(tmp_path / "nowhere.mp4")
        (tmp_path / "gone.txt").symlink_to(tmp_path / "nowhere.txt")
        (tmp_path / "self.mp4").symlink_to(tmp_path / "self.mp4")
        assert _problems(tmp_path) == {"gone.mp4": "missing", "self.mp4": "unreadable"}

    @posix
    def test_a_folder_that_may_not_be_read_is_told_and_the_rest_goes_on(self, tmp_path, as_nobody):
        _touch(tmp_path, "a/film.mp4", "b/film.mp4")
        (tmp_path / "a").chmod(0)
        with as_nobody(tmp_path):
            assert _problems(tmp_path) == {"a": "unreadable"}
            assert _names(tmp_path) == ["b/film.mp4"]
        (tmp_path / "a").chmod(0o700)

    def test_a_place_that_is_not_there(self, tmp_path):
        with pytest.raises(MediaError) as caught:
            list(scan(tmp_path / "nowhere"))
        assert caught.value.reason == "missing"


class TestOneFile:
    def test_any_extension_will_do(self, tmp_path):
        _touch(tmp_path, "recording.bin")
        assert list(media_files(tmp_path / "recording.bin")) == [tmp_path / "recording.bin"]

    @posix
    def test_a_pipe_is_told(self, tmp_path):
        os.mkfifo(tmp_path / "pipe")
        (found,) = scan(tmp_path / "pipe")
        assert found.error is not None
        assert found.error.reason == "not-a-file"


@posix
class TestLinks:
    def test_loops_end_and_each_folder_is_visited_once_by_its_real_place(self, tmp_path):
        _touch(tmp_path, "z/film.mp4", "z/deep/cut.mp4")
        (tmp_path / "a link").symlink_to(tmp_path / "z", target_is_directory=True)
        (tmp_path / "z" / "up").symlink_to(tmp_path, target_is_directory=True)
        (tmp_path / "z" / "deep" / "here").symlink_to(".", target_is_directory=True)
        assert _names(tmp_path) == ["z/film.mp4", "z/deep/cut.mp4"]

    def test_links_lead_out_of_the_tree(self, tmp_path):
        _touch(tmp_path, "elsewhere/film.mp4", "root/own.mp4")
        (tmp_path / "root" / "more").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
        assert _names(tmp_path / "root") == ["own.mp4", "more/film.mp4"]

    def test_linked_files_are_found(self, tmp_path):
        _touch(tmp_path, "real.mp4")
        (tmp_path / "link.mp4").symlink_to("real.mp4")
        assert _names(tmp_path) == ["link.mp4", "real.mp4"]


def test_a_library_folder_is_passed_over_but_not_footage_beside_one(tmp_path):
    _touch(tmp_path, "lib/library.sqlite", "lib/cache/x.mp4", "both/library.sqlite", "both/a.mp4")
    assert _names(tmp_path) == ["both/a.mp4"]
    assert _names(tmp_path / "lib") == ["cache/x.mp4"]  # asked for by name


@posix
def test_names_that_are_no_unicode_survive(tmp_path):
    name = b"film \xff\xfe.mp4"
    try:
        (Path(os.fsdecode(bytes(tmp_path) + b"/" + name))).write_bytes(b"x")
    except OSError:
        pytest.skip("this file system wants Unicode")
    assert [os.fsencode(path.name) for path in media_files(tmp_path)] == [name]


def test_the_order_never_depends_on_the_disk(tmp_path):
    names = [f"{folder}/{number}.mp4" for folder in "abc" for number in range(12)]
    orders = []
    for seed in range(3):
        random.Random(seed).shuffle(names)
        _touch(tmp_path / str(seed), *names)
        orders.append(_names(tmp_path / str(seed)))
    assert orders[0] == orders[1] == orders[2]
    assert orders[0] == [f"{folder}/{number}.mp4" for folder in "abc" for number in range(12)]
