"""Decoding: burned-in numbers against times, for every policy and every odd kind of film."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from kinolex.media.decode import pictures, still_at, way_for
from kinolex.media.probe import probe
from kinolex.media.stills import decode_still
from kinolex.media.types import PicturePlan
from kinolex.moments import Span
from kinolex.testing.clips import make_clip, read_number

DENSE = 1e-4
"""A step so small that every decoded frame is kept."""


def frames_of(path, **plan):
    plan.setdefault("picture_size", 120)
    return list(pictures(path, probe(path), PicturePlan(**plan)))


def numbers(frames):
    return [read_number(f.picture) for f in frames]


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    """Six seconds at 24 frames a second, three B-frames in a row, four shots."""
    scenes = [(1.5, "noise:1"), (1.25, "moving:navy"), (2.25, "noise:3"), (1.0, "gradient")]
    path = tmp_path_factory.mktemp("clip") / "clip.mp4"
    return make_clip(path, scenes=scenes, bframes=3, gop=36, sound="tone")


@pytest.fixture(scope="module")
def long_clip(tmp_path_factory):
    """A minute with a key frame each two seconds."""
    path = tmp_path_factory.mktemp("long") / "long.mp4"
    return make_clip(path, seconds=60, fps=10, size=(160, 90), gop=20, bframes=2)


def test_every_frame_has_its_number_and_time(clip):
    frames = frames_of(clip, every=DENSE)
    assert numbers(frames) == list(range(144))
    unit = probe(clip).video.time_base
    assert [f.pts * unit for f in frames] == [Fraction(i, 24) for i in range(144)]
    assert [f.time for f in frames] == pytest.approx([i / 24 for i in range(144)], abs=1e-9)
    assert [i for i, f in enumerate(frames) if f.key] == [0, 36, 72, 108]


def test_every_n_seconds_keeps_the_first_decoded_frame_at_or_after(clip):
    frames = frames_of(clip, every=0.5)
    assert numbers(frames) == [0, 12, 24, 36, 48, 60, 72, 84, 96, 108, 120, 132]
    skipping = frames_of(clip, every=1.0)
    assert [round(f.time * 24) for f in skipping] == numbers(skipping)
    late = [f.time - k for k, f in enumerate(skipping)]
    assert all(0 <= gap <= 3 / 24 + 1e-6 for gap in late)


def test_keyframes_only(clip):
    frames = frames_of(clip, policy="keyframes", every=DENSE)
    assert numbers(frames) == [0, 36, 72, 108]
    assert all(f.key for f in frames)
    assert numbers(frames_of(clip, policy="keyframes", every=2.0)) == [0, 72, 108]


def test_budget(clip):
    frames = frames_of(clip, policy="budget", budget=4, every=0.01)
    assert [round(f.time * 24) for f in frames] == numbers(frames)
    assert len(frames) == 4
    assert [f.time for f in frames] == pytest.approx([0, 1.5, 3.0, 4.5], abs=3 / 24)


def test_shots_give_their_first_frames(clip):
    frames = frames_of(clip, policy="shots", every=0.5)
    kept = numbers(frames)
    assert {0, 36, 66, 120} <= set(kept)
    assert [f.time for f in frames if f.new_shot] == pytest.approx([1.5, 2.75, 5.0])
    assert [f.cuts for f in frames if f.cuts] == [(1.5,), (2.75,), (5.0,)]


def test_cuts_come_with_the_next_kept_frame_and_none_is_lost(clip):
    frames = frames_of(clip, every=2.0)
    assert [c for f in frames for c in f.cuts] == pytest.approx([1.5, 2.75, 5.0], abs=3 / 24)
    assert [f.new_shot for f in frames] == [False, True, True]
    only = frames_of(clip, every=100.0)
    assert len(only) == 1
    assert not only[0].new_shot
    assert only[0].cuts == pytest.approx((1.5, 2.75, 5.0), abs=3 / 24)


def test_a_span_gives_just_its_part(clip):
    frames = frames_of(clip, every=DENSE, span=Span(2.0, 3.0))
    assert numbers(frames) == list(range(48, 72))
    assert frames_of(clip, every=1.0, span=Span(50.0, 60.0)) == []


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "ts", "avi"])
def test_seeking_equals_running_through(tmp_path, suffix):
    path = make_clip(
        tmp_path / f"film.{suffix}", seconds=40, fps=10, size=(160, 90), gop=25, bframes=2,
        sound="tone", codec="mpeg4" if suffix == "avi" else "libx264",
    )  # fmt: skip
    info = probe(path)
    plan = PicturePlan(every=7.0, cuts=False, picture_size=90)
    assert way_for(plan, info.video, 7.0).seek
    seeking = list(pictures(path, info, plan))
    assert [f.time for f in seeking] == pytest.approx([0, 7, 14, 21, 28, 35], abs=0.31)
    through = frames_of(path, every=DENSE, picture_size=90)
    by_time = {f.pts: f.picture for f in through}
    assert numbers(through) == list(range(400))
    for frame in seeking:
        assert np.array_equal(frame.picture, by_time[frame.pts])
    for start in (0.05, 3.33, 17.0, 39.5):
        first = next(iter(pictures(path, info, PicturePlan(
            every=DENSE, cuts=False, picture_size=90, span=Span(start, 40.0)))))  # fmt: skip
        assert first.pts == next(f.pts for f in through if f.time >= start - 1e-6)


def test_the_same_frames_whatever_the_threads(clip):
    one, four = (frames_of(clip, every=0.7, threads=n) for n in (1, 4))
    assert [f.pts for f in one] == [f.pts for f in four]
    assert all(np.array_equal(a.picture, b.picture) for a, b in zip(one, four, strict=True))


def test_variable_rate(tmp_path):
    pts = [0, 40, 80, 120, 1000, 1040, 3000, 3500, 3600, 9000]
    path = make_clip(tmp_path / "vfr.mkv", pts=pts)
    frames = frames_of(path, every=DENSE)
    assert [round(f.time * 1000) for f in frames] == pts
    assert numbers(frames) == list(range(10))
    kept = frames_of(path, every=0.5)
    assert [round(f.time, 3) for f in kept] == [0, 1, 3, 3.5, 9]


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("sar", [Fraction(1), Fraction(2, 3), Fraction(4, 3)])
def test_pictures_are_upright_and_in_proportion(tmp_path, rotation, sar):
    path = make_clip(
        tmp_path / "odd.mp4", seconds=0.25, size=(320, 240), rotation=rotation, sar=sar
    )
    info = probe(path)
    assert info.video.rotation == rotation
    assert (info.video.width, info.video.height) == (320, 240)
    frames = frames_of(path, every=DENSE)
    assert {f.picture.shape for f in frames} == {(120, 160, 3)}
    assert numbers(frames) == list(range(6))


KINDS = {
    "10 bits": {"pixel_format": "yuv420p10le"},
    "4:2:2": {"pixel_format": "yuv422p"},
    "4:4:4 10 bits": {"pixel_format": "yuv444p10le"},
    "full range": {"pixel_format": "yuvj420p"},
    "grey": {"pixel_format": "gray"},
    "odd size": {"size": (241, 135), "pixel_format": "yuv444p"},
    "hevc": {"codec": "libx265"},
    "mpeg-4": {"codec": "mpeg4"},
    "long gop": {"gop": 1000, "bframes": 8},
}


@pytest.mark.parametrize("kind", KINDS)
def test_kinds_of_coding(tmp_path, kind):
    path = make_clip(tmp_path / "kind.mp4", seconds=1, **KINDS[kind])
    assert numbers(frames_of(path, every=DENSE)) == list(range(24))


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("film.webm", {"codec": "libvpx-vp9", "bframes": 0}),
        ("film.mkv", {}),
        ("film.ts", {"start": 1000.0}),
        ("film.ts", {"codec": "mpeg2video", "fps": 25}),
        ("film.mxf", {"codec": "mpeg2video", "fps": 25, "sound": "tone"}),
        ("film.mov", {"codec": "prores_ks", "pixel_format": "yuv422p10le"}),
        ("film.avi", {"codec": "mpeg4", "sound": "tone"}),
        ("film.avi", {}),
        ("film.gif", {"codec": "gif", "pixel_format": "rgb8", "fps": 10}),
        ("film.mkv", {"codec": "ffv1"}),
        ("film.mkv", {"start": 5.0}),
        ("film.h264", {}),
        ("film.mp4", {"container_options": {"movflags": "frag_keyframe+empty_moov"}}),
    ],
)
def test_kinds_of_files(tmp_path, name, more):
    path = make_clip(tmp_path / name, seconds=1, **more)
    info = probe(path)
    frames = frames_of(path, every=DENSE)
    fps = more.get("fps", 24)
    assert numbers(frames) == list(range(round(fps)))
    steps = np.diff([f.time for f in frames])[2:]
    assert np.allclose(steps, 1 / fps, atol=0.002)
    # AVI stores no presentation times, a fragmented film no edit list: B-frames shift both.
    late = 2 / fps if name.endswith("avi") or "container_options" in more else 0.0
    assert 0 <= frames[0].time <= 0.025 + late
    assert frames[-1].time - late < info.duration < 1.2


def test_interlaced_films_show_one_field(tmp_path):
    path = make_clip(
        tmp_path / "lace.ts",
        seconds=1,
        fps=25,
        codec="mpeg2video",
        interlaced=True,
        size=(320, 240),
    )
    assert probe(path).video.interlaced
    frames = frames_of(path, every=DENSE)
    assert numbers(frames) == list(range(25))
    assert {f.picture.shape for f in frames} == {(120, 160, 3)}


def test_transparent_films_lie_on_white(tmp_path):
    path = make_clip(
        tmp_path / "clear.mov", seconds=0.25, codec="prores_ks", pixel_format="yuva444p10le",
        scenes=[(0.25, "red")],
    )  # fmt: skip
    frame = frames_of(path, every=DENSE)[0]
    top_right, top_left = frame.picture[10:40, 100:150], frame.picture[10:40, 10:60]
    assert top_right.min() > 245
    assert np.abs(top_left.mean(axis=(0, 1)) - (255, 0, 0)).max() < 12


def test_eight_k(tmp_path):
    path = make_clip(
        tmp_path / "large.mp4", size=(7680, 4320), pts=[0, 500], gop=1, scenes=[(1, "navy")],
        options={"preset": "ultrafast", "crf": "35"},
    )  # fmt: skip
    frames = frames_of(path, every=DENSE, still_size=320)
    assert numbers(frames) == [0, 1]
    assert frames[0].picture.shape == (120, 213, 3)


def test_one_frame(tmp_path):
    path = make_clip(tmp_path / "one.mp4", pts=[0])
    assert numbers(frames_of(path)) == [0]
    assert numbers(frames_of(path, policy="budget", budget=5)) == [0]
    assert numbers(frames_of(path, policy="keyframes")) == [0]


def test_sizes(clip):
    square = frames_of(clip, picture_size=64, picture_square=True)[0]
    assert square.picture.shape == (64, 64, 3)
    assert read_number(square.picture) == 0
    large = frames_of(clip, picture_size=2000, still_size=2000)[0]
    assert large.picture.shape == (240, 320, 3)
    assert decode_still(large.still).shape == (240, 320, 3)
    none = frames_of(clip, picture_size=0)[0]
    assert none.picture is none.screen is none.still is None
    both = frames_of(clip, picture_size=120, still_size=200, screen_size=160)[0]
    assert both.screen.shape == (120, 160, 3)
    still = decode_still(both.still)
    assert still.shape == (150, 200, 3)
    assert read_number(still) == 0


def test_the_screen_is_given_only_when_it_changed(tmp_path):
    first, second = "text:A slide with\nsome words", "text:A slide with\nsome words."
    scenes = [(3, first), (3, second), (2, "black"), (2, second), (2, first)]
    path = make_clip(
        tmp_path / "slides.mp4", scenes=scenes, fps=10, size=(640, 360), numbers=False, gop=15
    )
    frames = frames_of(path, every=0.5, screen_size=640)
    given = [f.time for f in frames if f.screen is not None]
    assert given == [0.0, 3.0, 10.0]
    assert [f.time for f in frames if f.black] == [6.0, 6.5, 7.0, 7.5]


def test_frames_that_look_the_same_say_so(tmp_path):
    path = make_clip(
        tmp_path / "still.mp4", scenes=[(3, "noise:1"), (3, "noise:2")], fps=10, numbers=False
    )
    frames = frames_of(path, every=1.0)
    assert [f.same_as_last for f in frames] == [False, True, True, False, True, True]


def test_a_slow_drift_does_not_stay_the_same_for_ever(tmp_path):
    """Each frame is compared with the last that differed, or a fade would never be seen."""
    greys = [(0.5, f"#{v:02x}{v:02x}{v:02x}") for v in range(60, 120)]
    path = make_clip(tmp_path / "drift.mp4", scenes=greys, fps=10, numbers=False)
    frames = frames_of(path, every=0.5)
    assert 10 < sum(not f.same_as_last for f in frames) < 60


def test_a_film_of_mostly_unneeded_frames_is_decoded_whole(tmp_path):
    """When no frame but the key frames is referred to, leaving the rest out would leave nothing."""
    path = make_clip(
        tmp_path / "sparse.mkv", seconds=12, fps=24, gop=100, bframes=0, size=(160, 90),
        options={"x264-params": "bframes=16:b-pyramid=none:b-adapt=0:keyint=100"},
    )  # fmt: skip
    frames = frames_of(path, every=0.6, picture_size=90)
    gaps = np.diff([f.time for f in frames])
    assert gaps.max() < 1.3
    assert [round(f.time * 24) for f in frames] == numbers(frames)


def test_still_at_shows_what_is_on_screen(long_clip, tmp_path):
    info = probe(long_clip)
    for time, number in [(0.0, 0), (0.05, 0), (12.34, 123), (59.95, 599), (500.0, 599)]:
        still = decode_still(still_at(long_clip, info, time, 160))
        assert read_number(still) == number
    slow = make_clip(tmp_path / "slow.mkv", pts=[0, 20_000, 40_000])
    still = decode_still(still_at(slow, probe(slow), 39.0, 320))
    assert read_number(still) == 1


def test_no_pictures_give_nothing(tmp_path):
    import dataclasses

    path = make_clip(tmp_path / "a.mp4", seconds=0.5, sound="tone")
    silent = dataclasses.replace(probe(path), video=None)
    assert list(pictures(path, silent, PicturePlan())) == []
    assert still_at(path, silent, 0.0, 320) is None


def test_many_frames_take_no_more_memory_than_few(long_clip):
    """Pictures are made one by one: a consumer that stops early has cost one frame."""
    info = probe(long_clip)
    source = pictures(long_clip, info, PicturePlan(every=0.1, picture_size=90))
    assert read_number(next(source).picture) == 0
    source.close()
