import math

import pytest
from hypothesis import given

from kinolex.evaluation.measure import parse
from tests.evaluation.measures.queries import Plain, judged, plain_queries


def dcg(gains):
    return sum(gain / math.log2(i + 2) for i, gain in enumerate(gains))


@given(plain_queries())
def test_mean_at_relevant_documents(plain):
    ideal = sorted((one for one in plain.every if one > 0), reverse=True)
    gains = plain.gains()
    terms = [dcg(gains[: i + 1]) / dcg(ideal[: i + 1]) for i, gain in enumerate(gains) if gain > 0]
    rest = (len(ideal) - len(terms)) * dcg(gains) / dcg(ideal) if ideal else 0.0
    expected = (sum(terms) + rest) / len(ideal) if ideal else 0.0
    assert parse("nDCG_rel").of_judged(judged(plain)) == pytest.approx(expected, rel=1e-12)


@given(plain_queries())
def test_mean_at_levels(plain):
    ideal = sorted((one for one in plain.every if one > 0), reverse=True)
    gains = plain.gains()
    steps = [i for i in range(1, len(ideal) + 1) if i == len(ideal) or ideal[i] != ideal[i - 1]]
    terms = [dcg(gains[:i]) / dcg(ideal[:i]) for i in steps]
    if len(gains) > len(ideal) + 1 and ideal:
        terms.append(dcg(gains) / dcg(ideal))
    expected = sum(terms) / len(terms) if terms and plain.relevant() else 0.0
    assert parse("RnDCG").of_judged(judged(plain)) == pytest.approx(expected, rel=1e-12)


def test_the_whole_answer_joins_if_it_is_two_longer():
    short, long = judged(Plain([0, 1], [1])), judged(Plain([0, 1, 0], [1]))
    assert parse("RnDCG").of_judged(short) == 0.0
    assert parse("RnDCG").of_judged(long) == pytest.approx(1 / math.log2(3) / 2)
