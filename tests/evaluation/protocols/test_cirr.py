"""CIRR against the rule of its server, CoVR's soft variant, and tables by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolex.errors import UsageError
from kinolex.evaluation.protocols.cirr import cirr, cirr_covr, cirr_lists
from tests.evaluation.golden import loaded, needed

MEMBERS = ["r", "a", "b", "c", "d", "e"]


def _row(pair: int, target: str, **more: Any) -> dict[str, Any]:
    row = {"pairid": pair, "reference": "r", "target_hard": target, "img_set": {"members": MEMBERS}}
    return row | more


@needed
@pytest.mark.parametrize("seed", [402, 412, 422])
def test_second_opinion_is_reproduced(seed: int) -> None:
    golden = loaded(f"composed/composed_s{seed}.json")["cirr"]
    truth = [
        {
            "pairid": pair,
            "target_hard": target,
            "target_soft": golden["target_soft"][pair],
            "img_set": {"members": golden["members"][pair]},
        }
        for pair, target in golden["target"].items()
    ]
    hard = cirr(golden["ranks_top50"], golden["subset_top3"], truth)
    soft = cirr_covr(golden["ranks_top50"], golden["subset_top3"], truth)
    for name, value in golden["recall"].items():
        assert hard[name] == soft[name] == value
    for name, value in golden["recall_subset"].items():
        assert hard[name.split()[0]] == value
    for name, value in golden["recall_subset_soft"].items():
        assert soft[name.split()[0]] == value


def test_by_hand() -> None:
    truth = [_row(1, "a"), _row(2, "b")]
    found = cirr({1: ["a"], 2: ["x", "b"]}, {1: ["b", "a"], 2: ["c", "d", "e"]}, truth)
    assert (found["Recall@1"], found["Recall@5"]) == (50.0, 100.0)
    assert [found[f"Recall_subset@{k}"] for k in (1, 2, 3)] == [0.0, 50.0, 50.0]
    assert found["Mean"] == 50.0
    assert found.guess["Recall_subset@1"] == pytest.approx(20.0)
    assert found.queries == ("1", "2")


def test_soft_scores_count_from_zero_up() -> None:
    soft = {"a": 1.0, "b": 0.5, "c": -1.0}
    truth = [_row(1, "a", target_soft=soft)]
    found = cirr_covr({1: ["a"]}, {1: ["c", "b", "a"]}, truth)
    assert [found[f"Recall_subset@{k}"] for k in (1, 2, 3)] == [0.0, 50.0, 100.0]


def test_lists_leave_the_reference_out_and_put_the_later_of_tied_items_first() -> None:
    whole, subset = cirr_lists([[0.9, 0.5, 0.5, 0.7]], ["r", "a", "b", "x"], [_row(1, "a")])
    assert whole == {1: ["x", "b", "a"]}
    assert subset == {1: ["b", "a"]}


def test_lists_are_cut() -> None:
    names = [f"i{n}" for n in range(60)]
    row = _row(1, "i0", img_set={"members": names[:6]})
    whole, subset = cirr_lists([np.linspace(1, 0, 60)], names, [row])
    assert whole[1] == names[:50]
    assert subset[1] == names[:3]


@pytest.mark.parametrize(
    ("whole", "subset", "message"),
    [
        ({2: ["a"]}, {1: ["a"]}, "missing"),
        ({1: ["a"]}, {}, "missing"),
        ({1: ["a", "a"]}, {1: ["a"]}, "twice"),
        ({1: ["r"]}, {1: ["a"]}, "own reference"),
        ({1: ["a"]}, {1: ["x"]}, "no member"),
    ],
)
def test_wrong_lists_are_refused(whole: Any, subset: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        cirr(whole, subset, [_row(1, "a")])


def test_what_is_needed_is_demanded() -> None:
    with pytest.raises(UsageError, match="soft"):
        cirr_covr({1: ["a"]}, {1: ["a"]}, [_row(1, "a")])
    with pytest.raises(UsageError, match="do not fit"):
        cirr_lists([[0.1]], ["a", "b"], [_row(1, "a")])


@given(st.permutations(["a", "b", "c", "d", "e"]), st.sampled_from(["a", "b", "c", "d", "e"]))
def test_hit_at_k_is_place_below_k(order: list[str], target: str) -> None:
    found = cirr({1: order}, {1: order[:3]}, [_row(1, target)])
    assert found["Recall@1"] == 100.0 * (order.index(target) < 1)
    for k in (1, 2, 3):
        assert found[f"Recall_subset@{k}"] == 100.0 * (order.index(target) < k)
