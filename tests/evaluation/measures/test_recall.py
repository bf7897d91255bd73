import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kinolex.evaluation.measure import parse
from tests.evaluation.measures.queries import Plain, judged, plain_queries


@given(plain_queries(), st.integers(1, 14))
def test_recall_is_that_of_plain_counting(plain, k):
    query, relevant = judged(plain), plain.relevant()
    for text, cut, room in ((f"@{k}", k, k), ("", None, len(plain.ranked))):
        hits = sum(plain.hits()[:cut])
        assert parse(f"R{text}").of_judged(query) == (hits / relevant if relevant else 0.0)
        possible = min(relevant, room)
        assert parse(f"R_cap{text}").of_judged(query) == (hits / possible if possible else 0.0)


def test_one_target_by_rank():
    assert parse("R@2").of_ranks(np.array([0.5, 1.0, 1.5])).tolist() == [1.0, 1.0, 0.0]
    assert parse("R").of_ranks(np.array([99.0])).tolist() == [1.0]


def test_capped_recall_can_be_reached():
    query = judged(Plain([1, 1], [1] * 9))
    assert parse("R@2").of_judged(query) == 2 / 9
    assert parse("R_cap@2").of_judged(query) == 1.0


def test_names():
    assert [str(parse(one)) for one in ("recall@5", "R", "r_cap@3")] == ["R@5", "R", "R_cap@3"]
