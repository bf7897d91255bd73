import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolex.evaluation.measure import parse
from tests.evaluation.measures.queries import Plain, judged, plain_queries


def precisions(plain, k):
    hits = plain.hits()[:k]
    return sum(sum(hits[: i + 1]) / (i + 1) for i, hit in enumerate(hits) if hit)


@given(plain_queries(), st.integers(1, 14))
def test_average_precision_is_that_of_plain_loops(plain, k):
    query, relevant = judged(plain), max(1, plain.relevant())
    whole, cut = precisions(plain, None), precisions(plain, k)
    assert parse("AP").of_judged(query) == pytest.approx(whole / relevant, rel=1e-12)
    assert parse(f"AP@{k}").of_judged(query) == pytest.approx(cut / relevant, rel=1e-12)
    least = cut / min(relevant, k)
    assert parse(f"AP_min@{k}").of_judged(query) == pytest.approx(least, rel=1e-12)


@given(plain_queries())
def test_that_of_a_set_is_precision_times_recall(plain):
    hits, room = sum(plain.hits()), len(plain.ranked) * plain.relevant()
    assert parse("SetAP").of_judged(judged(plain)) == (hits * hits / room if room else 0.0)


def test_thirty_relevant_and_a_perfect_top_ten():
    query = judged(Plain([1] * 10, [1] * 30))
    assert parse("AP@10").of_judged(query) == pytest.approx(1 / 3)
    assert parse("AP_min@10").of_judged(query) == 1.0


def test_one_target_by_rank():
    ranks = np.array([0.0, 0.5, 3.0])
    for text in ("AP@3", "AP_min@3"):
        assert parse(text).of_ranks(ranks) == pytest.approx([1.0, 2 / 3, 0.0])
    assert parse("AP").of_ranks(ranks)[2] == 0.25


def test_its_mean_has_a_name_too():
    assert str(parse("MAP@5")) == "AP@5"
