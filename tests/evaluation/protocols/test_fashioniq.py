"""FashionIQ as CoVR computes it: the evaluator's outputs and tables by hand."""

from __future__ import annotations

import numpy as np
import pytest

from kinolex.errors import UsageError
from kinolex.evaluation.protocols.fashioniq import Category, fashioniq_covr
from tests.evaluation.golden import loaded, needed


@needed
@pytest.mark.parametrize("seed", [402, 412, 422])
def test_evaluator_is_reproduced_to_the_last_digit(seed: int) -> None:
    golden = loaded(f"composed/composed_s{seed}.json")["fashioniq"]
    one = Category(golden["sim"], golden["query_targets"], golden["target_names"])
    assert fashioniq_covr(one).values == golden["result"]


def test_the_mean_is_made_of_rounded_figures() -> None:
    third = Category([[1, 0], [0, 1], [0, 1]], ["a", "a", "a"], ["a", "b"])
    sixth = Category([[1, 0]] + [[0, 1]] * 5, ["a"] * 6, ["a", "b"])
    found = fashioniq_covr({"dress": third, "shirt": sixth, "toptee": third})
    assert (found["dress R1"], found["shirt R1"]) == (33.33, 16.67)
    assert found["R1_mean"] == round((33.33 + 16.67 + 33.33) / 3, 2)
    assert found.counted == 12


def test_the_reference_is_pushed_down() -> None:
    scores = [[0.9, 0.1, 0.5]]
    assert fashioniq_covr(Category(scores, ["c"], ["a", "b", "c"]))["R1"] == 0.0
    assert fashioniq_covr(Category(scores, ["c"], ["a", "b", "c"], ["a"]))["R1"] == 100.0


def test_what_float32_cannot_tell_is_tied_and_the_earlier_column_wins() -> None:
    near = np.array([[1e-9, 2e-9]])  # 1 - x is 1 for both in float32
    found = fashioniq_covr(Category(near, ["a"], ["a", "b"]))
    assert (found["R1"], found.ties) == (100.0, 1)


def test_wrong_input_is_refused() -> None:
    with pytest.raises(UsageError, match="exactly once"):
        fashioniq_covr(Category([[0.1, 0.2]], ["c"], ["a", "b"]))
    with pytest.raises(UsageError, match="exactly once"):
        fashioniq_covr(Category([[0.1, 0.2]], ["a"], ["a", "a"]))
    with pytest.raises(UsageError, match="do not fit"):
        fashioniq_covr(Category([[0.1]], ["a"], ["a", "b"]))
    with pytest.raises(UsageError, match="NaN"):
        fashioniq_covr(Category([[float("nan"), 0.1]], ["a"], ["a", "b"]))
    with pytest.raises(UsageError, match="reference"):
        fashioniq_covr(Category([[0.1, 0.2]], ["a"], ["a", "b"], []))
    with pytest.raises(UsageError, match="no category"):
        fashioniq_covr({})
