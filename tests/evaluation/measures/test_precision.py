import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolex.errors import UsageError
from kinolex.evaluation.measure import parse
from tests.evaluation.measures.queries import judged, plain_queries


@given(plain_queries(), st.integers(1, 14))
def test_precision_divides_by_k_or_by_what_came(plain, k):
    query = judged(plain)
    assert parse(f"P@{k}").of_judged(query) == sum(plain.hits()[:k]) / k
    whole = sum(plain.hits()) / len(plain.ranked) if plain.ranked else 0.0
    assert parse("P").of_judged(query) == whole


def test_one_target_by_rank():
    assert parse("P@2").of_ranks(np.array([0.0, 1.0, 1.5, 2.0])).tolist() == [0.5, 0.5, 0.0, 0.0]
    with pytest.raises(UsageError, match="not defined"):
        parse("P").of_ranks(np.array([0.0]))
