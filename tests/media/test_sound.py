"""Sound: length, place and pitch against what the clips were made of."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolex.errors import MediaError
from kinolex.media.probe import probe
from kinolex.media.sound import RATE, _Cutter, choose_track, sound
from kinolex.testing.clips import SoundTrack, make_clip


def heard(path, **more):
    return list(sound(path, probe(path), **more))


def pitch(samples):
    """Loudest frequency in hertz."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return np.argmax(spectrum) * RATE / len(samples)


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("a.mp4", {}),
        ("a.mkv", {}),
        ("a.ts", {"start": 1000.0}),
        ("a.webm", {"codec": "libvpx-vp9"}),
        ("a.avi", {"codec": "mpeg4"}),
        ("a.mxf", {"codec": "mpeg2video", "fps": 25}),
        ("a.mkv", {"start": 7.0}),
    ],
)
def test_length_and_pitch(tmp_path, name, more):
    path = make_clip(tmp_path / name, seconds=3, sound=[SoundTrack(hertz=1000)], **more)
    pieces = heard(path)
    assert len(pieces) == 1
    assert pieces[0].start == pytest.approx(0.0, abs=0.03)
    assert pieces[0].end == pytest.approx(3.0, abs=0.06)
    assert pieces[0].samples.dtype == np.float32
    assert pitch(pieces[0].samples[:RATE]) == pytest.approx(1000, abs=2)
    assert 0.25 < np.sqrt(np.mean(pieces[0].samples[1000:-1000] ** 2)) < 0.31


def test_pieces_are_bounded_and_join_without_a_seam(tmp_path):
    path = make_clip(tmp_path / "a.mp4", seconds=5, sound="tone")
    whole = heard(path)[0].samples
    pieces = heard(path, piece_seconds=0.7)
    assert {len(p.samples) for p in pieces[:-1]} == {round(0.7 * RATE)}
    for earlier, later in itertools.pairwise(pieces):
        assert later.start == pytest.approx(earlier.end, abs=1e-9)
    assert np.array_equal(np.concatenate([p.samples for p in pieces]), whole)


@pytest.mark.parametrize("name", ["late.mp4", "late.mkv", "late.ts"])
def test_a_late_track_starts_late(tmp_path, name):
    path = make_clip(tmp_path / name, seconds=4, sound=[SoundTrack(delay=1.5)])
    pieces = heard(path)
    assert pieces[0].start == pytest.approx(1.5, abs=0.05)
    assert pieces[-1].end == pytest.approx(4.0, abs=0.06)


def test_sound_and_pictures_share_one_clock(tmp_path):
    """A click at 2 s lies at 2 s, however the container counts."""
    samples = np.zeros(4 * 48000, np.float32)
    samples[2 * 48000 : 2 * 48000 + 480] = 0.9
    for name, start in [("a.mp4", 0.0), ("a.mkv", 3.0), ("a.ts", 500.0)]:
        path = make_clip(
            tmp_path / name, seconds=4, start=start, sound=[SoundTrack(samples=samples)]
        )
        piece = heard(path)[0]
        click = piece.start + np.argmax(np.abs(piece.samples) > 0.3) / RATE
        assert click == pytest.approx(2.0, abs=0.05)


def test_the_track_is_chosen(tmp_path):
    path = make_clip(
        tmp_path / "many.mkv",
        seconds=1,
        sound=[
            SoundTrack(hertz=500, language="eng"),
            SoundTrack(hertz=1000, language="deu", default=True),
            SoundTrack(hertz=2000, language="fra"),
            SoundTrack(hertz=3000, language="fra"),
        ],
    )
    info = probe(path)
    tone = lambda **more: round(pitch(heard(path, **more)[0].samples), -2)  # noqa: E731
    assert tone() == 1000
    assert tone(language="en") == 500
    assert tone(language="fre") == 2000
    assert tone(language="ja") == 1000
    assert tone(stream=4) == 3000
    assert tone(stream=1, language="de") == 500
    assert choose_track(info, language="fr").index == 3
    with pytest.raises(MediaError, match="sound tracks: 1, 2, 3, 4") as caught:
        heard(path, stream=0)
    assert (caught.value.reason, caught.value.stage) == ("no-streams", "sound")


def test_without_a_default_the_first_track_is_taken(tmp_path):
    path = make_clip(
        tmp_path / "two.mkv", seconds=0.5, sound=[SoundTrack(hertz=500), SoundTrack(hertz=900)]
    )
    assert choose_track(probe(path)).index == 1


def test_no_sound_is_nothing(tmp_path):
    path = make_clip(tmp_path / "mute.mp4", seconds=0.5)
    assert heard(path) == []
    with pytest.raises(ValueError, match="longer than 0"):
        heard(path, piece_seconds=0)


def test_damage_in_the_middle_keeps_the_rest_in_place(tmp_path):
    path = make_clip(tmp_path / "a.ts", seconds=6, sound=[SoundTrack(hertz=1000)], size=(64, 48))
    data = bytearray(path.read_bytes())
    third = len(data) // 3 // 188 * 188
    data[third : third + 188 * 40] = bytes(188 * 40)
    path.write_bytes(data)
    pieces = heard(path)
    assert pieces[-1].end == pytest.approx(6.0, abs=0.1)
    assert pitch(pieces[-1].samples[-RATE:]) == pytest.approx(1000, abs=3)


def test_stereo_becomes_the_mean_of_its_channels(tmp_path):
    import wave

    left = 0.8 * np.sin(2 * np.pi * 1000 * np.arange(48000) / 48000)
    with wave.open(str(tmp_path / "stereo.wav"), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(48000)
        both = np.stack([left, np.zeros_like(left)], axis=1)
        file.writeframes((both * 32767).astype("<i2").tobytes())
    samples = heard(tmp_path / "stereo.wav")[0].samples
    assert np.sqrt(np.mean(samples**2)) == pytest.approx(0.8 / 2 / np.sqrt(2), rel=0.05)


parts = st.lists(st.tuples(st.integers(-30, 120), st.integers(0, 40)), min_size=1, max_size=12)


@given(parts, st.integers(1, 50))
def test_cutting_puts_every_sample_in_its_place(steps, size):
    """Against a naive sheet of samples: first come stays, gaps shorter than a piece are silence."""
    cutter, sheet, at, pieces, value = _Cutter(size), {}, 0, [], 0.0
    last = 0
    for jump, length in steps:
        at = max(at + jump, -20)
        value += 1
        for i in range(at, at + length):
            if i >= last:
                sheet[i] = value
        if length:
            last = max(last, at + length)
        pieces += cutter.push(at, np.full(length, value, np.float32))
        at += length
    pieces += cutter.finish()
    got = {}
    for piece in pieces:
        assert len(piece.samples) <= size
        first = round(piece.start * RATE)
        for i, sample in enumerate(piece.samples):
            assert first + i not in got
            got[first + i] = float(sample)
    assert {i: v for i, v in got.items() if v} == {i: v for i, v in sheet.items() if i >= 0}
    assert all(v == 0 for i, v in got.items() if i not in sheet)


def test_damage_that_looks_like_a_refusal_is_damage(tmp_path, ffmpeg):
    # FFmpeg's decoder of AAC says "-1" for some damage, which the system reads as EPERM.
    path = tmp_path / "hurt.aac"
    ffmpeg("-f", "lavfi", "-i", "sine=d=4", "-c:a", "aac", path)
    data = bytearray(path.read_bytes())
    spoiled = np.random.default_rng(5).integers(len(data) // 2, len(data), 60)
    for place in spoiled:
        data[place] ^= 0x55
    path.write_bytes(data)
    pieces = heard(path)
    assert pieces[-1].end > 2
