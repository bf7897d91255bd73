"""Cuts: at known frames of made clips, none in flashes, fades and noise, and in real footage."""

from __future__ import annotations

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinolex.media.cuts import LOOKAHEAD, CutFinder, find_cuts
from kinolex.media.thumbnails import Thumbnail, thumbnail
from kinolex.testing.clips import make_clip
from kinolex.testing.looks import draw


def thumb_of(picture: np.ndarray) -> Thumbnail:
    return thumbnail(av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(format="yuv420p"))


def film(pictures, fps=24.0):
    return [(i / fps, thumb_of(p)) for i, p in enumerate(pictures)]


SIZE = (320, 180)
SCENES = [draw(f"noise:{seed}", SIZE, 0) for seed in range(4)]


def test_cuts_are_found_at_their_frames():
    pictures = [SCENES[i // 30] for i in range(120)]
    assert find_cuts(film(pictures)) == [30, 60, 90]


def test_colours_of_one_brightness_are_told_apart():
    red, green = draw("#ff0000", SIZE, 0), draw("#008200", SIZE, 0)
    assert find_cuts(film([red] * 20 + [green] * 20)) == [20]


def test_the_first_frame_is_no_cut_and_one_frame_is_no_film():
    assert find_cuts(film([SCENES[0]])) == []
    assert find_cuts([]) == []


@pytest.mark.parametrize("length", [1, 2, 4])
def test_a_flash_is_no_cut(length):
    white = np.full_like(SCENES[0], 255)
    assert find_cuts(film([SCENES[0]] * 30 + [white] * length + [SCENES[0]] * 30)) == []


@pytest.mark.parametrize("length", [8, 24, 60])
def test_a_fade_is_no_cut(length):
    down = [(SCENES[0] * (1 - i / length)).astype(np.uint8) for i in range(length)]
    up = [(SCENES[1] * (i / length)).astype(np.uint8) for i in range(length)]
    black = np.zeros_like(SCENES[0])
    pictures = [SCENES[0]] * 20 + down + [black] * 10 + up + [SCENES[1]] * 20
    assert find_cuts(film(pictures)) == []


def test_a_dissolve_is_no_cut():
    mixed = [(SCENES[0] * (1 - i / 24) + SCENES[1] * (i / 24)).astype(np.uint8) for i in range(24)]
    assert find_cuts(film([SCENES[0]] * 20 + mixed + [SCENES[1]] * 20)) == []


def test_a_shaking_camera_is_no_cut():
    big = draw("noise:9", (480, 270), 0)
    random = np.random.default_rng(1)
    pictures = []
    for _ in range(80):
        x, y = random.integers(0, 120), random.integers(0, 60)
        pictures.append(np.ascontiguousarray(big[y : y + 180, x : x + 320]))
    assert find_cuts(film(pictures)) == []


def test_a_new_slide_is_a_cut_though_little_changes():
    first = draw("text:One two three four\nfive six seven eight", SIZE, 0)
    second = draw("text:Completely other words\nstand on this one\nand more", SIZE, 0)
    assert find_cuts(film([first] * 40 + [second] * 40)) == [40]


@settings(max_examples=40, deadline=None)
@given(
    lengths=st.lists(st.integers(12, 30), min_size=1, max_size=5),
    keep=st.integers(1, 4),
    lookahead=st.sampled_from([1, LOOKAHEAD]),
)
def test_frames_that_were_left_out_do_not_hide_or_make_cuts(lengths, keep, lookahead):
    """A shot list of moving pictures, of which only some frames were decoded."""
    random = np.random.default_rng(len(lengths) * 7 + keep)
    frames, shot_of = [], []
    for shot, length in enumerate(lengths):
        for i in range(length):
            picture = SCENES[shot % 4].astype(np.int16) + i % 5
            frames.append(np.clip(picture, 0, 255).astype(np.uint8))
            shot_of.append(shot)
    chosen = sorted({0, *random.choice(len(frames), max(1, len(frames) // keep), replace=False)})
    expected = [n for n, i in enumerate(chosen) if n and shot_of[i] != shot_of[chosen[n - 1]]]
    # A shot of which hardly a frame was decoded cannot be told from a flash.
    counts = [sum(shot_of[i] == shot for i in chosen) for shot in range(len(lengths))]
    finder = CutFinder(lookahead)
    answers = [finder.push(thumb_of(frames[i]), i / 24) for i in chosen]
    settled = [a for a in answers if a is not None] + finder.finish()
    assert len(settled) == len(chosen)
    if min(counts) >= 3 and min(lengths) >= 12:
        assert [n for n, cut in enumerate(settled) if cut] == expected


def test_cuts_of_a_coded_clip(tmp_path):
    scenes = [(1.5, "noise:1"), (1.0, "moving:navy"), (2.0, "noise:3"), (1.0, "gradient")]
    path = make_clip(tmp_path / "cuts.mp4", scenes=scenes, gop=250, numbers=False)
    with av.open(str(path)) as file:
        frames = [(f.time, thumbnail(f)) for f in file.decode(video=0)]
    assert [frames[i][0] for i in find_cuts(frames)] == [1.5, 2.5, 4.5]


@pytest.mark.parametrize(
    ("name", "cuts"),
    [
        ("psd_autumn_deer.mp4", [1.0, 6.0]),
        ("skv_bikes.mp4", [1.2, 3.04, 5.48, 7.48, 9.68]),
        ("moviepy_bunny_intro.webm", [11.8, 15.67, 20.75, 22.96]),
        ("v2d_laion_talk.mp4", [7.1, 50.77]),
        ("sam2_cups.mp4", []),
        ("sam2_dog_fetch.mp4", []),
    ],
)
def test_cuts_of_real_footage(real_clips, name, cuts):
    """The cuts were found by eye; leaving out frames moves none by more than those left out."""
    skip = "DEFAULT" if name in ("skv_bikes.mp4", "sam2_cups.mp4") else "NONREF"
    with av.open(str(real_clips / name)) as file:
        stream = file.streams.video[0]
        stream.codec_context.skip_frame = skip
        stream.codec_context.thread_type = "AUTO"
        frames = [(f.time, thumbnail(f)) for f in file.decode(stream)]
    found = [frames[i][0] for i in find_cuts(frames)]
    assert found == pytest.approx(cuts, abs=0.14)
