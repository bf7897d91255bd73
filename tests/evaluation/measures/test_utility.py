from hypothesis import given

from kinolex.evaluation.measure import parse
from tests.evaluation.measures.queries import judged, plain_queries


@given(plain_queries())
def test_it_is_a_weighted_sum(plain):
    hits, query = sum(plain.hits()), judged(plain)
    others = len(plain.ranked) - hits
    assert parse("Utility").of_judged(query) == hits - others
    missed = plain.relevant() - hits
    expected = 2 * hits - 1 * others - 0.5 * missed
    assert parse("Utility@2,-1,-.5").of_judged(query) == expected


def test_names():
    assert str(parse("utility")) == "Utility@1,-1,0"
    assert parse("Utility@1,-1,0") == parse("Utility")
