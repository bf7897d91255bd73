import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolex.evaluation.measure import parse
from tests.evaluation.measures.queries import Plain, judged, plain_queries


@given(plain_queries(), st.integers(1, 14))
def test_f1_is_the_harmonic_mean(plain, k):
    for text, cut, room in ((f"F1@{k}", k, k), ("F1", None, len(plain.ranked))):
        hits = sum(plain.hits()[:cut])
        # The harmonic mean of h/room and h/relevant.
        expected = 2 * hits / (room + plain.relevant()) if hits else 0.0
        assert parse(text).of_judged(judged(plain)) == pytest.approx(expected, rel=1e-12)


def test_by_hand():
    assert parse("F1@2").of_judged(judged(Plain([1, 0], [1, 0]))) == pytest.approx(2 / 3)
    assert parse("F1").of_judged(judged(Plain([], [1]))) == 0.0
