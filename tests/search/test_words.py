from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolex.library.folding import fold
from kinolex.search.words import (
    contains_phrase,
    coverage,
    informative,
    marks,
    phrase_marks,
    stem,
    stems_of,
    tokens,
)


@given(st.text())
def test_tokens_lie_in_the_text_in_order(text: str) -> None:
    found = tokens(text)
    assert all(0 <= t.start < t.end <= len(text) and t.text for t in found)
    assert [t.start for t in found] == sorted(t.start for t in found)
    for start, end in marks(text, {stem(t.text) for t in found}):
        assert 0 <= start < end <= len(text)


@given(st.text(st.sampled_from("abc AB é,.-日本 语ك"), max_size=30))
def test_phrases_agree_with_the_library(text: str) -> None:
    """What full text calls a phrase, marks find, and the other way round."""
    words = fold(text).split()
    for size in (1, 2):
        for i in range(len(words) - size + 1):
            phrase = " ".join(words[i : i + size])
            assert contains_phrase(text, phrase)
    assert bool(phrase_marks(text, "b c")) == contains_phrase(text, "b c")


@pytest.mark.parametrize(
    ("one", "other"),
    [("cup", "cups"), ("city", "cities"), ("shuffle", "shuffling"), ("shuffle", "shuffled"),
     ("run", "running"), ("box", "boxes"), ("carry", "carried"), ("dance", "dances"),
     ("kiss", "kisses"), ("fall", "falling"), ("apply", "applying")],
)  # fmt: skip
def test_same_stem(one: str, other: str) -> None:
    assert stem(one) == stem(other)


@pytest.mark.parametrize("word", ["sing", "red", "bus", "gas", "thing", "this", "东京", "кошки"])
def test_short_and_foreign_words_stay(word: str) -> None:
    assert stem(word) == word


@given(st.text(st.characters(max_codepoint=127, categories=["Ll"]), max_size=12))
def test_a_stem_starts_like_its_word(word: str) -> None:
    assert len(stem(word)) <= len(word)
    assert word[: max(len(stem(word)) - 1, 0)] == stem(word)[: max(len(stem(word)) - 1, 0)]


@given(st.text())
def test_both_ways_to_stems_agree(text: str) -> None:
    whole = {stem(t.text) for t in tokens(text)}
    assert whole <= stems_of(text)
    # What comes on top are single characters of scripts without spaces.
    assert all(len(s) == 1 and s in "".join(whole) for s in stems_of(text) - whole)


def test_stop_words_count_only_alone() -> None:
    assert set(informative("the cup and the ball")) == {"cup", "ball"}
    assert set(informative("to be or not to be")) == {"to", "be", "or", "not"}


def test_coverage_is_a_share() -> None:
    asked = informative("red cups on a table")
    assert coverage(asked, stems_of("a red cup")) == pytest.approx(2 / 3)
    assert coverage(asked, stems_of("Tables, cups. Red!")) == 1
    assert coverage({}, {"a"}) == 0


@pytest.mark.parametrize(
    ("text", "asked", "marked"),
    [
        ("The Cups are red", "red cup", ["Cups", "red"]),
        ("Ein CAFÉ in Köln", "cafe koln", ["CAFÉ", "Köln"]),
        ("今天天气很好", "天气", ["天气"]),
        ("那只猫在睡觉", "猫", ["猫"]),
        ("那只猫在睡觉", "小猫", []),
        ("Кошка спит дома", "кошка", ["Кошка"]),
        ("القطة نائمة هنا", "القطة", ["القطة"]),
        ("नमस्ते दुनिया", "दुनिया", ["दुनिया"]),
    ],
)
def test_marks_in_many_scripts(text: str, asked: str, marked: list[str]) -> None:
    assert [text[a:b] for a, b in marks(text, informative(asked))] == marked


def test_phrase_marks_cross_punctuation_and_scripts() -> None:
    text = "Big-Buck, Bunny! BIG BUCK"
    assert [text[a:b] for a, b in phrase_marks(text, "big buck")] == ["Big-Buck", "BIG BUCK"]
    text = "我在东京车站等你"
    assert [text[a:b] for a, b in phrase_marks(text, "东京车站")] == ["东京车站"]
    assert phrase_marks("anything", "...") == ()


def test_marks_stay_with_their_characters() -> None:
    """Vowel signs of Thai, Burmese and Khmer are no letters of their own."""
    for text, part in (("สวัสดีนี่คือ", "สวัสดี"), ("မင်္ဂလာပါ", "မင်္ဂလာ"), ("ភាសាខ្មែរ", "ភាសា")):
        assert coverage(informative(part), stems_of(text)) == 1
        assert marks(text, informative(part)) == ((0, len(part)),)
        assert phrase_marks(text, part) == ((0, len(part)),)
    assert [t.text for t in tokens("สวัสดี")] == ["สวั", "วัส", "สดี"]
