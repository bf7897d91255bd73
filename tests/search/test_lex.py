from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolex.search.lex import QUOTES, lex


@pytest.mark.parametrize(
    ("text", "words", "phrases", "excluded"),
    [
        ('red "big cup" table', ["red", "table"], ["big cup"], []),
        ("a “typo graphic” b", ["a", "b"], ["typo graphic"], []),
        ("„deutsch so“ «ça va» 「日本」", [], ["deutsch so", "ça va", "日本"], []),
        ("cup -dog -“hot dog”", ["cup"], [], ["dog", "hot dog"]),
        ('open "quote left', ["open", "quote", "left"], [], []),
        ('say "" nothing', ["say", "nothing"], [], []),
        ("well-known - -- word", ["well-known", "word"], [], []),
        ("--dog", [], [], ["dog"]),
        ('it is 5" long', ["it", "is", "5", "long"], [], []),
        ('cup"big ball"', ["cup"], ["big ball"], []),
        ("don't stop", ["don't", "stop"], [], []),
    ],
)
def test_pieces(text: str, words: list[str], phrases: list[str], excluded: list[str]) -> None:
    found = lex(text)
    assert (found.words, found.phrases, found.excluded) == (words, phrases, excluded)


def test_operators() -> None:
    found = lex('cup in:holiday.mp4 folder:"My Trips" AFTER:2023 time:10 in: x')
    assert found.operators == [("in", "holiday.mp4"), ("folder", "My Trips"), ("after", "2023")]
    assert found.words == ["cup", "time:10", "in:", "x"]


@given(st.text(st.sampled_from('ab -"“”„«»「」:in \n')) | st.text())
def test_no_quotes_survive_and_nothing_crashes(text: str) -> None:
    found = lex(text)
    marks = set(QUOTES) | set(QUOTES.values())
    for piece in [*found.words, *found.phrases, *found.excluded]:
        assert piece
        assert not set(piece) & marks


@pytest.mark.parametrize(
    ("text", "concepts", "words"),
    [
        ("@rex on the beach", [("rex", True)], ["on", "the", "beach"]),
        ("dog @Rex-2, -@tim_1!", [("rex-2", True), ("tim_1", False)], ["dog"]),
        ("@rex's bowl, @rex’s bowl", [("rex", True), ("rex", True)], ["bowl,", "bowl"]),
        ("@KÄTHE @Käthe @犬 @नाम", [("käthe", True)] * 2
         + [("犬", True), ("नाम", True)], []),
        ("@a,@b;-@c/@d", [("a", True), ("b", True), ("c", False), ("d", True)], []),
        ("@a,b and x,@b", [], ["@a,b", "and", "x,@b"]),
        ("me@rex.org", [], ["me@rex.org"]),
        ("@rex.org @rex@home @ @- @@rex", [], ["@rex.org", "@rex@home", "@", "@-", "@@rex"]),
        ('a"b"@rex', [], ["a", "@rex"]),
        ("(@rex)", [], ["(@rex)"]),
        ("in:@rex", [], []),
    ],
)  # fmt: skip
def test_concepts_begin_a_word(text: str, concepts: list[object], words: list[str]) -> None:
    found = lex(text)
    assert (found.concepts, found.words) == (concepts, words)
    assert found.spoken == [*words[:1], *found.phrases, *words[1:]]


def test_a_quoted_concept_is_words() -> None:
    found = lex('"@rex" -"@tim"')
    assert (found.phrases, found.concepts) == (["@rex"], [])
