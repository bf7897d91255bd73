import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolex.evaluation.measure import parse
from tests.evaluation.measures.queries import judged, plain_queries


@given(plain_queries(), st.integers(1, 14))
def test_it_is_one_over_the_place_of_the_first_hit(plain, k):
    for text, cut in (("RR", None), (f"RR@{k}", k)):
        places = [i + 1 for i, hit in enumerate(plain.hits()[:cut]) if hit]
        assert parse(text).of_judged(judged(plain)) == (1 / places[0] if places else 0.0)


def test_a_tied_rank_is_one_over_its_mean():
    assert parse("RR").of_ranks(np.array([0.5])).tolist() == pytest.approx([2 / 3])
    assert parse("RR@1").of_ranks(np.array([0.0, 0.5])).tolist() == [1.0, 0.0]


def test_names():
    assert [str(parse(one)) for one in ("MRR", "mrr@10", "RR@1")] == ["RR", "RR@10", "RR@1"]
