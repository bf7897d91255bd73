"""Overlap of spans against plain loops, and the cases where the two forms differ."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolex.evaluation.intervals import hull_iou, iou

spans = st.lists(
    st.tuples(st.floats(0, 100), st.floats(0, 50)).map(lambda one: (one[0], one[0] + one[1])),
    max_size=5,
)


def shared(a, b):
    return max(0.0, min(a[1], b[1]) - max(a[0], b[0]))


@given(spans, spans, st.sampled_from([0.0, 1e-8]))
def test_both_forms_are_the_plain_ones(one, other, epsilon):
    true, hull = iou(one, other, epsilon=epsilon), hull_iou(one, other, epsilon=epsilon)
    assert true.shape == hull.shape == (len(one), len(other))
    for i, a in enumerate(one):
        for j, b in enumerate(other):
            union = (a[1] - a[0]) + (b[1] - b[0]) - shared(a, b) + epsilon
            whole = max(a[1], b[1]) - min(a[0], b[0]) + epsilon
            assert true[i, j] == (shared(a, b) / union if union else 0.0)
            assert hull[i, j] == (shared(a, b) / whole if whole else 0.0)


@given(spans, spans)
def test_they_are_symmetric_and_agree_where_spans_have_a_length(one, other):
    long = [[a for a in some if a[1] - a[0] > 1e-3] for some in (one, other)]
    np.testing.assert_allclose(iou(*long), hull_iou(*long), atol=1e-9)
    np.testing.assert_array_equal(iou(one, other), iou(other, one).T)


def test_spans_without_length():
    assert iou([[3, 3]], [[9, 9]], empty=np.inf).item() == np.inf
    assert np.isnan(iou([[3, 3]], [[9, 9]], empty=np.nan).item())
    assert hull_iou([[3, 3]], [[9, 9]], empty=np.inf).item() == 0.0
    assert hull_iou([[3, 3]], [[3, 3]], empty=np.inf).item() == np.inf
    assert iou([[3, 3]], [[0, 9]]).item() == 0.0


def test_an_epsilon_moves_an_exact_half_below_it():
    assert hull_iou([[0, 10]], [[0, 20]]).item() == 0.5
    assert hull_iou([[0, 10]], [[0, 20]], epsilon=1e-8).item() < 0.5


def test_batches_and_small_types():
    many = np.arange(24, dtype=np.float16).reshape(2, 3, 4)[..., :2]
    found = iou(many, many[:, :1])
    assert found.shape == (2, 3, 1)
    assert found.dtype == np.float64
    assert found[1, 0, 0] == 1.0


@pytest.mark.parametrize("form", [iou, hull_iou])
def test_nothing_gives_nothing(form):
    assert form([], [[0, 1]]).shape == (0, 1)
    assert form([[0, 1]], []).shape == (1, 0)
