"""ARO by hand and against a naive count."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolex.errors import UsageError
from kinolex.evaluation.protocols.aro import aro


def test_a_tie_is_wrong_for_relations_and_right_for_order():
    tied = np.zeros((4, 2))
    assert aro(tied, part="relation", groups=["on"] * 4)["Macro Accuracy"] == 0.0
    assert aro(tied, part="order")["Precision@1"] == 1.0
    assert aro(tied, part="order").ties == 4


def test_the_headline_is_the_mean_over_relations():
    scores = [[0, 1], [0, 1], [0, 1], [1, 0]]
    found = aro(scores, part="relation", groups=["on", "on", "on", "under"])
    assert found.values == {"Macro Accuracy": 0.5, "Accuracy": 0.75, "on": 1.0, "under": 0.0}
    assert found.guess == {"Macro Accuracy": 0.5, "Accuracy": 0.5}


def test_rare_pairs_of_attributes_are_left_out():
    groups = ["big_red"] * 25 + ["old_new"] * 24
    scores = [[0, 1]] * 25 + [[1, 0]] * 24
    found = aro(scores, part="attribution", groups=groups)
    assert found["Macro Accuracy"] == 1.0
    assert found["Accuracy"] == 25 / 49
    assert "old_new" not in found.values
    assert "1 groups" in found.notes[0]
    assert math.isnan(aro(scores[25:], part="attribution", groups=groups[25:])["Macro Accuracy"])


def test_order_has_any_number_of_false_captions():
    found = aro([[0.9, 0.1, 0.2, 0.3, 0.9], [0.1, 0.2, 0, 0, 0]], part="order")
    assert found.values == {"Precision@1": 0.5}
    assert found.guess == {"Precision@1": 0.2}


@pytest.mark.parametrize(
    ("scores", "options"),
    [([], {"part": "order"}), ([[1.0]], {"part": "order"}), ([[1, 2]], {"part": "x"}),
     ([[1, 2, 3]], {"part": "relation", "groups": ["a"]}), ([[1, 2]], {"part": "relation"}),
     ([[1, 2]], {"part": "attribution", "groups": []}), ([[1, float("nan")]], {"part": "order"})],
)  # fmt: skip
def test_wrong_input_is_refused(scores, options):
    with pytest.raises(UsageError):
        aro(scores, **options)


CASES = st.tuples(st.sampled_from("ab"), st.integers(0, 2), st.integers(0, 2))


@given(st.lists(CASES, min_size=1), st.randoms(use_true_random=False))
def test_as_a_naive_count_in_any_order(cases, chance):
    right = {}
    for group, false, true in cases:
        right.setdefault(group, []).append(true > false)
    macro = sum(sum(one) / len(one) for one in right.values()) / len(right)
    chance.shuffle(cases)
    scores = [case[1:] for case in cases]
    found = aro(scores, part="relation", groups=[case[0] for case in cases])
    assert found["Macro Accuracy"] == pytest.approx(macro)
    order = aro([one[::-1] for one in scores], part="order")["Precision@1"]
    assert order == pytest.approx(sum(t >= f for f, t in scores) / len(scores))
