"""Windows over sound: every bit of speech once, at its own time, in bounded pieces.

Sound is made so that speech is loud and silence is not; loudness stands for voice activity, which
makes the truth exact.
"""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinolex.encoders.speech_activity import FRAME, RATE
from kinolex.encoders.speech_windows import Rules, Window, windows
from kinolex.media.types import SoundPiece


class Loudness:
    def forget(self):
        pass

    def __call__(self, samples):
        return (np.abs(samples.reshape(-1, FRAME)).max(axis=1, initial=0) > 0.1).astype(np.float32)


def track(stretches):
    """Sound of (seconds, loud) stretches; loud sound rises slowly, so that no two samples agree."""
    parts = []
    for seconds, loud in stretches:
        parts.append(np.full(round(seconds * RATE), 1.0 if loud else 0.0))
    sound = np.concatenate(parts)
    return (sound * (0.2 + 0.7 * np.arange(len(sound)) / max(len(sound), 1))).astype(np.float32)


def pieces(sound, seconds=30.0, start=0.0):
    size = max(1, round(seconds * RATE))
    for i in range(0, len(sound), size):
        yield SoundPiece(start + i / RATE, sound[i : i + size])


def cut(sound, seconds=30.0, start=0.0, rules=None):
    return list(windows(pieces(sound, seconds, start), Loudness(), rules))


def placed(found):
    """(start, end, samples) in the track of every part."""
    for window in found:
        for part in window.parts:
            first = round(part.offset * RATE)
            yield part.start, window.samples[first : first + round(part.length * RATE)], window


def test_silence_gives_nothing():
    assert cut(np.zeros(RATE * 90, np.float32)) == []
    assert list(windows([], Loudness())) == []
    assert cut(np.zeros(0, np.float32)) == []


def test_far_apart_words_share_a_window_without_the_silence():
    found = cut(track([(5, 0), (2, 1), (60, 0), (3, 1), (10, 0)]))
    assert len(found) == 1
    (one, other) = found[0].parts
    assert 4.4 < one.start <= 5.0 < 7.0 <= one.start + one.length < 7.7
    assert 66.4 < other.start <= 67.0 < 70.0 <= other.start + other.length < 70.7


def test_the_end_of_the_sound_is_not_passed():
    found = cut(track([(1, 0), (2.2345, 1)]))
    assert found[0].parts[-1].start + found[0].parts[-1].length == pytest.approx(3.2345, abs=1e-4)


def test_a_late_track_starts_late():
    found = cut(track([(1, 0), (2, 1), (1, 0)]), start=100.25)
    assert 100.5 < found[0].parts[0].start <= 101.25


def test_endless_speech_is_cut_with_a_seam():
    found = cut(track([(100, 1)]))
    assert len(found) > 3
    assert all(len(w.samples) <= 30 * RATE for w in found)
    for before, after in itertools.pairwise(found):
        assert after.seam
        assert (
            after.parts[0].start < before.until < before.parts[-1].start + before.parts[-1].length
        )
    assert not found[0].seam
    assert found[-1].until == float("inf")


def test_long_speech_is_cut_in_a_breath_where_there_is_one():
    found = cut(track([(20, 1), (0.5, 0), (20, 1)]))
    assert [w.seam for w in found] == [False, False]
    assert 20.0 <= found[1].parts[0].start <= 20.5


def test_small_holes_and_overlaps_of_pieces_keep_the_clock():
    sound = track([(1, 0), (2, 1), (1, 0), (2, 1), (2, 0)])
    half = 4 * RATE
    shifted = [SoundPiece(0.0, sound[:half]), SoundPiece(4.1, sound[half:])]
    last = list(windows(shifted, Loudness()))[-1].parts[-1]
    assert last.start + last.length == pytest.approx(6.1 + 0.5, abs=0.1)
    twice = [SoundPiece(0.0, sound[:half]), SoundPiece(3.9, sound[half - 1600 :])]
    assert list(placed(windows(twice, Loudness())))[-1][0] == list(placed(cut(sound)))[-1][0]


def test_a_jump_starts_anew():
    sound = track([(3, 1)])
    found = list(windows([SoundPiece(0.0, sound), SoundPiece(500.0, sound)], Loudness()))
    assert [round(p.start) for w in found for p in w.parts] == [0, 500]


def test_not_a_number_is_silence():
    sound = np.full(RATE * 3, np.nan, np.float32)
    assert cut(sound) == []


def test_memory_is_bounded():
    """An hour of talk with pauses: no window grows, and nothing is kept but the window."""
    import tracemalloc

    half_minute = track([(25, 1), (5, 0)])
    count = 0

    def talk():
        for i in range(120):
            yield SoundPiece(30.0 * i, half_minute)

    tracemalloc.start()
    for window in windows(talk(), Loudness()):
        count += 1
        assert len(window.samples) <= 30 * RATE
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count >= 120
    assert peak < 40e6


stretch = st.lists(st.tuples(st.floats(0.2, 45), st.booleans()), min_size=1, max_size=8)


@settings(max_examples=60, deadline=None)
@given(stretch, st.floats(0.05, 40), st.floats(0, 1000))
def test_every_sample_of_speech_is_heard_at_its_own_time(stretches, seconds, start):
    sound = track(stretches)
    found = cut(sound, seconds, start)
    heard = np.zeros(len(sound), int)
    for at, samples, _window in placed(found):
        first = round((at - start) * RATE)
        assert np.array_equal(sound[first : first + len(samples)], samples)
        heard[first : first + len(samples)] += 1
    assert all(len(w.samples) <= 30 * RATE for w in found)
    assert all(len(w.activity) == -(-len(w.samples) // FRAME) for w in found)
    shortest = (Rules().shortest + 1) * FRAME
    at = 0
    for seconds_, loud in stretches:
        size = round(seconds_ * RATE)
        if loud and size > shortest:
            assert heard[at : at + size].all()
        at += size
    starts = [at for at, _, _ in placed(found)]
    assert starts == sorted(starts)


@settings(max_examples=30, deadline=None)
@given(stretch, st.floats(0.05, 40), st.floats(0.05, 40))
def test_the_size_of_pieces_does_not_matter(stretches, one, other):
    sound = track(stretches)
    first, second = cut(sound, one), cut(sound, other)
    assert [w.parts for w in first] == [w.parts for w in second]
    assert all(np.array_equal(a.samples, b.samples) for a, b in zip(first, second, strict=True))


def test_times_of_words():
    found = cut(track([(5, 0), (2, 1), (60, 0), (3, 1), (10, 0)]))[0]
    one, other = found.parts
    begin, end = found.span(one.length + 0.2, one.length + 1.0)
    assert begin >= other.start
    # The silence before a word is not part of it, and no word reaches into another part.
    begin, end = found.span(0.0, one.length + 0.3)
    assert begin == pytest.approx(5.0, abs=0.04)
    assert end <= one.start + one.length
    assert found.speech(1.0, 1.5) == 1.0
    assert isinstance(found, Window)
