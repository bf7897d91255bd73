from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolex.library.folding import fold, words_of

SAME = [
    ("Crème BRÛLÉE", "creme brulee"),
    ("Straße", "STRASSE"),
    ("ﬁne", "fine"),
    ("Ｆｕｌｌ　Ｗｉｄｔｈ", "full width"),
    ("don’t", "don't"),
    ("Ærø Łódź Đà Nẵng", "aero lodz da nang"),
    ("İstanbul ışık", "istanbul isik"),
    ("Ёлка МОЙ", "елка мои"),
    ("Ἀθῆναι ΣΟΦΟΣ", "αθηναι σοφος"),
    ("كِتَابٌ", "كتاب"),
    ("أحمد", "احمد"),
    ("שָׁלוֹם", "שלום"),
    ("snake_case-and.dots", "snake case and dots"),
    ("❤️", "❤"),
    ("天气", "天 气"),
    ("가나", unicodedata.normalize("NFD", "가나")),
    ("ｶﾞｷﾞ", "ガギ"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_what_counts_as_the_same(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("が", "か"), ("ที่", "ที"), ("हिन्दी", "हन्दी"), ("a b", "ab"), ("1.5", "15"), ("❤", "")],
)
def test_what_does_not(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("今天天气 good!", ["今", "天", "天", "气", "good"]),
        ("ภาษาไทย", ["ภ", "า", "ษ", "า", "ไ", "ท", "ย"]),
        ("ที่นี่", ["ที่", "นี่"]),
        ("हिन्दी भाषा", ["हिन्दी", "भाषा"]),
        ("x=3€ 🎬🎬", ["x", "3", "🎬", "🎬"]),
        ("iPhone15Pro", ["iphone15pro"]),
        ("東京tower", ["東", "京", "tower"]),
        ("", []),
        (" \n\t.,", []),
    ],
)
def test_words(text: str, words: list[str]) -> None:
    assert words_of(text) == words


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_case_composition_and_quotes_do_not_count(text: str) -> None:
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))
    assert '"' not in fold(text)
    assert "'" not in fold(text)


@given(st.text(st.characters(max_codepoint=127)))
def test_the_short_way_for_plain_text_is_the_long_way(text: str) -> None:
    assert words_of(text) == words_of(text + "é")[: len(words_of(text))] or text[-1:].isalnum()
