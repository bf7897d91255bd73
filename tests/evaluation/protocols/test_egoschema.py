"""EgoSchema by hand: it has no public outputs."""

from __future__ import annotations

import random

import pytest

from kinolex.errors import UsageError
from kinolex.evaluation.protocols.egoschema import egoschema, lmms_egoschema

OPTIONS = ["A. one", "B. two", "C. three", "D. four", "E. five"]


def row(said, answer=1):
    return {"prediction": said, "answer": answer, "options": OPTIONS}


def test_places():
    found = egoschema({"a": 0, "b": 4, "c": -1, "other": 2}, {"a": 0, "b": 3, "c": 0})
    assert found["accuracy"] == 1 / 3
    assert found.queries == ("a", "b", "c")
    assert found.guess == {"accuracy": 0.2}
    assert found.notes == ("1 predictions have no public answer and are left out.",)


@pytest.mark.parametrize(
    ("predictions", "answers"),
    [({}, {}), ({}, {"a": 1}), ({"a": 5}, {"a": 1}), ({"a": 1}, {"a": -1}), ({"a": "B"}, {"a": 1}),
     ({"a": True}, {"a": 1}), ({"a": float("nan")}, {"a": 1})],
)  # fmt: skip
def test_wrong_places_are_refused(predictions, answers):
    with pytest.raises(UsageError):
        egoschema(predictions, answers)


def test_words():
    asked = [row("B"), row("(B)"), row("B. two"), row("A"), row("B", "1"), row("B then (A)")]
    # The last place of "B " comes before that of "(A)".
    assert lmms_egoschema(asked)["score"] == pytest.approx(5 / 6)


def test_the_text_of_an_option_counts_with_its_letter_and_only_in_long_answers():
    plain = {"prediction": "the person there wants some red cloth", "answer": 0}
    assert lmms_egoschema([{**plain, "options": ["Red cloth", "x"]}])["score"] == 1.0
    lettered = {**plain, "options": ["A. red cloth", "B. x"]}
    assert lmms_egoschema([lettered], unmatched="wrong")["score"] == 0.0


def test_an_answer_that_fits_nothing_is_refused_wrong_or_drawn_with_a_seed():
    asked = [row("no idea", place % 5) for place in range(20)] + [row("B")]
    with pytest.raises(UsageError, match="20 answers fit no option, the first in row 0"):
        lmms_egoschema(asked)
    wrong = lmms_egoschema(asked, unmatched="wrong")
    assert wrong["score"] == pytest.approx(1 / 21)
    assert wrong.notes == ("20 answers fit no option and are wrong.",)
    draw = random.Random(7)
    hits = sum(draw.randrange(5) == place % 5 for place in range(20))
    seeded = lmms_egoschema(asked, unmatched="seeded", seed=7)
    assert seeded["score"] == pytest.approx((hits + 1) / 21)
    assert "seed 7" in seeded.notes[0]
    assert seeded.values == lmms_egoschema(asked, unmatched="seeded", seed=7).values
    with pytest.raises(UsageError):
        lmms_egoschema(asked, unmatched="random")
    with pytest.raises(UsageError):
        lmms_egoschema([])
