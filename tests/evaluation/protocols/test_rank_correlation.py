"""Rank correlations against scipy's values, plain loops and tables by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolex.errors import UsageError
from kinolex.evaluation.protocols.rank_correlation import (
    kendall_tau_b,
    rank_correlation,
    rank_correlation_mean,
    spearman_rho,
)
from tests.evaluation.golden import loaded, needed


@needed
@pytest.mark.parametrize("seed", [404, 414, 424])
def test_scipy_is_reproduced(seed: int) -> None:
    for case in loaded(f"other/summary_s{seed}.json"):
        video = {"v": {"scores": case["scores"], "annotations": case["user_importance"]}}
        each, mean = rank_correlation(video), rank_correlation_mean(video)
        assert each["tau"] == case["tau_per_annotator_mean"]
        assert mean["tau"] == case["tau_vs_mean_annotation"]
        # scipy takes rho from a matrix of covariances: only the order of its sums differs.
        close = {"rel": 1e-9, "abs": 1e-15}
        assert each["rho"] == pytest.approx(case["rho_per_annotator_mean"], **close)
        assert mean["rho"] == pytest.approx(case["rho_vs_mean_annotation"], **close)


def test_by_hand() -> None:
    assert kendall_tau_b([1, 2, 3], [1, 2, 3]) == pytest.approx(1.0)
    assert kendall_tau_b([1, 2, 3], [3, 2, 1]) == pytest.approx(-1.0)
    assert kendall_tau_b([1, 1, 2], [1, 2, 3]) == pytest.approx(2 / math.sqrt(2 * 3))
    assert spearman_rho([1, 2, 3], [1, 3, 2]) == pytest.approx(0.5)
    assert spearman_rho([10, 20, 30], [0, 1, 100]) == pytest.approx(1.0)


def test_each_annotator_and_the_mean_differ() -> None:
    video = {"v": {"scores": [1, 2, 3], "annotations": [[1, 2, 3], [1, 3, 2]]}}
    assert rank_correlation(video)["tau"] == pytest.approx((1 + 1 / 3) / 2)
    assert rank_correlation_mean(video)["tau"] == pytest.approx(2 / math.sqrt(6))
    assert rank_correlation(video).guess == {"tau": 0.0, "rho": 0.0}


def test_constant_is_nan_and_said() -> None:
    found = rank_correlation({"v": {"scores": [1, 1, 1], "annotations": [[1, 2, 3]]}})
    assert np.isnan(found["tau"])
    assert np.isnan(found["rho"])
    assert found.notes
    assert math.isnan(kendall_tau_b([1], [1]))


def test_wrong_input_is_refused() -> None:
    with pytest.raises(UsageError, match="one score a frame"):
        rank_correlation({"v": {"scores": [1, 2], "annotations": [[1, 2, 3]]}})
    with pytest.raises(UsageError, match="finite"):
        rank_correlation({"v": {"scores": [1, float("nan")], "annotations": [[1, 2]]}})
    with pytest.raises(UsageError, match="finite"):
        rank_correlation_mean({"v": {"scores": [1, 2], "annotations": []}})
    with pytest.raises(UsageError, match="no video"):
        rank_correlation({})


pairs = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=2, max_size=12)


@given(pairs, st.randoms())
def test_plain_loops_agree_and_order_does_not_matter(
    rows: list[tuple[int, int]], mix: object
) -> None:
    x, y = [a for a, _ in rows], [b for _, b in rows]
    agree = untied_x = untied_y = 0
    for i in range(len(rows)):
        for j in range(i):
            a, b = x[i] - x[j], y[i] - y[j]
            agree += (a * b > 0) - (a * b < 0)
            untied_x += a != 0
            untied_y += b != 0
    shuffled = list(rows)
    mix.shuffle(shuffled)  # type: ignore[attr-defined]
    again = kendall_tau_b([a for a, _ in shuffled], [b for _, b in shuffled])
    if not untied_x or not untied_y:
        assert math.isnan(again)
        assert math.isnan(spearman_rho(x, y))
        return
    assert kendall_tau_b(x, y) == pytest.approx(agree / math.sqrt(untied_x * untied_y))
    assert again == pytest.approx(kendall_tau_b(x, y))
    ranks = [
        [sum(w < v for w in side) + (sum(w == v for w in side) + 1) / 2 for v in side]
        for side in (x, y)
    ]
    assert spearman_rho(x, y) == pytest.approx(np.corrcoef(ranks)[0, 1])
