"""Loops and sentences: examples, and what must hold for any words."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolex.encoders.protocols import SpokenWord
from kinolex.encoders.speech_text import (
    collapse_loops,
    compression_ratio,
    is_loop,
    joined,
    split_sentences,
    units,
)

LOOPS = [
    "you know " * 12,
    "no " * 9,
    "Thank you for watching. " * 5,
    "はい" * 20,
    "ha" * 80,
    "I am the one who is the one who is the one who is the one who is the one who is",
]
SPEECH = [
    "",
    "No, no, no!",
    "Location, location, location.",
    "Ask not what your country can do for you, ask what you can do for your country.",
    "I came, I saw, I conquered, and then I went home again.",
    "It was the best of times, it was the worst of times, it was the age of wisdom, it was the "
    "age of foolishness, it was the epoch of belief, it was the epoch of incredulity.",
    "今日は天気がいいので散歩に行きましょう。",
]


@pytest.mark.parametrize("text", LOOPS)
def test_loops(text):
    assert is_loop(text)


@pytest.mark.parametrize("text", SPEECH)
def test_speech_is_no_loop(text):
    assert not is_loop(text)
    assert collapse_loops(units(text)) == units(text)


def test_what_a_loop_leaves():
    said = units("well I think " + "you know " * 30 + "that it works")
    assert collapse_loops(said) == units("well I think you know that it works")
    assert compression_ratio("") == 0.0


@given(st.lists(st.sampled_from("abc"), max_size=60))
def test_collapsing_keeps_a_subsequence_without_long_runs(items):
    kept = collapse_loops(items)
    rest = iter(items)
    assert all(any(item == other for other in rest) for item in kept)
    assert collapse_loops(kept) == kept
    assert not any(len(set(kept[i : i + 5])) == 1 for i in range(len(kept) - 4))
    assert set(kept) == set(items)


@given(
    st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=8, unique=True), st.integers(5, 20)
)
def test_a_pure_loop_becomes_one_round(items, times):
    assert collapse_loops(items * times) == items


def words_of(text, pace=0.4, start=0.0):
    return [
        SpokenWord(start + pace * i, start + pace * (i + 0.8), f" {word}", 0.9)
        for i, word in enumerate(text.split())
    ]


def texts(words, **rule):
    return [joined(passage) for passage in split_sentences(words, **rule)]


def test_sentences_end_at_full_stops_and_not_after_titles():
    said = "Here comes Mr. J. Smith of Ohio now. He has paid 3.14 euros, has he? Yes. "
    said += "He did so in May."
    assert texts(words_of(said)) == [
        "Here comes Mr. J. Smith of Ohio now.",
        "He has paid 3.14 euros, has he? Yes.",
        "He did so in May.",
    ]


def test_a_pause_ends_a_breath():
    words = words_of("we go up the") + words_of("hill and down", start=5.0)
    assert texts(words) == ["we go up the", "hill and down"]


def test_long_sentences_part_at_a_comma():
    said = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen, "
    said += "fifteen sixteen seventeen eighteen nineteen twenty and so on to the very end of it all"
    found = texts(words_of(said), longest=10.0)
    assert found[0].endswith("fourteen,")


def test_languages_without_spaces():
    words = [
        SpokenWord(0.3 * i, 0.3 * i + 0.3, c, 1.0)
        for i, c in enumerate("今日は晴れ。明日は雨でしょう。")
    ]
    assert texts(words) == ["今日は晴れ。", "明日は雨でしょう。"]


gaps = st.lists(
    st.tuples(
        st.floats(0, 3),
        st.floats(0.01, 2.5),
        st.sampled_from([" a", " end.", " Mr.", " b,", "门", " ?"]),
    ),
    max_size=60,
)


@given(gaps, st.floats(1, 15))
def test_no_word_is_lost_and_passages_stay_short(steps, longest):
    words, time = [], 0.0
    for gap, length, text in steps:
        words.append(SpokenWord(time + gap, time + gap + length, text, 1.0))
        time += gap + length
    passages = split_sentences(words, longest=longest)
    assert [word for passage in passages for word in passage] == words
    for passage in passages:
        assert passage
        assert len(passage) == 1 or passage[-1].end - passage[0].start <= longest
        assert all(b.start - a.end < 1.0 for a, b in itertools.pairwise(passage))
