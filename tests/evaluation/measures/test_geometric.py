import numpy as np
import pytest

from kinolex.evaluation.measure import parse
from tests.evaluation.measures.queries import Plain, judged


@pytest.mark.parametrize(("text", "plain"), [("GMAP", "AP"), ("GMbpref", "bpref")])
def test_queries_have_the_plain_values(text, plain):
    query = judged(Plain([1, 0, None, 2], [0, 1, 2, 0]))
    assert parse(text).of_judged(query) == parse(plain).of_judged(query) > 0


@pytest.mark.parametrize("text", ["GMAP", "GMbpref"])
def test_the_figure_is_the_geometric_mean_with_a_floor(text):
    assert parse(text).aggregate(np.array([0.5, 0.5])) == pytest.approx(0.5)
    assert parse(text).aggregate(np.array([0.1, 0.0])) == pytest.approx((0.1 * 1e-5) ** 0.5)
    assert np.isnan(parse(text).aggregate(np.array([])))
