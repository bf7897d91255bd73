import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolex.evaluation.measure import parse
from tests.evaluation.measures.queries import Plain, judged, plain_queries


def biased(values, p):
    return (1 - p) * sum(value * p**i for i, value in enumerate(values))


@given(plain_queries(), st.sampled_from([0.5, 0.9, 0.95]))
def test_all_forms_are_those_of_plain_loops(plain, p):
    query, gains = judged(plain), plain.gains()
    highest = max([1, *plain.every])
    assert parse(f"RBP@{p}").of_judged(query) == pytest.approx(biased(plain.hits(), p))
    assert parse(f"RBP_gain@{p}").of_judged(query) == pytest.approx(biased(gains, p))
    graded = biased([gain / highest for gain in gains], p)
    assert parse(f"RBP_graded@{p}").of_judged(query) == pytest.approx(graded)
    unknown = [one is None for one in plain.ranked]
    rest = biased(unknown, p) + p ** len(unknown) if any(unknown) else 0.0
    assert parse(f"RBP_residual@{p}").of_judged(query) == pytest.approx(rest)


def test_names_and_defaults():
    assert [str(parse(one)) for one in ("RBP", "rbp@.95")] == ["RBP@0.9", "RBP@0.95"]
    assert [str(parse(f"RBP_{one}")) for one in ("graded", "gain", "residual")] == [
        "RBP_graded@0.9",
        "RBP_gain@0.9",
        "RBP_residual@0.9",
    ]


def test_an_empty_answer():
    for text in ("RBP", "RBP_graded", "RBP_gain", "RBP_residual"):
        assert parse(text).of_judged(judged(Plain([], [1]))) == 0.0
