"""The odd and broken files: what ffprobe says of them is what we say, and all of them decode."""

from __future__ import annotations

import json

import numpy as np
import pytest

from kinolex.errors import MediaError
from kinolex.media.decode import pictures
from kinolex.media.probe import probe
from kinolex.media.sound import RATE, sound
from kinolex.media.types import PicturePlan

NAMES = [
    "edit_list_delayed.mp4",
    "no_initial_keyframe.ts",
    "annex_b_partial.mp4",
    "malformed_join.mp3",
    "ac3_audio_only.mp4",
    "eac3_audio_only.ts",
    "frames_vp9.webm",
    "delayed_start.mp4",
    "counter.mp4",
    "corrupted.mp4",
    "unordered.mov",
    "rotate_90.mov",
    "rotate_180.mov",
    "rotate_270.mov",
    "newtonscradle.gif",
    "issue245_one.gif",
    "realshort.mp4",
    "no_duration.webm",
    "transparent.webm",
    "one_pixel.mp4",
    "mov_text_subs.mp4",
    "webvtt_subs.mkv",
    "cover_art_video.mp4",
    "attachment.mkv",
    "yuv422.mp4",
    "sar_2by3.mp4",
    "h264_10bit.mp4",
    "hevc_10bit.mkv",
    "interlaced_mpeg2.ts",
    "no_audio.mp4",
    "three_audio_tracks.mkv",
    "vfr.mp4",
    "bframes_negative_cts.mp4",
    "start_at_1000s.ts",
    "negative_ts.mp4",
    "one_frame.mp4",
    "animated.webp",
    "truncated_no_moov.mp4",
    "truncated_faststart.mp4",
    "damaged_middle.mkv",
    "empty.mp4",
    "text_renamed.mp4",
    "random_bytes.webm",
    "sidecar_srt.mp4",
    "sidecar_vtt.mp4",
    "sidecar_latin1.mp4",
    "srt_in.mkv",
    "ass_in.mkv",
    "fragmented.mp4",
    "mpeg4_mp3.avi",
    "odd_size_241x135.webm",
    "name with spaces ünïcode 视频 #1.mp4",
]

REASONS = {
    "truncated_no_moov.mp4": "truncated",
    "empty.mp4": "empty",
    "text_renamed.mp4": "not-media",
    "random_bytes.webm": "not-media",
}

# Damaged on purpose: another version of FFmpeg may save a frame more or less of these.
DAMAGED = {"corrupted.mp4", "no_initial_keyframe.ts", "annex_b_partial.mp4",
           "truncated_faststart.mp4", "damaged_middle.mkv"}  # fmt: skip


@pytest.fixture(scope="session")
def oracle(odd_media):
    lines = (odd_media / "odd.jsonl").read_text(encoding="utf-8").splitlines()
    return {row["file"]: row for row in map(json.loads, lines)}


def test_the_list_is_complete(oracle):
    assert set(oracle) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_odd_file(odd_media, oracle, name):
    path, row = odd_media / name, oracle[name]
    if row["expected"] == "error":
        with pytest.raises(MediaError) as caught:
            probe(path)
        assert caught.value.reason == REASONS[name]
        assert name in caught.value.message
        return
    info, told = probe(path), row["ffprobe"]
    frame = 1 / ((info.video and info.video.fps) or 25)
    if told["duration"] is not None:
        assert info.duration == pytest.approx(told["duration"], abs=frame)
    assert info.duration > 0
    assert [t.codec for t in info.audio] == told["audio"]
    if told["video"]:
        assert info.video.codec == told["video"][0]
        size = (info.video.coded_width, info.video.coded_height)
        assert size == (told["width"], told["height"]) or name == "animated.webp"
        assert info.video.rotation == -(told["rotation"] or 0) % 360
    else:
        assert info.video is None
    frames = list(pictures(path, info, PicturePlan(every=1e-4, picture_size=48)))
    wanted = told["frames_decoded"] or 0
    if name == "animated.webp":
        wanted = 16
    assert abs(len(frames) - wanted) <= (2 if name in DAMAGED else 0)
    assert all(0 <= f.time < info.duration + frame for f in frames)
    assert np.all(np.diff([f.pts for f in frames]) > 0)
    if frames and name not in DAMAGED | {"annex_b_partial.mp4"}:
        assert frames[-1].time + 2.5 * frame >= min(info.duration, told["duration"] or 99) - 0.3


@pytest.mark.parametrize("name", NAMES)
def test_sound_of_odd_file(odd_media, oracle, name):
    row = oracle[name]
    if row["expected"] == "error" or not row["ffprobe"]["audio"]:
        pytest.skip("has no sound")
    info = probe(odd_media / name)
    pieces = list(sound(odd_media / name, info, piece_seconds=1.0))
    assert all(0 < len(p.samples) <= RATE and p.samples.dtype == np.float32 for p in pieces)
    ends = [0.0] + [p.end for p in pieces]
    assert all(p.start >= end - 1e-9 for p, end in zip(pieces, ends, strict=False))
    assert pieces[-1].end <= info.duration + 0.1
    if name != "truncated_faststart.mp4":
        assert pieces[-1].end >= info.duration - 0.2


def test_known_details(odd_media):
    three = probe(odd_media / "three_audio_tracks.mkv")
    assert [t.language for t in three.audio] == ["en", "de", "fr"]
    assert [t.default for t in three.audio] == [True, False, False]
    late = probe(odd_media / "delayed_start.mp4")
    first = next(iter(pictures(late.path, late, PicturePlan())))
    assert first.time == pytest.approx(1.075)
    assert probe(odd_media / "interlaced_mpeg2.ts").video.interlaced
    assert probe(odd_media / "sar_2by3.mp4").video.width == round(640 * 2 / 3)
    assert probe(odd_media / "h264_10bit.mp4").video.pixel_format == "yuv420p10le"
    assert [s.codec for s in probe(odd_media / "ass_in.mkv").subtitles] == ["ass"]
    assert [s.codec for s in probe(odd_media / "srt_in.mkv").subtitles] == ["subrip"]


def test_counter_and_its_three_colours(odd_media):
    info = probe(odd_media / "counter.mp4")
    frames = list(pictures(info.path, info, PicturePlan(every=0.5, picture_size=64)))
    assert [f.time for f in frames if f.new_shot] == [1.0, 2.0]
    assert [c for f in frames for c in f.cuts] == [1.0, 2.0]
