import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolex.evaluation.measure import parse
from tests.evaluation.measures.queries import Plain, judged, plain_queries


def naive(plain, recall):
    hits, wanted = plain.hits(), math.floor(recall * plain.relevant() + 0.5)
    reached = [i for i in range(len(hits)) if sum(hits[: i + 1]) >= wanted]
    return max((sum(hits[: i + 1]) / (i + 1) for i in reached), default=0.0)


@given(plain_queries(), st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.75, 1.0]))
def test_it_is_the_best_precision_from_the_recall_on(plain, recall):
    got = parse(f"IPrec@{recall}").of_judged(judged(plain))
    assert got == pytest.approx(naive(plain, recall), rel=1e-12)


@given(plain_queries())
def test_eleven_points_are_their_mean(plain):
    expected = sum(naive(plain, i / 10) for i in range(11)) / 11
    assert parse("11pt").of_judged(judged(plain)) == pytest.approx(expected, rel=1e-12)


def test_a_recall_that_is_not_reached_is_0():
    query = judged(Plain([1, 0], [1, 1, 0]))
    assert parse("IPrec@0.5").of_judged(query) == 1.0
    assert parse("IPrec@1").of_judged(query) == 0.0
    assert str(parse("iprec@0.50")) == "IPrec@0.5"
