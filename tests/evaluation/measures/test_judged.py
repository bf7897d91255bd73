import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolex.evaluation.measure import parse
from tests.evaluation.measures.queries import Plain, judged, plain_queries


@given(plain_queries(), st.integers(1, 14))
def test_judged_and_holes_by_plain_counting(plain, k):
    top = plain.ranked[:k]
    known = sum(one is not None for one in top)
    assert parse(f"Judged@{k}").of_judged(judged(plain)) == (known / len(top) if top else 0.0)
    assert parse(f"Hole@{k}").of_judged(judged(plain)) == (len(top) - known) / k


def test_they_differ_where_little_came():
    query = judged(Plain([None, 1], [1]))
    assert parse("Judged@10").of_judged(query) == 0.5
    assert parse("Hole@10").of_judged(query) == pytest.approx(0.1)
    assert parse("Hole@10").better == "lower"


def test_unjudged_is_another_name():
    assert str(parse("unjudged@5")) == "Hole@5"
