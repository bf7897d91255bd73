import numpy as np
import pytest
from hypothesis import given

from kinolex.evaluation.measure import parse
from kinolex.evaluation.measures.inferred_ap import Pooled
from tests.evaluation.measures.queries import Plain, judged, plain_queries

TINY = 1e-5


def naive(plain, pooled):
    """The estimate, with pooled documents that nobody judged given apart."""
    found, hits, others, unknown = 0.0, 0, 0, 0
    for place, (one, pool) in enumerate(zip(plain.ranked, pooled, strict=True)):
        if one is None:
            unknown += pool
        elif one < plain.relevant_from:
            others += 1
        else:
            if place == 0:
                found += 1.0
            else:
                share = (hits + TINY) / (hits + others + 2 * TINY)
                seen = (hits + others + unknown) / place
                found += 1 / (place + 1) + place / (place + 1) * seen * share
            hits += 1
    return found / plain.relevant() if plain.relevant() else 0.0


@given(plain_queries())
def test_it_is_that_of_plain_loops(plain):
    pool = [one is not None for one in plain.ranked]
    expected = naive(plain, pool)
    assert parse("infAP").of_judged(judged(plain)) == pytest.approx(expected, rel=1e-9)


@given(plain_queries())
def test_the_pool_may_hold_more_than_was_judged(plain):
    query, everything = judged(plain), np.ones(len(plain.ranked), dtype=bool)
    pooled = Pooled(query.gains, query.judged, query.every, query.relevant_from, everything)
    expected = naive(plain, everything.tolist())
    assert parse("infAP").of_judged(pooled) == pytest.approx(expected, rel=1e-9)


def test_judged_throughout_it_is_nearly_average_precision():
    query = judged(Plain([0, 1, 1], [0, 1, 1]))
    assert parse("infAP").of_judged(query) == pytest.approx(parse("AP").of_judged(query), abs=1e-4)
