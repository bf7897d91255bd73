import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kinolex.evaluation.measure import parse
from tests.evaluation.measures.queries import judged, plain_queries


@given(plain_queries(), st.integers(1, 14))
def test_success_is_any_hit(plain, k):
    assert parse(f"Success@{k}").of_judged(judged(plain)) == float(any(plain.hits()[:k]))


def test_a_tied_first_place_is_no_success_at_one():
    assert parse("Hit@1").of_ranks(np.array([0.0, 0.5, 1.0])).tolist() == [1.0, 0.0, 0.0]
    assert parse("Success@2").of_ranks(np.array([0.5, 1.0, 1.5])).tolist() == [1.0, 1.0, 0.0]
