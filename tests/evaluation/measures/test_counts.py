import numpy as np
import pytest
from hypothesis import given

from kinolex.evaluation.measure import parse
from tests.evaluation.measures.queries import judged, plain_queries


@given(plain_queries())
def test_counts_are_plain_counts(plain):
    other = sum(one is not None and one < plain.relevant_from for one in plain.ranked)
    expected = {
        "NumRet": len(plain.ranked),
        "NumRel": plain.relevant(),
        "NumRelRet": sum(plain.hits()),
        "NumNonRelRet": other,
    }
    assert {text: parse(text).of_judged(judged(plain)) for text in expected} == expected


@pytest.mark.parametrize("text", ["NumRet", "NumRel", "NumRelRet", "NumNonRelRet"])
def test_they_add_up(text):
    assert parse(text).aggregate(np.array([1.0, 2.0])) == 3.0
    assert parse(text).aggregate(np.array([])) == 0.0
    assert str(parse(text.lower())) == text
