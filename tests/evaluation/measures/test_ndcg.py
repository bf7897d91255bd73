import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolex.evaluation.measure import parse
from tests.evaluation.measures.queries import Plain, judged, plain_queries

CUTS = st.one_of(st.none(), st.integers(1, 14))


def naive(plain, k, gain):
    k = len(plain.ranked) + len(plain.every) if k is None else k
    found = sum(gain(g) / math.log2(i + 2) for i, g in enumerate(plain.gains()[:k]))
    best = sorted(plain.every, reverse=True)[:k]
    ideal = sum(gain(g) / math.log2(i + 2) for i, g in enumerate(best))
    return found / ideal if ideal else 0.0


@given(plain_queries(), CUTS)
def test_ndcg_is_that_of_plain_loops(plain, k):
    for text, gain in (("nDCG", lambda g: g), ("nDCG_exp", lambda g: 2**g - 1)):
        measure = parse(text if k is None else f"{text}@{k}")
        assert measure.of_judged(judged(plain)) == pytest.approx(naive(plain, k, gain), rel=1e-12)


@given(plain_queries())
def test_the_order_of_judgements_does_not_matter(plain):
    turned = Plain(plain.ranked, plain.every[::-1], plain.relevant_from)
    for text in ("nDCG@3", "nDCG_exp"):
        assert parse(text).of_judged(judged(plain)) == parse(text).of_judged(judged(turned))


def test_gains_are_relevance_or_two_to_it():
    query = judged(Plain([1, 3], [1, 3]))
    assert parse("nDCG@1").of_judged(query) == 1 / 3
    assert parse("nDCG_exp@1").of_judged(query) == 1 / 7


def test_what_counts_as_relevant_plays_no_part():
    assert parse("nDCG").of_judged(judged(Plain([1], [1], relevant_from=2))) == 1.0


def test_the_ideal_counts_what_was_not_retrieved():
    assert parse("nDCG").of_judged(judged(Plain([1], [1, 1]))) == pytest.approx(0.6131, abs=1e-4)
    assert parse("nDCG@1").of_judged(judged(Plain([1], [1, 1]))) == 1.0
    assert parse("nDCG").of_judged(judged(Plain([], [1]))) == 0.0
    assert parse("nDCG").of_judged(judged(Plain([], []))) == 0.0


def test_one_target_by_rank():
    ranks = np.array([0.0, 0.5, 1.0, 9.0])
    assert parse("nDCG@9").of_ranks(ranks) == pytest.approx(
        [1.0, 1 / math.log2(2.5), 1 / math.log2(3), 0.0]
    )
    assert parse("nDCG").of_ranks(ranks)[3] == pytest.approx(1 / math.log2(11))


@pytest.mark.parametrize("text", ["nDCG", "nDCG@10", "nDCG_exp", "nDCG_exp@5"])
def test_written_as_read(text):
    assert str(parse(text.lower())) == text
