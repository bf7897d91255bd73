"""NExT-QA against its own example, and by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolex.errors import UsageError
from kinolex.evaluation.protocols.nextqa import TYPES, nextqa
from tests.evaluation.golden import loaded, needed


def row(kind, answer, prediction):
    return {"type": kind, "answer": answer, "prediction": prediction}


@needed
def test_the_example_of_the_repository_to_the_digit():
    given_ones = loaded("qa/nextqa_HGA_val_example.json.gz")
    questions = [
        {"id": f"{video}_{place}", "type": kind, **given_ones[f"{video}_{place}"]}
        for video, place, kind, _ in loaded("qa/nextqa_val_types_answers.json.gz")
    ]
    names, figures, overall = loaded("qa/nextqa_HGA_val_example_output.json")["printed"].split(
        "\n"
    )[:3]
    expected = dict(zip(names.split(), map(float, figures.split()), strict=True))
    expected["Acc"] = float(overall.removeprefix("Acc: "))
    found = nextqa(questions)
    assert found.values == expected
    assert found.counted == len(questions) == len(found.queries)


def test_tp_counts_among_tn_and_families_count_questions():
    found = nextqa(
        [row("TP", 1, 1), row("TN", 1, 0), row("TC", 2, 2), row("TC", 2, 2), row("CW", 0, None)]
    )
    assert found.values == {
        "Why": 0.0, "Bef&Aft": 50.0, "When": 100.0, "Acc_C": 0.0, "Acc_T": 75.0, "Acc": 60.0,
    }  # fmt: skip
    assert found.guess == {"Acc": 20.0}
    assert "How" in found.notes[0]


def test_two_decimals():
    assert nextqa([row("DC", 0, 0), row("DC", 0, 1), row("DC", 0, 1)])["Cnt"] == 33.33


@pytest.mark.parametrize(
    "questions",
    [[], [{}], {"type": "CW"}, [row("XX", 0, 0)], [row("CW", "0", 0)], [row("CW", 0, 1.0)],
     [row("CW", -1, -1)], [row("CW", None, None)], [row("CW", True, 1)], ["x"],
     [{**row("CW", 0, 0), "id": 1}, {**row("CW", 0, 0), "id": "1"}]],
)  # fmt: skip
def test_wrong_input_is_refused(questions):
    with pytest.raises(UsageError):
        nextqa(questions)


ROWS = st.lists(
    st.builds(row, st.sampled_from([*TYPES, "TP"]), st.integers(0, 4), st.integers(-1, 4)),
    min_size=1,
    max_size=30,
)


@given(ROWS, st.randoms(use_true_random=False))
def test_as_a_naive_count_in_any_order(questions, chance):
    right = {}
    for one in questions:
        kind = one["type"].replace("TP", "TN")
        for name in (TYPES[kind], f"Acc_{kind[0]}", "Acc"):
            right.setdefault(name, []).append(one["answer"] == one["prediction"])
    expected = {name: float(f"{sum(of) * 100.0 / len(of):.2f}") for name, of in right.items()}
    assert nextqa(questions).values == expected
    chance.shuffle(questions)
    assert nextqa(questions).values == expected
