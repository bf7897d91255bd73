import pytest
from hypothesis import given

from kinolex.evaluation.measure import parse
from tests.evaluation.measures.queries import Plain, judged, plain_queries


def naive(plain):
    relevant, above, found = plain.relevant(), 0, 0.0
    other = len(plain.every) - relevant
    for one in plain.ranked:
        if one is None:
            continue
        if one < plain.relevant_from:
            above += 1
        else:
            found += 1.0 - (min(above, relevant) / min(other, relevant) if above else 0.0)
    return found / relevant if relevant else 0.0


@given(plain_queries())
def test_bpref_is_that_of_plain_loops(plain):
    assert parse("bpref").of_judged(judged(plain)) == pytest.approx(naive(plain), rel=1e-12)


def test_what_nobody_judged_is_passed_over():
    assert parse("bpref").of_judged(judged(Plain([None, None, 1], [1, 0]))) == 1.0
    assert parse("bpref").of_judged(judged(Plain([0, 1], [1, 0]))) == 0.0


def test_nothing_judged_as_not_relevant():
    assert parse("bpref").of_judged(judged(Plain([1], [1, 1]))) == 0.5
