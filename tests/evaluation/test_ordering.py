import functools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolex.evaluation.ordering import (
    depends_on_ties,
    document_descending,
    first_given,
    numba_quicksort,
)

ROWS = st.lists(st.tuples(st.text(max_size=3), st.integers(0, 4)), unique_by=lambda one: one[0])


def split(rows):
    return [one[0] for one in rows], np.array([one[1] for one in rows], dtype=np.float64)


@given(ROWS)
def test_document_descending_compares_bytes(rows):
    def before(a, b):
        if a[1] != b[1]:
            return -1 if a[1] > b[1] else 1
        return (
            -1
            if a[0].encode("utf-8", "surrogatepass") > b[0].encode("utf-8", "surrogatepass")
            else 1
        )

    order = document_descending(*split(rows))
    assert [rows[i] for i in order] == sorted(rows, key=functools.cmp_to_key(before))


@given(ROWS, st.randoms())
def test_document_descending_does_not_see_the_order_given(rows, random):
    turned = random.sample(rows, len(rows))
    first = [rows[i] for i in document_descending(*split(rows))]
    assert [turned[i] for i in document_descending(*split(turned))] == first


@given(ROWS)
def test_first_given_is_stable(rows):
    order = first_given(*split(rows))
    assert [rows[i] for i in order] == sorted(rows, key=lambda one: -one[1])


@given(st.lists(st.integers(0, 3), max_size=80))
def test_numbas_order_sorts(scores):
    values = np.array(scores, dtype=np.float64)
    names = [str(i) for i in range(len(scores))]
    order = numba_quicksort(names, values)
    assert sorted(order.tolist()) == list(range(len(scores)))
    assert (np.diff(values[order]) <= 0).all()
    if len(scores) <= 15:
        assert order.tolist() == first_given(names, values).tolist()


def test_numbas_order_of_sixteen_equal_scores():
    # By hand: the middle one (7) goes to the end, pairs are swapped from both sides, 7 comes back.
    order = numba_quicksort([""] * 16, np.zeros(16))
    assert order.tolist() == [14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 15]


@pytest.mark.parametrize(
    ("scores", "gains", "expected"),
    [
        ([3, 2, 1], [1, 0, 1], False),
        ([2, 2, 1], [1, 1, 0], False),
        ([2, 2, 1], [1, 0, 0], True),
        ([2, 2, 2], [0, 0, 1], True),
        ([], [], False),
    ],
)
def test_ties_decide_where_unlike_gains_share_a_score(scores, gains, expected):
    assert depends_on_ties(np.array(scores), np.array(gains)) is expected
