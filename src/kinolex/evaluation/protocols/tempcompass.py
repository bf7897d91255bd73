"""TempCompass: its rules alone, and its rules with the ratings of a judge."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Literal

import numpy as np

from kinolex.errors import UsageError
from kinolex.evaluation.protocol import protocol
from kinolex.evaluation.protocols._choices import (
    Row,
    grouped,
    lines,
    percent,
    result,
    text,
    truth,
    uniform,
)
from kinolex.evaluation.result import Result

__all__ = ["Task", "tempcompass_judge", "tempcompass_rules"]

Task = Literal["yes_no", "multi-choice", "caption_matching"]
ASPECTS = ("action", "direction", "speed", "order", "attribute_change")
SOURCE = (
    "llyx97/TempCompass@e1b463166400 eval_yes_no.py:10-18, eval_multi-choice.py:34-45, "
    "eval_caption_matching.py:18-37, utils/eval_utils.py"
)
_SHARED = (
    "avg is the share of all questions, not the mean of the aspects.",
    "An answer of None is wrong and is not matched.",
    "Caption matching: a later rule overrides an earlier one.",
)


@protocol(
    "tempcompass-rules@1",
    kind="answers",
    title="TempCompass, rules alone (no judge)",
    source=SOURCE,
    quirks=(
        *_SHARED,
        "What no rule matches is wrong. Published figures let a language model judge it, several "
        "percent of the answers of a chatty model: compare with tempcompass-judge@1 only.",
        "Captioning is judged by a language model alone and has no rule.",
    ),
)
def tempcompass_rules(questions: Iterable[Row], *, task: Task) -> Result:
    """Share of answers that a rule finds right, by aspect.

    Parameters
    ----------
    questions : iterable of dict
        ``dim`` (aspect: action, direction, speed, order or attribute_change), ``question`` (for
        caption matching with one option a line from the second line on, ``Option 1: text``),
        ``answer`` (``yes``, ``no``; ``B. text``; the whole line of the option) and
        ``prediction`` (text or None); optional ``id``.
    task : {"yes_no", "multi-choice", "caption_matching"}
        One run of the evaluator. ``</s>`` is deleted and the answer stripped first.
        yes_no: starts with yes or no, whatever the case. multi-choice: is the whole answer; or is
        a letter A to D; or starts with ``A.``; or with ``A)``. caption_matching: is a whole line,
        an option's text (also behind the first ``") "``), or an option's label, long or short,
        with or without dots.

    Returns
    -------
    Result
        100 x right / questions of each aspect that there is and of all (``avg``), and the share
        that a rule matched (``Match Success Rate``), each rounded to one decimal. ``per_query``
        also has ``matched``. The guess is even among the options of each question.

    Examples
    --------
    >>> row = {"dim": "action", "question": "Is it?", "answer": "yes", "prediction": "Yes."}
    >>> tempcompass_rules([row], task="yes_no")["avg"]
    100.0
    """
    asked = lines(questions, "dim", "question", "answer", "prediction")
    ratings = [_rated(row, task) for row in asked]
    notes = [f"{sum(one is None for one in ratings)} answers match no rule and count as wrong."]
    return _told("tempcompass-rules@1", asked, ratings, [one or False for one in ratings], notes)


@protocol(
    "tempcompass-judge@1",
    kind="answers",
    title="TempCompass, rules and a judge",
    source=SOURCE,
    quirks=(
        *_SHARED,
        "What no rule matches has the rating of a language model (published: gpt-3.5-turbo-1106 at "
        "temperature 1, which does not give the same rating twice).",
    ),
)
def tempcompass_judge(questions: Iterable[Row], *, task: Task, judge: str) -> Result:
    """As `tempcompass_rules`; answers that no rule matches have a rating given by a judge.

    Parameters
    ----------
    questions : iterable of dict
        As there, and ``rating`` (1 right, 0 wrong) in each row that no rule matches.
    task : {"yes_no", "multi-choice", "caption_matching"}
        As there.
    judge : str
        Who rated: model, version and prompt. It is said in the notes.
    """
    asked = lines(questions, "dim", "question", "answer", "prediction")
    ratings = [_rated(row, task) for row in asked]
    given = []
    for place, (row, rating) in enumerate(zip(asked, ratings, strict=True)):
        if rating is None and row["prediction"] is not None and "rating" not in row:
            raise UsageError(
                f"Row {place} matches no rule and has no rating.",
                hint="Give the judge's rating, or choose tempcompass-rules@1.",
            )
        judged = rating is None and row["prediction"] is not None
        given.append(truth(row, "rating") if judged else bool(rating))
    notes = [f"{sum(one is None for one in ratings)} answers match no rule; judged by {judge}."]
    return _told("tempcompass-judge@1", asked, ratings, given, notes)


def _rated(row: Row, task: Task) -> bool | None:
    """Whether a rule finds the answer right; None if none matches."""
    rules: dict[str, Callable[[str, Row], bool | None]] = {
        "yes_no": _yes_no,
        "multi-choice": _multi_choice,
        "caption_matching": _caption_matching,
    }
    if task not in rules:
        raise UsageError(f"There is no task {task!r}.", hint=f"Choose of {', '.join(rules)}.")
    if row["dim"] not in ASPECTS:
        raise UsageError(f"{row['dim']!r} is no aspect.", hint=f"Choose of {', '.join(ASPECTS)}.")
    if not text(row, "answer"):
        raise UsageError("An answer is empty.", hint="Give the right answer of every question.")
    if row["prediction"] is None:
        return None
    return rules[task](text(row).replace("</s>", "").strip(), row)


def _yes_no(said: str, row: Row) -> bool | None:
    low = said.lower()
    for word in ("yes", "no"):
        if low.startswith(word):
            return bool(word == row["answer"])
    return None


def _multi_choice(said: str, row: Row) -> bool | None:
    answer = row["answer"]
    if said == answer:
        return True
    if said in tuple("ABCD") or (said[:1] in tuple("ABCD") and said[1:2] in (".", ")")):
        return bool(said[0] == answer[0])
    return None


def _caption_matching(said: str, row: Row) -> bool | None:
    options = text(row, "question").split("\n")[1:]
    if not options or any(": " not in one for one in (*options, row["answer"])):
        raise UsageError(
            "A question of caption matching has no options.",
            hint="Each line from the second on reads like 'Option 1: text'; so does the answer.",
        )
    label, sentence = row["answer"].split(": ")[:2]
    labels = [one.split(": ")[0] for one in options]
    short = [re.sub("Sentence |Option |Caption ", "", one) for one in labels]
    behind = said.split(") ")[1] if ") " in said else said
    picked = said if said in options else None
    picked = next((s for s in (o.split(": ")[1] for o in options) if s in (said, behind)), picked)
    picked = next((s for s in labels + short if s in (said, said.replace(".", ""))), picked)
    if picked is None:
        return None
    return picked in (row["answer"], row["answer"].split(":")[0], sentence, label.split()[-1])


def _told(
    name: str,
    asked: Sequence[Row],
    ratings: Sequence[bool | None],
    right: Sequence[bool],
    notes: Sequence[str],
) -> Result:
    places = grouped([row["dim"] for row in asked])
    values = {
        aspect: round(percent(right[place] for place in places[aspect]), 1)
        for aspect in ASPECTS
        if aspect in places
    }
    values["avg"] = round(percent(right), 1)
    values["Match Success Rate"] = round(percent(one is not None for one in ratings), 1)
    even = uniform(max(2, text(row, "question").count("\n")) for row in asked)
    found = result(name, values, right, asked, guess={"avg": even}, notes=notes)
    matched = np.array([float(one is not None) for one in ratings])
    return dataclasses.replace(found, per_query={**found.per_query, "matched": matched})
