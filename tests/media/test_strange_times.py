"""Files whose clocks, lengths or streams are strange: times stay inside the video, none is lost."""

from __future__ import annotations

import subprocess

import pytest

from kinolex.media.decode import pictures
from kinolex.media.probe import probe
from kinolex.media.sound import sound
from kinolex.media.types import PicturePlan
from kinolex.testing.clips import make_clip

EVERY = PicturePlan(every=1e-4, picture_size=32, cuts=False)


def times(path):
    return [frame.time for frame in pictures(path, probe(path), EVERY)]


@pytest.mark.parametrize(("name", "seconds"), [("one.ts", 0.04), ("raw.m2v", 1.0)])
def test_a_start_that_ffmpeg_does_not_find_is_the_first_frame(tmp_path, name, seconds):
    path = make_clip(tmp_path / name, seconds=seconds, fps=25, codec="mpeg2video")
    found = times(path)
    assert found[0] == 0
    assert len(found) == round(seconds * 25)
    assert found[-1] < probe(path).duration


def test_sound_before_zero_makes_a_matroska_file_longer(tmp_path, ffmpeg):
    clip = make_clip(tmp_path / "clip.mkv", seconds=3, fps=25, sound="tone")
    path = tmp_path / "early.mkv"
    ffmpeg("-i", clip, "-itsoffset", "-1", "-i", clip, "-map", "0:v", "-map", "1:a", "-c", "copy",
           "-avoid_negative_ts", "disabled", path)  # fmt: skip
    info = probe(path)
    found = times(path)
    assert found[0] == pytest.approx(1.0, abs=0.05)
    assert info.duration == pytest.approx(found[-1] + 0.04, abs=0.05)
    pieces = list(sound(path, info))
    assert (pieces[0].start, pieces[-1].end) == pytest.approx((0, 3), abs=0.1)


@pytest.mark.parametrize(
    ("name", "more"), [("loud.aac", ["-q:a", "2"]), ("loud.mp3", ["-q:a", "2", "-write_xing", "0"])]
)
def test_silence_before_music_does_not_make_it_long(tmp_path, ffmpeg, name, more):
    path = tmp_path / name
    ffmpeg("-f", "lavfi", "-i", "anullsrc=d=8", "-f", "lavfi", "-i", "anoisesrc=d=8",
           "-filter_complex", "[0][1]concat=n=2:v=0:a=1", *more, path)  # fmt: skip
    assert probe(path).duration == pytest.approx(16, abs=0.1)


def test_the_moving_stream_of_an_animated_picture_is_the_film(tmp_path, ffmpeg):
    if b"avif" not in subprocess.run(["ffmpeg", "-muxers"], capture_output=True, check=True).stdout:
        pytest.skip("this ffmpeg writes no AVIF")
    path = tmp_path / "moving.mp4"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=64x64:r=10:d=1", "-c:v", "libaom-av1",
           "-cpu-used", "8", "-f", "avif", path)  # fmt: skip
    assert len(times(path)) == 10


def damaged_times(path, late):
    """Put the given tags of a Flash film (by type, which one) three days late."""
    data, at, seen = bytearray(path.read_bytes()), 13, {8: 0, 9: 0}
    while at < len(data):
        kind, size = data[at], int.from_bytes(data[at + 1 : at + 4], "big")
        if kind in seen:
            if (kind, seen[kind]) in late:
                data[at + 7] = 0x10  # the highest byte of its time in milliseconds
            seen[kind] += 1
        at += size + 15
    path.write_bytes(data)


def test_one_wrong_time_does_not_hide_what_follows(tmp_path, ffmpeg):
    clip = make_clip(tmp_path / "clip.mkv", seconds=4, fps=10, sound="tone")
    path = tmp_path / "clip.flv"
    ffmpeg("-i", clip, "-c:v", "flv", "-g", "1", "-c:a", "libmp3lame", "-ar", "44100", path)
    damaged_times(path, {(9, 10), (8, 40)})
    info = probe(path)
    found = times(path)
    assert len(found) == 39
    assert found[-1] < info.duration < 5
    pieces = list(sound(path, info))
    assert sum(len(p.samples) for p in pieces) == pytest.approx(4 * 16000, rel=0.05)
    assert pieces[-1].end < 5
