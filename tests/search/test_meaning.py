"""Meaning with the real sentence encoder: paraphrases pass, the unrelated does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from kinolex.encoders.registry import load_words
from kinolex.errors import ModelMissingError
from kinolex.library.records import ChannelData, Passage, Stamp
from kinolex.moments import Span
from kinolex.search.encoders import space_of
from kinolex.search.engine import Engine
from kinolex.search.parse import parse

if TYPE_CHECKING:
    from tests.search.conftest import Shelf

SAID = [
    "First we went to the archive and copied every old letter.",
    "The kettle boils, and she pours tea into two small mugs.",
    "Our dog ran after the postman all the way to the bridge.",
    "Profits rose by a fifth because fuel became cheaper.",
    "You start at the outer corner and blend the colour inwards.",
    "Nobody expected the storm to tear the roof off the barn.",
]


OTHER_LETTERS = {
    "ru": ("Бабушка печёт пирог с яблоками", "пирог", ["собака", "самолёт", "полиция", "зима"]),
    "el": ("Η γάτα κοιμάται στον καναπέ", "γάτα", ["αεροπλάνο", "αστυνομία", "χειμώνας"]),
    "ar": ("القطة تنام على الأريكة", "القطة", ["طائرة", "شرطة"]),
    "zh": ("猫在沙发上睡觉", "沙发", ["火山", "警察", "飞机"]),
    "ko": ("고양이가 소파에서 잔다", "소파에서", ["비행기", "경찰", "냉장고"]),
    "th": ("สวัสดีนี่คือคำบรรยายแรก", "สวัสดี", ["ภูเขาไฟ"]),
}


@pytest.fixture
def engine(plain_shelf: Shelf) -> Engine:
    return saying(plain_shelf, SAID)


def saying(plain_shelf: Shelf, said: list[str]) -> Engine:
    """Over a library in which this is said, 20 seconds apart."""
    try:
        words = load_words()
    except ModelMissingError as error:
        pytest.skip(str(error))
    video = plain_shelf.video("a.mp4", title="Recording", duration=20 * len(said))
    passages = tuple(Passage(Span(20 * i, 20 * i + 5), t, "speech") for i, t in enumerate(said))
    vectors = words.encode_words(said).astype(np.float16)
    stamp = Stamp("speech", words.name, words.version)
    plain_shelf.store.commit_channel(
        video,
        ChannelData(stamp, passages=passages, passage_vectors=vectors, words_space=space_of(words)),
    )
    return Engine(plain_shelf.store)


@pytest.mark.parametrize(
    ("asked", "number"),
    [
        ("making copies of historic letters in an archive", 0),
        ("pouring a cup of tea", 1),
        ("a dog chasing the mailman", 2),
        ("earnings went up thanks to low fuel prices", 3),
        ("the wind destroyed the barn's roof", 5),
    ],
)
def test_paraphrases_are_found_first(engine: Engine, asked: str, number: int) -> None:
    assert engine.answer(parse(asked)).moments[0].start == 20 * number


@pytest.mark.parametrize(
    "asked",
    ["a penguin on the ice", "how to repair a bicycle", "the goalkeeper saves a penalty",
     "вулкан", "quantum computers", "violin concert"],
)  # fmt: skip
def test_the_unrelated_is_nothing_found(engine: Engine, asked: str) -> None:
    answer = engine.answer(parse(asked))
    assert answer.nothing_found, answer.moments[0].evidence
    assert answer.searched.channels == {"speech": 1, "title": 1}


def test_letters_that_the_model_does_not_know_are_matched_as_words(plain_shelf: Shelf) -> None:
    """To a model of English they all look alike: each absent word was found with 0.9 and more."""
    engine = saying(plain_shelf, [text for text, _, _ in OTHER_LETTERS.values()])
    for number, (_, present, absent) in enumerate(OTHER_LETTERS.values()):
        found = engine.answer(parse(present))
        assert [m.start for m in found.moments] == [20 * number], present
        for word in absent:
            answer = engine.answer(parse(word))
            assert answer.nothing_found, word
            assert "letters" in answer.query.notes[-1]
