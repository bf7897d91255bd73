"""Probing made clips against what they were made of, and wrong files against their reasons."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import subprocess

import numpy as np
import pytest

from kinolex.errors import MediaError
from kinolex.media.probe import probe
from kinolex.media.types import Chapter, Cue
from kinolex.moments import Span
from kinolex.testing.clips import SoundTrack, make_clip


def test_everything_is_told(tmp_path):
    path = make_clip(
        tmp_path / "all.mkv",
        seconds=2,
        fps=25,
        size=(320, 180),
        sound=[
            SoundTrack(language="eng", title="Original", rate=44100),
            SoundTrack(language="ger", default=True),
        ],
        subtitles=[Cue(Span(0.5, 1.5), "words", "fra"), Cue(Span(0.5, 1.5), "words", "")],
        chapters=[Chapter(Span(0, 1.2), "One"), Chapter(Span(1.2, 2.0), "Two")],
        metadata={"title": " A film ", "comment": "about\nnothing"},
    )
    info = probe(path)
    assert info.path == str(path)
    assert info.title == "A film"
    assert info.metadata["comment"] == "about\nnothing"
    assert info.duration == pytest.approx(2.0, abs=0.05)
    assert (info.video.codec, info.video.fps) == ("h264", 25.0)
    assert (info.video.width, info.video.height) == (320, 180)
    assert [(t.language, t.default, t.title) for t in info.audio] == [
        ("en", False, "Original"),
        ("de", True, ""),
    ]
    assert [t.sample_rate for t in info.audio] == [44100, 48000]
    assert [(s.codec, s.language) for s in info.subtitles] == [("subrip", "fr"), ("subrip", "")]
    assert [c.title for c in info.chapters] == ["One", "Two"]
    assert info.chapters[1].span.start == pytest.approx(1.2, abs=0.03)


@pytest.mark.parametrize(
    ("told", "recorded"),
    [
        ("2021-05-04T10:00:00Z", dt.datetime(2021, 5, 4, 10, tzinfo=dt.UTC)),
        ("1904-01-01T00:00:00Z", None),
        ("", None),
    ],
)
def test_when_it_was_recorded(tmp_path, told, recorded):
    metadata = {"creation_time": told} if told else {}
    assert probe(make_clip(tmp_path / "a.mp4", seconds=0.2, metadata=metadata)).recorded == recorded


@pytest.mark.parametrize(
    ("tag", "value", "recorded"),
    [
        ("date", "2019", dt.datetime(2019, 1, 1, tzinfo=dt.UTC)),
        ("date", "2019-07-08", dt.datetime(2019, 7, 8, tzinfo=dt.UTC)),
        ("DATE_RECORDED", "2018/02/03 04:05:06", dt.datetime(2018, 2, 3, 4, 5, 6, tzinfo=dt.UTC)),
        ("date", "last summer", None),
    ],
)
def test_dates_in_other_words(tmp_path, tag, value, recorded):
    path = make_clip(tmp_path / "a.mkv", seconds=0.2, metadata={tag: value})
    assert probe(path).recorded == recorded


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.ts", "a.webm", "a.avi", "a.mov", "a.mxf"])
@pytest.mark.parametrize("start", [0.0, 3.0])
def test_durations_are_those_of_ffprobe(tmp_path, name, start):
    if shutil.which("ffprobe") is None:
        pytest.skip("needs ffprobe")
    codec = {"a.webm": "libvpx-vp9", "a.mxf": "mpeg2video"}.get(name, "libx264")
    path = make_clip(tmp_path / name, seconds=1.5, fps=25, codec=codec, sound="tone", start=start)
    command = ["ffprobe", "-v", "error", "-show_format", "-of", "json", str(path)]
    told = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)["format"]
    duration = float(told["duration"])
    if name in ("a.mkv", "a.webm"):
        duration -= max(0.0, float(told["start_time"]))  # Matroska counts the time before, too
    assert probe(path).duration == pytest.approx(duration, abs=0.04)


def test_durations_that_nobody_told(tmp_path):
    raw = make_clip(tmp_path / "raw.h264", seconds=3, fps=25)
    assert probe(raw).duration == pytest.approx(3.0, abs=0.05)
    live = make_clip(
        tmp_path / "live.webm", seconds=2, codec="libvpx-vp9", sound="tone",
        container_options={"live": "1"},
    )  # fmt: skip
    assert probe(live).duration == pytest.approx(2.0, abs=0.06)


def test_cover_pictures_are_no_film(tmp_path):
    if shutil.which("ffmpeg") is None:
        pytest.skip("needs ffmpeg to attach a cover")
    clip = make_clip(tmp_path / "clip.mp4", seconds=1, sound="tone")
    cover, song = tmp_path / "cover.jpg", tmp_path / "song.m4a"
    run = lambda *a: subprocess.run(["ffmpeg", "-v", "error", "-y", *a], check=True)  # noqa: E731
    run("-i", str(clip), "-frames:v", "1", str(cover))
    run("-i", str(clip), "-i", str(cover), "-map", "0:a", "-map", "1:v", "-c", "copy",
        "-disposition:v:0", "attached_pic", str(song))  # fmt: skip
    info = probe(song)
    assert info.video is None
    assert len(info.audio) == 1


def wrong_files(folder):
    """Wrong files by name, with the reason that each must give."""
    clip = make_clip(folder / "good.mp4", seconds=1, sound="tone").read_bytes()
    late = make_clip(
        folder / "late.mp4", seconds=1, container_options={"movflags": "+faststart"}
    ).read_bytes()
    noise = np.random.default_rng(0).bytes(200_000)
    header = late[: late.index(b"mdat") + 4]
    matroska = make_clip(folder / "good.mkv", seconds=1).read_bytes()
    words = "Once upon a time there was a film.\n" * 400
    yield "empty.mp4", b"", "empty"
    yield "noise.mp4", noise, "not-media"
    yield "noise.mkv", noise, "not-media"
    yield "text.mp4", words.encode(), "not-media"
    yield "text.mov", b"{}", "not-media"
    yield "cut.mp4", clip[: len(clip) // 2], "truncated"
    yield "header.mp4", header, "truncated"
    yield "header.mkv", matroska[:40], "truncated"
    yield "zeros.mp4", header + bytes(len(late)), "damaged"
    yield "zeros.mkv", bytes(50_000), "not-media"
    yield "playlist.mp4", b"#EXTM3U\n#EXTINF:5,\n" + b"good.mp4\n#EXT-X-ENDLIST\n", "not-media"
    yield "words.mkv", b"1\n00:00:01,000 --> 00:00:02,000\nHello\n\n" * 9, "no-streams"


WRONG = ["empty.mp4", "noise.mp4", "noise.mkv", "text.mp4", "text.mov", "cut.mp4", "header.mp4",
         "header.mkv", "zeros.mp4", "zeros.mkv", "playlist.mp4", "words.mkv"]  # fmt: skip


@pytest.fixture(scope="module")
def wrong(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wrong")
    reasons = {}
    for name, data, reason in wrong_files(folder):
        (folder / name).write_bytes(data)
        reasons[name] = (folder / name, reason)
    return reasons


@pytest.mark.parametrize("name", WRONG)
def test_wrong_files_give_a_reason(wrong, name):
    path, reason = wrong[name]
    with pytest.raises(MediaError) as caught:
        probe(path)
    assert caught.value.reason == reason
    assert caught.value.stage == "probe"
    assert name in caught.value.message
    assert caught.value.message.endswith(".")


@pytest.mark.parametrize("absolute", [False, True])
@pytest.mark.parametrize("kind", ["ffconcat version 1.0\nfile '{}'\n", "#EXTM3U\n#EXTINF:1,\n{}\n"])
def test_a_list_of_files_opens_none_of_them(tmp_path, kind, absolute):
    named = make_clip(tmp_path / "named.ts", seconds=0.5)
    os.utime(named, (1, named.stat().st_mtime))
    wrong = tmp_path / "list.mp4"
    wrong.write_text(kind.format(named if absolute else named.name))
    with pytest.raises(MediaError, match="playlist") as caught:
        probe(wrong)
    assert caught.value.reason == "not-media"
    assert named.stat().st_atime == 1


def test_what_is_no_file(tmp_path, as_nobody):
    (tmp_path / "folder.mp4").mkdir()
    os.mkfifo(tmp_path / "pipe.mp4")
    forbidden = make_clip(tmp_path / "forbidden.mp4", seconds=0.2)
    forbidden.chmod(0)
    reasons = {}
    with as_nobody(tmp_path):
        for name in ("folder.mp4", "pipe.mp4", "none.mp4", "forbidden.mp4"):
            with pytest.raises(MediaError) as caught:
                probe(tmp_path / name)
            reasons[name] = caught.value.reason
    assert reasons == {
        "folder.mp4": "not-a-file",
        "pipe.mp4": "not-a-file",
        "none.mp4": "missing",
        "forbidden.mp4": "unreadable",
    }


@pytest.mark.parametrize("name", ["http:x.mp4", "concat:a.mp4", "10:30.mp4", "100%d.mp4", "-y.mp4"])
def test_names_that_look_like_something_else(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    good = make_clip(tmp_path / "good.mp4", seconds=0.2)
    shutil.copy(good, tmp_path / name)
    assert probe(name).video is not None
