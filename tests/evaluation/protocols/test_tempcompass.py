"""TempCompass against the published ratings of a model, and its rules by hand."""

from __future__ import annotations

import pytest

from kinolex.errors import UsageError
from kinolex.evaluation.protocols.tempcompass import tempcompass_judge, tempcompass_rules
from tests.evaluation.golden import loaded, needed

TASKS = ("yes_no", "multi-choice", "caption_matching")
CAPTIONS = "Which?\nSentence A: It is red.\nSentence B: It is blue."
CHOICES = "What?\nA. red\nB. blue\nC. grey"


def published(task):
    rows = loaded(f"qa/tempcompass_video-llava_{task}.json.gz")["rows"]
    names = ("video", "dim", "question", "answer", "prediction", "matched", "rating")
    return [dict(zip(names, one, strict=True)) for one in rows]


@needed
@pytest.mark.parametrize("task", TASKS)
def test_every_published_rating_that_a_rule_gave(task):
    questions = published(task)
    found = tempcompass_rules(questions, task=task)
    matched = [one["matched"] for one in questions]
    assert found.per_query["matched"].tolist() == [float(one) for one in matched]
    ratings = [one["rating"] if one["matched"] else 0 for one in questions]
    assert found.per_query["correct"].tolist() == ratings
    # The summary has unrounded figures; the evaluator prints one decimal.
    expected = loaded("qa/tempcompass_video-llava_summary.json")[task]["rule_vs_published"]
    assert found["avg"] == round(expected["disable_llm_accuracy_percent"], 1)
    assert (
        100 * found.per_query["correct"].sum() / found.counted
        == (expected["disable_llm_accuracy_percent"])
    )
    assert found["Match Success Rate"] == round(100 * sum(matched) / len(matched), 1)


@needed
@pytest.mark.parametrize("task", TASKS)
def test_with_the_published_ratings_all_figures_are_the_published_ones(task):
    found = tempcompass_judge(published(task), task=task, judge="as published")
    summary = loaded("qa/tempcompass_video-llava_summary.json")[task]
    for aspect, told in summary.items():
        if aspect != "rule_vs_published":
            assert found[aspect] == round(told["accuracy_percent"], 1)


def right(task, question, answer, prediction):
    row = {"dim": "speed", "question": question, "answer": answer, "prediction": prediction}
    found = tempcompass_rules([row], task=task)
    assert found["speed"] == found["avg"]
    return found["avg"], found["Match Success Rate"]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("Yes, it is", (100.0, 100.0)), ("no", (0.0, 100.0)), ("Nothing", (0.0, 100.0)),
        (" yes</s>", (100.0, 100.0)), ("It is", (0.0, 0.0)), (None, (0.0, 0.0)), ("", (0.0, 0.0)),
    ],
)  # fmt: skip
def test_yes_no(said, expected):
    assert right("yes_no", "Is it?", "yes", said) == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("B. blue", (100.0, 100.0)), ("B", (100.0, 100.0)), ("B) what", (100.0, 100.0)),
        ("B.x", (100.0, 100.0)), ("A", (0.0, 100.0)), ("D)", (0.0, 100.0)), ("E", (0.0, 0.0)),
        ("blue", (0.0, 0.0)), ("b", (0.0, 0.0)), ("B blue", (0.0, 0.0)), ("", (0.0, 0.0)),
        (None, (0.0, 0.0)),
    ],
)  # fmt: skip
def test_multi_choice(said, expected):
    assert right("multi-choice", CHOICES, "B. blue", said) == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("Sentence B: It is blue.", (100.0, 100.0)), ("It is blue.", (100.0, 100.0)),
        ("2) It is blue.", (100.0, 100.0)), ("Sentence B.", (100.0, 100.0)), ("B", (100.0, 100.0)),
        ("B.", (100.0, 100.0)), ("A", (0.0, 100.0)), ("It is red.", (0.0, 100.0)),
        ("It is blue", (0.0, 0.0)), ("sentence b", (0.0, 0.0)), ("", (0.0, 0.0)),
    ],
)  # fmt: skip
def test_caption_matching(said, expected):
    assert right("caption_matching", CAPTIONS, "Sentence B: It is blue.", said) == expected


def test_average_is_over_questions_and_the_guess_over_their_options():
    rows = [
        {"dim": dim, "question": CHOICES, "answer": "B. blue", "prediction": said}
        for dim, said in (("action", "B"), ("action", "B"), ("order", "A"))
    ]
    found = tempcompass_rules(rows, task="multi-choice")
    assert (found["action"], found["order"], found["avg"]) == (100.0, 0.0, 66.7)
    assert found.guess["avg"] == pytest.approx(100 / 3)
    assert "direction" not in found.values


def test_a_judge_rates_only_what_no_rule_matches():
    row = {"dim": "order", "question": "Is it?", "answer": "yes"}
    rows = [{**row, "prediction": "hm", "rating": 1}, {**row, "prediction": "no", "rating": 1}]
    assert tempcompass_judge(rows, task="yes_no", judge="me")["avg"] == 50.0
    with pytest.raises(UsageError, match="no rating"):
        tempcompass_judge([{**row, "prediction": "hm"}], task="yes_no", judge="me")


@pytest.mark.parametrize(
    ("change", "task"),
    [({"dim": "colour"}, "yes_no"), ({}, "captioning"), ({"answer": ""}, "yes_no"),
     ({"prediction": 3}, "yes_no"), ({}, "caption_matching")],
)  # fmt: skip
def test_wrong_input_is_refused(change, task):
    row = {"dim": "order", "question": "Is it?", "answer": "yes", "prediction": "hm"}
    with pytest.raises(UsageError):
        tempcompass_rules([row | change], task=task)
