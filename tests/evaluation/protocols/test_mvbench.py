"""MVBench against the outputs of its notebook, and by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolex.errors import UsageError
from kinolex.evaluation.protocols.mvbench import lmms_mvbench, mvbench, mvbench_corrected
from tests.evaluation.golden import FOLDER, loaded, needed

CHECKS = loaded("qa/mvbench_check_ans.json") if FOLDER else []
TABLE = loaded("qa/mcq_parse_table.json") if FOLDER else []


def row(said, answer="(A) walking.", task="t"):
    return {"prediction": said, "answer": answer, "task": task}


@needed
@pytest.mark.parametrize("case", CHECKS, ids=lambda case: case["pred"] or "empty")
def test_the_official_check(case):
    assert mvbench([row(case["pred"], case["gt"])])["Avg"] == 100.0 * case["correct"]


@needed
def test_the_corrected_check_differs_only_in_answers_without_a_letter():
    differ = [
        case["pred"]
        for case in CHECKS
        if bool(mvbench_corrected([row(case["pred"], case["gt"])])["Avg"]) != case["correct"]
    ]
    assert sorted(differ) == ["", "(", "."]


@needed
@pytest.mark.parametrize("case", TABLE, ids=lambda case: case["text"][:30])
def test_lmms_eval(case):
    for place, right in enumerate(case["lmms_mvbench_correct_if_gt_is_A_B_C_D"]):
        asked = {"prediction": case["text"], "candidates": list("wxyz"), "answer": "wxyz"[place]}
        found = lmms_mvbench([asked])
        assert found["mvbench_accuracy"] == 100.0 * right
        assert found.counted == (case["text"] != "")


def test_tasks_and_the_average_over_questions():
    asked = [row("A"), row("B"), row("(A) x", task="u"), row("A", "(B) y", "u"), row("a", task="u")]
    found = mvbench(asked)
    assert found.values == {"t": 50.0, "u": 2 / 3 * 100, "Avg": 60.0}
    assert found.guess == {}
    assert mvbench([{**row("A"), "options": 4}]).guess == {"Avg": 25.0}


def test_parts_of_words_in_both_directions():
    assert mvbench([row("(a)walking")])["Avg"] == 100.0
    assert mvbench([row(None)])["Avg"] == 100.0
    assert mvbench_corrected([row(None)])["Avg"] == 0.0
    assert "1 of 1 answers are empty." in mvbench([row(None)]).notes


def test_lmms_leaves_out_the_empty_ones_and_takes_the_first_of_equal_options():
    asked = [
        {"prediction": "", "candidates": ["x", "y"], "answer": "x", "task": "u"},
        {"prediction": "A", "candidates": ["x", "x"], "answer": "x", "task": "t"},
        {"prediction": " ", "candidates": ["x", "y"], "answer": "x", "task": "t"},
    ]
    found = lmms_mvbench(asked)
    assert found.values == {"mvbench_accuracy": 50.0, "u": 0.0, "t": 50.0}
    assert found.counted == 2
    assert found.queries == ("1", "2")
    assert found.guess == {"mvbench_accuracy": 50.0}


def test_wrong_input_is_refused():
    for compute in (mvbench, mvbench_corrected):
        for asked in ([], [row("A", "walking")], [row(1)], [{"prediction": "A"}]):
            with pytest.raises(UsageError):
                compute(asked)
    with pytest.raises(UsageError, match="none of the candidates"):
        lmms_mvbench([{"prediction": "A", "candidates": ["x"], "answer": "A"}])


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("ABCD")), min_size=1))
def test_bare_letters_are_read_alike_by_all(pairs):
    share = sum(said.upper() == answer for said, answer in pairs) / len(pairs)
    asked = [row(said, f"({answer}) x.") for said, answer in pairs]
    assert mvbench(asked)["Avg"] == mvbench_corrected(asked)["Avg"] == share * 100
    of_options = [
        {"prediction": said, "candidates": list("ABCD"), "answer": answer} for said, answer in pairs
    ]
    assert lmms_mvbench(of_options)["mvbench_accuracy"] == pytest.approx(100 * share)
