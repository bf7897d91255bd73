import math

import pytest
from hypothesis import given

from kinolex.evaluation.measure import parse
from tests.evaluation.measures.queries import Plain, judged, plain_queries


def naive_gain(plain):
    ideal = sorted((one for one in plain.every if one > 0), reverse=True)
    cost = gained = found = 0.0
    for place, gain in enumerate(plain.gains()):
        gained += gain
        cost += max(1, ideal[place]) if place < len(ideal) else 1
        found += gain / math.log2(2 + cost - gained) if gain else 0.0
    return found / sum(ideal) if ideal else 0.0


@given(plain_queries())
def test_gain_is_that_of_plain_loops(plain):
    assert parse("G").of_judged(judged(plain)) == pytest.approx(naive_gain(plain), rel=1e-12)


@given(plain_queries())
def test_binary_gain_is_that_of_plain_loops(plain):
    hits = plain.hits()
    terms = [1 / math.log2(2 + i - sum(hits[:i])) for i, hit in enumerate(hits) if hit]
    expected = sum(terms) / max(1, plain.relevant())
    assert parse("binG").of_judged(judged(plain)) == pytest.approx(expected, rel=1e-12)


def test_both_are_1_for_the_best_order():
    query = judged(Plain([3, 2, 1], [1, 2, 3]))
    assert parse("G").of_judged(query) == parse("binG").of_judged(query) == 1.0
