from hypothesis import given
from hypothesis import strategies as st

from kinolex.evaluation.measure import parse
from tests.evaluation.measures.queries import judged, plain_queries


@given(plain_queries())
def test_precision_at_the_number_of_relevant(plain):
    relevant = plain.relevant()
    expected = sum(plain.hits()[:relevant]) / relevant if relevant else 0.0
    assert parse("Rprec").of_judged(judged(plain)) == expected


@given(plain_queries(), st.sampled_from([0.2, 0.5, 1.6, 5.0]))
def test_precision_at_a_multiple(plain, times):
    cut = int(times * plain.relevant() + 0.9)
    expected = sum(plain.hits()[:cut]) / cut if cut else 0.0
    assert parse(f"Rprec*{times}").of_judged(judged(plain)) == expected


def test_names():
    assert str(parse("Rprec*1.00")) == "Rprec"
    assert str(parse("rprec*0.20")) == "Rprec*0.2"
